//! Objections to what is shown of oneself.

use serde_json::{Value, json};

use crate::lead::{leaders, of, project};

#[tokio::test]
async fn who_objects_is_shown_as_contested_until_they_take_it_back() {
    let house = project().await;
    let on = |topic: &str, text: &str| json!({ "topic": { "slug": topic }, "text": text });
    for (code, input) in [
        ("TOPIC_NOT_FOUND", on("none", "no")),
        ("TEXT_EMPTY", on("storage", " ")),
        ("TEXT_TOO_LONG", on("storage", &"x".repeat(2_001))),
        ("TEXT_INVALID", on("storage", "a\u{0}")),
    ] {
        assert_eq!(house.refused("ada", "contestLeadership", input).await, code);
    }
    let take_back = json!({ "topic": { "slug": "storage" } });
    assert_eq!(house.refused("ada", "withdrawContest", take_back.clone()).await, "CONTEST_NOT_FOUND");
    assert_eq!(
        house.refused("ada", "withdrawContest", json!({ "topic": { "slug": "none" } })).await,
        "TOPIC_NOT_FOUND"
    );
    let query =
        "mutation { contestLeadership(input: { topic: { slug: \"storage\" }, text: \"no\" }) { contest { text } } }";
    assert_eq!(house.fails("", query, Value::Null).await, "UNAUTHENTICATED");

    let mut socket = house.socket("").await;
    socket
        .subscribe(
            "1",
            "subscription { leadershipChanged { ... on LeadershipChange { act contest { text person { handle } } } } }",
            Value::Null,
        )
        .await;
    let score = of(&leaders(&house, "storage", "").await, "ada")["score"].clone();
    let made = house
        .act(
            "ada",
            "contestLeadership",
            on("storage", "I only mend it"),
            "contest { text contestedAt person { handle } topic { slug } }",
        )
        .await;
    assert_eq!(made["contest"]["person"]["handle"], "ada");
    let heard = socket.data("1").await["leadershipChanged"].clone();
    assert_eq!(heard["contest"], json!({ "text": "I only mend it", "person": { "handle": "ada" } }), "{heard:#}");
    let told = leaders(&house, "storage", "").await;
    assert_eq!((&of(&told, "ada")["standing"], &of(&told, "ada")["score"]), (&json!("CONTESTED"), &score));
    let query = r"{ leadershipGaps(kinds: [CONTESTED]) { nodes { reason topic { slug } } } leadershipMap { leading { standing } } }";
    let told = house.data("", query, Value::Null).await;
    assert_eq!(
        told["leadershipGaps"]["nodes"],
        json!([{ "reason": "ada objects to what is shown of them on storage.", "topic": { "slug": "storage" } }])
    );
    assert!(told["leadershipMap"]["leading"].as_array().unwrap().contains(&json!({ "standing": "CONTESTED" })));
    house.act("operator", "mergePeople", json!({ "from": { "handle": "ada" }, "into": { "handle": "cy" } }), "").await;
    assert_eq!(of(&leaders(&house, "storage", "").await, "cy")["standing"], "CONTESTED", "she is cy now");
    let merge = house
        .data(
            "",
            "{ changes(first: 1, nouns: [MERGE]) { nodes { ... on MergeChange { merge { id } } } } }",
            Value::Null,
        )
        .await;
    house.act("operator", "undoMerge", json!({ "merge": merge["changes"]["nodes"][0]["merge"]["id"] }), "").await;
    house.act("ada", "withdrawContest", take_back, "contest { withdrawnAt }").await;
    assert_eq!(of(&leaders(&house, "storage", "").await, "ada")["standing"], "LEADS");
}

/// What was said before a merge is taken back by the one who is shown as objecting.
#[tokio::test]
async fn an_objection_from_before_a_merge_can_be_taken_back_after_it() {
    let house = project().await;
    let on = |topic: &str| json!({ "topic": { "slug": topic }, "text": "no" });
    house.act("ada", "contestLeadership", on("storage"), "").await;
    house.act("operator", "mergePeople", json!({ "from": { "handle": "ada" }, "into": { "handle": "cy" } }), "").await;
    assert_eq!(of(&leaders(&house, "storage", "").await, "cy")["standing"], "CONTESTED");
    let take_back = json!({ "topic": { "slug": "storage" } });
    assert_eq!(house.refused("ben", "withdrawContest", take_back.clone()).await, "CONTEST_NOT_FOUND");
    house.act("cy", "withdrawContest", take_back.clone(), "contest { withdrawnAt }").await;
    assert_ne!(of(&leaders(&house, "storage", "").await, "cy")["standing"], "CONTESTED");
    assert_eq!(house.refused("cy", "withdrawContest", take_back.clone()).await, "CONTEST_NOT_FOUND");
    house.topic("shelves", "").await;
    for topic in ["shelves", "storage"] {
        house.act("cy", "contestLeadership", on(topic), "").await;
    }
    let topics = json!({ "from": { "slug": "shelves" }, "into": { "slug": "storage" } });
    house.act("operator", "mergeTopics", topics, "").await;
    house.act("cy", "withdrawContest", take_back.clone(), "contest { withdrawnAt }").await;
    assert_ne!(of(&leaders(&house, "storage", "").await, "cy")["standing"], "CONTESTED", "both are taken back");
}
