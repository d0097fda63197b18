//! Lists that are watched: told as they are, and again when their top is another.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::events::Events;
use crate::house::{House, Socket};

const LEADERS: &str = "subscription($topic: TopicRef!, $first: Int) {
    leadersChanged(topic: $topic, first: $first, interval: \"PT1S\") {
        cursor topic { slug } leaders { rank standing person { handle } endorsements { text } }
    }
}";
const CONTENTS: &str = "subscription($scope: TrendScope) {
    trendChanged(of: CONTENTS, window: \"PT24H\", scope: $scope, first: 2, interval: \"PT1S\") {
        at trends { contents(first: 2) { nodes { content { title } } } }
    }
}";

fn rust() -> Value {
    json!({ "topic": { "slug": "rust" } })
}

fn led_by(told: &Value) -> Vec<&str> {
    let leaders = told["leadersChanged"]["leaders"].as_array().expect("leaders");
    leaders.iter().map(|leader| leader["person"]["handle"].as_str().expect("a handle")).collect()
}

fn titles(told: &Value) -> Vec<&str> {
    let nodes = told["trendChanged"]["trends"]["contents"]["nodes"].as_array().expect("contents");
    nodes.iter().map(|node| node["content"]["title"].as_str().expect("a title")).collect()
}

/// A house where `ada`, `ben` and `eve` may write on `rust`.
async fn house() -> House {
    let house = House::new().await;
    for handle in ["ada", "ben", "eve"] {
        house.person(handle).await;
    }
    house.topic("rust", "").await;
    house
}

async fn endorse(house: &House, by: &str, whom: &str) -> Value {
    let input = json!({ "person": { "handle": whom }, "topic": { "slug": "rust" }, "text": "knows" });
    house.act(by, "endorseLeadership", input, "endorsement { id }").await["endorsement"]["id"].clone()
}

#[tokio::test]
async fn leaders_are_told_as_they_are_and_whenever_others_lead() {
    let house = house().await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", LEADERS, rust()).await;
    let first = socket.data("1").await;
    assert_eq!((first["leadersChanged"]["topic"]["slug"].as_str(), led_by(&first)), (Some("rust"), vec![]));
    let word = endorse(&house, "ben", "ada").await;
    let told = socket.data("1").await;
    assert_eq!(led_by(&told), ["ada"]);
    assert_eq!(told["leadersChanged"]["leaders"][0]["endorsements"][0]["text"], "knows");
    // Somebody who comes later, by another road, is told at once what holds.
    let mut late = Events::post(&house, "eve", LEADERS, rust()).await;
    assert_eq!(led_by(&late.data().await), ["ada"]);
    house.act("ben", "withdrawEndorsement", json!({ "endorsement": word }), "").await;
    assert_eq!(led_by(&socket.data("1").await), Vec::<&str>::new());
    assert_eq!(led_by(&late.data().await), Vec::<&str>::new());
    // The cursor goes on in the log.
    let after = json!({ "after": told["leadersChanged"]["cursor"] });
    let missed =
        house.data("", "query($after: String) { changes(after: $after) { nodes { __typename } } }", after).await;
    assert_eq!(missed["changes"]["nodes"][0]["__typename"], "LeadershipChange");
}

#[tokio::test]
async fn what_changes_below_the_top_is_not_told() {
    let house = house().await;
    endorse(&house, "ben", "ada").await;
    endorse(&house, "eve", "ada").await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", LEADERS, json!({ "topic": { "slug": "rust" }, "first": 1 })).await;
    socket.subscribe("2", LEADERS, rust()).await;
    let mut told = BTreeMap::new();
    while told.values().filter(|leaders: &&Vec<String>| leaders[..] == ["ada"]).count() < 2 {
        let (id, leaders) = next(&mut socket).await;
        told.insert(id, leaders);
    }
    endorse(&house, "ada", "ben").await;
    let two = vec!["ada".to_owned(), "ben".to_owned()];
    assert_eq!(next(&mut socket).await, ("2".to_owned(), two), "the first is the same, so the other hears nothing");
    house.act("operator", "deactivatePerson", json!({ "person": { "handle": "ada" }, "reason": "left" }), "").await;
    let mut heard = [next(&mut socket).await, next(&mut socket).await];
    heard.sort();
    let ben = vec!["ben".to_owned()];
    assert_eq!(heard, [("1".to_owned(), ben.clone()), ("2".to_owned(), ben)], "with ada gone, ben is first on both");
}

/// The next list of leaders, and which operation it is for.
async fn next(socket: &mut Socket) -> (String, Vec<String>) {
    let message = socket.next().await;
    let leaders = led_by(&message["payload"]["data"]).into_iter().map(str::to_owned).collect();
    (message["id"].as_str().expect("an id").to_owned(), leaders)
}

#[tokio::test]
async fn hot_contents_are_told_when_others_are_hot_and_never_when_they_are_hidden() {
    let house = house().await;
    let mut socket = house.socket("").await;
    let scope = json!({ "scope": { "topic": { "slug": "rust" } } });
    socket.subscribe("1", CONTENTS, scope.clone()).await;
    assert_eq!(titles(&socket.data("1").await), Vec::<&str>::new());
    let old = house.content("ada", "On lifetimes", &["rust"]).await;
    house.rate("ben", &old, 5).await;
    assert_eq!(titles(&socket.data("1").await), ["On lifetimes"]);
    let new = house.content("ben", "On traits", &["rust"]).await;
    for rater in ["ada", "eve"] {
        house.rate(rater, &new, 5).await;
    }
    let mut told = socket.data("1").await;
    while titles(&told) != ["On traits", "On lifetimes"] {
        told = socket.data("1").await;
    }
    house.act("operator", "hideContent", json!({ "content": { "id": new }, "reason": "spam" }), "").await;
    assert_eq!(titles(&socket.data("1").await), ["On lifetimes"]);
}

#[tokio::test]
async fn a_list_is_looked_up_once_for_all_who_watch_it_and_forgotten_with_the_last() {
    let house = house().await;
    let mut sockets = Vec::new();
    for person in ["", "ada", "ben"] {
        let mut socket = house.socket(person).await;
        socket.subscribe("1", LEADERS, rust()).await;
        socket.data("1").await;
        sockets.push(socket);
    }
    assert_eq!((house.app.live().listeners, house.app.live().audiences), (3, 1));
    drop(sockets);
    for _ in 0..200 {
        if house.app.live().listeners + house.app.live().audiences == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("somebody is left: {:?}", house.app.live());
}

#[tokio::test]
async fn a_list_that_is_none_is_refused_with_what_would_be_right() {
    let house = house().await;
    let mut socket = house.socket("").await;
    for (id, document, told) in [
        ("1", "subscription { leadersChanged(topic: { slug: \"go\" }) { cursor } }", "there is no such topic"),
        ("2", "subscription { leadersChanged(topic: { slug: \"rust\" }, first: 0) { cursor } }", "between 1 and 100"),
        ("3", "subscription { trendChanged(of: WORDS, interval: \"PT0.5S\") { cursor } }", "between PT1S and PT1H"),
        ("4", "subscription { trendChanged(of: WORDS, window: \"PT1M\") { cursor } }", "PT1H"),
        (
            "5",
            "subscription { trendChanged(of: TOPICS, scope: { source: { slug: \"no\" } }) { cursor } }",
            "no such source",
        ),
    ] {
        socket.subscribe(id, document, json!({})).await;
        let message = socket.next().await;
        assert_eq!((message["id"].as_str(), message["type"].as_str()), (Some(id), Some("error")), "{message:#}");
        let said = message["payload"][0]["message"].as_str().expect("a message");
        assert!(said.contains(told), "{said}");
    }
    assert_eq!(house.app.live().listeners, 0);
}
