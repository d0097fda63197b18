//! What others send, spoilt: nothing that is parsed here panics, and nothing is taken for a fault of ours. A few hundred cases of
//! each kind are tried; `PEERLEAD_FUZZ_CASES=1000000 cargo test --release --test it fuzz` tries a million.

use std::io::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use peerlead::command::item::Record;
use peerlead::command::lines::Lines;
use peerlead::command::record::{
    ContentRecord, EndorsementRecord, LeadershipRecord, PersonRecord, RatingRecord, TopicRecord,
};
use peerlead::command::token::{TokenOptions, create};
use peerlead::domain::change::Point;
use peerlead::domain::id::{
    ContentId, EndorsementId, LeadershipId, MergeId, PersonId, RatingId, SourceId, TokenId, TopicId,
};
use peerlead::domain::page::Place;
use peerlead::graphql::id::Key;
use peerlead::graphql::schema::Executor;
use peerlead::http::documents::Named;
use peerlead::http::message::{Close, FromClient, FromServer};
use peerlead::http::oidc::Oidc;
use peerlead::http::{answer, request};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;

use crate::corpus::{self, ACTS, ASKED, HEARD};
use crate::house::House;
use crate::oidc::{Provider, Signer};
use crate::spoil::{bytes, cases, json, text, try_all};

/// A house with people, topics and contents, and the threads it runs on.
fn house() -> (Runtime, House) {
    let runtime = Runtime::new().expect("threads");
    let house = runtime.block_on(async {
        let house = House::new().await;
        corpus::world(&house).await;
        house
    });
    (runtime, house)
}

/// A cursor or an id: spoilt as it is sent, or what is in it.
fn spoilt(valid: &'static [&'static str]) -> impl Strategy<Value = String> {
    let inner = text(select(valid).prop_map(str::to_owned));
    prop_oneof![
        3 => inner.prop_map(|text| URL_SAFE_NO_PAD.encode(text)),
        1 => text(select(valid).prop_map(|text| URL_SAFE_NO_PAD.encode(text))),
    ]
}

#[test]
fn a_cursor_is_the_one_we_wrote_or_none() {
    const PLACES: &[&str] = &[
        "score:17:s3fe0000000000000",
        "published:3:n1700000000000000",
        "handle:5:tada",
        "name:9:tAda: \"L.\"",
        "rank:1:n4",
    ];
    try_all(cases(), &spoilt(PLACES), |cursor| {
        for order in ["score", "published", "handle", "name", "rank", ""] {
            if let Some(place) = Place::decode(&cursor, order) {
                let again = Place::decode(&place.encode(order), order);
                prop_assert_eq!(again, Some(place));
            }
        }
        Ok(())
    });
}

#[test]
fn an_id_names_one_thing_or_none() {
    fn same<K: Key>(text: &str) -> Result<(), TestCaseError> {
        if let Ok(key) = K::parse("id", &text.into()) {
            prop_assert_eq!(key.global().0, text);
        }
        Ok(())
    }
    const IDS: &[&str] = &["c17", "p9223372036854775807", "r12.34", "t1", "s2", "l3", "e4", "m5", "k6"];
    try_all(cases(), &spoilt(IDS), |id| {
        same::<ContentId>(&id)?;
        same::<PersonId>(&id)?;
        same::<RatingId>(&id)?;
        same::<TopicId>(&id)?;
        same::<SourceId>(&id)?;
        same::<LeadershipId>(&id)?;
        same::<EndorsementId>(&id)?;
        same::<MergeId>(&id)?;
        same::<TokenId>(&id)
    });
}

#[test]
fn a_cursor_of_the_log_is_the_one_we_wrote_or_none() {
    let (_runtime, house) = house();
    let valid = house.app.cursor(Point { seq: 17, mark: 4_711 });
    let inner = String::from_utf8(URL_SAFE_NO_PAD.decode(&valid).expect("base64")).expect("text");
    let cursors = prop_oneof![
        3 => text(Just(inner)).prop_map(|text| URL_SAFE_NO_PAD.encode(text)),
        1 => text(Just(valid)),
    ];
    try_all(cases(), &cursors, |cursor| {
        if let Ok(point) = house.app.point_of(&cursor) {
            prop_assert!(point.seq >= 0);
            prop_assert_eq!(house.app.point_of(&house.app.cursor(point)).ok(), Some(point));
        }
        Ok(())
    });
}

/// Lines of each file, the longest that say something.
const LINES: &[&str] = &[
    r#"{"id":"u1","handle":"ada","name":"Ada","kind":"HUMAN","active":true,"team":"one"}"#,
    r#"{"id":"rust","name":"Rust","description":"d","mission":"m","parent_id":"langs","synonym_of":null}"#,
    r#"{"id":17,"kind":"post","created_at":"2020-11-20T08:15:00Z","author_ids":["u1",2],"topic_ids":["rust"],"title":"On it","body":"a\nb","url":"https://example.org/","lang":"en","parent_id":"t16","withdrawn_at":"2020-11-21","hidden_at":"2020-11-22T00:00:00+02:00","hidden_reason":"spam"}"#,
    r#"{"rater_id":"u2","content_id":"t17","value":5.0,"at":"2020-11-20T10:00:00.123456Z","kind":"approval"}"#,
    r#"{"person_id":"u1","topic_id":"rust","kind":"APPOINTED","role":"lead","from":"2020-11-20","to":"2021-11-20","evidence_text":"e","evidence_url":"https://example.org/"}"#,
    r#"{"from_id":"u1","to_id":"u2","topic_id":"rust","text":"t","at":"2020-11-20","expires_at":"2021-11-20","withdrawn_at":null}"#,
];

/// Lines of imports, spoilt.
pub fn line() -> impl Strategy<Value = Vec<u8>> {
    let valid = || select(LINES).prop_map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    prop_oneof![
        1 => bytes(select(LINES).prop_map(|line| line.as_bytes().to_vec())),
        1 => json(valid()).prop_map(|value| value.to_string().into_bytes()),
    ]
}

#[test]
fn a_line_of_an_import_is_an_item_or_a_reason_on_one_line() {
    fn told<R: Record>(line: &peerlead::command::lines::Line) -> Result<(), TestCaseError> {
        if let Err(reason) = line.parse::<R>().and_then(R::item) {
            prop_assert!(!reason.is_empty() && !reason.contains(['\n', '\r']), "{reason:?}");
        }
        Ok(())
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("lines.jsonl");
    // So many lines are one case less, so that files are not what takes the time.
    let files = proptest::collection::vec(line(), 1..16);
    try_all(cases().div_ceil(8), &files, |lines| {
        let mut file = std::fs::File::create(&path)?;
        for line in &lines {
            file.write_all(line)?;
            file.write_all(b"\n")?;
        }
        drop(file);
        let mut read = Lines::open(&path)?.expect("a file");
        let mut again = Lines::open(&path)?.expect("a file");
        let mut last = 0;
        while let Some(line) = read.next_line()? {
            prop_assert!(line.place.number > last);
            last = line.place.number;
            told::<PersonRecord>(&line)?;
            told::<TopicRecord>(&line)?;
            told::<ContentRecord>(&line)?;
            told::<RatingRecord>(&line)?;
            told::<LeadershipRecord>(&line)?;
            told::<EndorsementRecord>(&line)?;
            prop_assert_eq!(again.again(line.place)?.map(|same| same.len()), Some(line.len()));
        }
        prop_assert_eq!(read.offset(), read.length());
        Ok(())
    });
}

/// The body of a request, spoilt as bytes or within.
pub fn body() -> impl Strategy<Value = Vec<u8>> {
    let valid = || select(corpus::bodies());
    prop_oneof![
        3 => bytes(valid().prop_map(|body| body.to_string().into_bytes())),
        2 => json(valid()).prop_map(|body| body.to_string().into_bytes()),
        3 => (valid(), text(select(corpus::bodies()).prop_map(|body| body["query"].as_str().unwrap_or_default().to_owned())))
            .prop_map(|(mut body, query)| { body["query"] = query.into(); body.to_string().into_bytes() }),
    ]
}

/// What came of an operation: no fault of ours, and something that can be written.
fn is_no_fault(response: &async_graphql::Response) -> Result<(), TestCaseError> {
    let text = answer::text(response);
    let told: Value = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
    for error in told["errors"].as_array().into_iter().flatten() {
        let code = error["extensions"]["code"].as_str();
        prop_assert!(!matches!(code, Some("INTERNAL" | "UNAVAILABLE")), "{error}");
        prop_assert!(error["message"].as_str().is_some_and(|told| !told.is_empty()), "{error}");
    }
    Ok(())
}

#[test]
fn the_body_of_a_request_is_an_operation_or_an_answer() {
    let (_runtime, house) = house();
    let (executor, documents) = (Executor::new(Arc::clone(&house.app)), Named::default());
    try_all(cases(), &body(), |body| {
        let Ok(mut request) = request::of_json(&body) else { return Ok(()) };
        let Ok(sent) = documents.resolve(&mut request) else { return Ok(()) };
        match executor.prepare(request) {
            Ok(_) => documents.keep(sent),
            Err(response) => is_no_fault(&response)?,
        }
        Ok(())
    });
}

#[test]
fn the_parameters_of_a_request_are_an_operation_or_a_reason() {
    let name =
        text(select(&["query", "variables", "operationName", "extensions", "documentId"][..]).prop_map(str::to_owned));
    let value = text(select(corpus::bodies()).prop_map(|body| body.to_string()));
    try_all(cases(), &proptest::collection::vec((name, value), 0..5), |parameters| {
        if let Err(reason) = request::of_query(parameters) {
            prop_assert!(!reason.is_empty());
        }
        Ok(())
    });
}

/// Frames that a client sends.
fn frames() -> Vec<Value> {
    let mut frames = vec![
        json!({ "type": "connection_init", "payload": { "Peerlead-Person": "ada", "Authorization": "Bearer x" } }),
        json!({ "type": "ping", "payload": { "a": [1] } }),
        json!({ "type": "pong" }),
        json!({ "type": "complete", "id": "1" }),
    ];
    frames.extend(corpus::bodies().into_iter().map(|body| json!({ "type": "subscribe", "id": "1", "payload": body })));
    frames
}

/// Frames of clients, spoilt.
pub fn frame() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => text(select(frames()).prop_map(|frame| frame.to_string())),
        2 => json(select(frames())).prop_map(|frame| frame.to_string()),
    ]
}

#[test]
fn a_frame_is_a_message_or_none() {
    let (_runtime, house) = house();
    let executor = Executor::new(Arc::clone(&house.app));
    try_all(cases(), &frame(), |frame| {
        match serde_json::from_str(&frame) {
            Ok(FromClient::Subscribe { id, payload }) => {
                let Message::Close(Some(close)) = tungstenite(&Close::duplicate(&id)) else {
                    return Err(TestCaseError::fail("no close"));
                };
                prop_assert!(close.reason.len() <= 123);
                let Ok(request) = request::of_fields(payload) else { return Ok(()) };
                if let Err(response) = executor.prepare(request) {
                    is_no_fault(&response)?;
                    drop(FromServer::Error { id: &id, payload: &response.errors }.frame());
                }
            }
            Ok(FromClient::Ping { payload }) => drop(FromServer::Pong { payload }.frame()),
            _ => {}
        }
        Ok(())
    });
}

/// The frame as a client's library has it.
fn tungstenite(message: &axum::extract::ws::Message) -> Message {
    use tokio_tungstenite::tungstenite::protocol::CloseFrame;
    match message {
        axum::extract::ws::Message::Close(Some(close)) => {
            Message::Close(Some(CloseFrame { code: close.code.into(), reason: close.reason.as_str().into() }))
        }
        _ => Message::Ping(Vec::new().into()),
    }
}

/// Runs operations as somebody who may do everything.
fn answered(
    runtime: &Runtime,
    house: &House,
    executor: &Executor,
    (query, variables): (&str, &Value),
) -> Result<(), TestCaseError> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let Ok(request) = request::of_json(body.as_bytes()) else { return Ok(()) };
    let operation = match executor.prepare(request) {
        Ok(operation) => operation,
        Err(response) => return is_no_fault(&response),
    };
    runtime.block_on(async {
        let viewer = house.app.viewer(Some("operator")).await.expect("an operator");
        is_no_fault(&executor.execute(operation, viewer, "r").await)
    })
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_question_with_spoilt_variables_has_an_answer() {
    let (runtime, house) = house();
    let executor = Executor::new(Arc::clone(&house.app));
    for (query, variables) in ASKED {
        let answer = runtime.block_on(house.post("operator", query, read(variables)));
        let is_told = answer.get("errors").is_none() || query.contains("query B");
        assert!(is_told, "a valid question is valid: {query} {answer:#}");
    }
    let questions = select(ASKED).prop_flat_map(|(query, valid)| (Just(query), json(Just(read(valid)))));
    try_all(cases(), &questions, |(query, variables)| answered(&runtime, &house, &executor, (query, &variables)));
}

#[test]
fn an_act_with_spoilt_input_is_done_or_refused() {
    let (runtime, house) = house();
    let executor = Executor::new(Arc::clone(&house.app));
    let acts = select(ACTS).prop_flat_map(|(name, valid, of)| (Just(corpus::act(name, of)), json(Just(read(valid)))));
    // Each writes, so there are fewer of them.
    try_all(cases().div_ceil(4).min(50_000), &acts, |(query, input)| {
        answered(&runtime, &house, &executor, (&query, &json!({ "input": input })))
    });
}

#[test]
fn somebody_with_spoilt_wishes_hears_or_is_told_why_not() {
    use futures_util::StreamExt;
    let (runtime, house) = house();
    let executor = Executor::new(Arc::clone(&house.app));
    let spoilt = select(HEARD)
        .prop_flat_map(|(query, valid)| (Just(query), json(Just(read(valid))), any::<Option<(i64, u32)>>()));
    try_all(cases().min(50_000), &spoilt, |(query, mut variables, after)| {
        if let (Some((seq, mark)), Some(fields)) = (after, variables.as_object_mut()) {
            fields.insert("a".to_owned(), json!(house.app.cursor(Point { seq, mark })));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let Ok(request) = request::of_json(body.as_bytes()) else { return Ok(()) };
        let Ok(operation) = executor.prepare(request) else { return Ok(()) };
        runtime.block_on(async {
            let viewer = house.app.viewer(Some("ada")).await.expect("ada");
            match executor.listen(operation, viewer, "r".to_owned(), None, answer::text).await {
                Ok(mut news) => {
                    // What is there already may be heard; nobody waits for more.
                    let _ = tokio::time::timeout(std::time::Duration::ZERO, news.next()).await;
                    Ok(())
                }
                Err(response) => is_no_fault(&response),
            }
        })
    });
}

#[test]
fn only_the_token_itself_opens() {
    let (runtime, house) = house();
    let options = TokenOptions {
        name: "t".to_owned(),
        person: "ada".to_owned(),
        scopes: vec!["rate".to_owned()],
        ..TokenOptions::default()
    };
    let token = runtime.block_on(create(&house.app, &options)).expect("a token");
    try_all(cases(), &text(Just(token.clone())), |shown| {
        let opened = runtime.block_on(house.app.viewer_by_token(&shown)).is_ok();
        prop_assert_eq!(opened, shown == token);
        Ok(())
    });
}

#[test]
fn a_token_of_a_provider_is_believed_only_as_it_was_signed() {
    let runtime = Runtime::new().expect("threads");
    let key = Signer::edwards("k1", 1);
    let provider = runtime.block_on(Provider::new());
    provider.publish(&[&key]);
    let oidc = Oidc::new(provider.settings()).expect("settings");
    let valid = key.sign(&provider.claims("ada"));
    let valid = valid.trim_start_matches("Bearer ").to_owned();
    let parts: Vec<String> = valid.split('.').map(str::to_owned).collect();
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(&parts[0]).expect("base64")).expect("JSON");
    let (claims, rest) = (provider.claims("ada"), format!(".{}.{}", parts[1], parts[2]));
    let tokens = prop_oneof![
        // As it is sent; its header; and claims that the provider itself has spoilt.
        1 => text(Just(valid.clone())).prop_map(|token| (token, false)),
        1 => text(Just(header)).prop_map(move |header| (URL_SAFE_NO_PAD.encode(header) + &rest, false)),
        2 => json(Just(claims)).prop_map(move |claims| (key.sign(&claims).trim_start_matches("Bearer ").to_owned(), true)),
    ];
    try_all(cases(), &tokens, |(token, is_signed)| {
        let read = runtime.block_on(oidc.claims(&token));
        prop_assert!(read.is_err() || is_signed || token == valid);
        if let Ok(claims) = read {
            let seen = claims.until.timestamp();
            prop_assert!(seen > 0, "it ends some day");
        }
        Ok(())
    });
}
