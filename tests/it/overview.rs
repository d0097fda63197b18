//! The overview of who leads what: its gaps, its map, and how it changes.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::endorsement::endorse;
use crate::house::House;
use crate::lead::{NOW, ago, leaders, project, said, vote};

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
    contents.push(said("c", "cy", "t1", 3));
    votes.push(vote("ada", "c", 2));
    house
        .take_in("review", json!({ "people": people, "topics": topics, "contents": contents, "ratings": votes }))
        .await;
    let query = "{ leadershipGaps(kinds: [BUS_FACTOR, OVERLOADED]) { nodes { kind weight reason topic { slug } person { handle } } } }";
    let told = house.data("", query, Value::Null).await["leadershipGaps"]["nodes"].clone();
    let kinds: Vec<&str> = told.as_array().unwrap().iter().map(|gap| gap["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"BUS_FACTOR") && kinds.contains(&"OVERLOADED"), "{told:#}");
    let overloaded = told.as_array().unwrap().iter().find(|gap| gap["kind"] == "OVERLOADED").unwrap();
    assert_eq!(overloaded["reason"], "ada leads 8 topics.");
    let on = r#"{ leadershipGaps(kinds: [OVERLOADED], topic: { slug: "t3" }) { nodes { person { handle } } } }"#;
    let told = house.data("", on, Value::Null).await["leadershipGaps"]["nodes"].clone();
    assert!(
        told.as_array().unwrap().contains(&json!({ "person": { "handle": "ada" } })),
        "one of theirs is this: {told:#}"
    );
    house.topic("t9", "").await;
    let none = r#"{ leadershipGaps(topic: { slug: "t9" }) { totalCount } }"#;
    assert_eq!(house.data("", none, Value::Null).await["leadershipGaps"]["totalCount"], json!(0));
}

/// The kinds of gaps, each with its topic and its person.
async fn gaps(house: &House, who: &str, arguments: &str) -> Vec<String> {
    let fields = "kind topic { slug } person { handle }";
    let query = match who {
        "" => format!("{{ leadershipGaps(first: 100 {arguments}) {{ nodes {{ {fields} }} }} }}"),
        _ => format!("{{ viewer {{ asSeenByOthers {{ gaps {{ {fields} }} }} }} }}"),
    };
    let told = house.data(who, &query, Value::Null).await;
    let list = match who {
        "" => &told["leadershipGaps"]["nodes"],
        _ => &told["viewer"]["asSeenByOthers"]["gaps"],
    };
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let gap = |gap: &Value| {
        format!("{} {} {}", text(&gap["kind"]), text(&gap["topic"]["slug"]), text(&gap["person"]["handle"]))
    };
    list.as_array().unwrap().iter().map(gap).collect()
}

#[tokio::test]
async fn no_kind_of_gap_hides_the_others_and_each_person_sees_all_of_theirs() {
    let house = project().await;
    for part in 0..3 {
        let numbers = 400 * part..400 * (part + 1);
        let topics: Vec<Value> = numbers.clone().map(|number| json!({ "slug": format!("t{number}") })).collect();
        let contents: Vec<Value> =
            numbers.map(|number| said(&format!("of-t{number}"), "dan", &format!("t{number}"), 2)).collect();
        house.take_in("review", json!({ "topics": topics })).await;
        house.take_in("review", json!({ "contents": contents })).await;
    }
    house.act("cy", "contestLeadership", json!({ "topic": { "slug": "tech" }, "text": "no" }), "").await;
    let all = house.data("", "{ leadershipGaps { totalCount } }", Value::Null).await;
    assert_eq!(all["leadershipGaps"]["totalCount"], json!(1_000));
    let last = house.data("", "{ leadershipGaps(last: 100) { nodes { kind } } }", Value::Null).await;
    let kinds = last["leadershipGaps"]["nodes"].as_array().unwrap();
    assert!(kinds.contains(&json!({ "kind": "CONTESTED" })) && kinds.contains(&json!({ "kind": "UNRECOGNISED" })));
    assert_eq!(gaps(&house, "cy", "").await, ["CONTESTED tech cy"]);
}

#[tokio::test]
async fn gaps_are_of_people_who_are_here_and_do_not_object_on_topics_where_more_happens() {
    let house = project().await;
    let people: Vec<Value> =
        ["fay", "gus", "hal"].iter().map(|name| json!({ "externalId": name, "handle": name })).collect();
    let topics = json!([{ "slug": "build" }, { "slug": "lunch" }]);
    let (mut contents, mut answers) = (Vec::new(), Vec::new());
    // Nobody judges by name, so that nobody but the authors has anything to show.
    let mut write = |author: &str, number: i64, days: i64| {
        let id = format!("{author}{number}");
        contents.push(said(&id, author, "build", days));
        answers.push(json!({ "externalId": format!("re-{id}"), "kind": "answer", "title": "yes", "parent": id, "authors": ["dan"], "publishedAt": ago(days - 1) }));
    };
    for month in 0..16 {
        (0..3).for_each(|number| write("fay", 3 * month + number, 30 * month + 5));
        write("gus", month, 30 * month + 6);
    }
    write("hal", 0, 20);
    write("eve", 0, 21);
    for day in 1..200 {
        contents.push(said(&format!("lunch{day}"), "dan", "lunch", if day == 1 { 3 } else { day + 28 }));
    }
    house.take_in("review", json!({ "people": people, "topics": topics, "contents": contents })).await;
    house.take_in("review", json!({ "contents": answers })).await;
    let told = gaps(&house, "", "").await;
    assert!(told.contains(&"BUS_FACTOR build fay".to_owned()), "{told:#?}");
    assert!(told.contains(&"UNRECOGNISED storage ben".to_owned()), "{told:#?}");
    assert!(!told.iter().any(|gap| gap.starts_with("NO_LEADER lunch")), "less than ever happens there: {told:#?}");
    house.act("operator", "updatePerson", json!({ "person": { "handle": "fay" }, "active": false }), "").await;
    house.act("ben", "contestLeadership", json!({ "topic": { "slug": "storage" }, "text": "no" }), "").await;
    let told = gaps(&house, "", "").await;
    assert!(told.contains(&"BUS_FACTOR build gus".to_owned()), "it hangs on who is left: {told:#?}");
    assert!(told.contains(&"CONTESTED storage ben".to_owned()), "{told:#?}");
    assert!(!told.contains(&"UNRECOGNISED storage ben".to_owned()), "he objects: {told:#?}");
    assert!(told.contains(&"UNRECOGNISED tech ben".to_owned()), "to this he does not: {told:#?}");
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
    house.take_in("review", json!({ "contents": [said("more", "dan", "storage", 2)] })).await;
    house.take_in("review", json!({ "ratings": [vote("cy", "more", 1)] })).await;
    moved("somebody approved of something").await;
    let answer = json!({ "kind": "answer", "title": "yes", "parent": { "external": { "source": "review", "externalId": "dan7" } } });
    let made = house.act("eve", "publishContent", answer, "content { id }").await;
    moved("somebody answered").await;
    let answer = json!({ "kind": "answer", "title": "and no", "parent": { "id": made["content"]["id"] }, "topics": [{ "slug": "kitchen" }] });
    house.act("ben", "publishContent", answer, "").await;
    moved("somebody answered an answer that is on no topic of its own").await;
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
