//! Lists that are watched: told as they are, and again when their top is another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use peerlead::domain::change::{Branch, Change};
use peerlead::domain::id::{PersonId, TopicId};
use peerlead::live::feed::{Feed, Memory};
use peerlead::live::watches::Watches;
use peerlead::store::connection::Store;
use serde_json::{Value, json};

use crate::events::Events;
use crate::house::{Database, House, Socket};

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

/// Somebody who watches what stands first in a list of trends, with these fields. At the beginning that is nothing.
async fn watch_first(house: &House, of: &str, fields: &str) -> Socket {
    let list = of.to_lowercase();
    let query = format!(
        "subscription {{ trendChanged(of: {of}, window: \"PT24H\", first: 1, interval: \"PT1S\") {{ trends {{ {list}(first: 1) {{ nodes {{ {fields} }} }} }} }} }}"
    );
    let mut socket = house.socket("").await;
    socket.subscribe("1", &query, json!({})).await;
    assert_eq!(socket.data("1").await["trendChanged"]["trends"][&list]["nodes"], json!([]));
    socket
}

/// Hears until something stands first in a list. What did so for a moment before may be told, too.
async fn hear_first(socket: &mut Socket, list: &str, first: Value) {
    while socket.data("1").await["trendChanged"]["trends"][list]["nodes"][0] != first {}
}

#[tokio::test]
async fn words_are_told_when_another_one_stands_first() {
    let house = house().await;
    let mut socket = watch_first(&house, "WORDS", "text").await;
    for (author, title) in [("ada", "zeppelins fly"), ("ben", "zeppelins land"), ("eve", "more zeppelins")] {
        house.content(author, title, &[]).await;
    }
    hear_first(&mut socket, "words", json!({ "text": "zeppelins" })).await;
    for (author, titles) in [
        ("ada", ["volcano smokes", "volcano sleeps"]),
        ("ben", ["volcano glows", "volcano roars"]),
        ("eve", ["volcano cools", "volcano shakes"]),
    ] {
        for title in titles {
            house.content(author, title, &[]).await;
        }
    }
    hear_first(&mut socket, "words", json!({ "text": "volcano" })).await;
}

#[tokio::test]
async fn topics_are_told_when_another_one_stands_first() {
    let house = house().await;
    house.topic("go", "").await;
    let mut socket = watch_first(&house, "TOPICS", "topic { slug }").await;
    house.content("ada", "On lifetimes", &["rust"]).await;
    hear_first(&mut socket, "topics", json!({ "topic": { "slug": "rust" } })).await;
    for author in ["ada", "ben", "eve"] {
        house.content(author, &format!("{author} on channels"), &["go"]).await;
    }
    hear_first(&mut socket, "topics", json!({ "topic": { "slug": "go" } })).await;
}

#[tokio::test]
async fn people_are_told_when_another_one_stands_first() {
    let house = house().await;
    let mut socket = watch_first(&house, "PEOPLE", "person { handle }").await;
    let content = house.content("ada", "On lifetimes", &["rust"]).await;
    house.rate("ben", &content, 5).await;
    hear_first(&mut socket, "people", json!({ "person": { "handle": "ada" } })).await;
    let content = house.content("eve", "On traits", &["rust"]).await;
    for rater in ["ada", "ben"] {
        house.rate(rater, &content, 5).await;
    }
    hear_first(&mut socket, "people", json!({ "person": { "handle": "eve" } })).await;
}

#[tokio::test]
async fn many_changes_of_the_top_within_an_interval_are_told_together() {
    let house = house().await;
    for number in 0..30 {
        house.person(&format!("p{number}")).await;
    }
    let mut socket = house.socket("").await;
    let query = "subscription { leadersChanged(topic: { slug: \"rust\" }, first: 30, interval: \"PT1S\") { leaders { person { handle } } } }";
    socket.subscribe("1", query, json!({})).await;
    assert_eq!(led_by(&socket.data("1").await), Vec::<&str>::new());
    // Ten a second, each of which makes it another list.
    let (began, mut pace) = (Instant::now(), tokio::time::interval(Duration::from_millis(100)));
    for number in 0..30 {
        pace.tick().await;
        endorse(&house, "ben", &format!("p{number}")).await;
    }
    let mut told = Vec::new();
    while told.last() != Some(&30) {
        told.push(led_by(&socket.data("1").await).len());
    }
    let seconds = began.elapsed().as_secs_f64();
    assert!(told.len() as f64 <= seconds + 1.0, "{told:?} in {seconds} s: it is looked once a second");
    assert_eq!(socket.next_within(1.5).await, None);
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

#[tokio::test]
async fn leaders_of_a_topic_that_was_merged_into_another_are_those_of_the_other() {
    let house = house().await;
    house.topic("go", "").await;
    house.act("eve", "declareLeadership", json!({ "topic": { "slug": "go" } }), "").await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", LEADERS, json!({ "topic": { "slug": "rust" } })).await;
    assert_eq!(led_by(&socket.data("1").await), Vec::<&str>::new());
    let topics = json!({ "from": { "slug": "rust" }, "into": { "slug": "go" } });
    house.act("operator", "mergeTopics", topics, "").await;
    let told = socket.data("1").await;
    assert_eq!((led_by(&told), &told["leadersChanged"]["topic"]["slug"]), (vec!["eve"], &json!("go")));
}

/// Nothing is kept in memory.
struct Nothing;

impl Memory for Nothing {
    fn hear(&self, _: &Change) {}

    fn grown(&self, _: &Branch, _: i64) -> BTreeSet<TopicId> {
        BTreeSet::new()
    }
}

#[tokio::test]
async fn who_watches_a_hundred_lists_waits_for_themselves_and_nobody_else_does() {
    let database = Database::fresh().await;
    let store = Store::connect(&database.url).await.expect("a database");
    store.migrate().await.expect("migrations");
    let store = Arc::new(store);
    let feed = Feed::start(Arc::clone(&store), 16, Nothing).await.expect("a feed");
    let watches = Watches::new(Arc::clone(&feed));
    let watch = |number: i64, person| {
        let look = |_| {
            let slow = async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Some(())
            };
            slow.boxed()
        };
        watches.join(number, Some(PersonId(person)), Duration::from_mins(1), Box::new(look))
    };
    let mut all: Vec<_> = (0..100).map(|number| watch(number, 1)).collect();
    let (mut own, mut shared) = (watch(100, 2), watch(99, 2));
    let began = Instant::now();
    own.next().await.expect("a list");
    shared.next().await.expect("a list that the other one watches too");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    for watching in &mut all {
        watching.next().await.expect("a list");
    }
    assert!(began.elapsed() > Duration::from_secs(4), "one at a time: {:?}", began.elapsed());
    feed.close();
    store.close().await;
}
