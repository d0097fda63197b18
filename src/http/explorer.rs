//! The page at `/`: GraphiQL where it can be loaded, else a console of our own, with queries to begin with.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use serde::Serialize;

use super::server::Hall;

const PAGE: &str = include_str!("page/graphiql.html");

/// What the page shows first.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Start {
    /// The handle that acts until another is chosen.
    pub acting_as: Option<String>,
    /// A line above everything.
    pub notice: Option<String>,
    pub tabs: Vec<Tab>,
}

/// A query to begin with.
#[derive(Clone, Debug, Serialize)]
pub struct Tab {
    pub title: String,
    pub query: String,
    pub variables: String,
}

/// The page.
pub async fn page(State(hall): State<Hall>) -> impl IntoResponse {
    // Inside of a script element only this one character could end it.
    let start = serde_json::to_string(&hall.settings.start).unwrap_or_default().replace('<', "\\u003c");
    ([(header::CACHE_CONTROL, "no-cache"), (header::X_FRAME_OPTIONS, "DENY")], Html(PAGE.replace("__START__", &start)))
}

/// The schema as text, which is made once: it takes long, and anybody may ask for it.
pub async fn sdl() -> impl IntoResponse {
    static SDL: LazyLock<String> = LazyLock::new(crate::graphql::schema::sdl);
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], SDL.as_str())
}
