//! People and sources: made, changed, and what is refused.

use serde_json::{Value, json};

use crate::entities::log_end;
use crate::house::House;

async fn house() -> House {
    let house = House::new().await;
    house.person("ada").await;
    house.person("ben").await;
    house
}

fn change(handle: &str, more: &Value) -> Value {
    let mut input = json!({ "person": { "handle": handle } });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn a_person_is_made_and_changed_by_an_operator() {
    let house = house().await;
    let made = house
        .act(
            "operator",
            "createPerson",
            json!({ "handle": "cy", "name": "Cy", "kind": "BOT" }),
            "person { handle name kind active }",
        )
        .await;
    assert_eq!(made["person"], json!({ "handle": "cy", "name": "Cy", "kind": "BOT", "active": true }));
    let input = change("cy", &json!({ "handle": "cyrus", "name": "Cyrus", "kind": "HUMAN", "active": false }));
    let changed = house.act("operator", "updatePerson", input, "person { handle name kind active }").await;
    assert_eq!(changed["person"], json!({ "handle": "cyrus", "name": "Cyrus", "kind": "HUMAN", "active": false }));
    let told = house
        .data(
            "",
            "{ old: person(by: { handle: \"cy\" }) { id } new: person(by: { handle: \"cyrus\" }) { name } }",
            json!({}),
        )
        .await;
    assert_eq!(told, json!({ "old": null, "new": { "name": "Cyrus" } }));
}

#[tokio::test]
async fn what_cannot_be_a_person_says_why() {
    let house = house().await;
    let person = |handle: &str, name: &str| json!({ "handle": handle, "name": name });
    let cases = [
        ("TAKEN", person("ada", "Another")),
        ("TEXT_EMPTY", person("", "x")),
        ("TEXT_EMPTY", person("x", " ")),
        ("TEXT_INVALID", person("Two Words", "x")),
        ("TEXT_INVALID", person("x", "a\u{0}b")),
        ("TEXT_TOO_LONG", person(&"x".repeat(101), "x")),
        ("TEXT_TOO_LONG", person("x", &"x".repeat(501))),
    ];
    for (code, input) in cases {
        assert_eq!(house.refused("operator", "createPerson", input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn what_cannot_become_of_a_person_says_why() {
    let house = house().await;
    let cases = [
        ("PERSON_NOT_FOUND", change("nobody", &json!({ "name": "x" }))),
        ("TAKEN", change("ada", &json!({ "handle": "ben" }))),
        ("TEXT_EMPTY", change("ada", &json!({ "name": "" }))),
        ("TEXT_INVALID", change("ada", &json!({ "handle": "A B" }))),
        ("TEXT_TOO_LONG", change("ada", &json!({ "name": "x".repeat(501) }))),
    ];
    for (code, input) in cases {
        assert_eq!(house.refused("operator", "updatePerson", input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn people_change_their_own_name_and_nothing_else() {
    let house = house().await;
    let changed =
        house.act("ada", "updatePerson", change("ada", &json!({ "name": "Ada L." })), "person { name }").await;
    assert_eq!(changed["person"]["name"], "Ada L.");
    let query = "mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { person { id } } }";
    let forbidden = [
        change("ben", &json!({ "name": "x" })),
        change("ada", &json!({ "handle": "x" })),
        change("ada", &json!({ "kind": "BOT" })),
        change("ada", &json!({ "active": true })),
    ];
    for input in forbidden {
        assert_eq!(house.fails("ada", query, json!({ "input": input })).await, "FORBIDDEN");
    }
    assert_eq!(
        house.fails("", query, json!({ "input": change("ada", &json!({ "name": "x" })) })).await,
        "UNAUTHENTICATED"
    );
    assert_eq!(
        house
            .fails(
                "ada",
                "mutation { createPerson(input: { handle: \"x\", name: \"x\" }) { person { id } } }",
                json!({})
            )
            .await,
        "FORBIDDEN"
    );
}

#[tokio::test]
async fn changing_a_person_to_what_they_are_changes_nothing() {
    let house = house().await;
    let end = log_end(&house).await;
    house.act("operator", "updatePerson", change("ada", &json!({ "name": "ada", "active": true })), "").await;
    assert_eq!(log_end(&house).await, end);
}

#[tokio::test]
async fn one_who_left_acts_no_more_but_stays_known() {
    let house = house().await;
    house.act("operator", "updatePerson", change("ada", &json!({ "active": false })), "").await;
    let told = house
        .data(
            "ada",
            "{ viewer { person { handle active } isOperator } people(filter: { active: false }) { nodes { handle } } }",
            json!({}),
        )
        .await;
    assert_eq!(told["viewer"], json!({ "person": { "handle": "ada", "active": false }, "isOperator": false }));
    assert_eq!(told["people"]["nodes"], json!([{ "handle": "ada" }]));
    assert_eq!(
        house
            .fails(
                "ada",
                "mutation { updatePerson(input: { person: { handle: \"ada\" }, name: \"x\" }) { person { id } } }",
                json!({})
            )
            .await,
        "FORBIDDEN"
    );
}

#[tokio::test]
async fn a_source_is_made_and_changed() {
    let house = house().await;
    let all = "source { slug name kind scale visibility }";
    let made = house
        .act(
            "operator",
            "createSource",
            json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "VOTE" }),
            all,
        )
        .await;
    assert_eq!(
        made["source"],
        json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "VOTE", "visibility": "PRIVATE" })
    );
    let input = json!({ "source": { "slug": "forum" }, "name": "Agora", "kind": "CHAT", "scale": "LIKE", "visibility": "PUBLIC" });
    let changed = house.act("operator", "updateSource", input, all).await;
    assert_eq!(
        changed["source"],
        json!({ "slug": "forum", "name": "Agora", "kind": "CHAT", "scale": "LIKE", "visibility": "PUBLIC" })
    );
    let told = house.data("", "{ sources { slug } source(by: { slug: \"forum\" }) { name } }", json!({})).await;
    assert_eq!(
        told,
        json!({ "sources": [{ "slug": "forum" }, { "slug": "peerlead" }], "source": { "name": "Agora" } })
    );
}

#[tokio::test]
async fn what_cannot_be_a_source_says_why() {
    let house = house().await;
    let source =
        |slug: &str, name: &str, kind: &str| json!({ "slug": slug, "name": name, "kind": kind, "scale": "STARS" });
    let cases = [
        ("TAKEN", source("peerlead", "x", "x")),
        ("TEXT_EMPTY", source("x", "", "x")),
        ("TEXT_INVALID", source("x", "x", "two words")),
        ("TEXT_TOO_LONG", source("x", "x", &"k".repeat(51))),
    ];
    for (code, input) in cases {
        assert_eq!(house.refused("operator", "createSource", input.clone()).await, code, "{input}");
    }
    assert_eq!(
        house.refused("operator", "updateSource", json!({ "source": { "slug": "none" }, "name": "x" })).await,
        "SOURCE_NOT_FOUND"
    );
    assert_eq!(
        house.refused("operator", "updateSource", json!({ "source": { "slug": "peerlead" }, "name": " " })).await,
        "TEXT_EMPTY"
    );
}

#[tokio::test]
async fn a_scale_that_was_rated_on_stays() {
    let house = house().await;
    let scale = json!({ "source": { "slug": "peerlead" }, "scale": "VOTE" });
    let content = house.content("ada", "Hello", &[]).await;
    house.rate("ben", &content, 4).await;
    assert_eq!(house.refused("operator", "updateSource", scale.clone()).await, "SCALE_IN_USE");
    house.act("ben", "withdrawRating", json!({ "content": { "id": content } }), "").await;
    assert_eq!(
        house.refused("operator", "updateSource", scale).await,
        "SCALE_IN_USE",
        "what was taken back was rated on it too"
    );
}

#[tokio::test]
async fn only_operators_make_and_change_sources() {
    let house = house().await;
    for (viewer, code) in [("ada", "FORBIDDEN"), ("", "UNAUTHENTICATED")] {
        let make = "mutation { createSource(input: { slug: \"x\", name: \"x\", kind: \"x\", scale: LIKE }) { source { id } } }";
        assert_eq!(house.fails(viewer, make, json!({})).await, code);
        let change = "mutation { updateSource(input: { source: { slug: \"peerlead\" }, visibility: PUBLIC }) { source { id } } }";
        assert_eq!(house.fails(viewer, change, json!({})).await, code);
    }
}
