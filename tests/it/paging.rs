//! Walking lists: every item exactly once, forward and backward, whatever happens meanwhile.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::house::House;

/// 30 topics, people, contents and relations, many of them with equal sort keys.
async fn house() -> House {
    let house = House::new().await;
    let names = ["Same", "same", "Ärger", "zebra", "Zebra", "10", "9", "a b", "a-b"];
    let people: Vec<Value> = (0..30)
        .map(|n| json!({ "externalId": format!("p{n}"), "handle": format!("p{n}"), "name": names[n % names.len()] }))
        .collect();
    let topics: Vec<Value> = (0..30)
        .map(|n| json!({ "slug": format!("{}-{n}", ["a", "ä", "b_", "b"][n % 4]), "name": names[n % names.len()] }))
        .collect();
    let at = |n: usize| format!("2026-01-{:02}T00:00:00Z", 1 + n % 4);
    let slug = |n: usize| format!("{}-{n}", ["a", "ä", "b_", "b"][n % 4]);
    let contents: Vec<Value> = (0..30).map(|n| json!({ "externalId": format!("c{n}"), "kind": "post", "title": format!("c{n}"), "authors": ["p29"], "topics": [slug(0), slug(n % 2 + 1)], "publishedAt": at(n) })).collect();
    let ratings: Vec<Value> = (0..60).map(|n| json!({ "rater": format!("p{}", n % 7), "content": format!("c{}", n % 30), "value": n % 5 + 1, "at": at(n) })).collect();
    let leaderships: Vec<Value> =
        (0..30).map(|n| json!({ "person": format!("p{n}"), "topic": slug(0), "from": at(n) })).collect();
    let endorsements: Vec<Value> =
        (0..29).map(|n| json!({ "from": format!("p{n}"), "to": "p29", "topic": slug(0), "at": at(n) })).collect();
    let batch = json!({ "source": { "slug": "peerlead" }, "people": people, "topics": topics, "contents": contents, "ratings": ratings, "leaderships": leaderships, "endorsements": endorsements });
    house.act("operator", "ingest", batch, "").await;
    house
}

/// Every list with every order that it has.
fn lists() -> Vec<(&'static str, String)> {
    let fields = [
        ("people", vec!["HANDLE", "NAME", "CREATED"]),
        ("topics", vec!["SLUG", "NAME", "CREATED"]),
        ("contents", vec!["PUBLISHED", "SCORE"]),
    ];
    let mut lists = Vec::new();
    for direction in ["ASCENDING", "DESCENDING"] {
        for (list, orders) in &fields {
            lists.extend(
                orders.iter().map(|field| (*list, format!("orderBy: {{ field: {field}, direction: {direction} }}"))),
            );
        }
        for list in ["leaderships", "endorsements"] {
            lists.push((list, format!("orderBy: {{ direction: {direction} }}")));
        }
    }
    let window = "publishedFrom: \"2026-01-01T00:00:00Z\"";
    for filter in [
        "topic: { slug: \"a-0\" }",
        "author: { handle: \"p29\" }",
        window,
        "topic: { slug: \"a-0\" }, author: { handle: \"p29\" }",
        "topic: { slug: \"a-0\" }, publishedFrom: \"2026-01-01T00:00:00Z\"",
    ] {
        lists.push(("contents", format!("filter: {{ {filter} }}, orderBy: {{ field: SCORE, direction: DESCENDING }}")));
        lists.push((
            "contents",
            format!("filter: {{ {filter} }}, orderBy: {{ field: PUBLISHED, direction: ASCENDING }}"),
        ));
    }
    lists
}

async fn page(house: &House, list: &str, arguments: &str) -> Value {
    let query = format!(
        "{{ list: {list}({arguments}) {{ totalCount nodes {{ id }} edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    house.data("", &query, json!({})).await["list"].clone()
}

fn ids(page: &Value) -> Vec<String> {
    page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

async fn walk(house: &House, list: &str, order: &str, backward: bool) -> Vec<String> {
    let (count, cursor, more, name) = if backward {
        ("last", "startCursor", "hasPreviousPage", "before")
    } else {
        ("first", "endCursor", "hasNextPage", "after")
    };
    let (mut all, mut place) = (Vec::new(), String::new());
    loop {
        let page = page(house, list, &format!("{order}, {count}: 7 {place}")).await;
        let found = ids(&page);
        assert!(found.len() <= 7);
        all = if backward { [found, all].concat() } else { [all, found].concat() };
        if page["pageInfo"][more] == json!(false) {
            return all;
        }
        place = format!("{name}: {}", page["pageInfo"][cursor]);
    }
}

#[tokio::test]
async fn walking_either_way_gives_every_item_once_and_in_order() {
    let house = house().await;
    for (list, order) in lists() {
        let whole = page(&house, list, &format!("{order}, first: 100")).await;
        let all = ids(&whole);
        assert_eq!(whole["totalCount"], json!(all.len()), "{list} {order}");
        assert!(
            all.len() >= 29 && all.iter().collect::<HashSet<_>>().len() == all.len(),
            "{list} {order}: {}",
            all.len()
        );
        assert_eq!(walk(&house, list, &order, false).await, all, "forward {list} {order}");
        assert_eq!(walk(&house, list, &order, true).await, all, "backward {list} {order}");
    }
}

#[tokio::test]
async fn one_way_is_the_reverse_of_the_other() {
    let house = house().await;
    for (list, order) in lists().into_iter().filter(|(_, order)| order.contains("ASCENDING")) {
        let up = ids(&page(&house, list, &format!("{order}, first: 100")).await);
        let mut down =
            ids(&page(&house, list, &format!("{}, first: 100", order.replace("ASCENDING", "DESCENDING"))).await);
        down.reverse();
        assert_eq!(up, down, "{list} {order}");
    }
}

/// Both databases sort texts by their code points, not by a language's rules.
#[tokio::test]
async fn texts_are_sorted_by_code_points() {
    let house = house().await;
    let told = house
        .data(
            "",
            "{ topics(first: 100, orderBy: { field: NAME, direction: ASCENDING }) { nodes { name } } }",
            json!({}),
        )
        .await;
    let names: Vec<&str> =
        told["topics"]["nodes"].as_array().unwrap().iter().map(|topic| topic["name"].as_str().unwrap()).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
    let start = house.data("", "{ topics(filter: { startsWith: \"b_\" }) { totalCount } people(filter: { startsWith: \"same\" }) { totalCount } }", json!({})).await;
    assert_eq!(start, json!({ "topics": { "totalCount": 7 }, "people": { "totalCount": 4 } }));
}

#[tokio::test]
async fn every_edge_has_a_cursor_of_its_own() {
    let house = house().await;
    let whole = page(&house, "contents", "first: 100").await;
    for (at, edge) in whole["edges"].as_array().unwrap().iter().enumerate().step_by(5) {
        let rest = page(&house, "contents", &format!("first: 100, after: {}", edge["cursor"])).await;
        assert_eq!(ids(&rest), ids(&whole)[at + 1..]);
        let before = page(&house, "contents", &format!("last: 100, before: {}", edge["cursor"])).await;
        assert_eq!(ids(&before), ids(&whole)[..at]);
    }
}

#[tokio::test]
async fn what_is_written_meanwhile_neither_repeats_nor_hides_an_item() {
    let house = house().await;
    let known: HashSet<String> = ids(&page(&house, "topics", "first: 100").await).into_iter().collect();
    let (mut all, mut place) = (Vec::new(), String::new());
    for round in 0.. {
        let page = page(&house, "topics", &format!("first: 7 {place}")).await;
        all.extend(ids(&page));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        place = format!("after: {}", page["pageInfo"]["endCursor"]);
        for slug in [format!("0-{round}"), format!("b-{round}x"), format!("z-{round}")] {
            house.topic(&slug, "").await;
        }
    }
    let unique: HashSet<String> = all.iter().cloned().collect();
    assert_eq!(unique.len(), all.len(), "an item came twice");
    assert!(unique.is_superset(&known), "an item is missing");
}

#[tokio::test]
async fn an_empty_page_says_where_it_lies() {
    let house = house().await;
    let whole = page(&house, "contents", "first: 100").await;
    let beyond = page(&house, "contents", &format!("first: 5, after: {}", whole["pageInfo"]["endCursor"])).await;
    assert_eq!(beyond["nodes"], json!([]));
    assert_eq!(
        beyond["pageInfo"],
        json!({ "hasNextPage": false, "hasPreviousPage": true, "startCursor": null, "endCursor": null })
    );
}

#[tokio::test]
async fn what_is_no_page_is_a_bad_request() {
    let house = house().await;
    let cursor = page(&house, "contents", "first: 1").await["pageInfo"]["endCursor"].clone();
    let forge = |text: &str| format!("\"{}\"", URL_SAFE_NO_PAD.encode(text));
    let cases = [
        "first: 1, last: 1".to_owned(),
        "first: 0".to_owned(),
        "first: -1".to_owned(),
        "first: 101".to_owned(),
        "last: 0".to_owned(),
        "last: 101".to_owned(),
        "after: \"\"".to_owned(),
        "after: \"broken\"".to_owned(),
        format!("before: {}", forge("published:1:")),
        format!("before: {}", forge("published:x:n1")),
        format!("after: {}", forge("published:1:tx")),
        format!("after: {}", forge("published:1:s3ff0000000000000")),
        format!("after: {cursor}, orderBy: {{ field: SCORE, direction: DESCENDING }}"),
        format!("after: {}, orderBy: {{ field: SCORE, direction: DESCENDING }}", forge("score:1:n5")),
        format!("after: {}, orderBy: {{ field: SCORE, direction: DESCENDING }}", forge("score:1:s7ff8000000000000")),
    ];
    for arguments in cases {
        let query = format!("{{ contents({arguments}) {{ nodes {{ id }} }} }}");
        assert_eq!(house.fails("", &query, json!({})).await, "BAD_REQUEST", "{arguments}");
    }
    for (list, text) in
        [("topics", "slug:1:n5"), ("people", "handle:1:n5"), ("leaderships", "from:1:ta"), ("topics", "slug:1:ta\u{0}")]
    {
        let query = format!("{{ {list}(after: {}) {{ nodes {{ id }} }} }}", forge(text));
        assert_eq!(house.fails("", &query, json!({})).await, "BAD_REQUEST", "{list} {text}");
    }
}
