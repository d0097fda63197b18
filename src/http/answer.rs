//! Answers: their form, their media type and their status.

use async_graphql::Response;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

/// The media type of answers whose status tells how the operation went.
pub const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
/// The media type of answers to clients that know no other.
pub const JSON: &str = "application/json; charset=utf-8";

/// How a client wants to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Graphql,
    Json,
    Events,
}

impl Form {
    /// The form that an `Accept` header asks for, in the order of its qualities; `None` when it takes none of ours.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let told: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        if told.is_empty() {
            return Some(Self::Json);
        }
        let mut ranges: Vec<(f32, Self)> = told.join(",").split(',').filter_map(range).collect();
        // The sort is stable: of equals the first one named wins.
        ranges.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranges.first().map(|(_, form)| *form)
    }
}

fn range(text: &str) -> Option<(f32, Form)> {
    let mut parts = text.split(';').map(str::trim);
    let form = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/graphql-response+json" => Form::Graphql,
        "application/json" | "*/*" | "application/*" => Form::Json,
        "text/event-stream" => Form::Events,
        _ => return None,
    };
    let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse().ok()).unwrap_or(1.0);
    (quality > 0.0).then_some((quality, form))
}

/// An answer as it is written: `data` is left out when nothing was executed.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [async_graphql::ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a async_graphql::Value>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, async_graphql::Value>,
}

/// Whether nothing was executed: the operation was refused before its first field.
#[must_use]
pub fn is_refused(response: &Response) -> bool {
    response.data == async_graphql::Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// The bytes of an answer.
#[must_use]
pub fn bytes(response: &Response) -> Vec<u8> {
    let data = (!is_refused(response)).then_some(&response.data);
    let body = Body { errors: &response.errors, data, extensions: &response.extensions };
    serde_json::to_vec(&body).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written");
        br#"{"errors":[{"message":"an internal fault","extensions":{"code":"INTERNAL"}}]}"#.to_vec()
    })
}

/// The text of an answer, as a part of a larger message.
#[must_use]
pub fn text(response: &Response) -> String {
    // JSON is UTF-8.
    String::from_utf8(bytes(response)).unwrap_or_default()
}

/// The whole answer to a request that was understood.
#[must_use]
pub fn of(response: &Response, form: Form) -> axum::response::Response {
    let (media, status) = match form {
        Form::Graphql if is_refused(response) => (GRAPHQL, StatusCode::BAD_REQUEST),
        Form::Graphql => (GRAPHQL, StatusCode::OK),
        // Clients that know only JSON take any other status for a failure of transport.
        Form::Json | Form::Events => (JSON, StatusCode::OK),
    };
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(media))], bytes(response)).into_response()
}

/// The answer to a request that was not understood.
#[must_use]
pub fn not_understood(
    status: StatusCode,
    error: async_graphql::ServerError,
    form: Form,
    request_id: &str,
) -> axum::response::Response {
    let mut response = Response::from_errors(vec![error]);
    crate::graphql::error::mark(&mut response, request_id);
    let mut answer = of(&response, form);
    *answer.status_mut() = status;
    answer
}
