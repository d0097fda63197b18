//! Who leads what: declared, endorsed and shown by the facts, side by side; explained, private, and not to be had by oneself.

use chrono::{DateTime, TimeDelta, Utc};
use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::endorsement::endorse;
use crate::house::{Database, House};

pub const NOW: &str = "2026-06-01T12:00:00Z";

pub fn ago(days: i64) -> String {
    let now: DateTime<Utc> = NOW.parse().expect("a time");
    (now - TimeDelta::days(days)).to_rfc3339()
}

pub fn said(id: &str, author: &str, topic: &str, days: i64) -> Value {
    json!({ "externalId": id, "kind": "change", "title": id, "publishedAt": ago(days), "authors": [author], "topics": [topic] })
}

pub fn vote(rater: &str, content: &str, days: i64) -> Value {
    json!({ "rater": rater, "content": content, "value": 1, "at": ago(days) })
}

/// A project with public reviews: for a year ada writes twice a month on storage and cy once a month on its docs, ben approves of
/// all of it by name and writes now and then; old led until two years ago; eve was there for a day; dan writes a lot, and nobody
/// cares.
pub async fn project() -> House {
    project_with(Settings::default()).await
}

pub async fn project_with(settings: Settings) -> House {
    let house = House::with(Database::fresh().await, settings).await;
    house.clock.set(NOW.parse().expect("a time"));
    let source =
        json!({ "slug": "review", "name": "Review", "kind": "CODE_REVIEW", "scale": "VOTE", "visibility": "PUBLIC" });
    house.act("operator", "createSource", source, "").await;
    let names = ["ada", "ben", "cy", "dan", "eve", "old"];
    let people: Vec<Value> = names.iter().map(|name| json!({ "externalId": name, "handle": name })).collect();
    let topics = json!([{ "slug": "tech" }, { "slug": "storage", "parent": "tech" }, { "slug": "kitchen" }]);
    let (mut contents, mut votes) = (Vec::new(), Vec::new());
    let mut write = |id: String, author: &str, topic: &str, days: i64, approver: Option<&str>| {
        contents.push(said(&id, author, topic, days));
        votes.extend(approver.map(|approver| vote(approver, &id, days - 1)));
    };
    for month in 0..12 {
        write(format!("ada{month}a"), "ada", "storage", 30 * month + 5, Some("ben"));
        write(format!("ada{month}b"), "ada", "storage", 30 * month + 8, Some("ben"));
        write(format!("cy{month}"), "cy", "tech", 30 * month + 9, Some("ben"));
        if month % 4 == 0 {
            write(format!("ben{month}"), "ben", "storage", 30 * month + 9, Some("ada"));
        }
        write(format!("old{month}"), "old", "storage", 30 * month + 900, Some("ben"));
    }
    write("eve".to_owned(), "eve", "storage", 4, Some("ben"));
    for number in 0..40 {
        write(format!("dan{number}"), "dan", "storage", 3, None);
    }
    house.take_in("review", json!({ "people": people, "topics": topics, "contents": contents })).await;
    house.take_in("review", json!({ "ratings": votes })).await;
    house
}

const ALL: &str = "rank score share standing since lastEvidenceAt sparkline endorsed person { handle } topic { slug }
    declared { kind role } endorsements { text }
    evidence { ownCount judgedCount months breadth explanation { formulaVersion combination parts { name value } }
        ownContents(first: 2) { totalCount nodes { title } } judgedContents(first: 2) { totalCount nodes { title } } }
    explanation { text strength { formulaVersion combination parts { name value } } evidence { formulaVersion combination parts { name value } } }";

/// Who leads a topic.
pub async fn leaders(house: &House, topic: &str, arguments: &str) -> Vec<Value> {
    let query =
        format!("{{ topic(by: {{ slug: {topic:?} }}) {{ leaders(first: 100 {arguments}) {{ nodes {{ {ALL} }} }} }} }}");
    let told = house.data("", &query, Value::Null).await;
    told["topic"]["leaders"]["nodes"].as_array().expect("leaders").clone()
}

fn names(leaders: &[Value]) -> Vec<&str> {
    leaders.iter().map(|leader| leader["person"]["handle"].as_str().expect("a handle")).collect()
}

pub fn of<'a>(leaders: &'a [Value], name: &str) -> &'a Value {
    leaders
        .iter()
        .find(|leader| leader["person"]["handle"] == name)
        .unwrap_or_else(|| panic!("no {name}: {leaders:#?}"))
}

fn parts(explanation: &Value) -> f64 {
    let parts = explanation["parts"].as_array().expect("parts").iter();
    let values = parts.map(|part| part["value"].as_f64().expect("a number"));
    if explanation["combination"] == "SUM" { values.sum() } else { values.product() }
}

#[tokio::test]
async fn leaders_are_ranked_by_what_others_acknowledged_and_every_score_explains_itself() {
    let house = project().await;
    let told = leaders(&house, "storage", "").await;
    assert_eq!(names(&told), ["ben", "ada", "old", "eve"], "dan has nothing that anybody acknowledged");
    for (rank, leader) in told.iter().enumerate() {
        let (strength, evidence) = (&leader["explanation"]["strength"], &leader["explanation"]["evidence"]);
        let made = parts(strength);
        assert!((leader["score"].as_f64().unwrap() - made / (made + 10.0)).abs() < 1e-9, "{leader:#}");
        assert!((parts(evidence) - strength["parts"][0]["value"].as_f64().unwrap()).abs() < 1e-9, "{leader:#}");
        assert_eq!(&leader["evidence"]["explanation"], evidence);
        assert_eq!(leader["rank"], json!(rank + 1));
        assert_eq!(leader["sparkline"].as_array().unwrap().len(), 12);
    }
    let shares: f64 = told.iter().map(|leader| leader["share"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-9);
    let ada = of(&told, "ada");
    assert_eq!(ada["standing"], "LEADS", "{ada:#}");
    assert_eq!((&ada["evidence"]["ownCount"], &ada["evidence"]["judgedCount"]), (&json!(24), &json!(3)));
    assert_eq!(ada["evidence"]["ownContents"]["nodes"][0]["title"], "ada0a");
    let text = ada["explanation"]["text"].as_str().unwrap();
    assert!(
        text.starts_with(
            "ada has 24 contents on storage that others acknowledged and judged 3 contents of others by name"
        ),
        "{text}"
    );
    let score = format!("Score {:.2} = ", ada["score"].as_f64().unwrap());
    assert!(text.contains(&score), "{text}");
    assert_eq!(of(&told, "eve")["standing"], Value::Null, "a person of one day");
    assert_eq!(of(&told, "old")["standing"], "DORMANT");
    assert_eq!(of(&told, "old")["since"], json!(of(&told, "old")["since"].as_str().unwrap()));
}

#[tokio::test]
async fn any_past_moment_any_window_and_what_is_below() {
    let house = project().await;
    let then = leaders(&house, "storage", &format!("asOf: {:?}", ago(900))).await;
    assert_eq!(names(&then), ["old"], "nobody had acknowledged anything of ben's, who approved of it, yet");
    assert_eq!(of(&then, "old")["standing"], "LEADS");
    let lately = leaders(&house, "storage", r#"window: "P60D""#).await;
    assert_eq!(of(&lately, "ada")["evidence"]["ownCount"], json!(4));
    assert_eq!(names(&leaders(&house, "tech", "").await), ["ben", "cy"]);
    assert_eq!(names(&leaders(&house, "tech", "withSubtopics: true").await), ["ben", "ada", "cy", "old", "eve"]);
    let active = leaders(&house, "storage", "aspect: ACTIVE").await;
    assert!(of(&active, "ada")["score"].as_f64() != of(&leaders(&house, "storage", "").await, "ada")["score"].as_f64());
    assert!(leaders(&house, "kitchen", "").await.is_empty());
}

#[tokio::test]
async fn nobody_lifts_themselves() {
    let house = project().await;
    house.person("fay").await;
    let before = leaders(&house, "storage", "").await;
    for number in 0..30 {
        house.content("fay", &format!("mine {number}"), &["storage"]).await;
    }
    let native = house.content("ada", "yours", &["storage"]).await;
    for rater in ["fay", "ben", "cy"] {
        house.rate(rater, &native, 5).await;
    }
    for who in ["fay", "ada"] {
        let input = json!({ "topic": { "slug": "storage" }, "role": "queen" });
        house.act(who, "declareLeadership", input, "").await;
    }
    let after = leaders(&house, "storage", "").await;
    let fay = of(&after, "fay");
    assert_eq!((&fay["score"], &fay["standing"], &fay["evidence"]), (&json!(0.0), &json!("DORMANT"), &Value::Null));
    let text = fay["explanation"]["text"].as_str().unwrap();
    assert_eq!(
        text,
        "fay is said to lead storage by 1 declaration or appointment. Nothing on storage shows it so far: score 0."
    );
    assert_eq!(fay["declared"], json!([{ "kind": "DECLARED", "role": "queen" }]));
    assert_eq!(of(&before, "ben")["score"], of(&after, "ben")["score"]);
    let (was, is) = (of(&before, "ada"), of(&after, "ada"));
    assert!(is["score"].as_f64() >= was["score"].as_f64(), "what others acknowledged of hers is one more");
    assert_eq!(is["evidence"]["ownCount"], json!(25));
    assert_eq!(is["declared"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_private_vote_shows_nowhere_but_in_the_tally() {
    let house = project().await;
    for person in ["fay", "gus"] {
        house.person(person).await;
    }
    // Both have something to show, so that there is something that could move.
    let own = [house.content("fay", "of fay", &["storage"]).await, house.content("gus", "of gus", &["storage"]).await];
    for content in &own {
        for rater in ["ada", "ben", "cy"] {
            house.rate(rater, content, 5).await;
        }
    }
    let content = house.content("cy", "of cy", &["storage"]).await;
    let before = leaders(&house, "storage", "").await;
    let mut seen = Vec::new();
    for (rater, other) in [("fay", "gus"), ("gus", "fay")] {
        house.rate(rater, &content, 5).await;
        let after = leaders(&house, "storage", "").await;
        for name in ["fay", "gus", "ada", "ben"] {
            for field in ["score", "standing", "evidence", "explanation", "sparkline"] {
                assert_eq!(of(&before, name)[field], of(&after, name)[field], "{field} of {name} when {rater} rates");
            }
        }
        assert_eq!(names(&before), names(&after), "one alone moves nobody");
        seen.push(after);
        let input = json!({ "content": { "id": content } });
        house.act(rater, "withdrawRating", input, "").await;
        assert_eq!(names(&before), names(&leaders(&house, "storage", "").await), "{other} has not rated");
    }
    assert_eq!(seen[0], seen[1], "nobody can tell which of the two it was");
    for rater in ["fay", "gus", "ada"] {
        house.rate(rater, &content, 5).await;
    }
    let after = leaders(&house, "storage", "").await;
    assert_eq!(of(&after, "cy")["evidence"]["ownCount"], json!(1), "three together do");
    let query = r#"{ person(by: { handle: "fay" }) { leadsMe { nodes { person { handle } } } ledByMe { nodes { person { handle } } } } }"#;
    let told = house.data("", query, Value::Null).await["person"].clone();
    assert_eq!(told, json!({ "leadsMe": { "nodes": [] }, "ledByMe": { "nodes": [] } }), "no edge of a private rating");
}

#[tokio::test]
async fn following_is_told_from_public_acts_in_both_directions() {
    let house = project().await;
    let query = r#"{ person(by: { handle: "ben" }) {
        leadsMe(first: 1) { totalCount nodes { weight person { handle } topics { approved answered endorsed topic { slug } } } }
        ledByMe { nodes { person { handle } topics { approved topic { slug } } } }
        onTech: leadsMe(topic: { slug: "tech" }) { nodes { person { handle } } } } }"#;
    let told = house.data("", query, Value::Null).await["person"].clone();
    assert_eq!(told["leadsMe"]["totalCount"], json!(4));
    let ada = &told["leadsMe"]["nodes"][0];
    assert_eq!(ada["person"]["handle"], "ada");
    assert_eq!(
        ada["topics"],
        json!([{ "approved": 24, "answered": 0, "endorsed": 0, "topic": { "slug": "storage" } }])
    );
    let by_me =
        json!([{ "person": { "handle": "ada" }, "topics": [{ "approved": 3, "topic": { "slug": "storage" } }] }]);
    assert_eq!(told["ledByMe"]["nodes"], by_me);
    assert_eq!(told["onTech"]["nodes"], json!([{ "person": { "handle": "cy" } }]));
    // An edit has all that is known of a content read anew, its approvals too.
    let mut edited = said("ada3a", "ada", "storage", 95);
    edited["title"] = json!("another title");
    house.take_in("review", json!({ "contents": [edited] })).await;
    assert_eq!(house.data("", query, Value::Null).await["person"], told);
}

#[tokio::test]
async fn bots_and_people_who_left_do_not_lead_and_merged_people_are_one() {
    let house = project().await;
    let update = |handle: &str, more: Value| {
        let mut input = json!({ "person": { "handle": handle } });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    house.act("operator", "updatePerson", update("eve", json!({ "active": false })), "").await;
    assert_eq!(names(&leaders(&house, "storage", "").await), ["ben", "ada", "old"]);
    let then = leaders(&house, "storage", &format!("asOf: {NOW:?}")).await;
    assert!(names(&then).contains(&"eve"), "then she was there");
    let input = json!({ "from": { "handle": "old" }, "into": { "handle": "ada" } });
    house.act("operator", "mergePeople", input, "").await;
    let merged = leaders(&house, "storage", "").await;
    assert_eq!(of(&merged, "ada")["evidence"]["ownCount"], json!(36));
    assert_eq!(names(&merged), ["ben", "ada"]);
    house.act("operator", "updatePerson", update("ben", json!({ "kind": "BOT" })), "").await;
    let told = leaders(&house, "storage", "").await;
    assert!(told.is_empty(), "nobody acknowledged anything any more: {told:#?}");
}

#[tokio::test]
async fn bots_are_neither_followed_nor_endorsed_nor_appointed() {
    let house = project().await;
    let bot = json!({ "handle": "helper", "name": "helper", "kind": "BOT" });
    house.act("operator", "createPerson", bot, "").await;
    let people = json!([{ "externalId": "helper", "handle": "helper" }]);
    let mut shared = said("shared", "ada", "storage", 3);
    shared["authors"] = json!(["ada", "helper"]);
    house.take_in("review", json!({ "people": people, "contents": [shared] })).await;
    house.take_in("review", json!({ "ratings": [vote("ben", "shared", 2)] })).await;
    let query = r#"{ person(by: { handle: "ben" }) { leadsMe { nodes { person { handle } } } } }"#;
    let told = house.data("", query, Value::Null).await["person"]["leadsMe"]["nodes"].clone();
    let followed = |name: &str| told.as_array().unwrap().contains(&json!({ "person": { "handle": name } }));
    assert!(followed("ada") && !followed("helper"), "{told:#}");
    let input = json!({ "person": { "handle": "helper" }, "topic": { "slug": "storage" } });
    assert_eq!(house.refused("ada", "endorseLeadership", input.clone()).await, "BOT_CANNOT_RATE");
    assert_eq!(house.refused("operator", "appointLeader", input.clone()).await, "BOT_CANNOT_RATE");
    let batch = json!({ "source": { "slug": "review" },
        "leaderships": [{ "person": "helper", "topic": "storage", "kind": "APPOINTED", "from": ago(9) }],
        "endorsements": [{ "from": "ada", "to": "helper", "topic": "storage", "at": ago(9) }] });
    let report = "report { leaderships { error { code field } } endorsements { error { code field } } }";
    let told = house.act("operator", "ingest", batch, report).await["report"].clone();
    let refused = |field: &str| json!([{ "error": { "code": "BOT_CANNOT_RATE", "field": ["input", field] } }]);
    assert_eq!((&told["leaderships"], &told["endorsements"]), (&refused("person"), &refused("to")));
    // Whoever turns out to be a bot does not lead what they were appointed to.
    house.act("operator", "updatePerson", json!({ "person": { "handle": "helper" }, "kind": "HUMAN" }), "").await;
    house.act("operator", "appointLeader", input, "").await;
    assert!(names(&leaders(&house, "storage", "").await).contains(&"helper"));
    house.act("operator", "updatePerson", json!({ "person": { "handle": "helper" }, "kind": "BOT" }), "").await;
    assert!(!names(&leaders(&house, "storage", "").await).contains(&"helper"));
}

#[tokio::test]
async fn what_a_person_leads_and_what_others_see_of_them() {
    let house = project().await;
    house
        .act("operator", "appointLeader", json!({ "person": { "handle": "ben" }, "topic": { "slug": "kitchen" } }), "")
        .await;
    let fields = "leads { totalCount nodes { rank score standing topic { slug } declared { kind } } }";
    let query = format!("{{ person(by: {{ handle: \"ben\" }}) {{ {fields} }} }}");
    let told = house.data("", &query, Value::Null).await["person"]["leads"].clone();
    let topics: Vec<_> = told["nodes"].as_array().unwrap().iter().map(|lead| lead["topic"]["slug"].clone()).collect();
    assert_eq!(topics, ["storage", "tech", "kitchen"]);
    assert_eq!(told["nodes"][2]["score"], json!(0.0));
    let on_topic = leaders(&house, "storage", "").await;
    assert_eq!(told["nodes"][0]["score"], of(&on_topic, "ben")["score"]);
    let seen = format!("{{ viewer {{ asSeenByOthers {{ {fields} gaps {{ kind reason }} }} }} }}");
    let own = house.data("ben", &seen, Value::Null).await["viewer"]["asSeenByOthers"].clone();
    assert_eq!(own["leads"], told);
    assert_eq!(own["gaps"][0]["kind"], "UNRECOGNISED", "{own:#}");
    assert_eq!(house.data("", &seen, Value::Null).await["viewer"]["asSeenByOthers"], Value::Null);
}

#[tokio::test]
async fn the_emergent_kind_can_be_switched_off() {
    let house = project_with(Settings { emergent: false, ..Settings::default() }).await;
    assert!(leaders(&house, "storage", "").await.is_empty());
    endorse(&house, "ben", "ada").await;
    let told = leaders(&house, "storage", "").await;
    assert_eq!((names(&told), &told[0]["score"], &told[0]["evidence"]), (vec!["ada"], &json!(0.0), &Value::Null));
    let query = "{ leadershipGaps { totalCount } leadershipMap { totalCount } }";
    assert_eq!(house.data("", query, Value::Null).await["leadershipGaps"]["totalCount"], json!(0));
}

#[tokio::test]
async fn topics_can_be_left_out_of_what_the_facts_show() {
    let house = project().await;
    let input = json!({ "topic": { "slug": "storage" }, "emergentLeadership": false });
    let made = house.act("operator", "updateTopic", input, "topic { emergentLeadership }").await;
    assert_eq!(made["topic"]["emergentLeadership"], json!(false));
    assert!(leaders(&house, "storage", "").await.is_empty());
    assert_eq!(names(&leaders(&house, "tech", "withSubtopics: true").await), ["ben", "cy"]);
    let query = r#"{ person(by: { handle: "ada" }) { leads { totalCount } } topic(by: { slug: "storage" }) { leadershipHistory { at } } leadershipMap { totalCount } }"#;
    let told = house.data("", query, Value::Null).await;
    assert_eq!((&told["person"]["leads"]["totalCount"], &told["topic"]["leadershipHistory"]), (&json!(0), &json!([])));
    assert_eq!(told["leadershipMap"]["totalCount"], json!(1));
}

#[tokio::test]
async fn what_cannot_be_asked_says_why() {
    let house = project().await;
    let topic = |field: &str| format!("{{ topic(by: {{ slug: \"storage\" }}) {{ {field} }} }}");
    let bad = [
        topic("leaders(first: 0) { totalCount }"),
        topic("leaders(after: \"x\") { totalCount }"),
        topic("leadershipHistory(quarters: 0) { at }"),
        topic("leadershipHistory(quarters: 41) { at }"),
        "{ leadershipMap(first: 501) { totalCount } }".to_owned(),
        "{ leadershipMap(leadersPerTopic: 0) { totalCount } }".to_owned(),
        "{ leadershipMap(filter: { minScore: 2 }) { totalCount } }".to_owned(),
        "{ leadershipMap(filter: { people: [{ handle: \"nobody\" }] }) { totalCount } }".to_owned(),
        "{ leadershipGaps(topic: { slug: \"none\" }) { totalCount } }".to_owned(),
        "{ person(by: { handle: \"ada\" }) { leadsMe(topic: { slug: \"none\" }) { totalCount } } }".to_owned(),
        topic("leaders(window: \"PT1H\") { totalCount }"),
        topic("leaders(asOf: \"2999-01-01T00:00:00Z\") { totalCount }"),
        "{ leadershipChanges(between: { from: \"2026-02-01T00:00:00Z\", to: \"2026-01-01T00:00:00Z\" }) { totalCount } }".to_owned(),
    ];
    for query in bad {
        assert_eq!(house.fails("", &query, Value::Null).await, "BAD_REQUEST", "{query}");
    }
}
