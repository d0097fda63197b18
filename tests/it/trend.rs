//! What stands out: words, topics, contents and people; the same whenever and wherever it is asked; nothing that is hidden in it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::house::House;

/// The end of all that happens here.
const NOW: &str = "2026-06-01T12:00:00Z";

fn ago(hours: i64) -> String {
    let now: DateTime<Utc> = NOW.parse().expect("a time");
    (now - TimeDelta::hours(hours)).to_rfc3339()
}

/// Ten people talk about this and that for three months in a forum whose ratings are votes; in the last week several of them
/// talk about a leak in the storage.
pub async fn forum() -> House {
    let house = House::new().await;
    house.clock.set(NOW.parse().expect("a time"));
    let source = json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "VOTE" });
    house.act("operator", "createSource", source, "").await;
    let people: Vec<Value> =
        (0..10).map(|n| json!({ "externalId": format!("p{n}"), "handle": format!("p{n}") })).collect();
    let topics = json!([{ "slug": "tech" }, { "slug": "storage", "parent": "tech" }, { "slug": "kitchen" }]);
    let small = ["coffee", "lunch", "table", "window", "lamp", "chair", "plant", "door", "paper", "pencil"];
    let mut contents = Vec::new();
    for n in 0..120 {
        let title = format!("{} beside the {}", small[n % 10], small[(n * 7 + 3) % 10]);
        let topic = if n % 4 == 0 { "tech" } else { "kitchen" };
        contents.push(said(&format!("old{n}"), &title, &[&format!("p{}", n % 10)], &[topic], 2_160 - 17 * n as i64));
    }
    for n in 0..9 {
        let title = format!("memory leak number {} near the {}", small[(n + 5) % 10], small[n % 10]);
        contents.push(said(&format!("new{n}"), &title, &[&format!("p{}", n % 6)], &["storage"], 90 - 10 * n as i64));
    }
    house.take_in("forum", json!({ "people": people, "topics": topics, "contents": contents })).await;
    let mut votes = Vec::new();
    for n in 0..9_i64 {
        for rater in 0..n {
            let rater = 9 - rater;
            if rater != n % 6 {
                let value = if rater % 4 == 3 { -1 } else { 1 };
                votes.push(json!({ "rater": format!("p{rater}"), "content": format!("new{n}"), "value": value, "at": ago(9 - n) }));
            }
        }
    }
    for n in 0..60_i64 {
        let (rater, at) = ((n + 3) % 10, ago(2_100 - 17 * n));
        votes.push(json!({ "rater": format!("p{rater}"), "content": format!("old{n}"), "value": n % 3 - 1, "at": at }));
    }
    house.take_in("forum", json!({ "ratings": votes })).await;
    house
}

pub fn said(id: &str, title: &str, authors: &[&str], topics: &[&str], hours: i64) -> Value {
    json!({ "externalId": id, "kind": "post", "title": title, "publishedAt": ago(hours), "authors": authors, "topics": topics })
}

/// The trends of a window, with these fields.
pub async fn trends(house: &House, arguments: &str, fields: &str) -> Value {
    let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
    let query = format!("{{ trends{arguments} {{ {fields} }} }}");
    house.data("", &query, Value::Null).await["trends"].clone()
}

/// The words of the last week.
pub async fn words(house: &House, arguments: &str) -> Vec<String> {
    let told =
        trends(house, r#"window: "P7D""#, &format!("words(first: 100 {arguments}) {{ nodes {{ text }} }}")).await;
    let nodes = told["words"]["nodes"].as_array().expect("words").clone();
    nodes.iter().map(|node| node["text"].as_str().expect("a text").to_owned()).collect()
}

const WHY: &str = "explanation { formulaVersion combination parts { name value } }";

/// Puts the parts of a score together again.
fn explained(node: &Value, score: &str) {
    let why = &node["explanation"];
    assert!(why["formulaVersion"].as_str().is_some_and(|version| version.ends_with("-1")), "{node:#}");
    let parts = why["parts"].as_array().expect("parts").iter();
    let values = parts.map(|part| part["value"].as_f64().expect("a number"));
    let made: f64 = if why["combination"] == "SUM" { values.sum() } else { values.product() };
    let told = node[score].as_f64().expect("a score");
    assert!((made - told).abs() <= 1e-9 * told.abs().max(1.0), "{made} is not {told}: {node:#}");
}

#[tokio::test]
async fn what_is_new_stands_out_and_every_score_explains_itself() {
    let house = forum().await;
    let fields = format!(
        r"asOf since window
        words {{ totalCount nodes {{ text weight score count authors expected lift rating sparkline {WHY} contents(first: 2) {{ totalCount nodes {{ title }} }} }} }}
        topics {{ nodes {{ topic {{ slug }} heat direction activity expected peopleCount contentCount ratingCount sparkline {WHY} words(first: 1) {{ nodes {{ text }} }} contents(first: 1) {{ nodes {{ content {{ title }} }} }} leaders {{ nodes {{ id }} }} }} }}
        people {{ nodes {{ person {{ handle }} heat direction peopleCount {WHY} }} }}"
    );
    let told = trends(&house, r#"window: "P7D""#, &fields).await;
    assert_eq!(
        (&told["asOf"], &told["since"], &told["window"]),
        (&json!("2026-06-01T12:00:00.000000Z"), &json!("2026-05-25T12:00:00.000000Z"), &json!("PT168H"))
    );
    let words = told["words"]["nodes"].as_array().expect("words");
    let best = &words[0];
    assert_eq!(
        (&best["text"], &best["weight"], &best["count"], &best["authors"]),
        (&json!("memory leak number"), &json!(1.0), &json!(9), &json!(6)),
        "{best:#}"
    );
    assert_eq!(best["sparkline"].as_array().expect("a line").iter().filter_map(Value::as_i64).sum::<i64>(), 9);
    assert!(
        best["expected"].as_f64().is_some_and(|expected| expected < 1.0)
            && best["lift"].as_f64().is_some_and(|lift| lift > 5.0)
    );
    assert!(best["rating"].as_f64().is_some_and(|rating| rating > 0.0), "{best:#}");
    let behind = &best["contents"];
    assert_eq!(
        (&behind["totalCount"], &behind["nodes"][0]["title"]),
        (&json!(9), &json!("memory leak number window near the paper"))
    );
    let mut last = 1.0;
    for word in words {
        explained(word, "score");
        let weight = word["weight"].as_f64().expect("a weight");
        assert!(0.0 < weight && weight <= last, "{words:#?}");
        last = weight;
    }
    let topics = told["topics"]["nodes"].as_array().expect("topics");
    let hottest = &topics[0];
    assert_eq!(
        (&hottest["topic"]["slug"], &hottest["direction"], &hottest["contentCount"]),
        (&json!("storage"), &json!("RISING"), &json!(9))
    );
    assert_eq!(
        (&hottest["words"]["nodes"][0]["text"], &hottest["leaders"]["nodes"]),
        (&json!("memory leak number"), &json!([]))
    );
    let coldest = topics.iter().find(|topic| topic["topic"]["slug"] == "kitchen").expect("the kitchen");
    assert_eq!(coldest["direction"], "FALLING");
    for topic in topics {
        explained(topic, "heat");
    }
    let people = told["people"]["nodes"].as_array().expect("people");
    assert!(people.iter().any(|person| person["direction"] == "RISING"));
    for person in people {
        explained(person, "heat");
    }
}

#[tokio::test]
async fn contents_are_ranked_in_five_ways() {
    let house = forum().await;
    for order in ["HOT", "TOP", "RISING", "CONTROVERSIAL", "UNDECIDED"] {
        let fields = format!(
            "contents(first: 50, orderBy: {order}) {{ totalCount nodes {{ score rating margin ratingCount replyCount content {{ title tally {{ count }} }} {WHY} }} }}"
        );
        let told = trends(&house, r#"window: "P7D""#, &fields).await["contents"].clone();
        let nodes = told["nodes"].as_array().expect("contents");
        assert!(!nodes.is_empty() && told["totalCount"] == nodes.len(), "{order}: {told:#}");
        let mut last = f64::INFINITY;
        for node in nodes {
            explained(node, "score");
            let score = node["score"].as_f64().expect("a score");
            assert!(score <= last, "{order}: {told:#}");
            last = score;
            let few = node["content"]["tally"]["count"].as_i64().expect("a count") < 3;
            assert_eq!(node["rating"].is_null(), few, "what few think is not told: {node:#}");
            assert!(!(few && ["TOP", "CONTROVERSIAL"].contains(&order)), "{node:#}");
        }
    }
}

#[tokio::test]
async fn a_past_moment_is_told_as_it_was_then_also_by_a_server_that_starts_later() {
    let house = forum().await;
    let fields = format!("words {{ nodes {{ text weight count authors expected rating surgingSince {WHY} }} }} rising: words(orderBy: RISING, weighting: PEOPLE) {{ nodes {{ text weight }} }} rated: words(weighting: RATINGS) {{ nodes {{ text weight }} }}
        topics {{ nodes {{ topic {{ slug }} heat expected {WHY} }} }} people {{ nodes {{ person {{ handle }} heat }} }}
        contents {{ nodes {{ content {{ title }} score rating margin ratingCount }} }} top: contents(orderBy: TOP) {{ nodes {{ content {{ title }} score rating }} }}");
    let asked = format!(r#"window: "P7D", asOf: "{}""#, ago(0));
    let then = trends(&house, r#"window: "P7D""#, &fields).await;
    assert_eq!(then, trends(&house, &asked, &fields).await, "now is a moment like any other");
    // Two days on: somebody changes their mind, takes a rating back, others rate and write.
    let later: DateTime<Utc> = NOW.parse::<DateTime<Utc>>().expect("a time") + TimeDelta::days(2);
    house.clock.set(later);
    let vote = |rater: &str, content: &str, value: i64| json!({ "rater": rater, "content": content, "value": value, "at": ago(-24) });
    house.take_in("forum", json!({
            "ratings": [vote("p9", "new8", -1), vote("p8", "new8", -1), vote("p0", "new7", 1), vote("p2", "old50", 1)],
            "contents": [said("later", "elephants in the memory leak", &["p3"], &["storage"], -12)],
        }),
    )
    .await;
    let other = trends(&house, r#"window: "P7D""#, &fields).await;
    assert_ne!(other, then, "two days later it is different");
    assert_eq!(trends(&house, &asked, &fields).await, then, "and what was true then stays true");
    let again = House::on(house.database.shared()).await;
    again.clock.set(later);
    assert_eq!(trends(&again, &asked, &fields).await, then, "from the facts alone");
    assert_eq!(trends(&again, r#"window: "P7D""#, &fields).await, other, "heard or read, it is the same");
}

#[tokio::test]
async fn what_is_hidden_or_withdrawn_leaves_every_trend_at_once_also_past_ones() {
    let house = forum().await;
    let past = format!(r#"window: "P7D", asOf: "{}""#, ago(20));
    let titles = "contents(first: 100, orderBy: UNDECIDED) { nodes { content { id title } } }";
    let find = async |arguments: &str, title: &str| {
        let told = trends(&house, arguments, titles).await;
        let nodes = told["contents"]["nodes"].as_array().expect("contents").clone();
        nodes.into_iter().find(|node| node["content"]["title"] == title).map(|node| node["content"]["id"].clone())
    };
    let title = "memory leak number plant near the lunch";
    let id = find(&past, title).await.expect("the content");
    let count = async |arguments: &str| {
        let told = trends(
            &house,
            arguments,
            "words(first: 1) { nodes { text count } } topics(first: 1) { nodes { contentCount } }",
        )
        .await;
        (told["words"]["nodes"][0]["count"].as_i64(), told["topics"]["nodes"][0]["contentCount"].as_i64())
    };
    let (now_before, past_before) = (count(r#"window: "P7D""#).await, count(&past).await);
    house.act("operator", "hideContent", json!({ "content": { "id": id }, "reason": "a test" }), "").await;
    assert_eq!(find(&past, title).await, None);
    let fewer = |(words, topics): (Option<i64>, Option<i64>)| (words.map(|n| n - 1), topics.map(|n| n - 1));
    assert_eq!((count(r#"window: "P7D""#).await, count(&past).await), (fewer(now_before), fewer(past_before)));
    house.act("operator", "restoreContent", json!({ "content": { "id": id }, "reason": "fine" }), "").await;
    assert_eq!((count(r#"window: "P7D""#).await, count(&past).await), (now_before, past_before), "and comes back");
    house.act("p1", "withdrawContent", json!({ "content": { "id": id } }), "").await;
    assert_eq!(count(&past).await, fewer(past_before));
}

#[tokio::test]
async fn a_part_of_the_organisation_has_trends_of_its_own() {
    let house = forum().await;
    let of = async |scope: &str| {
        let arguments = format!(r#"window: "P60D", scope: {scope}"#);
        trends(&house, &arguments, "words(first: 1) { nodes { text count } } topics { nodes { topic { slug } } } contents(first: 100, orderBy: UNDECIDED) { totalCount nodes { content { authors { handle } topics { slug } } } }").await
    };
    let tech = of(r#"{ topic: { slug: "tech" } }"#).await;
    for node in tech["contents"]["nodes"].as_array().expect("contents") {
        assert!(
            ["tech", "storage"].contains(&node["content"]["topics"][0]["slug"].as_str().expect("a topic")),
            "{node:#}"
        );
    }
    assert_eq!(tech["words"]["nodes"][0]["text"], "memory leak number");
    assert!(tech["topics"]["nodes"].as_array().expect("topics").iter().all(|node| node["topic"]["slug"] != "kitchen"));
    assert_eq!(of(r#"{ source: { slug: "peerlead" } }"#).await["words"]["nodes"], json!([]));
    house.take_in("forum", json!({ "contents": [
        said("alone", "secret gardens", &["p7"], &["kitchen"], 30), said("pair", "hidden gardens", &["p7", "p8"], &["kitchen"], 20),
    ] })).await;
    let circle = of(r#"{ circleOf: { handle: "p8" } }"#).await;
    for node in circle["contents"]["nodes"].as_array().expect("contents") {
        let authors = node["content"]["authors"].as_array().expect("authors");
        assert!(
            authors.iter().any(|author| ["p7", "p8"].contains(&author["handle"].as_str().expect("a handle"))),
            "{node:#}"
        );
    }
}

#[tokio::test]
async fn questions_that_make_no_sense_are_told_what_would() {
    let house = forum().await;
    for arguments in [
        r#"window: "PT0S""#,
        r#"window: "PT59M""#,
        r#"window: "P36500D""#,
        r#"asOf: "2026-06-01T12:00:01Z""#,
        r#"asOf: "1969-01-01T00:00:00Z""#,
        r#"scope: { topic: { slug: "nowhere" } }"#,
        r#"scope: { source: { slug: "nowhere" } }"#,
        r#"scope: { circleOf: { handle: "nobody" } }"#,
        r"scope: {}",
        r#"window: "a week""#,
    ] {
        let query = format!("{{ trends({arguments}) {{ asOf }} }}");
        assert_eq!(house.fails("", &query, Value::Null).await, "BAD_REQUEST", "{arguments}");
    }
    let cursor =
        trends(&house, "", "words(first: 1) { pageInfo { endCursor } }").await["words"]["pageInfo"]["endCursor"]
            .clone();
    let query = "query($after: String) { trends { topics(after: $after) { nodes { heat } } } }";
    assert_eq!(house.fails("", query, json!({ "after": cursor })).await, "BAD_REQUEST", "a cursor of another list");
    let query = "query($after: String) { trends { words(after: $after, first: 2) { nodes { text } pageInfo { hasPreviousPage } } } }";
    assert_eq!(
        house.data("", query, json!({ "after": cursor })).await["trends"]["words"]["pageInfo"]["hasPreviousPage"],
        true
    );
}

#[tokio::test]
async fn pages_of_a_ranking_make_up_the_whole() {
    let house = forum().await;
    let all = words(&house, "").await;
    let (mut after, mut paged) = (Value::Null, Vec::new());
    loop {
        let query = "query($after: String) { trends { words(first: 2, after: $after) { nodes { text } pageInfo { endCursor hasNextPage } } } }";
        let page = house.data("", query, json!({ "after": after })).await["trends"]["words"].clone();
        paged.extend(
            page["nodes"].as_array().expect("words").iter().map(|node| node["text"].as_str().expect("text").to_owned()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert!(paged.len() > 4 && paged == all, "{paged:?} {all:?}");
    let last = trends(&house, "", "words(last: 3) { nodes { text } pageInfo { hasNextPage } }").await["words"].clone();
    let last: Vec<_> = last["nodes"].as_array().expect("words").iter().map(|node| node["text"].clone()).collect();
    assert_eq!(json!(last), json!(all[all.len() - 3..]));
}

#[tokio::test]
async fn merged_people_and_topics_are_one_in_trends() {
    let house = forum().await;
    let authors = "words(first: 1) { nodes { authors } } topics(first: 5) { nodes { topic { slug } contentCount } }";
    assert_eq!(trends(&house, "", authors).await["words"]["nodes"][0]["authors"], 6);
    let merge = json!({ "from": { "handle": "p0" }, "into": { "handle": "p1" } });
    let merged = house.act("operator", "mergePeople", merge, "merge { id }").await;
    assert_eq!(trends(&house, "", authors).await["words"]["nodes"][0]["authors"], 5);
    house.act("operator", "undoMerge", json!({ "merge": merged["merge"]["id"] }), "").await;
    assert_eq!(trends(&house, "", authors).await["words"]["nodes"][0]["authors"], 6);
    house
        .act("operator", "mergeTopics", json!({ "from": { "slug": "storage" }, "into": { "slug": "tech" } }), "")
        .await;
    let topics = trends(&house, "", authors).await["topics"]["nodes"].clone();
    let told =
        |slug: &str| topics.as_array().expect("topics").iter().find(|node| node["topic"]["slug"] == slug).cloned();
    assert_eq!(told("tech").map(|node| node["contentCount"].clone()), Some(json!(9)), "{topics:#}");
    assert!(told("storage").is_none_or(|node| node["contentCount"] == 0));
}

#[tokio::test]
async fn what_becomes_of_people_becomes_of_what_they_did_in_trends() {
    let house = forum().await;
    let fields = "topics { nodes { topic { slug } activity peopleCount ratingCount sparkline } }
        people { nodes { person { handle name } activity peopleCount ratingCount } }
        contents(first: 50) { nodes { content { title } ratingCount } }";
    // What is usual on a day is not reckoned anew at once, so nothing is said of the order.
    let told = async |house: &House| {
        let mut told = trends(house, r#"window: "P7D""#, fields).await;
        for list in ["topics", "people", "contents"] {
            let nodes = told[list]["nodes"].as_array_mut().expect("a list");
            nodes.sort_by_key(Value::to_string);
        }
        told
    };
    let later = async || {
        let server = House::on(house.database.shared()).await;
        server.clock.set(NOW.parse().expect("a time"));
        told(&server).await
    };
    let before = told(&house).await;
    let merge = json!({ "from": { "handle": "p8" }, "into": { "handle": "p9" } });
    let merged = house.act("operator", "mergePeople", merge, "merge { id }").await;
    assert_eq!(told(&house).await, later().await, "merged");
    house.act("operator", "undoMerge", json!({ "merge": merged["merge"]["id"] }), "").await;
    assert_eq!(told(&house).await, before, "as if nothing had been");
    house.act("operator", "erasePerson", json!({ "person": { "handle": "p5" } }), "person { handle }").await;
    let erased = told(&house).await;
    assert_eq!(erased, later().await, "erased");
    assert!(!erased.to_string().contains("Erased"), "who was erased has no place among people: {erased:#}");
}

#[tokio::test]
async fn every_process_hears_of_it_within_moments() {
    let house = House::new().await;
    let other = House::on(house.database.shared()).await;
    for handle in ["ada", "ben", "cleo"] {
        house.person(handle).await;
    }
    for (handle, title) in [("ada", "zeppelins fly"), ("ben", "zeppelins land"), ("cleo", "more zeppelins")] {
        house.content(handle, title, &[]).await;
    }
    for asked in [&house, &other] {
        let mut told = Value::Null;
        for _ in 0..100 {
            told = trends(asked, "", "words { nodes { text authors } }").await["words"]["nodes"][0].clone();
            if told["authors"] == 3 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!((&told["text"], &told["authors"]), (&json!("zeppelins"), &json!(3)));
    }
}

#[tokio::test]
async fn a_tally_that_drifted_is_found_and_set_right() {
    use sea_orm::ConnectionTrait;
    let house = forum().await;
    let count = async |repair: bool| {
        let mut found = 0;
        house.app.check_tallies(repair, |_| found += 1).await.expect("a check");
        found
    };
    assert_eq!(count(false).await, 0);
    let behind = house.database.connect().await;
    behind
        .execute_unprepared(
            "UPDATE tally SET n5 = n5 + 2 WHERE content_id = (SELECT id FROM content WHERE external_id = 'new5')",
        )
        .await
        .expect("a drift");
    assert_eq!((count(false).await, count(true).await, count(false).await), (1, 1, 0));
}
