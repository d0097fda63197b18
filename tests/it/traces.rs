//! Traces: spans that a collector gets, which is a real server of its own here, and what happens when it is not there.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message;
use serde_json::json;
use tokio::net::TcpListener;

use crate::house::{Database, Socket};
use crate::program::{Program, peerlead};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
const WHO: &str =
    "query WhoIsThere($handle: String!) { person(by: { handle: $handle }) { name contents { nodes { title } } } }";

/// A collector, and what it was sent.
struct Collector {
    address: String,
    sent: Arc<Mutex<Vec<ResourceSpans>>>,
}

impl Collector {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&sent);
        let take = move |body: Bytes| async move {
            let request = ExportTraceServiceRequest::decode(body).expect("spans");
            taken.lock().expect("a lock").extend(request.resource_spans);
        };
        let router = axum::Router::new().route("/v1/traces", axum::routing::post(take));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("a server") });
        Self { address, sent }
    }

    fn spans(&self) -> Vec<Span> {
        let sent = self.sent.lock().expect("a lock").clone();
        sent.into_iter().flat_map(|of| of.scope_spans).flat_map(|of| of.spans).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn told<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Any> {
    attributes.iter().find(|attribute| attribute.key == key)?.value.as_ref()?.value.as_ref()
}

fn text(attributes: &[KeyValue], key: &str) -> String {
    match told(attributes, key) {
        Some(Any::StringValue(text)) => text.clone(),
        other => panic!("{key}: {other:?}"),
    }
}

/// A server that sends its spans to an address, on a database of its own.
fn traced(folder: &tempfile::TempDir, database: &Database, address: &str) -> Program {
    let url = database.url.as_str();
    let mut command = peerlead(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--database-url", url]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", address).env("OTEL_SERVICE_NAME", "peers");
    Program::start(command)
}

async fn ask(client: &reqwest::Client, program: &Program, traceparent: &str) -> u16 {
    let post = client
        .post(format!("http://{}/graphql", program.address))
        .header("traceparent", traceparent)
        .header("x-request-id", "request-17")
        .header("peerlead-person", "operator")
        .json(&json!({ "query": WHO, "variables": { "handle": "zelda-quist" } }));
    post.send().await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_gets_the_request_its_operation_and_its_statements_in_the_trace_of_the_client() {
    let (folder, database) = (tempfile::tempdir().expect("a temporary folder"), Database::fresh().await);
    let (client, collector) = (reqwest::Client::new(), Collector::new().await);
    let mut program = traced(&folder, &database, &collector.address);
    let made = "mutation { createPerson(input: { handle: \"zelda-quist\", name: \"Zelda Quist\" }) { person { id } } }";
    assert!(program.post("operator", made, json!({})).await["data"]["createPerson"]["person"]["id"].is_string());
    let published =
        "mutation { publishContent(input: { kind: \"post\", title: \"Whimsical gazebo\" }) { content { id } } }";
    program.post("zelda-quist", published, json!({})).await;
    assert_eq!(ask(&client, &program, &format!("00-{TRACE}-{PARENT}-01")).await, 200);
    let nowhere = format!("http://{}/zelda-quist", program.address);
    assert_eq!(reqwest::get(nowhere).await.expect("an answer").status().as_u16(), 404);
    let mut socket = Socket::open(&program.address).await;
    socket.send(json!({ "type": "connection_init" })).await;
    socket.next().await;
    socket.subscribe("1", "subscription Follow { changes { cursor } }", json!({})).await;
    socket.subscribe("2", "query Quick { cursor }", json!({})).await;
    while socket.next().await["type"] != "complete" {}
    // What waits is sent when the server stops.
    program.terminate();
    assert_eq!(program.ended(), Some(0));

    let spans = collector.spans();
    let ours: Vec<&Span> = spans.iter().filter(|span| hex(&span.trace_id) == TRACE).collect();
    let named =
        |name: &str| *ours.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("{name}: {spans:#?}"));
    let (request, operation, read) = (named("POST /graphql"), named("query WhoIsThere"), named("read"));
    assert_eq!(hex(&request.parent_span_id), PARENT);
    assert_eq!((&operation.parent_span_id, &read.parent_span_id), (&request.span_id, &operation.span_id));
    assert_eq!(text(&request.attributes, "request.id"), "request-17");
    assert_eq!(text(&request.attributes, "http.route"), "/graphql");
    assert_eq!(told(&request.attributes, "http.response.status_code"), Some(&Any::IntValue(200)));
    assert_eq!(text(&operation.attributes, "graphql.operation.type"), "query");
    assert_eq!(text(&operation.attributes, "graphql.operation.name"), "WhoIsThere");
    assert_eq!(told(&operation.attributes, "graphql.errors"), Some(&Any::IntValue(0)));
    for name in ["write", "feed", "mutation", "GET", "subscription Follow", "query Quick"] {
        assert!(spans.iter().any(|span| span.name == name), "{name}: {spans:#?}");
    }
    let reads = spans.iter().filter(|span| span.name == "read");
    assert!(reads.into_iter().all(|read| !read.parent_span_id.is_empty()), "looking for news is no work of anybody's");

    let sent = collector.sent.lock().expect("a lock").clone();
    let service = sent[0].resource.as_ref().expect("a resource");
    assert_eq!(text(&service.attributes, "service.name"), "peers");
    let all = format!("{sent:?}");
    for secret in ["zelda", "Zelda", "gazebo", "handle:", "createPerson"] {
        assert!(!all.contains(secret), "{secret}: {sent:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_not_traced_or_writes_nonsense_is_answered_all_the_same() {
    let (folder, database) = (tempfile::tempdir().expect("a temporary folder"), Database::fresh().await);
    let (client, collector) = (reqwest::Client::new(), Collector::new().await);
    let mut program = traced(&folder, &database, &collector.address);
    for traceparent in
        ["", "00", "zelda", "ff-0-0-0", &format!("00-{TRACE}-0000000000000000-01"), &format!("00-{TRACE}-{PARENT}-00")]
    {
        assert_eq!(ask(&client, &program, traceparent).await, 200);
    }
    program.terminate();
    assert_eq!(program.ended(), Some(0));
    let spans = collector.spans();
    assert!(spans.iter().all(|span| hex(&span.trace_id) != TRACE), "who asks not to be sampled is not");
    assert_eq!(spans.iter().filter(|span| span.name == "POST /graphql").count(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_or_never_answers_is_told_once_and_harms_nobody() {
    let client = reqwest::Client::new();
    // One that takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!("http://{}", silent.local_addr().expect("an address"));
    for (address, is_told) in [("http://127.0.0.1:1", true), (silent.as_str(), false)] {
        let (folder, database) = (tempfile::tempdir().expect("a temporary folder"), Database::fresh().await);
        let url = database.url.as_str();
        let mut command = peerlead(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--database-url", url]);
        // Sent so often and so little at once that there would be many lines.
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", address).env("OTEL_BSP_SCHEDULE_DELAY", "20");
        command.env("OTEL_BSP_MAX_QUEUE_SIZE", "64").env("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8");
        let mut program = Program::start(command);
        for _ in 0..200 {
            assert_eq!(ask(&client, &program, "").await, 200);
        }
        if is_told {
            program.says("spans cannot be sent").await;
        }
        program.terminate();
        assert_eq!(program.ended(), Some(0), "{address}");
        let lines = program.said().into_iter().filter(|line| line.contains("spans")).count();
        assert!(lines <= 2, "{:#?}", program.said());
    }
}

#[test]
fn an_address_that_is_none_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = peerlead(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--otlp-endpoint", "no address"]);
    let output = command.output().expect("the program");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.starts_with("peerlead: --otlp-endpoint: "), "{told}");
}
