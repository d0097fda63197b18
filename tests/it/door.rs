//! Connections: how many there may be, and how long they may take to say what they want.

use std::time::{Duration, Instant};

use peerlead::http::server::Settings as HttpSettings;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::house::{Database, House, open_settings};
#[cfg(target_os = "linux")]
use crate::program::Program;

const SOON: Duration = Duration::from_secs(10);
const ASK: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

async fn house(http: HttpSettings) -> House {
    House::furnished(Database::fresh().await, open_settings(), http).await
}

async fn connect(house: &House) -> TcpStream {
    TcpStream::connect(&house.address).await.expect("a connection")
}

/// Whether a request is answered on this connection, rather than the connection closed.
async fn is_served(stream: &mut TcpStream) -> bool {
    if stream.write_all(ASK).await.is_err() {
        return false;
    }
    // The answer is so short that it comes in one piece.
    let mut answer = [0; 4_096];
    let read = timeout(SOON, stream.read(&mut answer)).await.expect("in time");
    read.is_ok() && answer.starts_with(b"HTTP/1.1 200")
}

/// Waits until the other side closes.
async fn closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let _ = timeout(SOON, stream.read_to_end(&mut rest)).await.expect("the connection ends");
}

#[tokio::test]
async fn who_does_not_say_what_they_want_is_closed_on_and_others_are_not() {
    let house = house(HttpSettings { head: Duration::from_millis(400), ..HttpSettings::default() }).await;
    let (mut silent, mut slow, mut idle) = (connect(&house).await, connect(&house).await, connect(&house).await);
    assert!(is_served(&mut idle).await);
    let begun = Instant::now();
    slow.write_all(b"GET /health/live HTTP/1.1\r\n").await.expect("written");
    let drip = async {
        // A byte now and then is not enough: the whole head has that long.
        while slow.write_all(b"x: y\r\n").await.is_ok() && begun.elapsed() < SOON {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::join!(drip, closed(&mut silent), closed(&mut idle));
    assert!(begun.elapsed() < SOON);
    let mut socket = house.socket("").await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await["type"], "pong");
    house.stop().await;
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_gets_them_back() {
    let house = house(HttpSettings { connections: (10, 2), ..HttpSettings::default() }).await;
    let (mut first, mut second) = (connect(&house).await, connect(&house).await);
    assert!(is_served(&mut first).await && is_served(&mut second).await);
    assert!(!is_served(&mut connect(&house).await).await, "there is no third place");
    assert!(is_served(&mut first).await, "those who are in stay");
    drop(second);
    let freed = async {
        while !is_served(&mut connect(&house).await).await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, freed).await.expect("a place became free");
    house.stop().await;
}

#[tokio::test]
async fn a_socket_keeps_its_place_and_all_of_a_proxy_share_theirs() {
    let house = house(HttpSettings { connections: (3, 1), behind_proxy: true, ..HttpSettings::default() }).await;
    let socket = house.socket("").await;
    let (mut second, mut third) = (connect(&house).await, connect(&house).await);
    assert!(is_served(&mut second).await && is_served(&mut third).await);
    assert!(!is_served(&mut connect(&house).await).await, "the socket has its place still");
    drop(socket);
    house.stop().await;
}

/// Systems let a program have few files open until it asks for more; where it may not have them it says so.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn there_are_as_many_connections_as_the_system_may_give() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (limits, may_have_more) in [("ulimit -S -n 60", true), ("ulimit -S -n 900; ulimit -H -n 900", false)] {
        let program = env!("CARGO_BIN_EXE_peerlead");
        let script = format!(
            "{limits}; exec '{program}' serve --listen 127.0.0.1:0 --database-url sqlite:x.db --max-connections 1000"
        );
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]).current_dir(folder.path()).env_clear().stderr(std::process::Stdio::piped());
        let program = Program::start(command);
        let mut streams = Vec::new();
        for _ in 0..150 {
            streams.push(TcpStream::connect(&program.address).await.expect("a connection"));
        }
        for stream in &mut streams {
            assert!(is_served(stream).await, "{limits}");
        }
        if may_have_more {
            let said = program.said();
            assert!(!said.iter().any(|line| line.contains("--max-connections")), "{said:#?}");
        } else {
            program.says("--max-connections").await;
        }
    }
}
