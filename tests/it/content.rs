//! Contents: published, withdrawn, hidden, restored, and everything that is refused.

use serde_json::{Value, json};

use crate::house::House;

const ALL: &str = "content { externalId kind title body url language publishedAt state authors { handle } topics { slug } parent { title } source { slug } }";

async fn house() -> House {
    let house = House::new().await;
    for person in ["ada", "ben"] {
        house.person(person).await;
    }
    house.topic("rust", "").await;
    house.topic("web", "").await;
    house
}

fn post(change: impl FnOnce(&mut Value)) -> Value {
    let mut input = json!({ "kind": "post", "title": "A title" });
    change(&mut input);
    input
}

fn of(content: &str) -> Value {
    json!({ "content": { "id": content } })
}

#[tokio::test]
async fn a_content_keeps_every_field_it_was_published_with() {
    let house = house().await;
    let parent = house.content("ben", "The question", &["rust"]).await;
    house
        .act(
            "operator",
            "createSource",
            json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "VOTE" }),
            "",
        )
        .await;
    let input = json!({
        "kind": "answer", "title": " A title ", "body": "Line one\n\tline two 🦀", "url": "https://example.org/a?b=c#d", "language": "zh-Hant",
        "authors": [{ "handle": "ben" }, { "handle": "ada" }], "topics": [{ "slug": "web" }, { "slug": "rust" }], "parent": { "id": parent },
        "source": { "slug": "forum" }, "externalId": "a-1", "publishedAt": "2024-02-29T12:30:00.123456+02:00", "clientMutationId": "mine",
    });
    let made = house.act("ada", "publishContent", input, &format!("clientMutationId {ALL}")).await;
    assert_eq!(made["clientMutationId"], "mine");
    let expected = json!({
        "externalId": "a-1", "kind": "answer", "title": "A title", "body": "Line one\n\tline two 🦀", "url": "https://example.org/a?b=c#d",
        "language": "zh-Hant", "publishedAt": "2024-02-29T10:30:00.123456Z", "state": "VISIBLE", "authors": [{ "handle": "ben" }, { "handle": "ada" }],
        "topics": [{ "slug": "web" }, { "slug": "rust" }], "parent": { "title": "The question" }, "source": { "slug": "forum" },
    });
    assert_eq!(made["content"], expected);
    let by = "query { content(by: { external: { source: \"forum\", externalId: \"a-1\" } }) { title } }";
    assert_eq!(house.data("", by, json!({})).await["content"]["title"], "A title");
}

#[tokio::test]
async fn what_is_not_said_of_a_content_is_made_up() {
    let house = house().await;
    house.clock.set("2026-06-01T12:00:00Z".parse().unwrap());
    let made = house.act("ada", "publishContent", json!({ "kind": "post", "body": "Only a body" }), ALL).await;
    let content = &made["content"];
    assert_eq!(
        (&content["authors"], &content["source"]),
        (&json!([{ "handle": "ada" }]), &json!({ "slug": "peerlead" }))
    );
    assert_eq!((&content["title"], &content["publishedAt"]), (&json!(""), &json!("2026-06-01T12:00:00.000000Z")));
    assert!(!content["externalId"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_published_says_why() {
    let house = house().await;
    house.act("ada", "publishContent", post(|p| p["externalId"] = json!("taken")), "").await;
    let long = |n: usize| "x".repeat(n);
    let cases: Vec<(&str, Value)> = vec![
        (
            "CONTENT_NOT_FOUND",
            post(|p| p["parent"] = json!({ "external": { "source": "peerlead", "externalId": "none" } })),
        ),
        ("IN_FUTURE", post(|p| p["publishedAt"] = json!("2999-01-01T00:00:00Z"))),
        ("OUT_OF_RANGE", post(|p| p["publishedAt"] = json!("1969-12-31T23:59:59Z"))),
        ("NOT_AUTHOR", post(|p| p["authors"] = json!([{ "handle": "ben" }]))),
        ("NOT_AUTHOR", post(|p| p["authors"] = json!([]))),
        ("PERSON_NOT_FOUND", post(|p| p["authors"] = json!([{ "handle": "nobody" }]))),
        ("SAME_TWICE", post(|p| p["authors"] = json!([{ "handle": "ada" }, { "handle": "ada" }]))),
        ("SAME_TWICE", post(|p| p["topics"] = json!([{ "slug": "web" }, { "slug": "web" }]))),
        ("SOURCE_NOT_FOUND", post(|p| p["source"] = json!({ "slug": "none" }))),
        ("TAKEN", post(|p| p["externalId"] = json!("taken"))),
        ("TEXT_EMPTY", json!({ "kind": "post", "title": " ", "body": "\n" })),
        ("TEXT_EMPTY", post(|p| p["kind"] = json!(" "))),
        ("TEXT_EMPTY", post(|p| p["externalId"] = json!(""))),
        ("TEXT_INVALID", post(|p| p["kind"] = json!("two words"))),
        ("TEXT_INVALID", post(|p| p["title"] = json!("a\u{0}b"))),
        ("TEXT_INVALID", post(|p| p["url"] = json!("ftp://example.org"))),
        ("TEXT_INVALID", post(|p| p["url"] = json!("https://a b"))),
        ("TEXT_INVALID", post(|p| p["language"] = json!("english!"))),
        ("TEXT_TOO_LONG", post(|p| p["title"] = json!(long(501)))),
        ("TEXT_TOO_LONG", post(|p| p["body"] = json!(long(100_001)))),
        ("TEXT_TOO_LONG", post(|p| p["url"] = json!(format!("https://{}", long(2_000))))),
        ("TOO_MANY", post(|p| p["topics"] = json!(vec![json!({ "slug": "web" }); 101]))),
        ("TOPIC_NOT_FOUND", post(|p| p["topics"] = json!([{ "slug": "none" }]))),
    ];
    for (code, input) in cases {
        assert_eq!(house.refused("ada", "publishContent", input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn the_longest_texts_still_fit() {
    let house = house().await;
    let input = json!({ "kind": "k".repeat(50), "title": "ä".repeat(500), "body": "🦀".repeat(100_000), "externalId": "y".repeat(500) });
    let made = house.act("ada", "publishContent", input, "content { title body }").await;
    assert_eq!(made["content"]["body"].as_str().unwrap().chars().count(), 100_000);
}

#[tokio::test]
async fn an_operator_publishes_for_others() {
    let house = house().await;
    let made =
        house.act("operator", "publishContent", post(|p| p["authors"] = json!([{ "handle": "ben" }])), ALL).await;
    assert_eq!(made["content"]["authors"], json!([{ "handle": "ben" }]));
}

#[tokio::test]
async fn only_a_known_active_person_publishes() {
    let house = house().await;
    let query = "mutation($input: PublishContentInput!) { publishContent(input: $input) { content { id } } }";
    let input = json!({ "input": post(|_| {}) });
    assert_eq!(house.fails("", query, input.clone()).await, "UNAUTHENTICATED");
    house.act("operator", "updatePerson", json!({ "person": { "handle": "ben" }, "active": false }), "").await;
    assert_eq!(house.fails("ben", query, input).await, "FORBIDDEN");
}

#[tokio::test]
async fn a_withdrawn_content_is_shown_to_its_authors_and_operators_only() {
    let house = house().await;
    let content = house.content("ada", "Oops", &["rust"]).await;
    let done = house.act("ada", "withdrawContent", of(&content), "content { state }").await;
    assert_eq!(done["content"]["state"], "WITHDRAWN");
    let query = "query($id: ID!) { node(id: $id) { id } content(by: { id: $id }) { state } contents { totalCount } topic(by: { slug: \"rust\" }) { contents { totalCount nodes { id } } } }";
    for (viewer, sees) in [("", false), ("ben", false), ("ada", true), ("operator", true)] {
        let told = house.data(viewer, query, json!({ "id": content })).await;
        assert_eq!((told["node"].is_object(), told["content"].is_object()), (sees, sees), "{viewer}");
        assert_eq!(
            (&told["contents"]["totalCount"], &told["topic"]["contents"]),
            (&json!(0), &json!({ "totalCount": 0, "nodes": [] })),
            "{viewer}"
        );
    }
}

#[tokio::test]
async fn withdrawing_is_for_authors_and_operators_and_once() {
    let house = house().await;
    let (first, second) = (house.content("ada", "One", &[]).await, house.content("ada", "Two", &[]).await);
    assert_eq!(house.refused("ben", "withdrawContent", of(&first)).await, "NOT_AUTHOR");
    house.act("operator", "withdrawContent", of(&first), "").await;
    assert_eq!(house.refused("ada", "withdrawContent", of(&first)).await, "ALREADY_WITHDRAWN");
    assert_eq!(house.refused("ben", "withdrawContent", of(&first)).await, "CONTENT_NOT_FOUND");
    house.act("ada", "withdrawContent", of(&second), "").await;
}

#[tokio::test]
async fn a_hidden_content_comes_back_when_it_is_restored() {
    let house = house().await;
    let content = house.content("ada", "Rude", &["rust"]).await;
    let hide = |reason: &str| json!({ "content": { "id": content }, "reason": reason });
    for (code, reason) in
        [("TEXT_EMPTY", " ".to_owned()), ("TEXT_INVALID", "a\u{7}".to_owned()), ("TEXT_TOO_LONG", "x".repeat(2_001))]
    {
        for act in ["hideContent", "restoreContent"] {
            assert_eq!(house.refused("operator", act, hide(&reason)).await, code);
        }
    }
    assert_eq!(house.refused("operator", "restoreContent", hide("fine")).await, "CONFLICT");
    assert_eq!(
        house.act("operator", "hideContent", hide("rude"), "content { state }").await["content"]["state"],
        "HIDDEN"
    );
    assert_eq!(house.refused("operator", "hideContent", hide("again")).await, "CONFLICT");
    assert_eq!(house.data("ben", "{ contents { totalCount } }", json!({})).await["contents"]["totalCount"], json!(0));
    let back = house.act("operator", "restoreContent", hide("fine"), "content { state }").await;
    assert_eq!(back["content"]["state"], "VISIBLE");
    let log = "{ changes(nouns: [CONTENT], first: 100) { nodes { ... on ContentChange { act } } } }";
    for (viewer, told) in [
        ("ben", ["PUBLISHED", "WITHDRAWN", "PUBLISHED"]),
        ("ada", ["PUBLISHED", "HIDDEN", "RESTORED"]),
        ("operator", ["PUBLISHED", "HIDDEN", "RESTORED"]),
    ] {
        let heard = house.data(viewer, log, json!({})).await["changes"]["nodes"].clone();
        let acts: Vec<&str> = heard.as_array().unwrap().iter().map(|change| change["act"].as_str().unwrap()).collect();
        assert_eq!(acts, told, "{viewer}: who moderates is told to those who see what is hidden");
    }
    assert_eq!(house.data("ben", "{ contents { totalCount } }", json!({})).await["contents"]["totalCount"], json!(1));
}

#[tokio::test]
async fn only_operators_hide_and_restore() {
    let house = house().await;
    let content = house.content("ada", "Mine", &[]).await;
    let query = |act: &str, reason: &str| {
        format!("mutation {{ {act}(input: {{ content: {{ id: \"{content}\" }} {reason} }}) {{ content {{ id }} }} }}")
    };
    for (viewer, code) in [("ada", "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        assert_eq!(house.fails(viewer, &query("hideContent", "reason: \"x\""), json!({})).await, code);
        assert_eq!(house.fails(viewer, &query("restoreContent", "reason: \"x\""), json!({})).await, code);
    }
}
