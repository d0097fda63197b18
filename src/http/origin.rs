//! Guards a server on loopback from web pages of elsewhere: a page that names our address (DNS rebinding) sends its own
//! host, and a page that opens a socket sends its own origin.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::answer::{self, Form};
use super::graphql::id;
use crate::graphql::error::refused;

/// Refuses requests whose host is no name of this machine, or whose origin is another page's.
pub async fn check(request: Request, next: Next) -> Response {
    let host = text(request.headers(), header::HOST).or_else(|| request.uri().authority().map(ToString::to_string));
    if host.as_deref().is_some_and(|host| !is_local(host)) {
        return refuse(&request, "this server answers to localhost only");
    }
    if let Some(origin) = text(request.headers(), header::ORIGIN) {
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
