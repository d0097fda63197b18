//! A page costs the same number of statements whatever its size: nothing is asked once for each item.

use peerlead::app::house::Settings;
use serde_json::{Value, json};

use crate::house::House;

/// A house full of facts: 24 topics with 24 contents each by one of 30 people and a coauthor, replies, ratings, leaders.
async fn full() -> House {
    let house = House::new().await;
    house
        .act(
            "operator",
            "createSource",
            json!({ "slug": "forum", "name": "Forum", "kind": "FORUM", "scale": "VOTE", "visibility": "PUBLIC" }),
            "",
        )
        .await;
    let at = "2026-01-01T00:00:00Z";
    let people: Vec<Value> = (0..30).map(|n| json!({ "externalId": format!("p{n}") })).collect();
    let topics: Vec<Value> = (0..24)
        .map(|n| {
            if n < 2 {
                json!({ "slug": format!("t{n:02}") })
            } else {
                json!({ "slug": format!("t{n:02}"), "parent": format!("t{:02}", n % 2) })
            }
        })
        .collect();
    let (mut contents, mut ratings) = (Vec::new(), Vec::new());
    for n in 0..576 {
        let parent = if n < 24 { Value::Null } else { json!(format!("c{}", n - 24)) };
        let authors = [format!("p{}", n % 30), format!("p{}", (n + 7) % 30)];
        contents.push(json!({ "externalId": format!("c{n}"), "kind": "post", "title": format!("c{n}"), "authors": authors, "topics": [format!("t{:02}", n % 24)], "parent": parent, "publishedAt": at }));
        ratings
            .push(json!({ "rater": format!("p{}", (n + 3) % 30), "content": format!("c{n}"), "value": 1, "at": at }));
    }
    let leaderships: Vec<Value> = (0..24).flat_map(|t| (0..12).map(move |p| json!({ "person": format!("p{}", (t + p) % 30), "topic": format!("t{t:02}"), "from": "2026-01-01T00:00:00Z" }))).collect();
    let endorsements: Vec<Value> = (0..24).flat_map(|t| (0..12).map(move |p| json!({ "from": format!("p{}", (t + p) % 30), "to": format!("p{}", (t + p + 1) % 30), "topic": format!("t{t:02}"), "at": "2026-01-01T00:00:00Z" }))).collect();
    let batch = |mut lists: Value| {
        lists["source"] = json!({ "slug": "forum" });
        lists
    };
    for lists in [
        json!({ "people": people, "topics": topics, "contents": contents }),
        json!({ "ratings": ratings }),
        json!({ "leaderships": leaderships, "endorsements": endorsements }),
    ] {
        let done = house.act("operator", "ingest", batch(lists), "report { people { outcome } contents { outcome } ratings { outcome } leaderships { outcome } endorsements { outcome } }").await;
        let refused = done["report"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|items| items.as_array().unwrap())
            .filter(|item| item["outcome"] != "CREATED" && item["outcome"] != "ACCEPTED")
            .count();
        assert_eq!(refused, 0, "{done:#}");
    }
    // Trends wait until all has been heard; then nobody reads beside us.
    house.data("", "{ trends { asOf } }", Value::Null).await;
    quiet(&house).await;
    house
}

const NESTED: &str = "query($n: Int!) { topics(first: $n) { totalCount nodes { slug parent { slug } ancestors { slug } synonyms { totalCount } children(first: 3) { nodes { slug } }
    contents(first: $n) { totalCount nodes { title source { slug } parent { title } tally { count } viewerRating { id } ratings(first: 2) { nodes { rater { handle } } } replies(first: 2) { totalCount nodes { title } }
        authors { handle accounts { externalId } contents(first: 2) { nodes { title topics { slug leaderships(first: 1) { nodes { role } } } } } } } }
    leaderships(first: $n) { totalCount nodes { role person { handle } toldBy { handle } } }
    endorsements(first: $n) { totalCount nodes { person { handle } endorser { handle } } } } } }";

/// Stops what follows the change log, so that nothing but our questions is counted.
async fn quiet(house: &House) {
    house.app.end_subscriptions();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
}

/// How many statements a query takes.
async fn cost(house: &House, viewer: &str, query: &str, variables: Value) -> u64 {
    let before = house.app.statements();
    house.data(viewer, query, variables).await;
    house.app.statements() - before
}

#[tokio::test]
async fn a_large_page_takes_as_many_statements_as_a_small_one() {
    let house = full().await;
    let told = house.data("p1", NESTED, json!({ "n": 8 })).await;
    let topics = told["topics"]["nodes"].as_array().unwrap();
    assert!(
        topics.len() == 8 && topics.iter().all(|topic| topic["contents"]["nodes"].as_array().unwrap().len() == 8),
        "too little data"
    );
    let (small, large) =
        (cost(&house, "p1", NESTED, json!({ "n": 2 })).await, cost(&house, "p1", NESTED, json!({ "n": 8 })).await);
    assert_eq!(small, large);
    assert!(large <= 20, "{large}");
}

#[tokio::test]
async fn a_page_of_twenty_takes_as_many_statements_as_a_page_of_two() {
    let query = "query($n: Int!) { topics(first: $n) { totalCount nodes { slug parent { slug } leaderships(first: $n) { totalCount nodes { person { handle } } }
        contents(first: $n) { totalCount nodes { title viewerRating { id } parent { title } authors { handle } ratings(first: 1) { nodes { rater { handle } } } } } } } }";
    let house = full().await;
    cost(&house, "p1", query, json!({ "n": 20 })).await;
    let (small, large) =
        (cost(&house, "p1", query, json!({ "n": 2 })).await, cost(&house, "p1", query, json!({ "n": 20 })).await);
    assert_eq!(small, large);
    // A fresh server has nothing at hand: the people and the contents of each level are one statement more, never one each.
    let mut database = house.stop().await;
    for first in [2, 20] {
        // Nor does it read for trends meanwhile.
        let house = House::with(database, Settings { trends: false, ..Settings::default() }).await;
        quiet(&house).await;
        let cold = cost(&house, "p1", query, json!({ "n": first })).await;
        assert!(cold <= large + 8, "{first}: {cold}, warm {large}");
        database = house.stop().await;
    }
}

#[tokio::test]
async fn which_contents_are_on_a_page_is_known_without_a_statement() {
    let house = full().await;
    let cost = async |query: &str| cost(&house, "", query, json!({})).await;
    let query = "{ contents(first: 50) { totalCount nodes { id title tally { count score } topics { slug ancestors { slug } } source { slug } } } }";
    // The first time what they are is read; then they are at hand.
    assert_eq!(cost(query).await, 1);
    assert_eq!(cost(query).await, 0);
    assert_eq!(
        cost("{ topic(by: { slug: \"t00\" }) { name parent { slug } children { totalCount } } sources { slug } }")
            .await,
        2
    );
}

#[tokio::test]
async fn many_aliases_of_one_field_are_asked_together() {
    let house = full().await;
    let aliases = |field: &str| -> String {
        let aliases: String =
            (0..24).map(|n| format!("a{n}: topic(by: {{ slug: \"t{n:02}\" }}) {{ {field} }} ")).collect();
        format!("{{ {aliases} }}")
    };
    let contents = aliases("contents(first: 2) { totalCount nodes { title } }");
    assert_eq!(cost(&house, "", &contents, json!({})).await, 1);
    assert_eq!(cost(&house, "", &contents, json!({})).await, 0);
    let leaderships = aliases("leaderships(first: 2) { totalCount nodes { role } }");
    assert_eq!(cost(&house, "", &leaderships, json!({})).await, 2);
}
