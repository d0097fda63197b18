//! Moderation: each act with a reason, in a log that moderators read and nobody else.

use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::house::{Database, House, open_settings};

async fn house() -> House {
    let settings = Settings { moderators: vec!["mod".to_owned()], ..open_settings() };
    let house = House::with(Database::fresh().await, settings).await;
    for person in ["mod", "ada", "ben"] {
        house.person(person).await;
    }
    house
}

const LOG: &str = "{ auditLog { nodes { act reason actor { handle } subjectId at } pageInfo { hasNextPage } } }";

async fn acts(house: &House) -> Vec<Value> {
    let log = house.data("mod", LOG, json!({})).await["auditLog"]["nodes"].as_array().expect("nodes").clone();
    log.into_iter()
        .map(|entry| json!([entry["act"], entry["reason"], entry["actor"]["handle"], entry["subjectId"]]))
        .collect()
}

#[tokio::test]
async fn every_act_of_moderation_is_written_down_with_its_reason() {
    let house = house().await;
    house.topic("rust", "").await;
    let content = house.content("ada", "Hello", &[]).await;
    let content_ref = json!({ "id": content });
    house.act("mod", "hideContent", json!({ "content": content_ref, "reason": "rude" }), "").await;
    house.act("mod", "restoreContent", json!({ "content": content_ref, "reason": "not so" }), "").await;
    let person = house.data("", "{ person(by: { handle: \"ben\" }) { id } }", json!({})).await["person"]["id"].clone();
    let ben = json!({ "person": { "handle": "ben" }, "reason": "left" });
    let done = house.act("mod", "deactivatePerson", ben.clone(), "person { active }").await;
    assert_eq!(done["person"]["active"], json!(false));
    assert_eq!(
        house
            .fails(
                "ben",
                "mutation { declareLeadership(input: { topic: { slug: \"rust\" } }) { leadership { id } } }",
                json!({})
            )
            .await,
        "FORBIDDEN"
    );
    assert_eq!(house.refused("mod", "deactivatePerson", ben).await, "CONFLICT");
    house.act("mod", "reactivatePerson", json!({ "person": { "handle": "ben" }, "reason": "is back" }), "").await;
    let declared = house
        .act("ben", "declareLeadership", json!({ "topic": { "slug": "rust" } }), "leadership { id validFrom }")
        .await;
    let leadership = declared["leadership"]["id"].clone();
    let reject = json!({ "leadership": leadership, "reason": "does not" });
    let done = house.act("mod", "rejectLeadership", reject.clone(), "leadership { validFrom validTo }").await;
    assert_eq!(done["leadership"]["validFrom"], done["leadership"]["validTo"], "it counts for no moment");
    assert_eq!(house.refused("mod", "rejectLeadership", reject).await, "ALREADY_ENDED");
    assert_eq!(
        acts(&house).await,
        [
            json!(["LEADERSHIP_REJECTED", "does not", "mod", leadership]),
            json!(["PERSON_REACTIVATED", "is back", "mod", person]),
            json!(["PERSON_DEACTIVATED", "left", "mod", person]),
            json!(["CONTENT_RESTORED", "not so", "mod", content]),
            json!(["CONTENT_HIDDEN", "rude", "mod", content]),
        ]
    );
}

#[tokio::test]
async fn what_admins_do_with_tokens_sources_and_people_is_written_down_too() {
    let house = house().await;
    let made = house
        .act(
            "operator",
            "createToken",
            json!({ "name": "t", "person": { "handle": "ada" }, "scopes": ["READ"] }),
            "token { id } secret",
        )
        .await;
    let token = made["token"]["id"].clone();
    house.act("operator", "revokeToken", json!({ "token": token }), "").await;
    let visibility = json!({ "source": { "slug": "peerlead" }, "visibility": "MODERATORS" });
    house.act("operator", "updateSource", visibility, "").await;
    let ada = json!({ "handle": "ada" });
    house.act("ada", "updatePerson", json!({ "person": ada, "name": "Ada B." }), "").await;
    house.act("operator", "updatePerson", json!({ "person": ada, "team": "core" }), "").await;
    house.topic("rust", "").await;
    house.topic("oxide", "").await;
    let people = json!({ "from": { "handle": "ben" }, "into": ada });
    let topics = json!({ "from": { "slug": "oxide" }, "into": { "slug": "rust" } });
    for (act, input) in [("mergePeople", people), ("mergeTopics", topics)] {
        let merge = house.act("operator", act, input, "merge { id }").await["merge"]["id"].clone();
        house.act("operator", "undoMerge", json!({ "merge": merge }), "").await;
    }
    house.act("operator", "erasePerson", json!({ "person": { "handle": "ben" } }), "").await;
    let told: Vec<Value> = acts(&house).await.into_iter().map(|entry| json!([entry[0], entry[1], entry[2]])).collect();
    assert_eq!(
        told,
        [
            json!(["PERSON_ERASED", null, "operator"]),
            json!(["TOPIC_SEPARATED", null, "operator"]),
            json!(["TOPIC_MERGED", null, "operator"]),
            json!(["PERSON_SEPARATED", null, "operator"]),
            json!(["PERSON_MERGED", null, "operator"]),
            json!(["PERSON_CHANGED", null, "operator"]),
            json!(["VISIBILITY_CHANGED", "PRIVATE -> MODERATORS", "operator"]),
            json!(["TOKEN_REVOKED", null, "operator"]),
            json!(["TOKEN_CREATED", null, "operator"]),
        ]
    );
    let secret = made["secret"].as_str().expect("a secret");
    assert!(!house.data("mod", LOG, json!({})).await.to_string().contains(secret));
}

#[tokio::test]
async fn nobody_but_moderators_learns_of_it_and_a_refusal_leaves_no_entry() {
    let house = house().await;
    house.topic("rust", "").await;
    for (viewer, code) in [("", "UNAUTHENTICATED"), ("ada", "FORBIDDEN")] {
        assert_eq!(house.fails(viewer, LOG, json!({})).await, code);
    }
    for (act, input, code) in [
        ("deactivatePerson", json!({ "person": { "handle": "ben" }, "reason": " " }), "TEXT_EMPTY"),
        ("deactivatePerson", json!({ "person": { "handle": "ben" }, "reason": "x".repeat(2_001) }), "TEXT_TOO_LONG"),
        ("deactivatePerson", json!({ "person": { "handle": "ben" }, "reason": "a\u{7}" }), "TEXT_INVALID"),
        ("deactivatePerson", json!({ "person": { "handle": "zoe" }, "reason": "r" }), "PERSON_NOT_FOUND"),
        ("reactivatePerson", json!({ "person": { "handle": "ben" }, "reason": "r" }), "CONFLICT"),
        ("reactivatePerson", json!({ "person": { "handle": "zoe" }, "reason": "r" }), "PERSON_NOT_FOUND"),
        (
            "rejectLeadership",
            json!({ "leadership": crate::bad_input::id('l', 99), "reason": "r" }),
            "LEADERSHIP_NOT_FOUND",
        ),
    ] {
        assert_eq!(house.refused("mod", act, input).await, code, "{act}");
    }
    let input = json!({ "person": { "handle": "ben" }, "topic": { "slug": "rust" } });
    let appointed = house.act("operator", "appointLeader", input, "leadership { id }").await;
    let reject = json!({ "leadership": appointed["leadership"]["id"], "reason": "r" });
    assert_eq!(house.refused("mod", "rejectLeadership", reject).await, "CONFLICT");
    assert_eq!(acts(&house).await, Vec::<Value>::new());
    // What others hear of a deactivation is that the person is not active, and not why.
    house.act("mod", "deactivatePerson", json!({ "person": { "handle": "ben" }, "reason": "the-reason" }), "").await;
    let log = house
        .data(
            "ada",
            "{ changes(first: 100) { nodes { __typename ... on PersonChange { person { handle active } } } } }",
            json!({}),
        )
        .await;
    assert!(!log.to_string().contains("the-reason"));
}
