//! Large bodies: from whom they are taken in, how many at once, and how much they may hold.

use std::time::Duration;

use peerlead::app::house::Settings;
use peerlead::http::identity::Identity;
use peerlead::http::server::Settings as HttpSettings;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::house::{Database, House};

const SOON: Duration = Duration::from_secs(10);
const QUERY: &str = r#"{"query":"{ cursor }","padding":""#;
const SIZE: usize = 200_000;

/// Sends the head of a large request and the beginning of its body.
async fn begin(house: &House) -> TcpStream {
    let mut stream = TcpStream::connect(&house.address).await.expect("a connection");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {SIZE}\r\n\r\n{QUERY}"
    );
    stream.write_all(head.as_bytes()).await.expect("written");
    stream
}

/// Sends the rest.
async fn end(stream: &mut TcpStream) {
    let rest = "x".repeat(SIZE - QUERY.len() - 2) + "\"}";
    stream.write_all(rest.as_bytes()).await.expect("written");
}

async fn status(stream: &mut TcpStream, within: Duration) -> Option<String> {
    let mut answer = [0; 4_096];
    let read = timeout(within, stream.read(&mut answer)).await.ok()?.expect("an answer");
    let text = String::from_utf8_lossy(&answer[..read]).into_owned();
    text.split(' ').nth(1).map(str::to_owned)
}

#[tokio::test]
async fn nothing_large_is_taken_in_from_who_is_not_recognised() {
    let identity = Identity::Tokens { provider: None, anonymous: false };
    let http = HttpSettings { identity, ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings::default(), http).await;
    let mut stranger = begin(&house).await;
    assert_eq!(status(&mut stranger, SOON).await.as_deref(), Some("401"), "before the body has come");
}

#[tokio::test]
async fn as_much_of_a_client_is_taken_in_at_once_as_the_largest_body_has_and_what_is_small_goes_on() {
    let http = HttpSettings { body: 2 * SIZE + 1_000, ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings::default(), http).await;
    let (mut first, mut second) = (begin(&house).await, begin(&house).await);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut third = begin(&house).await;
    end(&mut third).await;
    assert_eq!(status(&mut third, Duration::from_millis(700)).await, None, "there is no room for it");
    house.cursor().await;
    end(&mut first).await;
    for stream in [&mut first, &mut third] {
        assert_eq!(status(stream, SOON).await.as_deref(), Some("200"));
    }
    end(&mut second).await;
    assert_eq!(status(&mut second, SOON).await.as_deref(), Some("200"));
}

#[tokio::test]
async fn a_body_holds_no_more_values_than_can_be_looked_through() {
    let house = House::new().await;
    let many = |count: usize| json!({ "much": vec![1; count] });
    let told = house.post("", "{ cursor }", many(100_000)).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{told}");
    assert_eq!(told["errors"][0]["message"], "the body holds more than 100000 values; send it in parts");
    for variables in [many(99_000), json!({ "much": format!("\"{}", ",".repeat(200_000)) })] {
        let told = house.post("", "{ cursor }", variables).await;
        assert!(told["data"]["cursor"].is_string(), "that is not too much: {told}");
    }
}
