//! What nobody should send: every answer is coded, says what would be right, and leaves nothing behind.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::entities::footprint;
use crate::house::House;

/// An id as the server writes it.
pub fn id(letter: char, key: impl std::fmt::Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("{letter}{key}"))
}

async fn house() -> (House, String) {
    let house = House::new().await;
    house.person("ada").await;
    house.person("ben").await;
    house.topic("rust", "").await;
    let content = house.content("ada", "Hello", &["rust"]).await;
    house.rate("ben", &content, 4).await;
    (house, content)
}

/// Every query must fail with this code and change nothing, and the server must go on.
async fn all_fail(house: &House, viewer: &str, code: &str, queries: &[String]) {
    let before = footprint(house).await;
    for query in queries {
        let answer = house.post(viewer, query, json!({})).await;
        let shown: String = query.chars().take(200).collect();
        let told = answer.to_string();
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{shown}: {}", &told[..told.len().min(500)]);
        assert!(!answer["errors"][0]["message"].as_str().unwrap().is_empty(), "{shown}");
    }
    assert_eq!(footprint(house).await, before);
}

#[tokio::test]
async fn what_is_no_operation_is_a_bad_request() {
    let (house, _) = house().await;
    let queries = [
        "",
        "{",
        "nonsense",
        "{ nothing }",
        "{ topics }",
        "query A { __typename } query B { __typename }",
        "{ topics(first: \"x\") { totalCount } }",
    ];
    let values = [
        "{ person(by: {}) { id } }",
        "{ person(by: { handle: \"ada\", id: \"x\" }) { id } }",
        "{ person(by: { handle: null }) { id } }",
    ];
    let queries: Vec<String> = queries.iter().chain(&values).map(|query| (*query).to_owned()).collect();
    all_fail(&house, "ada", "BAD_REQUEST", &queries).await;
}

#[tokio::test]
async fn an_id_of_another_kind_is_a_bad_request() {
    let (house, content) = house().await;
    let wrong = [
        id('p', 1),
        id('x', 1),
        id('c', 0),
        id('c', -1),
        URL_SAFE_NO_PAD.encode("c01"),
        URL_SAFE_NO_PAD.encode("c99999999999999999999"),
        "%%%".to_owned(),
        String::new(),
    ];
    let mut queries = Vec::new();
    for id in wrong {
        queries.push(format!("{{ content(by: {{ id: \"{id}\" }}) {{ id }} }}"));
        queries.push(format!(
            "mutation {{ rateContent(input: {{ content: {{ id: \"{id}\" }}, value: 5 }}) {{ changed }} }}"
        ));
    }
    queries.push(format!("{{ person(by: {{ id: \"{content}\" }}) {{ id }} }}"));
    queries.push(format!("{{ topic(by: {{ id: \"{content}\" }}) {{ id }} }}"));
    queries.push(format!("{{ source(by: {{ id: \"{content}\" }}) {{ id }} }}"));
    queries.push(format!("mutation {{ publishContent(input: {{ kind: \"post\", title: \"x\", topics: [{{ id: \"{content}\" }}] }}) {{ content {{ id }} }} }}"));
    queries.push(format!(
        "mutation {{ endLeadership(input: {{ leadership: \"{content}\" }}) {{ leadership {{ id }} }} }}"
    ));
    all_fail(&house, "ben", "BAD_REQUEST", &queries).await;
}

#[tokio::test]
async fn a_filter_that_names_nothing_is_a_bad_request() {
    let (house, _) = house().await;
    let filters = [
        ("contents", "topic: { slug: \"none\" }"),
        ("contents", "author: { handle: \"nobody\" }"),
        ("contents", "source: { slug: \"none\" }"),
        ("contents", "parent: { external: { source: \"peerlead\", externalId: \"none\" } }"),
        ("contents", "publishedFrom: \"2026-02-01T00:00:00Z\", publishedBefore: \"2026-01-01T00:00:00Z\""),
        ("contents", "publishedFrom: \"yesterday\""),
        ("topics", "parent: { slug: \"none\" }"),
        ("topics", "subtreeOf: { slug: \"none\" }"),
        ("people", "source: { slug: \"none\" }"),
        ("leaderships", "person: { handle: \"nobody\" }"),
        ("endorsements", "endorser: { handle: \"nobody\" }"),
    ];
    let queries: Vec<String> = filters
        .iter()
        .map(|(list, filter)| format!("{{ {list}(filter: {{ {filter} }}) {{ totalCount nodes {{ id }} }} }}"))
        .collect();
    all_fail(&house, "", "BAD_REQUEST", &queries).await;
}

#[tokio::test]
async fn hidden_contents_are_for_operators_only() {
    let (house, _) = house().await;
    let query = "{ contents(filter: { includeInvisible: true }) { nodes { id } } }".to_owned();
    all_fail(&house, "ada", "FORBIDDEN", std::slice::from_ref(&query)).await;
    all_fail(&house, "", "UNAUTHENTICATED", &[query]).await;
}

/// PostgreSQL keeps no NUL in texts and refuses even to compare with one; SQLite takes it. Nothing has such a name on both.
#[tokio::test]
async fn a_name_with_control_characters_is_nobodys() {
    let (house, _) = house().await;
    let query = "query($n: String!) {
        person(by: { handle: $n }) { id } topic(by: { slug: $n }) { id } source(by: { slug: $n }) { id }
        account: person(by: { account: { source: \"peerlead\", externalId: $n } }) { id }
        content(by: { external: { source: \"peerlead\", externalId: $n } }) { id }
        people(filter: { startsWith: $n }) { totalCount nodes { id } } topics(filter: { startsWith: $n }) { totalCount nodes { id } }
        contents(filter: { kind: $n }) { totalCount nodes { id } } leaderships(filter: { role: $n }) { totalCount nodes { id } } }";
    for name in ["\u{0}", "ada\u{0}", "a\u{0}b", "\u{1}", "\u{fffe}", "🦀", "'; DROP TABLE person; --", "$1"] {
        let told = house.data("", query, json!({ "n": name })).await;
        for noun in ["person", "topic", "source", "account", "content"] {
            assert_eq!(told[noun], Value::Null, "{noun} {name:?}");
        }
        for list in ["people", "topics", "contents", "leaderships"] {
            assert_eq!(told[list], json!({ "totalCount": 0, "nodes": [] }), "{list} {name:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_act_leaves_nothing_behind() {
    let (house, content) = house().await;
    let before = footprint(&house).await;
    let none = json!({ "slug": "none" });
    let acts = [
        ("ben", "rateContent", json!({ "content": { "id": content }, "value": 6 }), "OFF_SCALE"),
        ("ben", "rateContent", json!({ "content": { "id": id('c', 999_999) }, "value": 5 }), "CONTENT_NOT_FOUND"),
        ("ada", "rateContent", json!({ "content": { "id": content }, "value": 5 }), "OWN_CONTENT"),
        ("ada", "publishContent", json!({ "kind": "post", "title": "x", "topics": [none] }), "TOPIC_NOT_FOUND"),
        ("ada", "publishContent", json!({ "kind": "post", "title": "\u{0}" }), "TEXT_INVALID"),
        (
            "ada",
            "publishContent",
            json!({ "kind": "post", "title": "x", "publishedAt": "2999-01-01T00:00:00Z" }),
            "IN_FUTURE",
        ),
        (
            "ada",
            "declareLeadership",
            json!({ "topic": { "slug": "rust" }, "validFrom": "2026-02-01T00:00:00Z", "validTo": "2026-01-01T00:00:00Z" }),
            "REVERSED_INTERVAL",
        ),
        ("operator", "updateTopic", json!({ "topic": { "slug": "rust" }, "parent": { "slug": "rust" } }), "CYCLE"),
        ("operator", "createTopic", json!({ "slug": "rust", "name": "x" }), "TAKEN"),
        ("operator", "createPerson", json!({ "handle": "", "name": "x" }), "TEXT_EMPTY"),
        ("operator", "mergePeople", json!({ "from": { "handle": "ada" }, "into": { "handle": "ada" } }), "SAME_TWICE"),
        ("operator", "undoMerge", json!({ "merge": id('m', 999_999) }), "MERGE_NOT_FOUND"),
        ("operator", "ingest", json!({ "source": none }), "SOURCE_NOT_FOUND"),
    ];
    for (viewer, act, input, code) in acts {
        assert_eq!(house.refused(viewer, act, input).await, code, "{act}");
    }
    let batch = json!({ "source": { "slug": "peerlead" }, "people": [{ "externalId": "" }], "ratings": [{ "rater": "x", "content": "y", "value": 1, "at": "2026-01-01T00:00:00Z" }] });
    house.act("operator", "ingest", batch, "").await;
    assert_eq!(footprint(&house).await, before);
}

#[tokio::test]
async fn a_user_error_says_where_and_what_would_be_right() {
    let (house, content) = house().await;
    let refused = house.try_act("ben", "rateContent", json!({ "content": { "id": content }, "value": 9 }), "").await;
    let error = &refused["userErrors"][0];
    assert_eq!(error["field"], json!(["input", "value"]));
    assert!(error["message"].as_str().unwrap().contains("1, 2, 3, 4 or 5"), "{error:#}");
}

/// Each fragment spreads the next one twice: under a thousand bytes that mean billions of fields.
#[tokio::test]
async fn a_fragment_bomb_is_refused_at_once() {
    let (house, _) = house().await;
    let mut bomb = "{ ...F0 }".to_owned();
    for n in 0..25 {
        bomb += &format!("fragment F{n} on Query {{ ...F{} ...F{} }}", n + 1, n + 1);
    }
    bomb += "fragment F25 on Query { viewer { isOperator } }";
    let start = std::time::Instant::now();
    all_fail(&house, "", "COST_EXCEEDED", &[bomb]).await;
    assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn lists_within_lists_are_refused_before_they_are_read() {
    let (house, _) = house().await;
    let nested = |page: &str| {
        format!(
            "{{ contents({page}) {{ nodes {{ authors {{ contents({page}) {{ nodes {{ authors {{ contents({page}) {{ nodes {{ replies({page}) {{ totalCount nodes {{ id }} }} }} }} }} }} }} }} }} }} }}"
        )
    };
    let unsaid = nested("filter: {}").replace(
        "replies(filter: {}) { totalCount nodes { id } }",
        "authors { contents { nodes { replies { nodes { id } } } } }",
    );
    let defaulted = format!("query($n: Int = 100) {}", nested("first: $n"));
    let fragment = "{ contents(first: 100) { ...P } } fragment P on ContentConnection { nodes { replies { ...Q } } } fragment Q on ContentConnection { edges { node { replies { ...R } } } } \
        fragment R on ContentConnection { nodes { replies(last: 100) { nodes { id } } } }";
    let ids = vec![format!("\"{}\"", id('t', 1)); 100].join(",");
    let nodes = format!(
        "{{ nodes(ids: [{ids}]) {{ ... on Topic {{ contents(first: 100) {{ nodes {{ replies(first: 100) {{ nodes {{ id }} }} }} }} }} }} }}"
    );
    all_fail(
        &house,
        "",
        "COST_EXCEEDED",
        &[nested("first: 100"), nested("last: 100"), unsaid, defaulted, fragment.to_owned(), nodes],
    )
    .await;
}

#[tokio::test]
async fn a_useful_nested_query_is_not_refused() {
    let (house, _) = house().await;
    let query = "{ topics(first: 20) { nodes { slug contents(first: 20) { nodes { title authors { handle } topics { slug } replies(first: 5) { nodes { title } } } } leaderships { nodes { person { handle } } } } } }";
    house.data("ada", query, json!({})).await;
}

#[tokio::test]
async fn endless_nesting_and_endless_texts_are_refused() {
    let (house, _) = house().await;
    let deep = "{ topics { nodes { parent ".to_owned() + &"{ parent ".repeat(30) + "{ slug }" + &" }".repeat(33);
    let fields: String = (0..6_000).map(|n| format!("a{n}: __typename ")).collect();
    let long = format!("{{ topic(by: {{ slug: \"{}\" }}) {{ id }} }}", "x".repeat(70_000));
    let before = footprint(&house).await;
    for query in ["{a".repeat(15_000), format!("{{ topics(first: {}) }}", "[".repeat(20_000)), deep] {
        let answer = house.post("", &query, json!({})).await;
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{answer:#}");
    }
    all_fail(&house, "", "COST_EXCEEDED", &[format!("{{ {fields} }}"), long]).await;
    assert_eq!(footprint(&house).await, before);
}

#[tokio::test]
async fn an_error_tells_nothing_of_our_insides() {
    let (house, _) = house().await;
    let after = URL_SAFE_NO_PAD.encode("slug:1:n5");
    let answer = house.post("", &format!("{{ topics(after: \"{after}\") {{ nodes {{ id }} }} }}"), json!({})).await;
    let text = answer.to_string().to_lowercase();
    for word in ["select", "sqlx", "sea_orm", "postgres", "sqlite", "operator does not exist", "panicked"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}
