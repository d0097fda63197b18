//! Tokens that are worth nothing any more, and the connections that were opened with them.

use peerlead::command::token::{list, revoke};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::house::House;
use crate::token::{WHO, made, token};

#[tokio::test]
async fn an_expired_or_revoked_token_is_worth_nothing_and_its_connections_close() {
    let house = House::new().await;
    for person in ["ada", "ben", "cy"] {
        house.person(person).await;
    }
    let start = house.app.clock().now();
    let end = (start + chrono::TimeDelta::hours(1)).to_rfc3339();
    let input = |person: &str, end: Value| json!({ "name": "t", "person": { "handle": person }, "scopes": ["READ"], "expiresAt": end });
    let (_, ends) = made(&house, "operator", input("ada", json!(end))).await;
    let (id, revoked) = made(&house, "operator", input("ben", Value::Null)).await;
    let (_, leaves) = made(&house, "operator", input("cy", Value::Null)).await;
    let (_, stays) = made(&house, "operator", input("operator", Value::Null)).await;
    let (mut a, mut b) = (house.socket(&ends).await, house.socket(&revoked).await);
    let (mut c, mut d) = (house.socket(&leaves).await, house.socket(&stays).await);
    let events = reqwest::Client::new().post(format!("http://{}/graphql", house.address));
    let events = events.header("Authorization", &revoked).header("Accept", "text/event-stream");
    let events =
        events.json(&json!({ "query": "subscription { changes { cursor } }" })).send().await.expect("a stream");
    assert_eq!(events.status().as_u16(), 200);
    house.act("operator", "revokeToken", json!({ "token": id }), "token { revokedAt }").await;
    assert_eq!(house.fails(&revoked, WHO, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(b.next().await, json!({ "closed": 4403 }));
    // The stream ends with a word, or its reader would take it for the end of what there is to hear.
    let told = tokio::time::timeout(std::time::Duration::from_secs(10), events.text()).await.expect("an end");
    let told = told.expect("a text");
    let (before, last) = told.split_once("UNAUTHENTICATED").expect("the reason");
    assert!(before.contains("event: next") && !before.contains("complete"), "{told}");
    assert!(last.contains("event: complete"), "{told}");
    house.act("operator", "updatePerson", json!({ "person": { "handle": "cy" }, "active": false }), "").await;
    assert_eq!(c.next().await, json!({ "closed": 4403 }));
    assert_eq!(house.fails(&leaves, WHO, json!({})).await, "UNAUTHENTICATED");
    house.clock.set(start + chrono::TimeDelta::hours(2));
    assert_eq!(a.next().await, json!({ "closed": 4403 }));
    assert_eq!(house.fails(&ends, WHO, json!({})).await, "UNAUTHENTICATED");
    d.send(json!({ "type": "ping" })).await;
    assert_eq!(d.next().await["type"], "pong", "what is still worth something stays");
    assert_eq!(house.refused("operator", "revokeToken", json!({ "token": id })).await, "ALREADY_REVOKED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_stops_talking_is_closed_all_the_same_when_their_token_is_revoked() {
    let house = House::new().await;
    let token = token(&house, "operator", &["read"]).await;
    let mut socket = house.socket(&token).await;
    let mut talker = house.socket(&token).await;
    let talking = tokio::spawn(async move {
        // It ends when the connection does.
        while talker.try_send(Message::text(r#"{"type":"pong"}"#)).await.is_ok() {}
    });
    revoke(&house.app, 1).await.expect("a token to revoke");
    assert_eq!(socket.next().await, json!({ "closed": 4403 }));
    tokio::time::timeout(std::time::Duration::from_secs(10), talking).await.expect("an end").expect("no panic");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_connections_that_stay_ask_the_database_hardly_more_often_than_one() {
    let house = House::new().await;
    let mut sockets = Vec::new();
    for _ in 0..50 {
        sockets.push(house.socket(&token(&house, "operator", &["read"]).await).await);
    }
    // All have looked once.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let before = house.app.statements();
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    let asked = house.app.statements() - before;
    assert!(asked < 80, "{asked} statements, where each look by itself would take 150");
    drop(sockets);
}

#[tokio::test]
async fn tokens_are_revoked_by_command_too_and_for_other_processes() {
    let house = House::new().await;
    let other = House::on(house.database.shared()).await;
    let token = token(&house, "operator", &["read"]).await;
    let mut socket = other.socket(&token).await;
    revoke(&house.app, 1).await.expect("a token to revoke");
    assert_eq!(socket.next().await, json!({ "closed": 4403 }));
    assert_eq!(other.fails(&token, WHO, json!({})).await, "UNAUTHENTICATED");
    assert!(list(&house.app).await.expect("a table").contains("\trevoked"));
    assert!(revoke(&house.app, 7).await.is_err());
}
