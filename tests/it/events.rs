//! Server-sent events: one operation a stream, by POST or GET, as graphql-sse's distinct connections mode has it.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde_json::{Value, json};

use crate::hearing::HEAR;
use crate::house::House;

/// A client of an event stream.
pub struct Events {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>,
    read: String,
}

impl Events {
    pub async fn post(house: &House, person: &str, query: &str, variables: Value) -> Self {
        let request = reqwest::Client::new().post(format!("http://{}/graphql", house.address));
        Self::open(request.json(&json!({ "query": query, "variables": variables })), person).await
    }

    pub async fn get(house: &House, person: &str, query: &str, variables: Value) -> Self {
        let url = format!("http://{}/graphql", house.address);
        let url = reqwest::Url::parse_with_params(&url, [("query", query), ("variables", &variables.to_string())])
            .expect("an address");
        Self::open(reqwest::Client::new().get(url), person).await
    }

    /// A POST of a client that comes back, with the last event that it has heard.
    pub async fn resume(house: &House, query: &str, variables: Value, last: &str) -> Self {
        let request = reqwest::Client::new().post(format!("http://{}/graphql", house.address));
        let request = if last.is_empty() { request } else { request.header("last-event-id", last.as_bytes()) };
        Self::open(request.json(&json!({ "query": query, "variables": variables })), "").await
    }

    /// The next bytes, whatever they are.
    pub async fn raw(&mut self) -> String {
        let bytes = self.bytes.next().await.expect("a stream").expect("bytes");
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }

    /// The id and the data of the next event.
    pub async fn next_with_id(&mut self) -> (String, Value) {
        while !self.read.contains("\n\n") {
            let more =
                tokio::time::timeout(std::time::Duration::from_secs(10), self.raw()).await.expect("an event in time");
            self.read.push_str(&more);
        }
        let id = self.read.lines().find_map(|line| line.strip_prefix("id:")).unwrap_or_default().trim().to_owned();
        (id, self.data().await)
    }

    async fn open(request: reqwest::RequestBuilder, person: &str) -> Self {
        let request = request.header("accept", "text/event-stream");
        let request = if person.is_empty() { request } else { request.header("Peerlead-Person", person) };
        let answer = request.send().await.expect("an answer");
        Self {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            bytes: Box::pin(answer.bytes_stream()),
            read: String::new(),
        }
    }

    /// The next event's name and data, within ten seconds; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<(String, String)> {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let part = |name: &str| {
                    event
                        .lines()
                        .filter_map(|line| line.strip_prefix(name))
                        .map(str::trim_start)
                        .collect::<Vec<_>>()
                        .join("\n")
                };
                let (name, data) = (part("event:"), part("data:"));
                self.read = rest.into();
                if !name.is_empty() {
                    return Some((name, data));
                }
                continue;
            }
            let bytes = tokio::time::timeout_at(deadline, self.bytes.next()).await.expect("an event in time")?.ok()?;
            self.read.push_str(std::str::from_utf8(&bytes).expect("UTF-8"));
        }
    }

    /// The answer in the next event, which must be a `next`.
    pub async fn answer(&mut self) -> Value {
        let (name, data) = self.next().await.expect("an event");
        assert_eq!(name, "next", "{data}");
        serde_json::from_str(&data).expect("JSON")
    }

    /// The data in the next event.
    pub async fn data(&mut self) -> Value {
        let answer = self.answer().await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }
}

#[tokio::test]
async fn a_query_is_one_next_and_then_complete() {
    let house = House::new().await;
    for mut events in [
        Events::post(&house, "operator", "{ viewer { person { handle } } }", json!({})).await,
        Events::get(&house, "operator", "{ viewer { person { handle } } }", json!({})).await,
    ] {
        assert_eq!(events.status, 200);
        assert_eq!(events.headers["content-type"], "text/event-stream");
        assert_eq!(events.headers["cache-control"], "no-cache");
        assert!(events.headers.contains_key("x-request-id"));
        assert_eq!(events.data().await, json!({ "viewer": { "person": { "handle": "operator" } } }));
        assert_eq!(events.next().await, Some(("complete".to_owned(), String::new())));
        assert_eq!(events.next().await, None);
    }
}

#[tokio::test]
async fn a_mutation_by_post_is_done_and_by_get_is_refused() {
    let house = House::new().await;
    let query = "mutation { createPerson(input: { handle: \"ada\", name: \"Ada\" }) { person { handle } } }";
    let refused = Events::get(&house, "operator", query, json!({})).await;
    assert_eq!((refused.status, refused.headers["allow"].to_str().unwrap_or_default()), (405, "POST"));
    assert_eq!(
        house.data("", "{ person(by: { handle: \"ada\" }) { handle } }", json!({})).await["person"],
        json!(null)
    );
    let mut done = Events::post(&house, "operator", query, json!({})).await;
    assert_eq!(done.data().await["createPerson"]["person"]["handle"], "ada");
    assert_eq!(
        house.data("", "{ person(by: { handle: \"ada\" }) { handle } }", json!({})).await["person"]["handle"],
        "ada"
    );
}

#[tokio::test]
async fn what_cannot_be_run_is_told_with_a_code_and_without_data() {
    let house = House::new().await;
    for query in [
        "subscription {",
        "subscription { nothing }",
        "subscription { ratingChanged(unknown: 1) { cursor } }",
        "subscription { a: ratingChanged { cursor } ... on Subscription { b: ratingChanged { cursor } } }",
    ] {
        let mut events = Events::post(&house, "", query, json!({})).await;
        assert_eq!(
            (events.status, &events.headers["content-type"]),
            (200, &reqwest::header::HeaderValue::from_static("text/event-stream")),
            "an event source hears nothing else"
        );
        let answer = events.answer().await;
        assert_eq!(events.next().await, Some(("complete".to_owned(), String::new())));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{query}: {answer:#}");
        assert!(
            answer["errors"][0]["extensions"]["requestId"].as_str().is_some_and(|id| !id.is_empty()),
            "{query}: {answer:#}"
        );
        assert!(answer.get("data").is_none(), "{query}: {answer:#}");
    }
    let mut events = Events::post(&house, "", HEAR, json!({ "after": "rubbish" })).await;
    assert_eq!(events.answer().await["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    assert_eq!(events.next().await, Some(("complete".to_owned(), String::new())));
}

#[tokio::test]
async fn an_unknown_person_is_refused_before_the_stream() {
    let house = House::new().await;
    let events = Events::post(&house, "nobody", HEAR, json!({})).await;
    assert_eq!(events.status, 400);
}

#[tokio::test]
async fn a_stop_ends_the_stream_with_stopping_and_no_complete_so_that_clients_come_back() {
    let house = House::new().await;
    let after = house.cursor().await;
    let mut events = Events::post(&house, "", HEAR, json!({ "after": after })).await;
    house.person("ada").await;
    let database = house.stop().await;
    let answer = events.answer().await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "STOPPING", "{answer:#}");
    assert_eq!(events.next().await, None, "a complete would tell the client not to come back");
    drop(database);
}
