//! What does not fit the schema is refused before anything runs, the first time and every time after it.

use peerlead::graphql::schema::sdl;
use peerlead::graphql::validation::Rules;
use serde_json::{Value, json};

use crate::house::House;

#[test]
fn our_schema_is_one() {
    Rules::of(&sdl()).expect("a schema");
}

/// That an operation is refused twice, with a code, a sentence that says `what`, and no data.
async fn refused(house: &House, query: &str, variables: &Value, what: &str) {
    for round in 1..=2 {
        let answer = house.post("ada", query, variables.clone()).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_REQUEST", "{round} {query}: {answer:#}");
        assert!(answer.get("data").is_none(), "{round} {query}: {answer:#}");
        assert!(answer["errors"].to_string().contains(what), "{round} {query}: {answer:#}");
    }
}

#[tokio::test]
async fn documents_that_do_not_fit_are_refused() {
    let house = House::new().await;
    house.person("ada").await;
    let topic = |rest: &str| format!("{{ topic(by: {{ slug: \"a\" }}) {{ {rest} }} }}");
    for (query, what) in [
        ("{ nothing }".to_owned(), "nothing"),
        ("{ viewer }".to_owned(), "subselection"),
        ("{ __typename @nonsense }".to_owned(), "nonsense"),
        ("{ __typename @skip(if: $unknown) }".to_owned(), "unknown"),
        ("{ __typename { a } }".to_owned(), "scalar"),
        ("query() { __typename }".to_owned(), ""),
        ("query($a: Int) { contents(first: $b) { totalCount } }".to_owned(), "$b"),
        ("query($a: Int) { contents(first: 1) { totalCount } }".to_owned(), "$a"),
        ("query($id: ID) { node(id: $id) { id } }".to_owned(), "$id"),
        ("query($id: String!) { node(id: $id) { id } }".to_owned(), "$id"),
        (topic("a: name a: slug"), "a"),
        (topic("children { nodes { a: name } nodes { a: slug } }"), "a"),
        (topic("...f").replace("} }", "} } fragment f on Topic { ...f }"), ""),
        (topic("name @skip"), "if"),
        ("{ topic(by: { slug: \"a\", id: \"b\" }) { name } }".to_owned(), "exactly one"),
        ("{ topic(by: {}) { name } }".to_owned(), "exactly one"),
        ("{ topic(by: { slug: null }) { name } }".to_owned(), "exactly one"),
        ("{ contents(filter: { publishedFrom: \"yesterday\" }) { totalCount } }".to_owned(), "no moment"),
        ("{ contents(filter: { publishedFrom: 5 }) { totalCount } }".to_owned(), "publishedFrom"),
        ("subscription { ratingChanged(interval: \"soon\") { cursor } }".to_owned(), "no duration"),
        ("subscription { ratingChanged { cursor } contentChanged { cursor } }".to_owned(), ""),
        ("{ contents(orderBy: { field: TASTE, direction: ASCENDING }) { totalCount } }".to_owned(), "TASTE"),
    ] {
        refused(&house, &query, &json!({}), what).await;
    }
}

#[tokio::test]
async fn variables_that_do_not_fit_are_refused_also_after_others_did() {
    let house = House::new().await;
    house.person("ada").await;
    let query = "query($by: TopicRef!, $first: Int, $filter: ContentFilter, $order: ContentOrder, $ids: [ID!]) { topic(by: $by) { contents(first: $first, filter: $filter, orderBy: $order) { totalCount } } nodes(ids: $ids) { id } }"
        .replace("$ids: [ID!]", "$ids: [ID!]!");
    let right = json!({ "by": { "slug": "a" }, "first": 3, "filter": { "publishedFrom": "2026-01-01T00:00:00Z", "kind": null }, "order": { "field": "SCORE", "direction": "ASCENDING" }, "ids": [] });
    house.data("ada", &query, right.clone()).await;
    for (name, value, what) in [
        ("by", json!(null), "$by"),
        ("by", json!("a"), "TopicRef"),
        ("by", json!({ "slug": "a", "id": "b" }), "exactly one"),
        ("by", json!({ "slug": 5 }), "slug"),
        ("by", json!({ "name": "a" }), "name"),
        ("first", json!("3"), "Int"),
        ("first", json!(3.5), "Int"),
        ("first", json!(3_000_000_000_i64), "Int"),
        ("filter", json!({ "publishedFrom": "yesterday" }), "no moment"),
        ("filter", json!({ "includeSubtopics": "yes" }), "Boolean"),
        ("order", json!({ "field": "TASTE", "direction": "ASCENDING" }), "ContentOrderField"),
        ("order", json!({ "field": "SCORE" }), "direction"),
        ("ids", json!([null]), "0"),
        ("ids", json!([[]]), "ID"),
    ] {
        let mut variables = right.clone();
        variables[name] = value;
        refused(&house, &query, &variables, what).await;
    }
    let mut missing = right.clone();
    missing.as_object_mut().unwrap().remove("by");
    refused(&house, &query, &missing, "$by").await;
    // One is as good as a list of one, and what is not declared is nobody's business.
    let mut lenient = right;
    (lenient["ids"], lenient["other"]) = (json!(crate::bad_input::id('t', 1)), json!(1));
    house.data("ada", &query, lenient).await;
}

#[tokio::test]
async fn the_schema_tells_of_itself() {
    let house = House::new().await;
    house.person("ada").await;
    let answer = house
        .data(
            "",
            "{ __type(name: \"TopicRef\") { kind isOneOf inputFields { name } } __schema { queryType { name } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer["__type"],
        json!({ "kind": "INPUT_OBJECT", "isOneOf": true, "inputFields": [{ "name": "id" }, { "name": "slug" }] })
    );
    assert_eq!(answer["__schema"]["queryType"]["name"], "Query");
    refused(&house, "{ __type(name: \"A\") { nonsense } }", &json!({}), "nonsense").await;
}
