//! Who acts: without configured identity, whoever the header says, on loopback only.

use axum::http::HeaderMap;

use crate::app::error::Error;
use crate::app::viewer::Viewer;
use crate::graphql::schema::Executor;

/// The header, and the key in `connection_init`, that says who acts.
pub const HEADER: &str = "Peerlead-Person";

/// The one who acts by a request's headers.
///
/// # Errors
/// `BAD_REQUEST` for a handle that nobody has.
pub async fn of_headers(executor: &Executor, headers: &HeaderMap) -> Result<Viewer, Error> {
    match headers.get(HEADER).map(|value| value.to_str()) {
        None => executor.app().viewer(None).await,
        Some(Ok(handle)) => executor.app().viewer(Some(handle)).await,
        Some(Err(_)) => Err(Error::BadRequest(format!("the header {HEADER} must be plain ASCII"))),
    }
}

/// The one who acts by the payload of `connection_init`; header names are written in any case.
///
/// # Errors
/// `BAD_REQUEST` for a handle that nobody has.
pub async fn of_init(
    executor: &Executor,
    payload: Option<&serde_json::Map<String, serde_json::Value>>,
) -> Result<Viewer, Error> {
    let entries = payload.into_iter().flatten();
    let handle = entries.filter(|(key, _)| key.eq_ignore_ascii_case(HEADER)).find_map(|(_, value)| value.as_str());
    executor.app().viewer(handle).await
}
