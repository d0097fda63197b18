//! One of several servers that cannot reach the database for a while, or whose connections die without a word: it says so, and when
//! the database is there again it goes on, and whoever listens there misses nothing that the others have taken meanwhile.
//!
//! On PostgreSQL only: there is no way between SQLite and its file that could be interrupted.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::hearing::HEAR;
use crate::house::{Database, House, Socket};
use crate::nats::Switch;

/// How long a server may need for itself again when the database is back. Alone to give up a statement it takes half a minute.
const PATIENCE: Duration = Duration::from_secs(90);
/// How many questions a server asks PostgreSQL at a time, without the one that its feed may ask.
const WIDTH: usize = 14;

/// Two servers on one database, of which one reaches it by a switch.
struct Two {
    one: House,
    other: House,
    switch: Switch,
    content: String,
}

async fn two() -> Option<Two> {
    let database = Database::fresh().await;
    if !database.is_postgres() {
        return None;
    }
    let switch = Switch::before(&database.url).await;
    let other = House::on(database.shared()).await;
    let mut through = database;
    through.url.clone_from(&switch.url);
    let one = House::on(through).await;
    one.person("ada").await;
    one.person("grace").await;
    let content = one.content("ada", "On compilers", &[]).await;
    Some(Two { one, other, switch, content })
}

/// A rating by grace: its cursor, or the code of the error.
async fn rate(house: &House, content: &str, value: i64) -> Result<Value, String> {
    let query = "mutation($id: ID!, $value: Int!) { rateContent(input: { content: { id: $id }, value: $value }) { cursor userErrors { code } } }";
    let answer = house.post("grace", query, json!({ "id": content, "value": value })).await;
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return Err(code.to_owned());
    }
    let told = &answer["data"]["rateContent"];
    assert_eq!(told["userErrors"], json!([]), "{answer:#}");
    Ok(told["cursor"].clone())
}

/// The same until it is taken.
async fn taken(house: &House, content: &str, value: i64) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match rate(house, content, value).await {
            Ok(cursor) => return cursor,
            Err(code) => assert_eq!(code, "UNAVAILABLE", "that it is away is no fault of ours"),
        }
        assert!(Instant::now() < deadline, "it takes nothing any more");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Asks what only the database knows until it is answered.
async fn answered(house: &House) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = house.post("", "{ changes(first: 1) { nodes { cursor } } }", json!({})).await;
        match answer["errors"][0]["extensions"]["code"].as_str() {
            None => return,
            Some(code) => assert_eq!(code, "UNAVAILABLE", "that it is away is no fault of ours"),
        }
        assert!(Instant::now() < deadline, "it answers nothing any more");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Hears ratings until there are so many.
async fn hear(socket: &mut Socket, heard: &mut Vec<Value>, count: usize) {
    let deadline = Instant::now() + PATIENCE;
    while heard.len() < count {
        assert!(Instant::now() < deadline, "{} of {count} were heard", heard.len());
        match socket.next_within(5.0).await {
            Some(message) => {
                assert_eq!(message["type"], "next", "{message:#}");
                assert!(message["payload"].get("errors").is_none(), "{message:#}");
                heard.push(message["payload"]["data"]["ratingChanged"]["cursor"].clone());
            }
            // Who says nothing for long is taken for gone.
            None => socket.send(json!({ "type": "pong" })).await,
        }
    }
}

/// All ratings after a cursor, as the log has them.
async fn log(house: &House, after: &str) -> Vec<Value> {
    let query = "query($after: String) { changes(after: $after, nouns: [RATING], first: 100) { nodes { cursor } } }";
    let nodes = house.data("", query, json!({ "after": after })).await["changes"]["nodes"].clone();
    nodes.as_array().expect("nodes").iter().map(|node| node["cursor"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_cut_off_tells_once_and_in_order_what_another_one_has_taken_meanwhile() {
    let Some(Two { one, other, switch, content }) = two().await else { return };
    let after = one.cursor().await;
    let mut socket = one.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    let mut values = (1..=5).cycle();
    let mut value = || values.next().expect("a value");
    let (mut told, mut heard) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        told.push(other.rate("grace", &content, value()).await["cursor"].clone());
        hear(&mut socket, &mut heard, told.len()).await;
        switch.cut();
        for _ in 0..3 {
            told.push(other.rate("grace", &content, value()).await["cursor"].clone());
        }
        let refused = value();
        assert_eq!(rate(&one, &content, refused).await, Err("UNAVAILABLE".to_owned()));
        // Longer than it waits until it looks for news again: that has failed, too.
        sleep(Duration::from_millis(700)).await;
        switch.connect();
        told.push(taken(&one, &content, refused).await);
        hear(&mut socket, &mut heard, told.len()).await;
    }
    assert_eq!(socket.next_within(0.5).await, None);
    assert_eq!(heard, told);
    assert_eq!(log(&other, &after).await, told, "what was refused was not written");
}

/// Has so many questions asked at once that each needs a connection of its own, because none is answered before all are there: how
/// many were answered.
async fn at_once(house: &House, behind: &sea_orm::DatabaseConnection) -> usize {
    let lock = sea_orm::TransactionTrait::begin(behind).await.expect("a transaction");
    lock.execute_unprepared("LOCK TABLE change IN ACCESS EXCLUSIVE MODE").await.expect("a lock");
    let questions = (0..WIDTH).map(|_| house.post("", "{ changes(first: 1) { nodes { cursor } } }", json!({})));
    let (answers, ()) = tokio::join!(futures_util::future::join_all(questions), async {
        sleep(Duration::from_secs(1)).await;
        lock.rollback().await.expect("an end");
    });
    answers.iter().filter(|answer| answer.get("errors").is_none()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_connections_died_without_a_word_goes_on_with_new_ones_and_has_missed_nothing() {
    let Some(Two { one, other, switch, content }) = two().await else { return };
    let after = one.cursor().await;
    let mut socket = one.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    // Before, all is well, so it has as many connections as it can use, and keeps them.
    let behind = other.database.connect().await;
    assert_eq!(at_once(&one, &behind).await, WIDTH);
    other.rate("grace", &content, 1).await;
    one.rate("grace", &content, 2).await;
    let mut heard = Vec::new();
    hear(&mut socket, &mut heard, 2).await;
    switch.freeze();
    for value in 3..=5 {
        other.rate("grace", &content, value).await;
    }
    // From now on new connections work. Of the old ones nobody will ever hear anything again.
    switch.connect();
    tokio::join!(answered(&one), taken(&one, &content, 1), hear(&mut socket, &mut heard, 6));
    assert_eq!(socket.next_within(0.5).await, None);
    assert_eq!(heard, log(&other, &after).await);
    // The dead ones take no places from the new ones either.
    let deadline = Instant::now() + PATIENCE;
    loop {
        let count = at_once(&one, &behind).await;
        if count == WIDTH {
            break;
        }
        assert!(Instant::now() < deadline, "only {count} of {WIDTH} questions are answered at once");
    }
    behind.close().await.expect("a clean end");
}
