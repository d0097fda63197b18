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

#[tokio::test]
async fn a_topic_is_heard_as_long_as_it_stands_in_the_branch() {
    let house = house().await;
    let filter = json!({ "topic": { "slug": "languages" }, "includeSubtopics": true });
    let mut socket = listen(&house, filter, &house.cursor().await).await;
    let first = house.content("ada", "first", &["languages"]).await;
    let made = rate(&house, &first, 1).await;
    assert_eq!(heard(&mut socket).await, made, "the subscription stands");
    house.topic("rust", "languages").await;
    house.topic("async", "rust").await;
    let content = house.content("ada", "on async", &["async"]).await;
    let made = rate(&house, &content, 1).await;
    assert_eq!(heard(&mut socket).await, made, "what was made below it");
    let put = async |parent: Value| {
        house.act("operator", "updateTopic", json!({ "topic": { "slug": "rust" }, "parent": parent }), "").await
    };
    put(json!({ "slug": "music" })).await;
    rate(&house, &content, 2).await;
    put(json!({ "slug": "languages" })).await;
    let back = rate(&house, &content, 3).await;
    assert_eq!(heard(&mut socket).await, back, "but not what happened while it stood elsewhere");
}

#[tokio::test]
async fn a_merged_topic_is_heard_under_the_other_and_both_by_who_comes_back() {
    let house = house().await;
    house.topic("tongues", "").await;
    let (one, other) =
        (house.content("ada", "one", &["tongues"]).await, house.content("ada", "other", &["languages"]).await);
    let after = house.cursor().await;
    let mut tongues = listen(&house, json!({ "topic": { "slug": "tongues" } }), &after).await;
    let mut expected = vec![rate(&house, &one, 1).await];
    assert_eq!(heard(&mut tongues).await, expected[0]);
    let topics = json!({ "from": { "slug": "tongues" }, "into": { "slug": "languages" } });
    let merge = house.act("operator", "mergeTopics", topics, "merge { id }").await["merge"]["id"].clone();
    for (content, value) in [(&one, 2), (&other, 2)] {
        expected.push(rate(&house, content, value).await);
        assert_eq!(&heard(&mut tongues).await, expected.last().unwrap(), "it is the other one now");
    }
    for slug in ["tongues", "languages"] {
        let mut again = listen(&house, json!({ "topic": { "slug": slug } }), &after).await;
        for cursor in &expected {
            assert_eq!(heard(&mut again).await, *cursor, "who comes back to {slug}");
        }
    }
    house.act("operator", "undoMerge", json!({ "merge": merge }), "").await;
    rate(&house, &other, 3).await;
    let last = rate(&house, &one, 3).await;
    assert_eq!(heard(&mut tongues).await, last, "and no longer than that");
}
