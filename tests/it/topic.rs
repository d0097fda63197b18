//! Topics and sources: made, changed, and what keeps the forest a forest.

use serde_json::{Value, json};

use crate::house::House;

/// A house with languages > rust > async, and web.
async fn house() -> House {
    let house = House::new().await;
    house.topic("languages", "").await;
    house.topic("rust", "languages").await;
    house.topic("async", "rust").await;
    house.topic("web", "").await;
    house
}

fn topic(slug: &str, more: &Value) -> Value {
    let mut input = json!({ "slug": slug, "name": slug });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn change(slug: &str, more: &Value) -> Value {
    let mut input = json!({ "topic": { "slug": slug } });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn a_topic_has_a_place_in_its_tree() {
    let house = house().await;
    let query = "{ topic(by: { slug: \"async\" }) { parent { slug } ancestors { slug } } languages: topic(by: { slug: \"languages\" }) { children { nodes { slug } } } }";
    let told = house.data("", query, json!({})).await;
    assert_eq!(
        told["topic"],
        json!({ "parent": { "slug": "rust" }, "ancestors": [{ "slug": "languages" }, { "slug": "rust" }] })
    );
    assert_eq!(told["languages"]["children"]["nodes"], json!([{ "slug": "rust" }]));
}

#[tokio::test]
async fn what_cannot_be_a_topic_says_why() {
    let house = house().await;
    let cases = [
        ("TAKEN", topic("rust", &json!({}))),
        ("TEXT_EMPTY", topic(" ", &json!({}))),
        ("TEXT_EMPTY", topic("new", &json!({ "name": "" }))),
        ("TEXT_INVALID", topic("Two Words", &json!({}))),
        ("TEXT_INVALID", topic("new", &json!({ "description": "a\u{0}" }))),
        ("TEXT_TOO_LONG", topic(&"x".repeat(101), &json!({}))),
        ("TEXT_TOO_LONG", topic("new", &json!({ "name": "x".repeat(501) }))),
        ("TOPIC_NOT_FOUND", topic("new", &json!({ "parent": { "slug": "none" } }))),
        ("TOPIC_NOT_FOUND", topic("new", &json!({ "synonymOf": { "slug": "none" } }))),
        ("CONFLICT", topic("new", &json!({ "parent": { "slug": "web" }, "synonymOf": { "slug": "rust" } }))),
    ];
    for (code, input) in cases {
        assert_eq!(house.refused("operator", "createTopic", input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn a_topic_never_stands_below_itself() {
    let house = house().await;
    for below in ["languages", "rust", "async"] {
        assert_eq!(
            house
                .refused("operator", "updateTopic", change("languages", &json!({ "parent": { "slug": below } })))
                .await,
            "CYCLE",
            "{below}"
        );
    }
}

#[tokio::test]
async fn a_topic_moves_with_everything_below_it() {
    let house = house().await;
    let moved = house
        .act(
            "operator",
            "updateTopic",
            change("rust", &json!({ "parent": { "slug": "web" }, "name": "Rust" })),
            "topic { name parent { slug } }",
        )
        .await;
    assert_eq!(moved["topic"], json!({ "name": "Rust", "parent": { "slug": "web" } }));
    let tree = "{ web: topics(filter: { subtreeOf: { slug: \"web\" } }) { nodes { slug } } languages: topics(filter: { subtreeOf: { slug: \"languages\" } }) { nodes { slug } } }";
    let told = house.data("", tree, json!({})).await;
    assert_eq!(told["web"]["nodes"], json!([{ "slug": "async" }, { "slug": "rust" }, { "slug": "web" }]));
    assert_eq!(told["languages"]["nodes"], json!([{ "slug": "languages" }]));
    let root = house
        .act("operator", "updateTopic", change("rust", &json!({ "parent": null })), "topic { name parent { slug } }")
        .await;
    assert_eq!(root["topic"], json!({ "name": "Rust", "parent": null }));
}

#[tokio::test]
async fn changing_a_topic_to_what_it_is_changes_nothing() {
    let house = house().await;
    let end = crate::entities::log_end(&house).await;
    house.act("operator", "updateTopic", change("rust", &json!({ "name": "rust" })), "").await;
    assert_eq!(crate::entities::log_end(&house).await, end);
}

#[tokio::test]
async fn what_cannot_become_of_a_topic_says_why() {
    let house = house().await;
    let cases = [
        ("TOPIC_NOT_FOUND", change("none", &json!({ "name": "x" }))),
        ("TOPIC_NOT_FOUND", change("web", &json!({ "parent": { "slug": "none" } }))),
        ("TEXT_EMPTY", change("web", &json!({ "name": " " }))),
        ("TEXT_TOO_LONG", change("web", &json!({ "description": "x".repeat(100_001) }))),
        ("CYCLE", change("web", &json!({ "synonymOf": { "slug": "web" } }))),
        ("CONFLICT", change("rust", &json!({ "synonymOf": { "slug": "web" } }))),
    ];
    for (code, input) in cases {
        assert_eq!(house.refused("operator", "updateTopic", input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn a_synonym_names_its_main_topic_wherever_something_is_told() {
    let house = house().await;
    house.person("ada").await;
    house.act("operator", "createTopic", topic("rustlang", &json!({ "synonymOf": { "slug": "rust" } })), "").await;
    house.content("ada", "On Rust", &["rustlang"]).await;
    house.act("ada", "declareLeadership", json!({ "topic": { "slug": "rustlang" } }), "").await;
    let query = "{ synonym: topic(by: { slug: \"rustlang\" }) { slug synonymOf { slug } }
        contents(filter: { topic: { slug: \"rustlang\" } }) { totalCount nodes { topics { slug } } } leaderships { nodes { topic { slug } } }
        topics { nodes { slug } } all: topics(filter: { includeSynonyms: true }) { totalCount } rust: topic(by: { slug: \"rust\" }) { synonyms { nodes { slug } } } }";
    let told = house.data("", query, json!({})).await;
    assert_eq!(told["synonym"], json!({ "slug": "rustlang", "synonymOf": { "slug": "rust" } }));
    assert_eq!(told["contents"], json!({ "totalCount": 1, "nodes": [{ "topics": [{ "slug": "rust" }] }] }));
    assert_eq!(told["leaderships"]["nodes"], json!([{ "topic": { "slug": "rust" } }]));
    assert_eq!(
        told["topics"]["nodes"],
        json!([{ "slug": "async" }, { "slug": "languages" }, { "slug": "rust" }, { "slug": "web" }])
    );
    assert_eq!(
        (&told["all"]["totalCount"], &told["rust"]["synonyms"]["nodes"]),
        (&json!(5), &json!([{ "slug": "rustlang" }]))
    );
}

#[tokio::test]
async fn a_topic_with_facts_or_a_place_is_no_synonym() {
    let house = house().await;
    house.person("ada").await;
    house.content("ada", "On the web", &["web"]).await;
    assert_eq!(
        house.refused("operator", "updateTopic", change("web", &json!({ "synonymOf": { "slug": "rust" } }))).await,
        "CONFLICT"
    );
    house.topic("empty", "").await;
    house.act("operator", "updateTopic", change("empty", &json!({ "synonymOf": { "slug": "rust" } })), "").await;
    let parent = topic("child", &json!({ "parent": { "slug": "empty" } }));
    let made = house.act("operator", "createTopic", parent, "topic { parent { slug } }").await;
    assert_eq!(made["topic"]["parent"]["slug"], "rust", "a synonym as parent is its main topic");
    assert_eq!(
        house.refused("operator", "updateTopic", change("empty", &json!({ "parent": { "slug": "web" } }))).await,
        "CONFLICT"
    );
    let own = house
        .act(
            "operator",
            "updateTopic",
            change("empty", &json!({ "synonymOf": null, "parent": { "slug": "web" } })),
            "topic { synonymOf { slug } }",
        )
        .await;
    assert_eq!(own["topic"]["synonymOf"], Value::Null);
}

#[tokio::test]
async fn only_operators_make_and_change_topics() {
    let house = house().await;
    house.person("ada").await;
    for (viewer, code) in [("ada", "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        assert_eq!(
            house
                .fails(
                    viewer,
                    "mutation { createTopic(input: { slug: \"x\", name: \"x\" }) { topic { id } } }",
                    json!({})
                )
                .await,
            code
        );
        assert_eq!(
            house
                .fails(
                    viewer,
                    "mutation { updateTopic(input: { topic: { slug: \"web\" }, name: \"x\" }) { topic { id } } }",
                    json!({})
                )
                .await,
            code
        );
    }
}
