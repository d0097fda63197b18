//! Who listens to a topic hears of it however the tree changes: of what comes to stand below it, and of what it is merged into.

use serde_json::{Value, json};

use crate::hearing::HEAR;
use crate::house::{House, Socket};

/// Waits for the next rating that is heard: its cursor.
async fn heard(socket: &mut Socket) -> Value {
    socket.data("1").await["ratingChanged"]["cursor"].clone()
}

async fn house() -> House {
    let house = House::new().await;
    for handle in ["ada", "grace"] {
        house.person(handle).await;
    }
    house.topic("languages", "").await;
    house.topic("music", "").await;
    house
}

async fn listen(house: &House, filter: Value, after: &str) -> Socket {
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "filter": filter, "after": after })).await;
    socket
}

/// Rates with another value than before: the cursor.
async fn rate(house: &House, content: &str, value: i64) -> Value {
    house.rate("grace", content, value).await["cursor"].clone()
}

/// The cursors of the next ratings that are heard.
async fn all_heard(socket: &mut Socket, count: usize) -> Vec<Value> {
    let mut cursors = Vec::new();
    for _ in 0..count {
        cursors.push(heard(socket).await);
    }
    cursors
}

#[tokio::test]
async fn a_topic_is_heard_as_long_as_it_stands_in_the_branch() {
    let house = house().await;
    let after = house.cursor().await;
    let filter = json!({ "topic": { "slug": "languages" }, "includeSubtopics": true });
    let mut socket = listen(&house, filter.clone(), &after).await;
    let first = house.content("ada", "first", &["languages"]).await;
    let mut expected = vec![rate(&house, &first, 1).await];
    assert_eq!(heard(&mut socket).await, expected[0], "the subscription stands");
    house.topic("rust", "languages").await;
    house.topic("async", "rust").await;
    let content = house.content("ada", "on async", &["async"]).await;
    let within = house.cursor().await;
    expected.push(rate(&house, &content, 1).await);
    assert_eq!(heard(&mut socket).await, expected[1], "what was made below it");
    let put = async |parent: Value| {
        house.act("operator", "updateTopic", json!({ "topic": { "slug": "rust" }, "parent": parent }), "").await
    };
    put(json!({ "slug": "music" })).await;
    let elsewhere = rate(&house, &content, 2).await;
    put(json!({ "slug": "languages" })).await;
    expected.push(rate(&house, &content, 3).await);
    assert_eq!(heard(&mut socket).await, expected[2], "but not what happened while it stood elsewhere");
    put(json!({ "slug": "music" })).await;
    rate(&house, &content, 4).await;
    expected.push(rate(&house, &first, 2).await);
    assert_eq!(heard(&mut socket).await, expected[3], "nor after it has gone");
    // The same for who was away all the time, after a start that had to read where topics stood.
    let house = House::on(house.stop().await).await;
    for (after, first) in [(after.as_str(), 0), (within.as_str(), 1), (elsewhere.as_str().unwrap(), 2)] {
        let mut again = listen(&house, filter.clone(), after).await;
        assert_eq!(all_heard(&mut again, 4 - first).await, expected[first..], "who comes back to number {first}");
    }
    let query = "query($filter: ChangeFilter, $after: String) {
        changes(nouns: [RATING], filter: $filter, after: $after) { nodes { cursor } }
    }";
    let changes = house.data("", query, json!({ "filter": filter, "after": after })).await["changes"]["nodes"].clone();
    let cursors: Vec<_> = changes.as_array().unwrap().iter().map(|change| change["cursor"].clone()).collect();
    assert_eq!(cursors, expected, "who asks");
}

#[tokio::test]
async fn a_merged_topic_is_heard_under_the_other_also_by_who_comes_back() {
    let house = house().await;
    house.topic("tongues", "").await;
    let (one, other) =
        (house.content("ada", "one", &["tongues"]).await, house.content("ada", "other", &["languages"]).await);
    let after = house.cursor().await;
    let mut tongues = listen(&house, json!({ "topic": { "slug": "tongues" } }), &after).await;
    let mut moves = house.socket("").await;
    let query = "subscription($filter: ChangeFilter, $after: String) {
        contentChanged(filter: $filter, after: $after) { content { title } }
    }";
    moves.subscribe("1", query, json!({ "filter": { "topic": { "slug": "tongues" } }, "after": after })).await;
    let mut expected = vec![rate(&house, &one, 1).await];
    assert_eq!(heard(&mut tongues).await, expected[0]);
    let topics = json!({ "from": { "slug": "tongues" }, "into": { "slug": "languages" } });
    let merge = house.act("operator", "mergeTopics", topics, "merge { id }").await["merge"]["id"].clone();
    let moved = moves.data("1").await["contentChanged"]["content"]["title"].clone();
    assert_eq!(moved, "one", "that it has moved is heard, too");
    for (content, value) in [(&one, 2), (&other, 2)] {
        expected.push(rate(&house, content, value).await);
        assert_eq!(&heard(&mut tongues).await, expected.last().unwrap(), "it is the other one now");
    }
    house.act("operator", "undoMerge", json!({ "merge": merge }), "").await;
    rate(&house, &other, 3).await;
    expected.push(rate(&house, &one, 3).await);
    assert_eq!(&heard(&mut tongues).await, expected.last().unwrap(), "and no longer than that");
    let mut again = listen(&house, json!({ "topic": { "slug": "tongues" } }), &after).await;
    assert_eq!(all_heard(&mut again, 4).await, expected, "who comes back to it");
    let mut again = listen(&house, json!({ "topic": { "slug": "languages" } }), &after).await;
    assert_eq!(
        all_heard(&mut again, 2).await,
        expected[1..3],
        "who comes back to the other hears what was on it by then"
    );
}
