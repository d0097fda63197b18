//! Lost connections: one goes on after the last cursor, exactly, or is told that one cannot.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use peerlead::app::house::Settings;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::events::Events;
use crate::hearing::HEAR;
use crate::house::{Database, House, Socket, open_settings};
use crate::sharing::wait_for;

/// The number behind a cursor; clients must not look, tests may.
pub fn seq(cursor: &Value) -> i64 {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor.as_str().expect("a cursor")).expect("a cursor"))
        .expect("a cursor");
    text.split(':').nth(1).and_then(|seq| seq.parse().ok()).expect("a cursor")
}

async fn furnished() -> (House, String) {
    let house = House::new().await;
    let content = furnish(&house).await;
    (house, content)
}

async fn furnish(house: &House) -> String {
    house.person("ada").await;
    house.person("grace").await;
    house.content("ada", "On compilers", &[]).await
}

/// Rates so often, each time otherwise, and gives the cursors.
async fn rate(house: &House, content: &str, times: usize) -> Vec<Value> {
    let mut cursors = Vec::new();
    for _ in 0..times {
        let own = house
            .data(
                "grace",
                "query($id: ID!) { content(by: { id: $id }) { viewerRating { value { raw } } } }",
                json!({ "id": content }),
            )
            .await;
        let value = own["content"]["viewerRating"]["value"]["raw"].as_i64().unwrap_or(0) % 5 + 1;
        cursors.push(house.rate("grace", content, value).await["cursor"].clone());
    }
    cursors
}

/// So many cursors of operation `1`, and nothing after them.
async fn hear(socket: &mut Socket, times: usize) -> Vec<Value> {
    let mut cursors = Vec::new();
    for _ in 0..times {
        cursors.push(socket.data("1").await["ratingChanged"]["cursor"].clone());
    }
    assert_eq!(socket.next_within(0.3).await, None);
    cursors
}

#[tokio::test]
async fn after_a_lost_connection_one_goes_on_exactly_where_it_broke_off() {
    let (house, content) = furnished().await;
    let after = house.cursor().await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    let told = rate(&house, &content, 3).await;
    assert_eq!(hear(&mut socket, 3).await, told);
    drop(socket);
    let missed = rate(&house, &content, 5).await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": told[2] })).await;
    let mut events = Events::get(&house, "", HEAR, json!({ "after": missed[1] })).await;
    let later = rate(&house, &content, 2).await;
    let rest: Vec<Value> = missed.iter().chain(&later).cloned().collect();
    assert_eq!(hear(&mut socket, 7).await, rest);
    for cursor in &rest[2..] {
        assert_eq!(&events.data().await["ratingChanged"]["cursor"], cursor);
    }
}

#[tokio::test]
async fn a_cursor_outlives_the_server() {
    let (house, content) = furnished().await;
    let after = house.cursor().await;
    let first = rate(&house, &content, 4).await;
    let house = House::on(house.stop().await).await;
    let second = rate(&house, &content, 3).await;
    let house = House::on(house.stop().await).await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    let all: Vec<Value> = first.iter().chain(&second).cloned().collect();
    assert_eq!(hear(&mut socket, 7).await, all);
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": first[3] })).await;
    assert_eq!(hear(&mut socket, 3).await, second);
}

#[tokio::test]
async fn a_subscription_goes_on_after_a_page_of_the_log_and_after_a_question() {
    let (house, content) = furnished().await;
    let told = rate(&house, &content, 3).await;
    let query = "query($id: ID!) { cursor changes(first: 100) { pageInfo { endCursor hasNextPage } nodes { cursor } } content(by: { id: $id }) { tally { sum } } }";
    let mut asked = house.data("", query, json!({ "id": content })).await;
    for _ in 0..100 {
        // What is told as `cursor` was told to everybody else before: a moment after the rater heard of it.
        if asked["cursor"] == told[2] {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        asked = house.data("", query, json!({ "id": content })).await;
    }
    assert_eq!(asked["changes"]["pageInfo"]["hasNextPage"], json!(false));
    assert_eq!(asked["changes"]["pageInfo"]["endCursor"], told[2]);
    assert_eq!(asked["cursor"], told[2]);
    assert_eq!(
        asked["changes"]["nodes"].as_array().and_then(|nodes| nodes.last()),
        Some(&json!({ "cursor": told[2] }))
    );
    let more = rate(&house, &content, 2).await;
    for after in [&asked["cursor"], &asked["changes"]["pageInfo"]["endCursor"]] {
        let mut socket = house.socket("").await;
        socket.subscribe("1", HEAR, json!({ "after": after })).await;
        assert_eq!(hear(&mut socket, 2).await, more);
    }
}

/// The codes that a subscription over both transports and a question answer to a cursor; they must be one.
async fn refused(house: &House, after: &Value) -> String {
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    let message = socket.next().await;
    assert_eq!(message["type"], "error", "{message:#}");
    let code = message["payload"][0]["extensions"]["code"].as_str().expect("a code").to_owned();
    let answer = Events::post(house, "", HEAR, json!({ "after": after })).await.answer().await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!(code), "{answer:#}");
    assert_eq!(
        house
            .fails(
                "",
                "query($after: String) { changes(after: $after) { pageInfo { endCursor } } }",
                json!({ "after": after })
            )
            .await,
        code
    );
    code
}

#[tokio::test]
async fn a_cursor_that_leads_nowhere_is_refused_and_never_skips() {
    let (house, content) = furnished().await;
    rate(&house, &content, 1).await;
    let other = House::new().await;
    assert_eq!(refused(&house, &json!(other.cursor().await)).await, "CURSOR_EXPIRED", "of another database");
    let cursor = house.cursor().await;
    let own = String::from_utf8(URL_SAFE_NO_PAD.decode(&cursor).expect("base64")).expect("text");
    let instance = own.split(':').next().expect("a name");
    let mark = own.rsplit(':').next().expect("a mark");
    let number = |seq: &str| json!(URL_SAFE_NO_PAD.encode(format!("{instance}:{seq}:{mark}")));
    assert_eq!(
        refused(&house, &number(&(seq(&json!(cursor)) + 1).to_string())).await,
        "CURSOR_EXPIRED",
        "beyond the end"
    );
    assert_eq!(refused(&house, &number("9223372036854775807")).await, "CURSOR_EXPIRED", "the last number of all");
    for broken in [
        json!("rubbish"),
        json!(""),
        json!("===="),
        number("-1"),
        number("x"),
        number("99999999999999999999"),
        json!(URL_SAFE_NO_PAD.encode(format!("{instance}:1"))),
        json!(URL_SAFE_NO_PAD.encode(format!("{instance}:1:x"))),
        json!(format!("{cursor}!")),
    ] {
        assert_eq!(refused(&house, &broken).await, "BAD_REQUEST", "{broken}");
    }
}

#[tokio::test]
async fn a_cursor_older_than_the_log_is_expired_and_the_oldest_that_is_left_is_not() {
    let (house, content) = furnished().await;
    let told = rate(&house, &content, 6).await;
    let behind = house.database.connect().await;
    behind
        .execute_unprepared(&format!("DELETE FROM change WHERE seq < {}", seq(&told[2])))
        .await
        .expect("a pruned log");
    assert_eq!(refused(&house, &told[0]).await, "CURSOR_EXPIRED");
    assert_eq!(refused(&house, &told[1]).await, "CURSOR_EXPIRED");
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": told[2] })).await;
    assert_eq!(hear(&mut socket, 3).await, told[3..]);
    behind
        .execute_unprepared(&format!("DELETE FROM change WHERE seq = {}", seq(&told[4])))
        .await
        .expect("a hole in the log");
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": told[2] })).await;
    assert_eq!(socket.data("1").await["ratingChanged"]["cursor"], told[3]);
    let message = socket.next().await;
    assert_eq!(
        message["payload"]["errors"][0]["extensions"]["code"], "CURSOR_EXPIRED",
        "a hole is never skipped: {message:#}"
    );
    behind.close().await.expect("a clean end");
}

#[tokio::test]
async fn a_database_put_back_to_an_older_state_takes_no_cursor_of_what_was_lost() {
    let (house, content) = furnished().await;
    let kept = rate(&house, &content, 2).await;
    let database = house.stop().await;
    let backup = database.copy().await;
    let house = House::on(database).await;
    let lost = rate(&house, &content, 3).await;
    house.stop().await;
    let house = House::on(backup).await;
    for cursor in &lost {
        assert_eq!(refused(&house, cursor).await, "CURSOR_EXPIRED", "beyond the end");
    }
    // Now the same numbers are given to other changes.
    let later = rate(&house, &content, 5).await;
    assert_eq!(seq(&later[2]), seq(&lost[2]));
    for cursor in &lost {
        assert_eq!(refused(&house, cursor).await, "CURSOR_EXPIRED", "another change has its number");
    }
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": kept[1] })).await;
    assert_eq!(hear(&mut socket, 5).await, later, "what was before the copy still leads on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_subscriber_that_is_too_slow_is_told_so_and_misses_nothing_after_its_cursor() {
    let house = House::with(Database::fresh().await, Settings { buffer: 4, ..open_settings() }).await;
    furnish(&house).await;
    let long = json!({ "kind": "post", "title": "Long", "body": "peer leadership ".repeat(6_000) });
    let content = house.act("ada", "publishContent", long, "content { id }").await["content"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let after = house.cursor().await;
    let mut socket = house.socket("").await;
    let query = "subscription($after: String) { ratingChanged(after: $after) { cursor content { body } } }";
    socket.subscribe("1", query, json!({ "after": after })).await;
    let mut acknowledged = vec![house.rate("grace", &content, 5).await["cursor"].clone()];
    let mut heard = vec![socket.data("1").await["ratingChanged"]["cursor"].clone()];
    // The subscriber does not read: the connection fills, then the queue of its frames, then its buffer.
    for number in 0..200 {
        acknowledged.push(house.rate("grace", &content, 1 + number % 5).await["cursor"].clone());
    }
    let cursor = loop {
        let message = socket.next().await;
        assert_eq!(message["type"], "next", "it was never too slow: {} of {} heard", heard.len(), acknowledged.len());
        match message["payload"]["errors"][0].as_object() {
            None => heard.push(message["payload"]["data"]["ratingChanged"]["cursor"].clone()),
            Some(error) => {
                assert_eq!(error["extensions"]["code"], "LAGGED");
                break error["extensions"]["cursor"].clone();
            }
        }
    };
    assert_eq!(socket.next().await, json!({ "type": "complete", "id": "1" }));
    assert_eq!(heard.last(), Some(&cursor), "the cursor is that of the last frame");
    assert!(heard.len() < acknowledged.len());
    socket.subscribe("1", HEAR, json!({ "after": cursor })).await;
    heard.extend(hear(&mut socket, acknowledged.len() - heard.len()).await);
    assert_eq!(heard, acknowledged);
}

#[tokio::test]
async fn a_clock_that_jumps_neither_loses_nor_repeats_a_change() {
    let (house, content) = furnished().await;
    let after = house.cursor().await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    socket.subscribe("2", HEAR, json!({ "after": after, "interval": "PT0.01S" })).await;
    let now = house.clock.now();
    let mut acknowledged = Vec::new();
    for (value, days) in [(1, 0), (2, -400), (3, -1), (4, 400), (5, 0)] {
        house.clock.set(now + chrono::TimeDelta::days(days));
        acknowledged.push(house.rate("grace", &content, value).await["cursor"].clone());
    }
    let (mut told, mut paced) = (Vec::new(), 0);
    while told.len() < acknowledged.len() || paced < acknowledged.len() {
        let message = socket.next().await;
        let change = &message["payload"]["data"]["ratingChanged"];
        match message["id"].as_str() {
            Some("1") => told.push(change["cursor"].clone()),
            _ => paced += usize::try_from(change["changes"].as_u64().expect("changes")).expect("few"),
        }
    }
    assert_eq!((&told, paced), (&acknowledged, acknowledged.len()));
    // A cursor from each of these times leads on to what followed it.
    for (place, cursor) in acknowledged.iter().enumerate() {
        socket.subscribe("3", HEAR, json!({ "after": cursor })).await;
        for next in &acknowledged[place + 1..] {
            assert_eq!(socket.data("3").await["ratingChanged"]["cursor"], *next);
        }
        socket.send(json!({ "type": "complete", "id": "3" })).await;
    }
    let query = "query($c: ID!) { content(by: { id: $c }) { tally { count sum } } }";
    let tally = house.data("", query, json!({ "c": content })).await["content"]["tally"].clone();
    assert_eq!(tally, json!({ "count": 1, "sum": 1.0 }), "the last word counts, whatever the clock said");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hole_in_the_log_is_never_passed_over() {
    let (house, content) = furnished().await;
    let mut sockets = Vec::new();
    for interval in [json!(null), json!("PT0.01S")] {
        let mut socket = house.socket("").await;
        socket.subscribe("1", HEAR, json!({ "interval": interval })).await;
        sockets.push(socket);
    }
    wait_for(&house, 2).await;
    let last = seq(&rate(&house, &content, 1).await[0]);
    for socket in &mut sockets {
        hear(socket, 1).await;
    }
    // Another process writes, and one takes away what this one has not read yet.
    let behind = house.database.connect().await;
    let beyond =
        format!("INSERT INTO change (seq, at, fact) SELECT {}, at, fact FROM change WHERE seq = {last}", last + 5);
    behind.execute_unprepared(&beyond).await.expect("a row");
    for socket in &mut sockets {
        let message = socket.next().await;
        assert_eq!(message["payload"]["errors"][0]["extensions"]["code"], "CURSOR_EXPIRED", "{message:#}");
        assert_eq!(socket.next().await["type"], "complete");
    }
    let ready = reqwest::get(format!("http://{}/health/ready", house.address)).await.expect("an answer");
    assert_eq!(ready.status().as_u16(), 503, "what it keeps in memory is not what the database holds");
    behind.close().await.expect("a clean end");
}
