//! What of the change log is kept: by age and by rows, and what those hear who come too late.

use std::time::Duration;

use peerlead::app::house::Settings;
use peerlead::domain::change::Retention;
use serde_json::{Value, json};

use crate::hearing::HEAR;
use crate::house::{Database, House, open_settings};
use crate::resume::seq;

async fn house(age: Option<Duration>, rows: Option<u64>) -> House {
    let settings = Settings { retention: Retention { age, rows }, ..open_settings() };
    let house = House::with(Database::fresh().await, settings).await;
    for person in ["ada", "ben"] {
        house.person(person).await;
    }
    house
}

/// How many changes the log has, and the number of the first.
async fn log(house: &House) -> (usize, i64) {
    let query = "{ changes(first: 100) { nodes { cursor } } }";
    let changes = house.data("", query, json!({})).await["changes"]["nodes"].clone();
    let changes = changes.as_array().expect("changes");
    (changes.len(), seq(&changes[0]["cursor"]))
}

async fn heard(house: &House, after: &Value) -> Value {
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    socket.next().await
}

#[tokio::test]
async fn rows_over_the_limit_go_and_their_cursors_say_what_to_do() {
    let house = house(None, Some(3)).await;
    let content = house.content("ada", "Hello", &[]).await;
    let mut told = Vec::new();
    for value in [1, 2, 3, 4, 5] {
        told.push(house.rate("ben", &content, value).await["cursor"].clone());
    }
    let (all, _) = log(&house).await;
    assert_eq!(house.app.forget_some(i64::MAX).await.expect("a log"), 0, "what happened a moment ago is kept");
    assert_eq!(log(&house).await.0, all);
    house.clock.set(house.clock.now() + chrono::TimeDelta::minutes(11));
    assert_eq!(house.app.forget_some(i64::MAX).await.expect("a log"), all - 3);
    assert_eq!(house.app.forget_some(i64::MAX).await.expect("a log"), 0);
    assert_eq!(log(&house).await, (3, seq(&told[2])));
    for gone in &told[..2] {
        let message = heard(&house, gone).await;
        let error = &message["payload"][0];
        assert_eq!((&message["type"], &error["extensions"]["code"]), (&json!("error"), &json!("CURSOR_EXPIRED")));
        let advice = "query the state, then subscribe from its cursor";
        assert!(error["message"].as_str().is_some_and(|told| told.contains(advice)));
    }
    let missed = heard(&house, &told[2]).await;
    assert_eq!(missed["payload"]["data"]["ratingChanged"]["cursor"], told[3], "the oldest that is left leads on");
    // What the message says works: query, then subscribe.
    let view = house.data("", "{ cursor contents { nodes { id } } }", json!({})).await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": view["cursor"] })).await;
    let next = house.rate("ben", &content, 1).await;
    assert_eq!(socket.data("1").await["ratingChanged"]["cursor"], next["cursor"]);
}

#[tokio::test]
async fn rows_over_the_age_go_in_pieces_but_never_the_last_so_that_the_numbers_go_on() {
    let house = house(Some(Duration::from_hours(1)), None).await;
    let people: Vec<Value> =
        (0..700).map(|number| json!({ "externalId": format!("p{number}"), "handle": format!("p{number}") })).collect();
    let source = json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "STARS" });
    house.act("operator", "createSource", source, "").await;
    house.act("operator", "ingest", json!({ "source": { "slug": "forum" }, "people": people }), "").await;
    let last = seq(&json!(house.cursor().await));
    house.clock.set(house.clock.now() + chrono::TimeDelta::minutes(59));
    assert_eq!(house.app.forget_some(i64::MAX).await.expect("a log"), 0);
    house.clock.set(house.clock.now() + chrono::TimeDelta::minutes(2));
    assert_eq!(house.app.forget_some(i64::MAX).await.expect("a log"), 500, "a piece at a time");
    assert_eq!(house.app.forget_some(i64::MAX).await.expect("a log"), usize::try_from(last).expect("a number") - 501);
    assert_eq!(log(&house).await, (1, last));
    let database = house.stop().await;
    let again = House::on(database).await;
    again.person("late").await;
    assert_eq!(log(&again).await, (2, last), "the numbers go on");
}

#[tokio::test]
async fn a_clock_that_was_wrong_keeps_the_log_from_growing_as_little_as_one_that_is_right() {
    let house = house(Some(Duration::from_hours(1)), None).await;
    let content = house.content("ada", "Hello", &[]).await;
    let now = house.clock.now();
    for (value, days) in [(1, 0), (2, 400), (3, 0)] {
        house.clock.set(now + chrono::TimeDelta::days(days));
        house.rate("ben", &content, value).await;
    }
    let (all, first) = log(&house).await;
    house.clock.set(now + chrono::TimeDelta::hours(2));
    assert_eq!(house.app.forget_some(first).await.expect("a log"), 1, "nothing after what was seen long ago");
    assert_eq!(house.app.forget_some(i64::MAX).await.expect("a log"), all - 2);
    assert_eq!(log(&house).await.0, 1);
}
