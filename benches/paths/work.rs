//! The works: what is asked.

use std::sync::Arc;

use peerlead::domain::time::{Time, from_micros, micros};
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
    pub goal: Goal,
}

/// What we want of a work.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// Nothing: it is there to compare with.
    Open,
    /// So many requests per second and core, on SQLite and on PostgreSQL.
    Rate(f64, f64),
    /// At most so many milliseconds at the median.
    Median(f64),
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

pub const LEADERS: &str = "query Leaders($topic: String!) { topic(by: { slug: $topic }) { leaders(first: 10) { nodes { person { name } rank score standing since } } } }";
pub const MAP: &str = "query Map($at: DateTime!) { leadershipMap(asOf: $at, first: 500) { topics { topic { name } heat busFactor } \
    people { person { name } weight } leading { score standing } } }";
pub const GAPS: &str = "query Gaps($at: DateTime!) { leadershipGaps(asOf: $at, first: 50) { nodes { kind weight reason topic { name } person { name } } } }";

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

/// Something about a moment of the second after all that happened, so that nobody has asked the same before.
fn anew(query: &str, organisation: &Organisation, rng: &mut Rng) -> Request {
    let at = from_micros(micros(organisation.now) + rng.below(1_000_000) as i64);
    operation(query, &json!({ "at": at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true) }))
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

type Ask = Box<dyn Fn(&mut Rng) -> Request + Send + Sync>;

fn work(name: &'static str, connections: usize, says: &'static str, goal: Goal, request: Ask) -> Arc<Work> {
    Arc::new(Work { name, connections, request, says, goal })
}

/// Every work that only asks. `late` is the cursor before the late page.
pub fn reading(organisation: &Arc<Organisation>, late: String) -> Vec<Arc<Work>> {
    [questions(organisation), trends(organisation), pages(late)].concat()
}

/// Every work that changes what the others are asked about. `ids` are the global ids of some contents.
pub fn writing(organisation: &Arc<Organisation>, ids: Vec<(usize, String)>) -> Vec<Arc<Work>> {
    let [many, single, by_id] = [(); 3].map(|()| Arc::clone(organisation));
    let by_id = Box::new(move |rng: &mut Rng| {
        let (person, (number, id)) = loop {
            let (person, content) = (rng.below(by_id.shape.people), &ids[rng.below(ids.len())]);
            if !by_id.contents[content.0].authors.contains(&person) {
                break (person, content);
            }
        };
        let body = operation(RATE_BY_ID, &json!({ "id": id, "value": value(*number, rng) }));
        Request { person: Some(handle(person)), ..body }
    });
    let (many, single) = (Box::new(move |rng: &mut Rng| rating(&many, rng)), move |rng: &mut Rng| rating(&single, rng));
    let (says, goal) = ("\"userErrors\":[]", Goal::Rate(8_000.0, 3_000.0));
    vec![
        work("Q4 a rating, by name", 32, says, goal, many),
        work("Q4 a rating, by id", 32, says, goal, by_id),
        work("Q4 a rating, one client", 1, says, Goal::Open, Box::new(single)),
    ]
}

fn questions(organisation: &Organisation) -> Vec<Arc<Work>> {
    let (contents, leaders, from) = (organisation.shape.contents, organisation.shape.leaders, organisation.month_ago());
    let topics = organisation.busy_topics(20);
    let one = Box::new(move |rng: &mut Rng| content(rng.below(contents)));
    let best = Box::new(move |rng: &mut Rng| best(topics[rng.below(topics.len())], from));
    let led = Box::new(move |rng: &mut Rng| leader(rng.below(leaders)));
    vec![
        work("Q1 a content", 32, "\"content\":{", Goal::Rate(10_000.0, 5_000.0), one),
        work("Q2 the best of a topic", 32, "\"nodes\":[{", Goal::Rate(2_500.0, 1_500.0), best),
        work("Q3 a person who leads", 32, "\"person\":{", Goal::Rate(1_000.0, 800.0), led),
    ]
}

fn trends(organisation: &Arc<Organisation>) -> Vec<Arc<Work>> {
    let [mapped, gaps] = [(); 2].map(|()| Arc::clone(organisation));
    let topics = organisation.shape.topics;
    let week = |query| Box::new(move |_: &mut Rng| operation(query, &json!({ "window": WEEK })));
    let leaders = move |rng: &mut Rng| operation(LEADERS, &json!({ "topic": slug(rng.below(topics)) }));
    let map = Box::new(move |rng: &mut Rng| anew(MAP, &mapped, rng));
    let gaps = Box::new(move |rng: &mut Rng| anew(GAPS, &gaps, rng));
    let (says, goal) = ("\"nodes\":[{", Goal::Rate(1_000.0, 1_000.0));
    vec![
        work("Q5 the hottest topics", 32, says, goal, week(HOT)),
        work("Q6 the words of a week", 32, says, goal, week(WORDS)),
        work("trends of a week", 32, says, Goal::Open, week(TRENDS)),
        work("trends anew, one client", 1, says, Goal::Median(5.0), Box::new(trends_anew)),
        work("leaders of a topic, one client", 1, "\"leaders\"", Goal::Median(3.0), Box::new(leaders)),
        work("the map anew, one client", 1, "\"topics\":[{", Goal::Median(50.0), map),
        work("the gaps anew, one client", 1, "\"kind\"", Goal::Median(100.0), gaps),
    ]
}

fn pages(late: String) -> Vec<Arc<Work>> {
    let nothing = Box::new(|_: &mut Rng| Request::graphql("{\"query\":\"{ __typename }\"}".to_owned()));
    let live = Box::new(|_: &mut Rng| Request { body: None, path: "/health/live", person: None });
    vec![
        work("page 1", 32, "\"nodes\":[{", Goal::Open, Box::new(|_| page(None))),
        work("page 1,000", 32, "\"nodes\":[{", Goal::Open, Box::new(move |_| page(Some(&late)))),
        work("GraphQL alone", 32, "\"Query\"", Goal::Open, nothing),
        work("HTTP alone", 32, "", Goal::Open, live),
    ]
}
