//! Who leads what: declared, appointed, ended; endorsed, renewed, taken back.

use serde_json::{Value, json};

use crate::house::House;

const NOW: &str = "2026-06-01T12:00:00Z";
const ALL: &str =
    "leadership { id kind role validFrom validTo evidenceText evidenceUrl person { handle } topic { slug } }";
const WORD: &str =
    "endorsement { id text endorsedAt expiresAt withdrawnAt endorser { handle } person { handle } topic { slug } }";

async fn house() -> House {
    let house = House::new().await;
    house.clock.set(NOW.parse().unwrap());
    for person in ["ada", "ben", "cy"] {
        house.person(person).await;
    }
    house.act("operator", "createPerson", json!({ "handle": "robo", "name": "Robo", "kind": "BOT" }), "").await;
    house.topic("rust", "").await;
    house
}

fn with(mut input: Value, more: &Value) -> Value {
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn declare(more: &Value) -> Value {
    with(json!({ "topic": { "slug": "rust" } }), more)
}

fn about(person: &str, more: &Value) -> Value {
    with(json!({ "person": { "handle": person }, "topic": { "slug": "rust" } }), more)
}

#[tokio::test]
async fn somebody_declares_what_they_lead() {
    let house = house().await;
    let input =
        declare(&json!({ "role": "maintainer", "validFrom": "2025-01-01T00:00:00Z", "validTo": "2027-01-01T00:00:00Z",
        "evidenceText": "I wrote it", "evidenceUrl": "https://example.org/me" }));
    let mut made = house.act("ada", "declareLeadership", input, ALL).await["leadership"].clone();
    made.as_object_mut().unwrap().remove("id");
    let expected = json!({ "kind": "DECLARED", "role": "maintainer", "validFrom": "2025-01-01T00:00:00.000000Z", "validTo": "2027-01-01T00:00:00.000000Z",
        "evidenceText": "I wrote it", "evidenceUrl": "https://example.org/me", "person": { "handle": "ada" }, "topic": { "slug": "rust" } });
    assert_eq!(made, expected);
}

#[tokio::test]
async fn the_organisation_appoints_a_leader_from_now_on() {
    let house = house().await;
    let made = house.act("operator", "appointLeader", about("ben", &json!({})), ALL).await["leadership"].clone();
    assert_eq!((&made["kind"], &made["role"], &made["validTo"]), (&json!("APPOINTED"), &json!("lead"), &Value::Null));
    assert_eq!((&made["validFrom"], &made["person"]["handle"]), (&json!("2026-06-01T12:00:00.000000Z"), &json!("ben")));
}

#[tokio::test]
async fn what_cannot_be_declared_says_why() {
    let house = house().await;
    let cases = [
        ("TOPIC_NOT_FOUND", json!({ "topic": { "slug": "none" } })),
        (
            "REVERSED_INTERVAL",
            declare(&json!({ "validFrom": "2026-02-01T00:00:00Z", "validTo": "2026-01-01T00:00:00Z" })),
        ),
        ("OUT_OF_RANGE", declare(&json!({ "validFrom": "1900-01-01T00:00:00Z" }))),
        ("TEXT_EMPTY", declare(&json!({ "role": " " }))),
        ("TEXT_TOO_LONG", declare(&json!({ "role": "x".repeat(101) }))),
        ("TEXT_INVALID", declare(&json!({ "evidenceUrl": "javascript:alert(1)" }))),
        ("TEXT_INVALID", declare(&json!({ "evidenceText": "a\u{0}" }))),
    ];
    for (code, input) in cases {
        assert_eq!(house.refused("ada", "declareLeadership", input.clone()).await, code, "{input}");
    }
    assert_eq!(house.refused("robo", "declareLeadership", declare(&json!({}))).await, "BOT_CANNOT_RATE");
}

#[tokio::test]
async fn who_cannot_be_appointed_says_why() {
    let house = house().await;
    house.act("operator", "updatePerson", json!({ "person": { "handle": "cy" }, "active": false }), "").await;
    for (code, person) in [("INACTIVE", "cy"), ("PERSON_NOT_FOUND", "nobody")] {
        assert_eq!(house.refused("operator", "appointLeader", about(person, &json!({}))).await, code);
    }
    let none = json!({ "person": { "handle": "ada" }, "topic": { "slug": "none" } });
    assert_eq!(house.refused("operator", "appointLeader", none).await, "TOPIC_NOT_FOUND");
    let query = "mutation { appointLeader(input: { person: { handle: \"ada\" }, topic: { slug: \"rust\" } }) { leadership { id } } }";
    assert_eq!(house.fails("ada", query, json!({})).await, "FORBIDDEN");
    assert_eq!(house.fails("", query, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_same_leadership_does_not_hold_twice_at_a_time() {
    let house = house().await;
    let span = |from: &str, to: &str| {
        declare(&json!({ "validFrom": format!("{from}T00:00:00Z"), "validTo": format!("{to}T00:00:00Z") }))
    };
    house.act("ada", "declareLeadership", span("2025-01-01", "2025-06-01"), "").await;
    assert_eq!(house.refused("ada", "declareLeadership", span("2025-05-31", "2025-07-01")).await, "CONFLICT");
    assert_eq!(
        house.refused("ada", "declareLeadership", declare(&json!({ "validFrom": "2024-01-01T00:00:00Z" }))).await,
        "CONFLICT"
    );
    house.act("ada", "declareLeadership", span("2025-06-01", "2025-07-01"), "").await;
    house
        .act(
            "ada",
            "declareLeadership",
            declare(&json!({ "role": "reviewer", "validFrom": "2025-01-01T00:00:00Z" })),
            "",
        )
        .await;
    house.act("operator", "appointLeader", about("ada", &json!({ "validFrom": "2025-01-01T00:00:00Z" })), "").await;
    house.act("ben", "declareLeadership", span("2025-01-01", "2025-06-01"), "").await;
    assert_eq!(
        house.data("", "{ leaderships { totalCount } }", json!({})).await["leaderships"]["totalCount"],
        json!(5)
    );
}

#[tokio::test]
async fn a_leadership_ends_once() {
    let house = house().await;
    let made =
        house.act("ada", "declareLeadership", declare(&json!({ "validFrom": "2026-01-01T00:00:00Z" })), ALL).await;
    let end = |more: &Value| with(json!({ "leadership": made["leadership"]["id"] }), more);
    assert_eq!(
        house.refused("ada", "endLeadership", end(&json!({ "at": "2025-12-31T00:00:00Z" }))).await,
        "REVERSED_INTERVAL"
    );
    assert_eq!(
        house
            .fails(
                "ben",
                "mutation($id: ID!) { endLeadership(input: { leadership: $id }) { leadership { id } } }",
                json!({ "id": made["leadership"]["id"] })
            )
            .await,
        "FORBIDDEN"
    );
    let ended = house.act("ada", "endLeadership", end(&json!({})), ALL).await;
    assert_eq!(ended["leadership"]["validTo"], "2026-06-01T12:00:00.000000Z");
    assert_eq!(house.refused("ada", "endLeadership", end(&json!({}))).await, "ALREADY_ENDED");
    assert_eq!(
        house.refused("ada", "endLeadership", json!({ "leadership": crate::bad_input::id('l', 999_999) })).await,
        "LEADERSHIP_NOT_FOUND"
    );
}

#[tokio::test]
async fn a_leader_lays_down_what_they_were_appointed_to() {
    let house = house().await;
    let made = house
        .act("operator", "appointLeader", about("ben", &json!({ "validFrom": "2026-01-01T00:00:00Z" })), ALL)
        .await;
    house.act("ben", "endLeadership", json!({ "leadership": made["leadership"]["id"] }), "").await;
    let other = house.act("ada", "declareLeadership", declare(&json!({})), ALL).await;
    house.act("operator", "endLeadership", json!({ "leadership": other["leadership"]["id"] }), "").await;
}

#[tokio::test]
async fn a_peer_endorses_a_leader_for_a_year() {
    let house = house().await;
    let mut made =
        house.act("ben", "endorseLeadership", about("ada", &json!({ "text": "She knows" })), WORD).await["endorsement"]
            .clone();
    made.as_object_mut().unwrap().remove("id");
    let expected = json!({ "text": "She knows", "endorsedAt": "2026-06-01T12:00:00.000000Z", "expiresAt": "2027-06-01T12:00:00.000000Z", "withdrawnAt": null,
        "endorser": { "handle": "ben" }, "person": { "handle": "ada" }, "topic": { "slug": "rust" } });
    assert_eq!(made, expected);
}

#[tokio::test]
async fn an_endorsement_said_again_is_renewed_and_said_after_a_break_starts_anew() {
    let house = house().await;
    let first = house.act("ben", "endorseLeadership", about("ada", &json!({})), WORD).await["endorsement"].clone();
    house.clock.set("2026-09-01T00:00:00Z".parse().unwrap());
    let renewed =
        house.act("ben", "endorseLeadership", about("ada", &json!({ "text": "still" })), WORD).await["endorsement"]
            .clone();
    assert_eq!(
        (&renewed["id"], &renewed["endorsedAt"], &renewed["text"]),
        (&first["id"], &first["endorsedAt"], &json!("still"))
    );
    assert_eq!(renewed["expiresAt"], "2027-09-01T00:00:00.000000Z");
    house.act("ben", "withdrawEndorsement", json!({ "endorsement": first["id"] }), "").await;
    house.clock.set("2026-10-01T00:00:00Z".parse().unwrap());
    let anew = house.act("ben", "endorseLeadership", about("ada", &json!({})), WORD).await["endorsement"].clone();
    assert_eq!((&anew["endorsedAt"], &anew["withdrawnAt"]), (&json!("2026-10-01T00:00:00.000000Z"), &Value::Null));
}

#[tokio::test]
async fn what_cannot_be_endorsed_says_why() {
    let house = house().await;
    house.act("operator", "updatePerson", json!({ "person": { "handle": "cy" }, "active": false }), "").await;
    let cases = [
        ("ONESELF_ENDORSED", "ben", about("ben", &json!({}))),
        ("PERSON_NOT_FOUND", "ben", about("nobody", &json!({}))),
        ("TOPIC_NOT_FOUND", "ben", json!({ "person": { "handle": "ada" }, "topic": { "slug": "none" } })),
        ("INACTIVE", "ben", about("cy", &json!({}))),
        ("BOT_CANNOT_RATE", "robo", about("ada", &json!({}))),
        ("REVERSED_INTERVAL", "ben", about("ada", &json!({ "expiresAt": NOW }))),
        ("OUT_OF_RANGE", "ben", about("ada", &json!({ "expiresAt": "2031-07-01T00:00:00Z" }))),
        ("TEXT_TOO_LONG", "ben", about("ada", &json!({ "text": "x".repeat(2_001) }))),
        ("TEXT_INVALID", "ben", about("ada", &json!({ "text": "\u{0}" }))),
    ];
    for (code, viewer, input) in cases {
        assert_eq!(house.refused(viewer, "endorseLeadership", input.clone()).await, code, "{input}");
    }
}

#[tokio::test]
async fn an_endorsement_is_taken_back_once_by_who_gave_it() {
    let house = house().await;
    let made = house.act("ben", "endorseLeadership", about("ada", &json!({})), WORD).await;
    let id = json!({ "endorsement": made["endorsement"]["id"] });
    let query = "mutation($id: ID!) { withdrawEndorsement(input: { endorsement: $id }) { endorsement { id } } }";
    assert_eq!(house.fails("ada", query, json!({ "id": id["endorsement"] })).await, "FORBIDDEN");
    assert_eq!(house.fails("", query, json!({ "id": id["endorsement"] })).await, "UNAUTHENTICATED");
    let back = house.act("ben", "withdrawEndorsement", id.clone(), WORD).await;
    assert_eq!(back["endorsement"]["withdrawnAt"], "2026-06-01T12:00:00.000000Z");
    assert_eq!(house.refused("ben", "withdrawEndorsement", id).await, "ALREADY_WITHDRAWN");
    assert_eq!(
        house.refused("ben", "withdrawEndorsement", json!({ "endorsement": crate::bad_input::id('e', 999_999) })).await,
        "ENDORSEMENT_NOT_FOUND"
    );
}
