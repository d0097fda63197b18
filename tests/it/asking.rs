//! Questions: single things by each of their names, every filter and order, and the links both ways.

use serde_json::{Value, json};

use crate::bad_input::id;
use crate::house::House;

/// A small world: a tree of topics, four people, five contents in two sources, relations over time.
async fn house() -> House {
    let house = House::new().await;
    house.clock.set("2026-06-01T00:00:00Z".parse().unwrap());
    for source in ["forum", "blog"] {
        house
            .act(
                "operator",
                "createSource",
                json!({ "slug": source, "name": source, "kind": "FORUM", "scale": "STARS" }),
                "",
            )
            .await;
    }
    let content = |id: &str, kind: &str, authors: &[&str], topics: &[&str], parent: Option<&str>, at: &str| json!({ "externalId": id, "kind": kind, "title": id, "authors": authors, "topics": topics, "parent": parent, "publishedAt": format!("{at}T00:00:00Z") });
    let forum = json!({ "source": { "slug": "forum" },
        "people": [{ "externalId": "f-ada", "handle": "ada", "name": "Ada" }, { "externalId": "f-ben", "handle": "ben", "name": "Ben" }, { "externalId": "f-cy", "handle": "cy", "name": "Cy" }, { "externalId": "bot", "handle": "bot", "kind": "BOT" }],
        "topics": [{ "slug": "root" }, { "slug": "rust", "parent": "root" }, { "slug": "async", "parent": "rust" }, { "slug": "web" }, { "slug": "rs", "synonymOf": "rust" }],
        "contents": [content("q", "question", &["f-ada"], &["rust"], None, "2026-01-01"), content("a1", "answer", &["f-ben"], &["rust"], Some("q"), "2026-01-02"), content("a2", "answer", &["f-cy", "f-ben"], &["async", "web"], Some("q"), "2026-01-03"), content("w", "post", &["f-ada"], &["web"], None, "2026-02-01")],
        "ratings": [{ "rater": "f-ada", "content": "a1", "value": 5, "at": "2026-03-01T00:00:00Z" }, { "rater": "f-cy", "content": "a1", "value": 5, "at": "2026-03-01T00:00:00Z" }, { "rater": "f-ada", "content": "a2", "value": 5, "at": "2026-03-01T00:00:00Z" }, { "rater": "f-ben", "content": "w", "value": 1, "at": "2026-03-01T00:00:00Z" }],
        "leaderships": [{ "person": "f-ada", "topic": "rust", "role": "lead", "from": "2025-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z" }, { "person": "f-ben", "topic": "rust", "role": "lead", "from": "2026-01-01T00:00:00Z" }, { "person": "f-ada", "topic": "async", "role": "chair", "kind": "DECLARED", "from": "2026-02-01T00:00:00Z" }],
        "endorsements": [{ "from": "f-ben", "to": "f-ada", "topic": "rust", "at": "2025-01-01T00:00:00Z" }, { "from": "f-cy", "to": "f-ada", "topic": "async", "at": "2026-01-01T00:00:00Z" }, { "from": "f-cy", "to": "f-ben", "topic": "rust", "at": "2026-01-01T00:00:00Z", "withdrawnAt": "2026-03-01T00:00:00Z" }] });
    let blog = json!({ "source": { "slug": "blog" }, "people": [{ "externalId": "b-ada", "handle": "ada" }], "contents": [content("b1", "post", &["b-ada"], &["rs"], None, "2026-03-01")] });
    for batch in [forum, blog] {
        let report = house.act("operator", "ingest", batch, "report { people { outcome } topics { outcome } contents { outcome } ratings { outcome } leaderships { outcome } endorsements { outcome } }").await;
        assert!(!report.to_string().contains("REFUSED"), "{report:#}");
    }
    house
}

/// The titles (or whatever `field` says) of a list in their order; its total count must fit.
async fn list(house: &House, list: &str, arguments: &str, field: &str) -> Vec<String> {
    let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
    let told =
        house.data("", &format!("{{ list: {list}{arguments} {{ totalCount nodes {{ {field} }} }} }}"), json!({})).await;
    let nodes = told["list"]["nodes"].as_array().unwrap().clone();
    assert_eq!(told["list"]["totalCount"], json!(nodes.len()), "{list} {arguments}");
    fn leaf(node: &Value) -> String {
        node.as_object().map_or_else(
            || node.as_str().unwrap_or_default().to_owned(),
            |fields| fields.values().map(leaf).collect::<Vec<_>>().join(" "),
        )
    }
    nodes.iter().map(leaf).collect()
}

#[tokio::test]
async fn nodes_come_in_the_order_of_their_ids() {
    let house = house().await;
    let told = house.data("", "{ contents { nodes { id } } people { nodes { id } } topics { nodes { id } } sources { id } leaderships { nodes { id } } endorsements { nodes { id } } }", json!({})).await;
    let mut ids: Vec<Value> = ["contents", "people", "topics", "leaderships", "endorsements"]
        .iter()
        .flat_map(|list| told[list]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()))
        .collect();
    ids.extend(told["sources"].as_array().unwrap().iter().map(|source| source["id"].clone()));
    ids.insert(3, json!(id('c', 999_999)));
    ids.push(ids[0].clone());
    let found =
        house.data("", "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", json!({ "ids": ids })).await;
    let expected: Vec<Value> =
        ids.iter().map(|one| if *one == json!(id('c', 999_999)) { Value::Null } else { one.clone() }).collect();
    assert_eq!(found["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect::<Vec<_>>(), expected);
    assert_eq!(found["nodes"][0]["__typename"], "Content");
    for wrong in [id('m', 1), id('x', 1), "nonsense".to_owned()] {
        assert_eq!(
            house.fails("", "query($id: ID!) { node(id: $id) { id } }", json!({ "id": wrong })).await,
            "BAD_REQUEST"
        );
        assert_eq!(
            house.fails("", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": [ids[0], wrong] })).await,
            "BAD_REQUEST"
        );
    }
    assert_eq!(
        house.fails("", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": vec![&ids[0]; 101] })).await,
        "BAD_REQUEST"
    );
}

#[tokio::test]
async fn everything_is_found_by_each_of_its_names() {
    let house = house().await;
    let query = "{ person(by: { handle: \"ada\" }) { id } topic(by: { slug: \"rust\" }) { id } source(by: { slug: \"forum\" }) { id } content(by: { external: { source: \"forum\", externalId: \"q\" } }) { id } }";
    let ids = house.data("", query, json!({})).await;
    let by_id = "query($p: ID!, $t: ID!, $s: ID!, $c: ID!) { person(by: { id: $p }) { id } topic(by: { id: $t }) { id } source(by: { id: $s }) { id } content(by: { id: $c }) { id } }";
    let variables = json!({ "p": ids["person"]["id"], "t": ids["topic"]["id"], "s": ids["source"]["id"], "c": ids["content"]["id"] });
    assert_eq!(house.data("", by_id, variables).await, ids);
    let query = "{ person(by: { account: { source: \"blog\", externalId: \"b-ada\" } }) { id } none: person(by: { account: { source: \"none\", externalId: \"x\" } }) { id } other: content(by: { external: { source: \"blog\", externalId: \"q\" } }) { id } }";
    assert_eq!(house.data("", query, json!({})).await, json!({ "person": ids["person"], "none": null, "other": null }));
    let none = json!({ "p": id('p', 999_999), "t": id('t', 999_999), "s": id('s', 999_999), "c": id('c', 999_999) });
    assert_eq!(
        house.data("", by_id, none).await,
        json!({ "person": null, "topic": null, "source": null, "content": null })
    );
}

#[tokio::test]
async fn topics_are_filtered_by_their_place_and_name() {
    let house = house().await;
    let cases = [
        ("", vec!["async", "root", "rust", "web"]),
        ("filter: { subtreeOf: { slug: \"rust\" } }", vec!["async", "rust"]),
        ("filter: { subtreeOf: { slug: \"rs\" } }", vec!["async", "rust"]),
        ("filter: { parent: { slug: \"rust\" } }", vec!["async"]),
        ("filter: { roots: true }", vec!["root", "web"]),
        ("filter: { includeSynonyms: true, startsWith: \"r\" }", vec!["root", "rs", "rust"]),
        ("filter: { subtreeOf: { slug: \"root\" }, startsWith: \"ru\" }", vec!["rust"]),
        ("orderBy: { field: SLUG, direction: DESCENDING }", vec!["web", "rust", "root", "async"]),
        ("orderBy: { field: CREATED, direction: ASCENDING }", vec!["root", "rust", "async", "web"]),
    ];
    for (arguments, expected) in cases {
        assert_eq!(list(&house, "topics", arguments, "slug").await, expected, "{arguments}");
    }
}

#[tokio::test]
async fn contents_are_filtered_and_sorted_in_every_way() {
    let house = house().await;
    let cases = [
        ("", vec!["b1", "w", "a2", "a1", "q"]),
        ("filter: { topic: { slug: \"rust\" } }", vec!["b1", "a1", "q"]),
        ("filter: { topic: { slug: \"root\" } }", vec![]),
        ("filter: { topic: { slug: \"root\" }, includeSubtopics: true }", vec!["b1", "a2", "a1", "q"]),
        ("filter: { topic: { slug: \"web\" }, author: { handle: \"ben\" } }", vec!["a2"]),
        ("filter: { author: { handle: \"ada\" } }", vec!["b1", "w", "q"]),
        (
            "filter: { author: { account: { source: \"blog\", externalId: \"b-ada\" } }, source: { slug: \"forum\" } }",
            vec!["w", "q"],
        ),
        ("filter: { source: { slug: \"blog\" } }", vec!["b1"]),
        ("filter: { kind: \"answer\" }", vec!["a2", "a1"]),
        ("filter: { parent: { external: { source: \"forum\", externalId: \"q\" } } }", vec!["a2", "a1"]),
        ("filter: { noReplies: true }", vec!["b1", "w", "q"]),
        (
            "filter: { publishedFrom: \"2026-01-02T00:00:00Z\", publishedBefore: \"2026-02-01T00:00:00Z\" }",
            vec!["a2", "a1"],
        ),
        ("orderBy: { field: PUBLISHED, direction: ASCENDING }", vec!["q", "a1", "a2", "w", "b1"]),
        ("orderBy: { field: SCORE, direction: DESCENDING }", vec!["a1", "a2", "b1", "q", "w"]),
        (
            "filter: { topic: { slug: \"root\" }, includeSubtopics: true, kind: \"answer\" }, orderBy: { field: SCORE, direction: ASCENDING }",
            vec!["a2", "a1"],
        ),
    ];
    for (arguments, expected) in cases {
        assert_eq!(list(&house, "contents", arguments, "title").await, expected, "{arguments}");
    }
}

#[tokio::test]
async fn leaderships_are_filtered_by_person_topic_kind_role_and_time() {
    let house = house().await;
    let cases = [
        ("", vec!["ada async", "ben rust", "ada rust"]),
        ("filter: { person: { handle: \"ada\" } }", vec!["ada async", "ada rust"]),
        ("filter: { topic: { slug: \"rs\" } }", vec!["ben rust", "ada rust"]),
        ("filter: { topic: { slug: \"root\" }, includeSubtopics: true }", vec!["ada async", "ben rust", "ada rust"]),
        ("filter: { kind: DECLARED }", vec!["ada async"]),
        ("filter: { role: \"lead\" }", vec!["ben rust", "ada rust"]),
        ("filter: { validAt: \"2025-12-31T23:59:59.999999Z\" }", vec!["ada rust"]),
        ("filter: { validAt: \"2026-01-01T00:00:00Z\" }", vec!["ben rust"]),
        ("filter: { validAt: \"2024-01-01T00:00:00Z\" }", vec![]),
        ("orderBy: { direction: ASCENDING }", vec!["ada rust", "ben rust", "ada async"]),
    ];
    for (arguments, expected) in cases {
        assert_eq!(
            list(&house, "leaderships", arguments, "person { handle } topic { slug }").await,
            expected,
            "{arguments}"
        );
    }
}

#[tokio::test]
async fn endorsements_hold_until_they_expire_or_are_taken_back() {
    let house = house().await;
    let cases = [
        ("filter: { endorser: { handle: \"cy\" } }, orderBy: { direction: ASCENDING }", vec!["cy ada", "cy ben"]),
        ("filter: { person: { handle: \"ada\" } }", vec!["cy ada", "ben ada"]),
        ("filter: { topic: { slug: \"rust\" } }", vec!["cy ben", "ben ada"]),
        (
            "filter: { topic: { slug: \"rust\" }, includeSubtopics: true, person: { handle: \"ada\" } }",
            vec!["cy ada", "ben ada"],
        ),
        ("filter: { validAt: \"2025-12-31T23:59:59Z\" }", vec!["ben ada"]),
        ("filter: { validAt: \"2026-02-01T00:00:00Z\" }, orderBy: { direction: ASCENDING }", vec!["cy ada", "cy ben"]),
        ("filter: { validAt: \"2026-03-01T00:00:00Z\" }", vec!["cy ada"]),
        ("filter: { validAt: \"2027-01-01T00:00:00Z\" }", vec![]),
    ];
    for (arguments, expected) in cases {
        assert_eq!(
            list(&house, "endorsements", arguments, "endorser { handle } person { handle }").await,
            expected,
            "{arguments}"
        );
    }
}

#[tokio::test]
async fn people_are_filtered_and_sorted() {
    let house = house().await;
    let cases = [
        ("filter: { kind: HUMAN }", vec!["ada", "ben", "cy"]),
        ("filter: { kind: BOT }, orderBy: { field: HANDLE, direction: DESCENDING }", vec!["operator", "bot"]),
        ("filter: { source: { slug: \"blog\" } }", vec!["ada"]),
        ("filter: { startsWith: \"B\" }", vec!["ben"]),
        ("filter: { startsWith: \"b\" }", vec!["ben", "bot"]),
        ("filter: { kind: HUMAN }, orderBy: { field: NAME, direction: DESCENDING }", vec!["cy", "ben", "ada"]),
        ("filter: { active: false }", vec![]),
    ];
    for (arguments, expected) in cases {
        assert_eq!(list(&house, "people", arguments, "handle").await, expected, "{arguments}");
    }
}

#[tokio::test]
async fn links_lead_there_and_back() {
    let house = house().await;
    let query = "{ topic(by: { slug: \"rust\" }) { contents(filter: { kind: \"answer\" }) { nodes { title parent { title replies { totalCount } } authors { handle contents(first: 1) { nodes { title topics { slug parent { slug } } } } } } }
            leaderships(filter: { validAt: \"2026-05-01T00:00:00Z\" }) { nodes { person { handle leaderships { nodes { topic { slug } } } } } } endorsements { totalCount } }
        source(by: { slug: \"blog\" }) { contents { nodes { title source { slug } } } people { nodes { handle accounts { source { slug } } } } } }";
    let told = house.data("", query, json!({})).await;
    let author = json!({ "handle": "ben", "contents": { "nodes": [{ "title": "a2", "topics": [{ "slug": "async", "parent": { "slug": "rust" } }, { "slug": "web", "parent": null }] }] } });
    assert_eq!(
        told["topic"]["contents"]["nodes"],
        json!([{ "title": "a1", "parent": { "title": "q", "replies": { "totalCount": 2 } }, "authors": [author] }])
    );
    assert_eq!(
        told["topic"]["leaderships"]["nodes"],
        json!([{ "person": { "handle": "ben", "leaderships": { "nodes": [{ "topic": { "slug": "rust" } }] } } }])
    );
    assert_eq!(told["topic"]["endorsements"]["totalCount"], json!(2));
    assert_eq!(told["source"]["contents"]["nodes"], json!([{ "title": "b1", "source": { "slug": "blog" } }]));
    assert_eq!(
        told["source"]["people"]["nodes"][0]["accounts"],
        json!([{ "source": { "slug": "forum" } }, { "source": { "slug": "blog" } }])
    );
}

#[tokio::test]
async fn one_failing_field_leaves_the_others_standing() {
    let house = house().await;
    let answer =
        house.post("", "{ good: contents { totalCount } bad: contents(first: 0) { totalCount } }", json!({})).await;
    assert_eq!(answer["data"], json!({ "good": { "totalCount": 5 }, "bad": null }));
    assert_eq!(
        (&answer["errors"][0]["path"], &answer["errors"][0]["extensions"]["code"]),
        (&json!(["bad"]), &json!("BAD_REQUEST"))
    );
}
