//! Numbers for operators.

use std::time::Duration;

use peerlead::app::house::Settings;
use peerlead::command::token::{TokenOptions, create};
use peerlead::http::identity::Identity;
use peerlead::http::server::Settings as HttpSettings;
use serde_json::json;

use crate::events::Events;
use crate::house::{Database, House};

async fn read(house: &House, authorization: Option<&str>) -> (u16, String) {
    let mut get = reqwest::Client::new().get(format!("http://{}/metrics", house.address));
    if let Some(value) = authorization {
        get = get.header("Authorization", value);
    }
    let answer = get.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a text"))
}

async fn named(house: &House, name: &str) {
    let body = json!({ "query": format!("query {name} {{ people {{ nodes {{ handle }} }} }}"), "operationName": name });
    let post = reqwest::Client::new().post(format!("http://{}/graphql", house.address)).json(&body);
    assert_eq!(post.header("Peerlead-Person", "ada").send().await.expect("an answer").status().as_u16(), 200);
}

#[tokio::test]
async fn operations_errors_cost_connections_and_the_database_are_counted_and_nobody_is_named() {
    let house = House::new().await;
    house.person("ada").await;
    named(&house, "Who").await;
    named(&house, "Who").await;
    house
        .fails("ada", "mutation { createTopic(input: { slug: \"a\", name: \"A\" }) { topic { id } } }", json!({}))
        .await;
    house.fails("ada", "{ nothing }", json!({})).await;
    let mut socket = house.socket("ada").await;
    socket.subscribe("1", "subscription { changes { cursor } }", json!({})).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await["type"], "pong");
    let (status, text) = read(&house, None).await;
    assert_eq!(status, 200);
    for line in [
        "peerlead_operations_total{operation=\"Who\",outcome=\"ok\"} 2",
        "peerlead_operations_total{operation=\"other\",outcome=\"errors\"} 1",
        "peerlead_operations_total{operation=\"other\",outcome=\"refused\"} 1",
        "peerlead_operations_total{operation=\"other\",outcome=\"streamed\"} 1",
        "peerlead_errors_total{code=\"FORBIDDEN\"} 1",
        "peerlead_errors_total{code=\"BAD_REQUEST\"} 1",
        "peerlead_streams 1",
        "peerlead_log_lag 0",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is missing in\n{text}");
    }
    for name in
        ["peerlead_cost_points_total", "peerlead_database_microseconds_total", "peerlead_operation_seconds_bucket"]
    {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} is missing"));
        assert!(!line.ends_with(" 0") || name.ends_with("bucket"), "{line}");
    }
    assert!(!text.contains("ada"));
}

#[tokio::test]
async fn what_is_asked_over_a_socket_or_a_stream_is_counted_by_what_came_of_it() {
    let house = House::new().await;
    house.person("ada").await;
    let mut socket = house.socket("ada").await;
    let create = "mutation Make { createTopic(input: { slug: \"a\", name: \"A\" }) { topic { id } } }";
    for (number, query) in
        ["query Who { people { nodes { handle } } }", create, "query Broken { nothing }"].iter().enumerate()
    {
        let id = number.to_string();
        socket.subscribe(&id, query, json!({})).await;
        assert_eq!(socket.next().await["id"], json!(id));
        if number < 2 {
            assert_eq!(socket.next().await["type"], "complete");
        }
    }
    socket.subscribe("live", "subscription Hear { changes { cursor } }", json!({})).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await["type"], "pong");
    let mut stream = Events::post(&house, "ada", "query Streamed { people { nodes { handle } } }", json!({})).await;
    assert_eq!(stream.next().await.map(|(name, _)| name).as_deref(), Some("next"));
    let (_, text) = read(&house, None).await;
    for line in [
        "peerlead_operations_total{operation=\"Who\",outcome=\"ok\"} 1",
        "peerlead_operations_total{operation=\"Make\",outcome=\"errors\"} 1",
        "peerlead_operations_total{operation=\"other\",outcome=\"refused\"} 1",
        "peerlead_operations_total{operation=\"Hear\",outcome=\"streamed\"} 1",
        "peerlead_operations_total{operation=\"Streamed\",outcome=\"ok\"} 1",
        "peerlead_errors_total{code=\"FORBIDDEN\"} 1",
        "peerlead_errors_total{code=\"BAD_REQUEST\"} 1",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is missing in\n{text}");
    }
    assert!(!text.contains("Who\",outcome=\"streamed\""), "{text}");
}

#[tokio::test]
async fn what_goes_wrong_with_those_who_listen_is_counted() {
    let http = HttpSettings { seats: (3, 3), ping: Duration::from_millis(500), ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings::default(), http).await;
    let hear = "subscription($after: String) { changes(after: $after) { cursor } }";
    let other = House::new().await.cursor().await;
    let mut rude = house.socket("").await;
    rude.send(json!("nonsense")).await;
    assert_eq!(rude.next().await, json!({ "closed": 4400 }));
    let mut late = house.socket("").await;
    late.subscribe("1", hear, json!({ "after": other })).await;
    assert_eq!(late.next().await["type"], "error");
    let refused = Events::post(&house, "", hear, json!({ "after": other })).await.answer().await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "CURSOR_EXPIRED");
    let mut full = Vec::new();
    for _ in 0..3 {
        full.push(Events::post(&house, "", "subscription { changes { cursor } }", json!({})).await);
    }
    for line in [
        "peerlead_connections_closed_total{why=\"4400\"} 1",
        "peerlead_connections_closed_total{why=\"silent\"} 1",
        "peerlead_errors_total{code=\"CURSOR_EXPIRED\"} 2",
        "peerlead_turned_away_total{from=\"streams\"} 1",
        "peerlead_log_pruned_total 0",
    ] {
        let mut text = String::new();
        for _ in 0..100 {
            text = read(&house, None).await.1;
            if text.lines().any(|told| told == line) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(text.lines().any(|told| told == line), "{line} is missing in\n{text}");
    }
}

#[tokio::test]
async fn names_that_clients_make_up_cannot_fill_the_memory() {
    let house = House::new().await;
    house.person("ada").await;
    for number in 0..205 {
        named(&house, &format!("Made{number}Up")).await;
    }
    let (_, text) = read(&house, None).await;
    assert_eq!(text.lines().filter(|line| line.contains("operation=\"Made")).count(), 200);
}

#[tokio::test]
async fn on_a_server_with_identity_only_admins_read_them() {
    let http =
        HttpSettings { identity: Identity::Tokens { provider: None, anonymous: true }, ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings::default(), http).await;
    assert_eq!(read(&house, None).await.0, 403);
    for (scope, status) in [("moderate", 403), ("admin", 200)] {
        let (name, person, scopes) = ("t".to_owned(), "operator".to_owned(), vec![scope.to_owned()]);
        let options = TokenOptions { name, person, scopes, ..TokenOptions::default() };
        let token = create(&house.app, &options).await.expect("a token");
        assert_eq!(read(&house, Some(&format!("Bearer {token}"))).await.0, status, "{scope}");
    }
    assert_eq!(read(&house, Some("Bearer peerlead_9_x")).await.0, 401);
}
