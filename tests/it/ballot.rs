//! What is told of a tally: nothing of few, and nothing that few have moved.

use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::house::{Database, House};

/// A house with the quorum that operators have when they choose none, and ten people beside ada, who writes.
pub async fn guarded() -> (House, String) {
    let house = House::with(Database::fresh().await, Settings::default()).await;
    house.person("ada").await;
    for number in 1..=9 {
        house.person(&format!("p{number}")).await;
    }
    let content = house.content("ada", "Hello", &[]).await;
    (house, content)
}

const TALLY: &str = "query($c: ID!) { content(by: { id: $c }) { tally { count sum mean score histogram { count } } } }";

pub async fn tally(house: &House, viewer: &str, content: &str) -> Value {
    house.data(viewer, TALLY, json!({ "c": content })).await["content"]["tally"].clone()
}

#[tokio::test]
async fn a_tally_of_few_is_a_count_and_nothing_else() {
    let (house, content) = guarded().await;
    assert_eq!(tally(&house, "", &content).await["sum"], json!(0.0), "nothing is hidden where there is nothing");
    let hidden = |count: i64| json!({ "count": count, "sum": null, "mean": null, "score": null, "histogram": null });
    for (number, value) in [(1, 5), (2, 1)] {
        house.rate(&format!("p{number}"), &content, value).await;
        for viewer in ["", "ada", "p1", "p9", "operator"] {
            assert_eq!(tally(&house, viewer, &content).await, hidden(number), "{viewer}");
        }
    }
    house.rate("p3", &content, 5).await;
    let told = tally(&house, "p9", &content).await;
    assert_eq!((&told["count"], &told["sum"]), (&json!(3), &json!(1.0)));
}

/// Somebody who looks at everything they can, before and after each rating, learns of no single one.
#[tokio::test]
async fn who_watches_before_and_after_learns_of_nobody() {
    let (house, content) = guarded().await;
    for (number, value) in [(1, 5), (2, 2), (3, 3)] {
        house.rate(&format!("p{number}"), &content, value).await;
    }
    let other = house.content("ada", "Other", &[]).await;
    let mut socket = house.socket("p9").await;
    let query = "subscription { ratingChanged { cursor tally { count sum } content { id } } }";
    socket.subscribe("1", query, json!({})).await;
    let mut coalesced = house.socket("p9").await;
    let query = "subscription { ratingChanged(interval: \"PT0.01S\") { changes tally { count sum } } }";
    coalesced.subscribe("1", query, json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let look = "query($c: ID!) { content(by: { id: $c }) { tally { count sum mean score histogram { count } } }
        contents(orderBy: { field: SCORE, direction: DESCENDING }) { nodes { id tally { count sum } } }
        changes(first: 100) { nodes { __typename ... on RatingChange { tally { count sum } } } }
        trends(window: \"PT24H\") { contents(orderBy: TOP) { nodes { score rating margin explanation { parts { name value } } content { id } } } } }";
    let seen = async || {
        // Trends are of the last whole quarter of a second.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        house.data("p9", look, json!({ "c": content })).await
    };
    let before = seen().await;
    // A fourth and a fifth rate, one of them changes their mind three times, and somebody rates the other content alone.
    for (person, content, value) in
        [("p4", &content, 5), ("p4", &content, 1), ("p4", &content, 5), ("p5", &content, 2), ("p6", &other, 5)]
    {
        house.rate(person, content, value).await;
        let now = seen().await;
        assert_eq!(now["content"], before["content"], "{person}");
        assert_eq!(now["changes"], before["changes"], "{person}");
        assert_eq!(now["trends"], before["trends"], "{person}");
    }
    assert_eq!(before["trends"]["contents"]["nodes"][0]["content"]["id"], json!(content));
    let told = seen().await["contents"]["nodes"].clone();
    assert_eq!(told[1], json!({ "id": other, "tally": { "count": 1, "sum": null } }), "not sorted by what is not told");
    // The sixth makes three who moved it since.
    house.rate("p6", &content, 4).await;
    let now = seen().await;
    assert_ne!(now["trends"], before["trends"]);
    let now = &now["content"]["tally"];
    assert_eq!((&now["count"], &now["sum"]), (&json!(6), &json!(1.5)));
    let heard = socket.data("1").await["ratingChanged"].clone();
    assert_eq!(heard["tally"], json!({ "count": 6, "sum": 1.5 }), "what was heard first is what was told");
    assert_eq!(heard["content"]["id"], json!(content));
    assert_eq!(socket.next_within(0.5).await, None, "and nothing else");
    assert_eq!(coalesced.data("1").await["ratingChanged"]["tally"]["count"], json!(6));
    assert_eq!(coalesced.next_within(0.5).await, None);
}

#[tokio::test]
async fn a_rater_hears_of_their_own_rating_and_learns_no_more_of_others_than_everybody() {
    let (house, content) = guarded().await;
    for (number, value) in [(1, 3), (2, 3), (3, 3)] {
        house.rate(&format!("p{number}"), &content, value).await;
    }
    let mut socket = house.socket("p4").await;
    socket.subscribe("1", "subscription { ratingChanged { tally { count sum } after { raw } } }", json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let told = house.rate("p4", &content, 5).await["tally"].clone();
    assert_eq!((&told["count"], &told["sum"]), (&json!(4), &json!(1.0)), "one's own word is in the answer");
    let heard = socket.data("1").await["ratingChanged"].clone();
    assert_eq!(heard, json!({ "tally": { "count": 4, "sum": 1.0 }, "after": { "raw": 5 } }));
    house.rate("p5", &content, 1).await;
    let told = house.rate("p4", &content, 4).await["tally"].clone();
    assert_eq!((&told["count"], &told["sum"]), (&json!(4), &json!(0.5)), "and p5's is not");
    assert_eq!(tally(&house, "p4", &content).await["sum"], json!(0.0));
}

#[tokio::test]
async fn what_becomes_of_a_person_does_not_tell_what_they_rated() {
    let (house, content) = guarded().await;
    for (number, value) in [(1, 5), (2, 5), (3, 1)] {
        house.rate(&format!("p{number}"), &content, value).await;
    }
    let before = tally(&house, "", &content).await;
    let log = "{ changes(first: 100) { nodes { __typename } } }";
    let count = |log: Value| log["changes"]["nodes"].as_array().expect("nodes").len();
    let heard = count(house.data("", log, json!({})).await);
    house.act("operator", "updatePerson", json!({ "person": { "handle": "p3" }, "kind": "BOT" }), "").await;
    assert_eq!(tally(&house, "", &content).await, before, "one person less does not show");
    assert_eq!(count(house.data("", log, json!({})).await), heard + 1, "nor which contents were counted anew");
    for number in [4, 5] {
        house.rate(&format!("p{number}"), &content, 5).await;
    }
    assert_eq!(tally(&house, "", &content).await["sum"], json!(4.0), "later it does not count");
}

#[tokio::test]
async fn what_was_not_told_is_not_told_by_a_restart_or_another_process() {
    let (house, content) = guarded().await;
    for number in 1..=4 {
        house.rate(&format!("p{number}"), &content, 5).await;
    }
    let before = tally(&house, "", &content).await;
    assert_eq!(before["count"], json!(3));
    let other = House::with(house.database.shared(), Settings::default()).await;
    assert_eq!(tally(&other, "", &content).await, before);
    let database = house.stop().await;
    other.stop().await;
    let store = peerlead::store::connection::Store::connect(&database.url).await.expect("a database");
    store.settle_tallies(3).await.expect("tallies");
    store.close().await;
    let house = House::with(database.shared(), Settings::default()).await;
    assert_eq!(tally(&house, "", &content).await, before);
    for number in [5, 6] {
        house.rate(&format!("p{number}"), &content, 5).await;
    }
    assert_eq!(tally(&house, "", &content).await["count"], json!(6));
    // An operator who wants more people gets them at the next start.
    let database = house.stop().await;
    let store = peerlead::store::connection::Store::connect(&database.url).await.expect("a database");
    store.settle_tallies(7).await.expect("tallies");
    store.close().await;
    let house = House::with(database, Settings { quorum: 7, ..Settings::default() }).await;
    assert_eq!(
        tally(&house, "", &content).await,
        json!({ "count": 6, "sum": null, "mean": null, "score": null, "histogram": null })
    );
}

#[tokio::test]
async fn ratings_that_are_public_acts_are_told_one_by_one() {
    let house = House::with(Database::fresh().await, Settings::default()).await;
    let source =
        json!({ "slug": "review", "name": "Review", "kind": "CODE_REVIEW", "scale": "VOTE", "visibility": "PUBLIC" });
    house.act("operator", "createSource", source, "").await;
    let batch = json!({ "source": { "slug": "review" }, "people": [{ "externalId": "ada", "handle": "ada" }, { "externalId": "ben", "handle": "ben" }],
        "contents": [{ "externalId": "c1", "kind": "patch", "title": "Hello", "authors": ["ada"], "publishedAt": "2020-01-01T00:00:00Z" }],
        "ratings": [{ "rater": "ben", "content": "c1", "value": 1, "at": "2020-01-02T00:00:00Z" }] });
    house.act("operator", "ingest", batch, "").await;
    let query = "{ contents { nodes { tally { count sum } ratings { nodes { rater { handle } } } } } }";
    let told = house.data("", query, json!({})).await["contents"]["nodes"][0].clone();
    assert_eq!(
        told,
        json!({ "tally": { "count": 1, "sum": 1.0 }, "ratings": { "nodes": [{ "rater": { "handle": "ben" } }] } })
    );
}
