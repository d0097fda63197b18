//! Whether the server lives, and whether it can answer.

use axum::extract::State;
use axum::http::StatusCode;

use super::server::Hall;

/// The process runs.
pub async fn live() -> &'static str {
    "live\n"
}

/// The database answers, the server is not stopping, and what it keeps in memory is what the database holds.
pub async fn ready(State(hall): State<Hall>) -> (StatusCode, &'static str) {
    if *hall.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if !hall.executor.app().is_whole() {
        return (StatusCode::SERVICE_UNAVAILABLE, "changes were taken away before they were heard; restart\n");
    }
    match hall.executor.app().ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
