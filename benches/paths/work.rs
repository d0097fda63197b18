//! The works: what is asked.

use std::sync::Arc;

use peerlead::domain::time::Time;
use serde_json::json;

use super::data::{Organisation, Rng, external_id, handle, slug, source, value};
use super::http::Request;

/// One kind of request.
pub struct Work {
    pub name: &'static str,
    pub connections: usize,
    pub request: Box<dyn Fn(&mut Rng) -> Request + Send + Sync>,
    /// What every right answer holds.
    pub says: &'static str,
    /// Requests per second and core that we want, on SQLite and on PostgreSQL.
    pub goals: Option<(f64, f64)>,
}

/// The operations, as a client would write them.
pub const CONTENT: &str = "query Content($source: String!, $id: String!) { content(by: { external: { source: $source, externalId: $id } }) \
    { id title body url publishedAt authors { name handle } topics { name } tally { count mean score } } }";
pub const BEST: &str = "query Best($topic: String!, $from: DateTime!) { contents(first: 20, filter: { topic: { slug: $topic }, publishedFrom: $from }, \
    orderBy: { field: SCORE, direction: DESCENDING }) { nodes { id title publishedAt authors { name handle } topics { name } tally { count score } } } }";
pub const LEADER: &str = "query Leader($handle: String!) { person(by: { handle: $handle }) { name leaderships(first: 10) { nodes { kind validFrom topic { name \
    contents(first: 5, orderBy: { field: SCORE, direction: DESCENDING }) { nodes { title authors { name } tally { score } } } } } } } }";
pub const RATE: &str = "mutation Rate($source: String!, $id: String!, $value: Int!) { rateContent(input: { content: { external: { source: $source, \
    externalId: $id } }, value: $value }) { changed tally { count score } userErrors { code message } } }";
pub const RATE_BY_ID: &str = "mutation Rate($id: ID!, $value: Int!) { rateContent(input: { content: { id: $id }, value: $value }) \
    { changed tally { count score } userErrors { code message } } }";
pub const PAGE: &str = "query Page($after: String) { contents(first: 20, after: $after) { nodes { title publishedAt tally { count } } pageInfo { endCursor hasNextPage } } }";

pub const HOT: &str = "query Hot($window: Duration) { trends(window: $window) { topics(first: 20) { nodes { topic { name } heat direction activity expected peopleCount } } } }";
pub const WORDS: &str = "query Words($window: Duration) { trends(window: $window) { words(first: 100) { nodes { text weight count authors expected lift } } } }";
pub const TRENDS: &str = "query Trends($window: Duration) { trends(window: $window) { asOf words(first: 100) { nodes { text weight count authors expected lift rating } } \
    topics(first: 20) { nodes { topic { name } heat direction activity expected peopleCount sparkline } } \
    contents(first: 20) { nodes { score rating content { id title } } } } }";

/// The week, as everybody asks for it.
const WEEK: &str = "P7D";

fn operation(query: &str, variables: &serde_json::Value) -> Request {
    Request::graphql(json!({ "query": query, "variables": variables }).to_string())
}

/// A content by its name in its source.
pub fn content(number: usize) -> Request {
    operation(CONTENT, &json!({ "source": source(number), "id": external_id(number) }))
}

/// The best of a topic.
pub fn best(topic: usize, from: Time) -> Request {
    operation(BEST, &json!({ "topic": slug(topic), "from": from.to_rfc3339_opts(chrono::SecondsFormat::Micros, true) }))
}

/// What a person leads.
pub fn leader(person: usize) -> Request {
    operation(LEADER, &json!({ "handle": handle(person) }))
}

/// A page of the newest contents.
pub fn page(after: Option<&str>) -> Request {
    operation(PAGE, &json!({ "after": after }))
}

/// Trends of about a week, by the second, so that nobody has asked the same before.
pub fn trends_anew(rng: &mut Rng) -> Request {
    operation(TRENDS, &json!({ "window": format!("PT{}S", 7 * 86_400 - rng.below(100_000)) }))
}

/// Somebody rates something that somebody else wrote.
pub fn rating(organisation: &Organisation, rng: &mut Rng) -> Request {
    let (person, number) = loop {
        let (person, number) = (rng.below(organisation.shape.people), rng.below(organisation.shape.contents));
        if !organisation.contents[number].authors.contains(&person) {
            break (person, number);
        }
    };
    let body =
        operation(RATE, &json!({ "source": source(number), "id": external_id(number), "value": value(number, rng) }));
    Request { person: Some(handle(person)), ..body }
}

/// Every work. `ids` are the global ids of some contents, `late` is the cursor before the late page.
pub fn all(organisation: &Arc<Organisation>, ids: Vec<(usize, String)>, late: String) -> Vec<Arc<Work>> {
    let work = |name, connections, says, goals, request: Box<dyn Fn(&mut Rng) -> Request + Send + Sync>| {
        Arc::new(Work { name, connections, request, says, goals })
    };
    let (contents, leaders, from) = (organisation.shape.contents, organisation.shape.leaders, organisation.month_ago());
    let topics = organisation.busy_topics(20);
    let (many, single, by_id) = (Arc::clone(organisation), Arc::clone(organisation), Arc::clone(organisation));
    vec![
        work(
            "Q1 a content",
            32,
            "\"content\":{",
            Some((10_000.0, 5_000.0)),
            Box::new(move |rng| content(rng.below(contents))),
        ),
        work(
            "Q2 the best of a topic",
            32,
            "\"nodes\":[{",
            Some((2_500.0, 1_500.0)),
            Box::new(move |rng| best(topics[rng.below(topics.len())], from)),
        ),
        work(
            "Q3 a person who leads",
            32,
            "\"person\":{",
            Some((1_000.0, 800.0)),
            Box::new(move |rng| leader(rng.below(leaders))),
        ),
        work(
            "Q4 a rating, by name",
            32,
            "\"userErrors\":[]",
            Some((8_000.0, 3_000.0)),
            Box::new(move |rng| rating(&many, rng)),
        ),
        work(
            "Q4 a rating, by id",
            32,
            "\"userErrors\":[]",
            Some((8_000.0, 3_000.0)),
            Box::new(move |rng| {
                let (person, (number, id)) = loop {
                    let (person, content) = (rng.below(by_id.shape.people), &ids[rng.below(ids.len())]);
                    if !by_id.contents[content.0].authors.contains(&person) {
                        break (person, content);
                    }
                };
                Request {
                    person: Some(handle(person)),
                    ..operation(RATE_BY_ID, &json!({ "id": id, "value": value(*number, rng) }))
                }
            }),
        ),
        work("Q4 a rating, one client", 1, "\"userErrors\":[]", None, Box::new(move |rng| rating(&single, rng))),
        work(
            "Q5 the hottest topics",
            32,
            "\"nodes\":[{",
            Some((1_000.0, 1_000.0)),
            Box::new(|_| operation(HOT, &json!({ "window": WEEK }))),
        ),
        work(
            "Q6 the words of a week",
            32,
            "\"nodes\":[{",
            Some((1_000.0, 1_000.0)),
            Box::new(|_| operation(WORDS, &json!({ "window": WEEK }))),
        ),
        work("trends of a week", 32, "\"nodes\":[{", None, Box::new(|_| operation(TRENDS, &json!({ "window": WEEK })))),
        work("trends anew, one client", 1, "\"nodes\":[{", None, Box::new(trends_anew)),
        work("page 1", 32, "\"nodes\":[{", None, Box::new(|_| page(None))),
        work("page 1,000", 32, "\"nodes\":[{", None, Box::new(move |_| page(Some(&late)))),
        work(
            "GraphQL alone",
            32,
            "\"Query\"",
            None,
            Box::new(|_| Request::graphql("{\"query\":\"{ __typename }\"}".to_owned())),
        ),
        work("HTTP alone", 32, "", None, Box::new(|_| Request { body: None, path: "/health/live", person: None })),
    ]
}
