//! Integrators who try for more than their source: other people's opinions, other people's names, everybody's topics.

use peerlead::command::token::{TokenOptions, create};
use serde_json::{Value, json};

use crate::house::House;

const REPORT: &str = "report { people { outcome error { code } } topics { outcome error { code } } ratings { outcome error { code } } leaderships { outcome error { code } } }";

/// A private source, and the token of who feeds it.
async fn house() -> (House, String) {
    let house = House::new().await;
    for person in ["feeder", "ada", "ben"] {
        house.person(person).await;
    }
    house
        .act("operator", "createSource", json!({ "slug": "forum", "name": "F", "kind": "FORUM", "scale": "STARS" }), "")
        .await;
    let options = TokenOptions {
        name: "feed".to_owned(),
        person: "feeder".to_owned(),
        scopes: vec!["ingest".to_owned()],
        source: Some("forum".to_owned()),
        ..TokenOptions::default()
    };
    let token = format!("Bearer {}", create(&house.app, &options).await.expect("a token"));
    (house, token)
}

/// What became of the items of one list, all that was told of each.
async fn told(house: &House, by: &str, list: &str, items: Value) -> Vec<String> {
    let mut batch = json!({ "source": { "slug": "forum" } });
    batch[list] = items;
    let report = house.act(by, "ingest", batch, REPORT).await["report"][list].clone();
    let outcome =
        |item: &Value| item["error"]["code"].as_str().or(item["outcome"].as_str()).expect("an outcome").to_owned();
    report.as_array().expect("a list").iter().map(outcome).collect()
}

#[tokio::test]
async fn what_became_of_a_private_rating_is_told_to_nobody() {
    let (house, feeder) = house().await;
    let people =
        json!([{ "externalId": "a", "handle": "ada" }, { "externalId": "b", "handle": "ben" }, { "externalId": "c" }]);
    told(&house, &feeder, "people", people).await;
    let content = json!([{ "externalId": "t", "kind": "post", "title": "T", "authors": ["a"], "publishedAt": "2020-01-01T00:00:00Z" }]);
    house.act(&feeder, "ingest", json!({ "source": { "slug": "forum" }, "contents": content }), "").await;
    let by = json!({ "content": { "external": { "source": "forum", "externalId": "t" } }, "value": 4 });
    house.act("ben", "rateContent", by, "").await;
    let rating = |rater: &str, value: Value| json!({ "rater": rater, "content": "t", "value": value, "at": "2020-02-01T00:00:00Z" });
    for rater in ["b", "c"] {
        for value in [json!(null), json!(1), json!(2), json!(3), json!(4), json!(5)] {
            for by in [&feeder, "operator"] {
                let outcome = told(&house, by, "ratings", json!([rating(rater, value.clone())])).await;
                assert_eq!(outcome, ["ACCEPTED"], "{rater}: {value}");
            }
        }
    }
    let refused = told(&house, &feeder, "ratings", json!([rating("a", json!(5)), rating("b", json!(6))])).await;
    assert_eq!(refused, ["OWN_CONTENT", "OFF_SCALE"]);
    let query =
        "{ content(by: { external: { source: \"forum\", externalId: \"t\" } }) { viewerRating { value { raw } } } }";
    let own = house.data("ben", query, json!({})).await;
    assert_eq!(own["content"]["viewerRating"]["value"]["raw"], 4, "the later word counts");
}

#[tokio::test]
async fn a_person_whom_the_source_has_not_made_is_not_the_sources_to_change() {
    let (house, feeder) = house().await;
    let query = "{ person(by: { handle: \"ada\" }) { handle name kind active team } }";
    let before = house.data("operator", query, json!({})).await;
    let item = |more: Value| {
        let mut item = json!({ "externalId": "a", "name": "Mallory", "kind": "BOT", "active": false, "team": "none" });
        item.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        json!([item])
    };
    let ada = item(json!({ "handle": "ada" }));
    assert_eq!(told(&house, &feeder, "people", ada.clone()).await, ["CREATED"]);
    for taken in [ada, item(json!({ "handle": "nobody" })), item(json!({}))] {
        assert_eq!(told(&house, &feeder, "people", taken).await, ["UNCHANGED"]);
        assert_eq!(house.data("operator", query, json!({})).await, before);
    }
    // An admin may, with the same account.
    assert_eq!(told(&house, "operator", "people", json!([{ "externalId": "a", "name": "Ada L." }])).await, ["CHANGED"]);
}

#[tokio::test]
async fn a_person_whom_the_source_has_made_is_changed_by_it_until_they_are_somebody_else() {
    let (house, feeder) = house().await;
    let mut people = json!([{ "externalId": "z", "handle": "zed", "name": "Zed" }, { "externalId": "y", "handle": "yan", "name": "Yan" }]);
    assert_eq!(told(&house, &feeder, "people", people.clone()).await, ["CREATED", "CREATED"]);
    people[0]["active"] = json!(false);
    people[1]["name"] = json!("Yan Y.");
    assert_eq!(told(&house, &feeder, "people", people.clone()).await, ["CHANGED", "CHANGED"]);
    people[0]["active"] = json!(true);
    assert_eq!(told(&house, &feeder, "people", people.clone()).await, ["CHANGED", "UNCHANGED"]);
    house.act("operator", "mergePeople", json!({ "from": { "handle": "yan" }, "into": { "handle": "zed" } }), "").await;
    for _ in 0..2 {
        assert_eq!(told(&house, &feeder, "people", people.clone()).await, ["UNCHANGED", "UNCHANGED"]);
    }
    let query = "{ person(by: { handle: \"zed\" }) { name } }";
    assert_eq!(house.data("operator", query, json!({})).await["person"]["name"], "Zed");
}

#[tokio::test]
async fn a_topic_that_is_there_is_everybodys() {
    let (house, feeder) = house().await;
    house.topic("rust", "").await;
    house.topic("web", "").await;
    let taken = json!([{ "slug": "rust", "name": "Mine", "parent": "web" }, { "slug": "new", "parent": "rust" }]);
    assert_eq!(told(&house, &feeder, "topics", taken.clone()).await, ["UNCHANGED", "CREATED"]);
    assert_eq!(told(&house, &feeder, "topics", taken.clone()).await, ["UNCHANGED", "UNCHANGED"]);
    let query = "{ topic(by: { slug: \"rust\" }) { name parent { slug } } }";
    assert_eq!(house.data("", query, json!({})).await["topic"]["parent"], Value::Null);
    assert_eq!(told(&house, "operator", "topics", taken).await, ["CHANGED", "UNCHANGED"]);
}

#[tokio::test]
async fn a_leadership_that_was_ended_or_rejected_here_stays_so() {
    let (house, feeder) = house().await;
    house.topic("rust", "").await;
    told(&house, &feeder, "people", json!([{ "externalId": "a", "handle": "ada" }])).await;
    let item = |kind: &str, from: &str| json!({ "person": "a", "topic": "rust", "kind": kind, "from": from });
    let batch = json!([item("APPOINTED", "2020-01-01T00:00:00Z"), item("DECLARED", "2020-01-01T00:00:00Z")]);
    assert_eq!(told(&house, &feeder, "leaderships", batch.clone()).await, ["CREATED", "CREATED"]);
    let later = json!([item("APPOINTED", "2021-01-01T00:00:00Z")]);
    assert_eq!(told(&house, &feeder, "leaderships", later).await, ["CONFLICT"], "it is known for that time");
    let query = "{ leaderships { nodes { id kind validTo } } }";
    let known = house.data("operator", query, json!({})).await["leaderships"]["nodes"].clone();
    for leadership in known.as_array().expect("a list") {
        let id = leadership["id"].clone();
        if leadership["kind"] == "APPOINTED" {
            house.act("operator", "endLeadership", json!({ "leadership": id }), "").await;
        } else {
            house.act("operator", "rejectLeadership", json!({ "leadership": id, "reason": "no" }), "").await;
        }
    }
    let ended = house.data("operator", query, json!({})).await;
    for _ in 0..2 {
        assert_eq!(told(&house, &feeder, "leaderships", batch.clone()).await, ["UNCHANGED", "UNCHANGED"]);
        assert_eq!(house.data("operator", query, json!({})).await, ended);
    }
}
