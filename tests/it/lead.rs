//! Who leads what: declared, endorsed and shown by the facts, side by side; explained, private, and not to be had by oneself.

use chrono::{DateTime, TimeDelta, Utc};
use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::house::{Database, House};

const NOW: &str = "2026-06-01T12:00:00Z";

fn ago(days: i64) -> String {
    let now: DateTime<Utc> = NOW.parse().expect("a time");
    (now - TimeDelta::days(days)).to_rfc3339()
}

fn said(id: &str, author: &str, topic: &str, days: i64) -> Value {
    json!({ "externalId": id, "kind": "change", "title": id, "publishedAt": ago(days), "authors": [author], "topics": [topic] })
}

fn vote(rater: &str, content: &str, days: i64) -> Value {
    json!({ "rater": rater, "content": content, "value": 1, "at": ago(days) })
}

async fn ingest(house: &House, mut batch: Value) {
    batch["source"] = json!({ "slug": "review" });
    let selection =
        "report { people { error { message } } contents { error { message } } ratings { error { message } } }";
    let told = house.act("operator", "ingest", batch, selection).await;
    for items in told["report"].as_object().expect("a report").values() {
        let refused = items.as_array().expect("items").iter().filter(|item| !item["error"].is_null());
        assert_eq!(refused.count(), 0, "{told:#}");
    }
}

/// A project with public reviews: for a year ada writes twice a month on storage and cy once a month on its docs, ben approves of
/// all of it by name and writes now and then; old led until two years ago; eve was there for a day; dan writes a lot, and nobody
/// cares.
async fn project() -> House {
    project_with(Settings::default()).await
}

async fn project_with(settings: Settings) -> House {
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
    ingest(&house, json!({ "people": people, "topics": topics, "contents": contents })).await;
    ingest(&house, json!({ "ratings": votes })).await;
    house
}

const ALL: &str = "rank score share standing since lastEvidenceAt sparkline endorsed person { handle } topic { slug }
    declared { kind role } endorsements { text }
    evidence { ownCount judgedCount months breadth explanation { formulaVersion combination parts { name value } }
        ownContents(first: 2) { totalCount nodes { title } } judgedContents(first: 2) { totalCount nodes { title } } }
    explanation { text strength { formulaVersion combination parts { name value } } evidence { formulaVersion combination parts { name value } } }";

/// Who leads a topic.
async fn leaders(house: &House, topic: &str, arguments: &str) -> Vec<Value> {
    let query =
        format!("{{ topic(by: {{ slug: {topic:?} }}) {{ leaders(first: 100 {arguments}) {{ nodes {{ {ALL} }} }} }} }}");
    let told = house.data("", &query, Value::Null).await;
    told["topic"]["leaders"]["nodes"].as_array().expect("leaders").clone()
}

fn names(leaders: &[Value]) -> Vec<&str> {
    leaders.iter().map(|leader| leader["person"]["handle"].as_str().expect("a handle")).collect()
}

fn of<'a>(leaders: &'a [Value], name: &str) -> &'a Value {
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
    assert_eq!(names(&then)[..2], ["ben", "old"]);
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
    ingest(&house, json!({ "contents": [edited] })).await;
    assert_eq!(house.data("", query, Value::Null).await["person"], told);
}

async fn endorse(house: &House, who: &str, whom: &str) -> Value {
    let input = json!({ "person": { "handle": whom }, "topic": { "slug": "storage" }, "text": "good" });
    house.act(who, "endorseLeadership", input, "endorsement { id }").await["endorsement"]["id"].clone()
}

#[tokio::test]
async fn endorsements_stand_beside_the_score_and_leave_at_once() {
    let house = project().await;
    let endorsed = async |name: &str| {
        let told = leaders(&house, "storage", "").await;
        (of(&told, name)["endorsed"].as_f64().unwrap(), of(&told, name)["score"].as_f64().unwrap())
    };
    let (none, score) = endorsed("ada").await;
    assert_eq!(none, 0.0);
    let id = endorse(&house, "ben", "ada").await;
    assert_eq!(endorsed("ada").await, (1.0 / 3.0, score), "an endorsement moves no score");
    endorse(&house, "ada", "ben").await;
    assert_eq!(endorsed("ada").await.0, 0.5 / 2.5, "who is endorsed back counts half");
    house.act("ben", "withdrawEndorsement", json!({ "endorsement": id }), "").await;
    assert_eq!(endorsed("ada").await.0, 0.0);
    for who in ["cy", "eve"] {
        endorse(&house, who, "old").await;
    }
    assert_eq!(endorsed("old").await.0, 0.5);
    endorse(&house, "cy", "eve").await;
    assert_eq!(endorsed("old").await.0, 1.0 / 3.0, "two who endorse each other are as one");
    house.clock.set("2027-06-02T12:00:00Z".parse().unwrap());
    assert_eq!(endorsed("old").await.0, 0.0, "a year later");
}

#[tokio::test]
async fn how_long_endorsements_last_can_be_chosen() {
    let settings = Settings { endorsement_life: TimeDelta::days(10), ..Settings::default() };
    let house = project_with(settings).await;
    let input = json!({ "person": { "handle": "ada" }, "topic": { "slug": "storage" } });
    let made = house.act("ben", "endorseLeadership", input, "endorsement { expiresAt }").await;
    assert_eq!(made["endorsement"]["expiresAt"], "2026-06-11T12:00:00.000000Z");
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
async fn gaps_between_what_is_said_and_what_is_shown() {
    let house = project().await;
    let appoint = |who: &str, topic: &str, days: i64| json!({ "person": { "handle": who }, "topic": { "slug": topic }, "validFrom": ago(days) });
    house.act("operator", "appointLeader", appoint("old", "storage", 1_000), "").await;
    house.act("operator", "appointLeader", appoint("ada", "storage", 300), "").await;
    for number in 0..3 {
        house.content(["ada", "ben", "cy"][number], &format!("soup {number}"), &["kitchen"]).await;
    }
    let gaps = async |arguments: &str| {
        let query = format!(
            "{{ leadershipGaps{arguments} {{ totalCount nodes {{ kind weight reason suggestion topic {{ slug }} person {{ handle }} leadership {{ role }} }} }} }}"
        );
        house.data("", &query, Value::Null).await["leadershipGaps"]["nodes"].as_array().unwrap().clone()
    };
    let all = gaps("").await;
    let told: Vec<(&str, &str, &str)> = all
        .iter()
        .map(|gap| {
            let text = |value: &'_ Value| value.as_str().unwrap_or("-").to_owned().leak() as &str;
            (text(&gap["kind"]), text(&gap["topic"]["slug"]), text(&gap["person"]["handle"]))
        })
        .collect();
    let expected = [
        ("NO_LEADER", "kitchen", "-"),
        ("IN_NAME_ONLY", "storage", "old"),
        ("UNRECOGNISED", "tech", "ben"),
        ("UNRECOGNISED", "storage", "ben"),
    ];
    for gap in expected {
        assert!(told.contains(&gap), "{gap:?} in {told:#?}");
    }
    assert!(!told.contains(&("UNRECOGNISED", "storage", "ada")), "she was appointed");
    let name = all.iter().find(|gap| gap["kind"] == "IN_NAME_ONLY").unwrap();
    assert_eq!((&name["suggestion"], &name["leadership"]["role"]), (&json!("END_LEADERSHIP"), &json!("lead")));
    assert!(
        name["reason"].as_str().unwrap().starts_with("old is said to lead storage and has shown nothing on it for 2.")
    );
    let unled = gaps("(kinds: [NO_LEADER])").await;
    assert_eq!(unled.len(), 1);
    assert!(unled[0]["weight"].as_f64().unwrap() > 0.0, "it is hot: {unled:#?}");
    assert_eq!(gaps(r#"(topic: { slug: "kitchen" })"#).await.len(), 1);
}

#[tokio::test]
async fn a_topic_that_hangs_on_one_person_and_a_person_with_too_many_topics() {
    let house = House::new().await;
    house.clock.set(NOW.parse().unwrap());
    let source =
        json!({ "slug": "review", "name": "Review", "kind": "CODE_REVIEW", "scale": "VOTE", "visibility": "PUBLIC" });
    house.act("operator", "createSource", source, "").await;
    let people: Vec<Value> =
        ["ada", "ben", "cy"].iter().map(|name| json!({ "externalId": name, "handle": name })).collect();
    let topics: Vec<Value> = (0..8).map(|number| json!({ "slug": format!("t{number}") })).collect();
    let (mut contents, mut votes) = (Vec::new(), Vec::new());
    for month in 0..20 {
        for topic in 0..8 {
            let id = format!("{month}-{topic}");
            contents.push(said(&id, "ada", &format!("t{topic}"), 30 * month + 2));
            votes.push(vote(if month == 0 { "ben" } else { "cy" }, &id, 30 * month + 1));
        }
    }
    for number in 0..4 {
        contents.push(said(&format!("b{number}"), "ben", "t0", 30 * number + 3));
        votes.push(vote("ada", &format!("b{number}"), 30 * number + 2));
    }
    ingest(&house, json!({ "people": people, "topics": topics, "contents": contents, "ratings": votes })).await;
    let query = "{ leadershipGaps(kinds: [BUS_FACTOR, OVERLOADED]) { nodes { kind weight reason topic { slug } person { handle } } } }";
    let told = house.data("", query, Value::Null).await["leadershipGaps"]["nodes"].clone();
    let kinds: Vec<&str> = told.as_array().unwrap().iter().map(|gap| gap["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"BUS_FACTOR") && kinds.contains(&"OVERLOADED"), "{told:#}");
    let overloaded = told.as_array().unwrap().iter().find(|gap| gap["kind"] == "OVERLOADED").unwrap();
    assert_eq!(overloaded["reason"], "ada leads 8 topics.");
}

#[tokio::test]
async fn the_map_shows_who_leads_what_a_part_at_a_time() {
    let house = project().await;
    house
        .act("operator", "appointLeader", json!({ "person": { "handle": "dan" }, "topic": { "slug": "kitchen" } }), "")
        .await;
    let fields = "asOf totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
        people { id weight topicCount person { handle } } topics { id parentId heat peopleCount busFactor topic { slug } }
        leading { personId topicId score share standing isDeclared isEndorsed } following { fromId toId weight topicIds }";
    let map = async |arguments: &str| {
        house.data("", &format!("{{ leadershipMap{arguments} {{ {fields} }} }}"), Value::Null).await["leadershipMap"]
            .clone()
    };
    let whole = map("").await;
    assert_eq!(whole["totalCount"], json!(3));
    assert_eq!(whole["leading"].as_array().unwrap().len(), 3 + 2 + 1, "{whole:#}");
    let ids =
        |nodes: &Value| -> Vec<Value> { nodes.as_array().unwrap().iter().map(|node| node["id"].clone()).collect() };
    let (people, topics) = (ids(&whole["people"]), ids(&whole["topics"]));
    for edge in whole["leading"].as_array().unwrap() {
        assert!(people.contains(&edge["personId"]) && topics.contains(&edge["topicId"]));
    }
    assert!(!whole["following"].as_array().unwrap().is_empty());
    for edge in whole["following"].as_array().unwrap() {
        assert!(people.contains(&edge["fromId"]) && people.contains(&edge["toId"]));
    }
    let first = map("(first: 1)").await;
    assert_eq!((first["topics"].as_array().unwrap().len(), &first["pageInfo"]["hasNextPage"]), (1, &json!(true)));
    let next = map(&format!("(first: 2, after: {}, asOf: {})", first["pageInfo"]["endCursor"], first["asOf"])).await;
    assert_eq!(next["topics"].as_array().unwrap().len(), 2);
    assert_eq!(next["pageInfo"]["hasNextPage"], json!(false));
    let best = map("(leadersPerTopic: 1, filter: { topic: { slug: \"tech\" }, includeSubtopics: true })").await;
    assert_eq!(best["leading"].as_array().unwrap().len(), 2);
    let strong = map("(filter: { minScore: 0.99 })").await;
    assert_eq!(strong["leading"].as_array().unwrap().len(), 1, "only who is declared");
    let ada = map("(filter: { people: [{ handle: \"ada\" }] })").await;
    assert_eq!(ada["people"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_map_is_as_fresh_as_the_list_after_everything_that_may_happen() {
    let house = project().await;
    let look = async || {
        let query = r#"{ topic(by: { slug: "storage" }) { id } leadershipMap(leadersPerTopic: 10) { people { id person { handle } } leading { personId topicId score standing } } }"#;
        let told = house.data("", query, Value::Null).await;
        let map = &told["leadershipMap"];
        let edges = map["leading"].as_array().unwrap().iter().filter(|edge| edge["topicId"] == told["topic"]["id"]);
        let named = |edge: &Value| {
            let person = map["people"].as_array().unwrap().iter().find(|person| person["id"] == edge["personId"]);
            json!([person.unwrap()["person"]["handle"], edge["score"], edge["standing"]])
        };
        let edges: Vec<Value> = edges.map(named).collect();
        let listed = leaders(&house, "storage", "").await;
        let listed: Vec<Value> =
            listed.iter().map(|one| json!([one["person"]["handle"], one["score"], one["standing"]])).collect();
        (edges, listed)
    };
    // What is usual on a day is reckoned anew a moment later when the past has changed: the next second knows it.
    let same = async |what: &str| {
        for _ in 0..100 {
            let (edges, listed) = look().await;
            if edges == listed {
                return edges;
            }
            house.clock.set(house.clock.now() + TimeDelta::seconds(1));
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let (edges, listed) = look().await;
        assert_eq!(edges, listed, "{what}");
        edges
    };
    let mut last = same("at first").await;
    assert_eq!(same("again").await, last);
    let mut moved = async |what: &str| {
        let now = same(what).await;
        assert_ne!(now, last, "{what}");
        last = now;
    };
    ingest(&house, json!({ "contents": [said("more", "dan", "storage", 2)] })).await;
    ingest(&house, json!({ "ratings": [vote("cy", "more", 1)] })).await;
    moved("somebody approved of something").await;
    let answer = json!({ "kind": "answer", "title": "yes", "parent": { "external": { "source": "review", "externalId": "dan7" } } });
    house.act("eve", "publishContent", answer, "").await;
    moved("somebody answered").await;
    house
        .act(
            "operator",
            "hideContent",
            json!({ "content": { "external": { "source": "review", "externalId": "ada0a" } }, "reason": "x" }),
            "",
        )
        .await;
    moved("something was hidden").await;
    house.act("operator", "mergePeople", json!({ "from": { "handle": "dan" }, "into": { "handle": "ada" } }), "").await;
    moved("two are one").await;
    house.act("operator", "updatePerson", json!({ "person": { "handle": "cy" }, "kind": "BOT" }), "").await;
    moved("one was a bot").await;
    house.act("operator", "updateSource", json!({ "source": { "slug": "review" }, "visibility": "PRIVATE" }), "").await;
    moved("ratings are private").await;
    house.clock.set("2026-09-01T12:00:00Z".parse().unwrap());
    moved("three months later").await;
}

#[tokio::test]
async fn succession_and_what_has_changed() {
    let house = project().await;
    let query = r#"{ topic(by: { slug: "storage" }) { leadershipHistory(quarters: 12) { at leaders { evidence person { handle } } } } }"#;
    let told = house.data("", query, Value::Null).await["topic"]["leadershipHistory"].clone();
    let chapters = told.as_array().unwrap();
    assert_eq!(chapters.len(), 12);
    let handles = |chapter: &Value| -> Vec<Value> {
        chapter["leaders"].as_array().unwrap().iter().map(|leader| leader["person"]["handle"].clone()).collect()
    };
    assert!(handles(&chapters[1]).contains(&json!("old")) && !handles(&chapters[1]).contains(&json!("ada")));
    assert!(handles(&chapters[11]).contains(&json!("ada")));
    endorse(&house, "cy", "ada").await;
    let query = format!(
        "{{ leadershipChanges(between: {{ from: {:?} }}) {{ nodes {{ kind at topic {{ slug }} person {{ handle }} }} }} }}",
        ago(880)
    );
    let told = house.data("", &query, Value::Null).await["leadershipChanges"]["nodes"].clone();
    let told: Vec<(String, String)> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|turn| (turn["kind"].as_str().unwrap().to_owned(), turn["person"]["handle"].as_str().unwrap().to_owned()))
        .collect();
    for (kind, who) in [("BEGAN", "ada"), ("CEASED", "old"), ("ENDORSED", "ada")] {
        assert!(told.contains(&(kind.to_owned(), who.to_owned())), "{kind} {who} in {told:#?}");
    }
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
