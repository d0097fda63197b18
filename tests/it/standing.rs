//! Where people stand: by everything they have shown, in every list alike, beside what is said of them.

use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::house::House;
use crate::lead::{NOW, ago, leaders, of, project, project_with, said, vote};

/// Somebody is appointed to lead a topic, since so many days.
async fn appoint(house: &House, who: &str, topic: &str, days: i64) {
    let input = json!({ "person": { "handle": who }, "topic": { "slug": topic }, "validFrom": ago(days) });
    house.act("operator", "appointLeader", input, "").await;
}

async fn leads(house: &House, who: &str, arguments: &str) -> Value {
    let query = format!(
        "{{ person(by: {{ handle: {who:?} }}) {{ leads{arguments} {{ totalCount nodes {{ score standing since topic {{ slug }} }} }} }} }}"
    );
    house.data("", &query, Value::Null).await["person"]["leads"].clone()
}

#[tokio::test]
async fn a_window_bounds_what_is_counted_and_not_where_somebody_stands() {
    let house = project().await;
    appoint(&house, "old", "storage", 1_000).await;
    let (whole, lately) = (leaders(&house, "storage", "").await, leaders(&house, "storage", r#"window: "P60D""#).await);
    for name in ["ada", "ben", "old"] {
        for field in ["standing", "since", "lastEvidenceAt"] {
            assert_eq!(of(&lately, name)[field], of(&whole, name)[field], "{field} of {name}");
        }
    }
    assert_eq!(of(&lately, "ada")["standing"], "LEADS");
    assert_eq!(of(&lately, "old")["standing"], "DORMANT");
    assert_eq!((&of(&lately, "old")["score"], &of(&lately, "old")["evidence"]), (&json!(0.0), &Value::Null));
    assert!(of(&lately, "ada")["score"].as_f64() < of(&whole, "ada")["score"].as_f64());
    // Somebody who was seen in spring is not asleep because a window begins in May.
    appoint(&house, "eve", "kitchen", 20).await;
    house.take_in("review", json!({ "contents": [said("soup", "eve", "kitchen", 90)] })).await;
    house.take_in("review", json!({ "ratings": [vote("ben", "soup", 80)] })).await;
    let lately = leaders(&house, "kitchen", r#"window: "P60D""#).await;
    assert_eq!(of(&lately, "eve")["standing"], Value::Null);
}

#[tokio::test]
async fn who_is_said_to_lead_and_has_shown_nothing_for_a_year_is_dormant_everywhere() {
    let house = project().await;
    house.take_in("review", json!({ "contents": [said("soup", "cy", "kitchen", 730)] })).await;
    house.take_in("review", json!({ "ratings": [vote("ben", "soup", 729)] })).await;
    assert_eq!(of(&leaders(&house, "kitchen", "").await, "cy")["standing"], Value::Null, "a person of one day");
    appoint(&house, "cy", "kitchen", 1_000).await;
    let told = leaders(&house, "kitchen", "").await;
    assert_eq!(
        (&of(&told, "cy")["standing"], &of(&told, "cy")["evidence"]["ownCount"]),
        (&json!("DORMANT"), &json!(1))
    );
    let query = r#"{ leadershipMap(filter: { topic: { slug: "kitchen" } }) { leading { standing isDeclared } }
        leadershipGaps(topic: { slug: "kitchen" }, kinds: [IN_NAME_ONLY]) { nodes { person { handle } } } }"#;
    let told = house.data("", query, Value::Null).await;
    let edges = told["leadershipMap"]["leading"].as_array().unwrap();
    assert!(edges.contains(&json!({ "standing": "DORMANT", "isDeclared": true })), "{edges:#?}");
    assert_eq!(told["leadershipGaps"]["nodes"], json!([{ "person": { "handle": "cy" } }]));
}

/// Of a trending topic who is said to lead it, and whom the facts show to.
async fn trending(house: &House, arguments: &str) -> (Vec<Value>, Vec<Value>) {
    let query = format!(
        r#"{{ trends(window: "P28D", scope: {{ topic: {{ slug: "storage" }} }} {arguments}) {{ topics {{ nodes {{ topic {{ slug }}
            leaders {{ nodes {{ person {{ handle }} }} }} leading {{ totalCount nodes {{ standing person {{ handle }} }} }} }} }} }} }}"#
    );
    let told = house.data("", &query, Value::Null).await["trends"]["topics"]["nodes"].clone();
    let topic = told.as_array().unwrap().iter().find(|one| one["topic"]["slug"] == "storage").unwrap().clone();
    let names = |list: &Value| -> Vec<Value> {
        list["nodes"].as_array().unwrap().iter().map(|one| one["person"]["handle"].clone()).collect()
    };
    assert_eq!(topic["leading"]["totalCount"], json!(names(&topic["leading"]).len()));
    assert!(topic["leading"]["nodes"].as_array().unwrap().iter().all(|one| one["standing"] == "LEADS"));
    (names(&topic["leaders"]), names(&topic["leading"]))
}

#[tokio::test]
async fn trending_topics_tell_who_leads_them_though_nobody_said_so() {
    let house = project().await;
    assert_eq!(trending(&house, "").await, (vec![], vec![json!("ben"), json!("ada")]));
    appoint(&house, "eve", "storage", 2).await;
    house.act("ada", "contestLeadership", json!({ "topic": { "slug": "storage" }, "text": "no" }), "").await;
    assert_eq!(trending(&house, "").await, (vec![json!("eve")], vec![json!("ben")]));
    for who in ["eve", "ben"] {
        let input = json!({ "person": { "handle": who }, "active": false });
        house.act("operator", "updatePerson", input, "").await;
    }
    let (declared, shown) = trending(&house, "").await;
    assert!(declared.is_empty() && shown.is_empty(), "{declared:?} {shown:?}");
    let then = trending(&house, &format!("asOf: {NOW:?}")).await;
    assert_eq!(then, (vec![json!("eve")], vec![json!("ben")]), "then they were there");
}

#[tokio::test]
async fn trending_topics_tell_nothing_of_the_facts_where_that_is_switched_off() {
    let house = project_with(Settings { emergent: false, ..Settings::default() }).await;
    assert_eq!(trending(&house, "").await, (vec![], vec![]));
}

#[tokio::test]
async fn what_somebody_leads_lately_and_with_what_is_below() {
    let house = project().await;
    let lately = leads(&house, "ada", r#"(window: "P60D")"#).await;
    assert_eq!(lately["totalCount"], json!(1));
    let list = leaders(&house, "storage", r#"window: "P60D""#).await;
    assert_eq!(lately["nodes"][0]["score"], of(&list, "ada")["score"]);
    assert_eq!(lately["nodes"][0]["since"], of(&list, "ada")["since"]);
    assert_eq!(leads(&house, "old", r#"(window: "P60D")"#).await["totalCount"], json!(0));
    let below = leads(&house, "ada", "(withSubtopics: true)").await;
    let topics: Vec<&Value> = below["nodes"].as_array().unwrap().iter().map(|lead| &lead["topic"]["slug"]).collect();
    assert!(topics.contains(&&json!("storage")) && topics.contains(&&json!("tech")), "{below:#}");
    let tech = below["nodes"].as_array().unwrap().iter().find(|lead| lead["topic"]["slug"] == "tech").unwrap();
    assert_eq!(tech["score"], of(&leaders(&house, "tech", "withSubtopics: true").await, "ada")["score"]);
}

#[tokio::test]
async fn who_has_left_leads_nothing_now_and_led_something_then() {
    let house = project().await;
    house.act("operator", "updatePerson", json!({ "person": { "handle": "ada" }, "active": false }), "").await;
    assert_eq!(leads(&house, "ada", "").await, json!({ "totalCount": 0, "nodes": [] }));
    let then = leads(&house, "ada", &format!("(asOf: {NOW:?})")).await;
    assert_eq!((&then["totalCount"], then["nodes"].as_array().unwrap().len()), (&json!(1), 1));
}

#[tokio::test]
async fn nobody_is_more_present_by_what_nobody_acknowledges() {
    let house = project().await;
    // Beside them the same person without it, as somebody else would be shown on that day.
    let bare = project().await;
    let posts: Vec<Value> = (0..60).map(|number| said(&format!("post{number}"), "old", "kitchen", 2)).collect();
    house.take_in("review", json!({ "contents": posts })).await;
    for one in [&house, &bare] {
        one.clock.set("2026-06-03T12:00:00Z".parse().unwrap());
    }
    let (told, other) = (leaders(&house, "storage", "").await, leaders(&bare, "storage", "").await);
    for field in ["score", "standing"] {
        assert_eq!(of(&told, "old")[field], of(&other, "old")[field], "{field}");
    }
}
