//! Guards a server from web pages of elsewhere: a page that names our address (DNS rebinding) sends its own host, and a page
//! that opens a socket sends its own origin. Pages whose origin the operator lists may ask.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::cors::CorsLayer;

use super::answer::{self, Form};
use super::graphql::id;
use super::identity::Identity;
use super::server::Settings;
use crate::graphql::error::refused;

/// How long a browser may remember what a page may ask.
const REMEMBERED: Duration = Duration::from_mins(10);

/// Tells browsers which pages may ask. Nothing of ours is sent by itself, such as a cookie, so no page needs credentials.
pub fn pages(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT,
            // By which an event stream goes on where it was.
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([header::RETRY_AFTER, HeaderName::from_static("x-request-id")])
        .max_age(REMEMBERED)
}

/// Refuses requests whose origin is another page's and, where everybody is believed to be whom they say, those whose host is
/// no name of this machine.
pub async fn check(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let host = text(request.headers(), header::HOST).or_else(|| request.uri().authority().map(ToString::to_string));
    let believes = matches!(settings.identity, Identity::Word);
    if believes && host.as_deref().is_some_and(|host| !is_local(host)) {
        return refuse(&request, "this server answers to localhost only");
    }
    if let Some(origin) = text(request.headers(), header::ORIGIN) {
        if settings.origins.iter().any(|known| known.eq_ignore_ascii_case(&origin)) {
            return next.run(request).await;
        }
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        if authority.is_none() || authority != host.as_deref() {
            return refuse(&request, "this server takes no requests of other pages");
        }
    }
    next.run(request).await
}

fn refuse(request: &Request, told: &str) -> Response {
    answer::not_understood(StatusCode::FORBIDDEN, refused("FORBIDDEN", told), Form::Json, &id(request.headers()))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase())
}

fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
