//! Errors at the border: a code from one table, a sentence, and nothing of our insides.

use std::time::Duration;

use async_graphql::{ErrorExtensions, Response, ServerError, Value};

use crate::app::error::Error;

/// The codes of `extensions.code`, all that there are:
///
/// - `BAD_REQUEST`: the request can never be right; the message says what to change.
/// - `UNAUTHENTICATED`, `FORBIDDEN`: nobody acts, or the one who acts may not.
/// - `COST_EXCEEDED`: the operation asks for too much at once.
/// - `RATE_LIMITED`: the budget of this minute is spent; `Retry-After` says when to try again.
/// - `PERSISTED_QUERY_NOT_FOUND`: no document has this name; send the document itself.
/// - `CURSOR_EXPIRED`: the change log does not hold what follows the cursor.
/// - `LAGGED`: the subscriber was too slow; `extensions.cursor` says where to go on.
/// - `STOPPING`: the server is stopping; reconnect.
/// - `UNAVAILABLE`: the database does not answer now, or the server has just started; try again.
/// - `INTERNAL`: a fault of ours; tell the operator the `requestId`.
#[must_use]
pub const fn code(error: &Error) -> &'static str {
    match error {
        Error::Invalid(_) | Error::BadRequest(_) => "BAD_REQUEST",
        Error::Unauthenticated(_) => "UNAUTHENTICATED",
        Error::Forbidden(_) => "FORBIDDEN",
        Error::TooMany(_) => "COST_EXCEEDED",
        Error::CursorExpired => "CURSOR_EXPIRED",
        Error::Lagged { .. } => "LAGGED",
        Error::Stopping => "STOPPING",
        Error::Unavailable(_) | Error::Starting | Error::ProviderGone | Error::NoRandomness => "UNAVAILABLE",
        Error::Internal(_) => "INTERNAL",
    }
}

/// What a resolver gives back when it failed.
#[must_use]
pub fn failed(error: Error) -> async_graphql::Error {
    let code = code(&error);
    let cursor = if let Error::Lagged { cursor } = &error { Some(cursor.clone()) } else { None };
    async_graphql::Error::new_with_source(error).extend_with(|_, extensions| {
        extensions.set("code", code);
        if let Some(cursor) = cursor {
            extensions.set("cursor", cursor);
        }
    })
}

/// An error before anything was executed.
#[must_use]
pub fn refused(code: &str, message: impl Into<String>) -> ServerError {
    let error = async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", code));
    let mut error = error.into_server_error(async_graphql::Pos::default());
    error.locations.clear();
    error
}

/// The answer of what was given up because it took too long.
#[must_use]
pub fn late(patience: Duration) -> Response {
    let seconds = patience.as_secs_f32();
    let told = format!("this took longer than the {seconds} s that an operation may take; ask for less at once");
    Response::from_errors(vec![refused("UNAVAILABLE", told)])
}

/// Gives every error a code and the request's id, and logs our own faults, once and here.
pub fn mark(response: &mut Response, request_id: &str) {
    for error in &mut response.errors {
        match error.source::<Error>() {
            Some(Error::Internal(cause)) => {
                // Not where in the answer: clients name its parts, after people too.
                tracing::error!(request.id = request_id, error = %cause, "a request failed");
            }
            Some(Error::Unavailable(cause)) => {
                tracing::warn!(request.id = request_id, error = %cause, "the database was not available");
            }
            _ => {}
        }
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", "BAD_REQUEST");
        }
        extensions.set("requestId", Value::from(request_id));
    }
}
