//! Spans of requests and operations, for servers whose traces are configured. They name nobody and hold nothing that was asked or
//! answered: only routes of ours, kinds and names of operations, and how it went.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::graphql::id;
use crate::graphql::schema::Operation;

/// Headers, for the library that looks for a trace in them.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

/// A span for each request, within the trace that `traceparent` names.
pub async fn request(request: Request, next: Next) -> Response {
    let span = begin(&request);
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    response
}

fn begin(request: &Request) -> Span {
    // A path that is none of ours may be anything.
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let method = known(request.method());
    let span = info_span!(
        "request",
        otel.name = format!("{method} {route}").trim_end(),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        request.id = id(request.headers()),
    );
    // A span that nobody keeps has no parent either.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(request.headers())));
    span
}

/// The methods that there are; another one is what somebody wrote.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "_OTHER",
    }
}

/// A span for an operation: its name and its kind, and how many errors it had in the end.
pub(super) fn operation(operation: &Operation, request_id: &str) -> Span {
    // Clients choose names; a long one is no name.
    let name = || operation.name().filter(|name| name.len() <= 100).unwrap_or_default();
    info_span!(
        "operation",
        otel.name = format!("{} {}", operation.kind.word(), name()).trim_end(),
        "graphql.operation.type" = operation.kind.word(),
        "graphql.operation.name" = name(),
        "graphql.errors" = Empty,
        "request.id" = request_id,
    )
}
