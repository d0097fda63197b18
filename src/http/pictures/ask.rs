//! From an address to a picture.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;

use async_graphql::{Request, Variables};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::wanted::Wanted;
use crate::graphql::error::refused;
use crate::http::answer::{self, Form};
use crate::http::budget::Client;
use crate::http::server::Hall;
use crate::http::{graphql, identity};

/// Asks for a field of the root, draws and sends it. Who has the same picture already is told so.
pub(super) async fn show<T: DeserializeOwned>(
    hall: &Hall,
    (headers, peer): (&HeaderMap, SocketAddr),
    (field, query): (&str, &str),
    wanted: Result<Wanted, String>,
    draw: impl FnOnce(&T, &Wanted) -> String,
) -> Response {
    let request_id = graphql::id(headers);
    let caller = graphql::Caller { form: Form::Json, request_id: request_id.clone() };
    let refuse = |told: String| {
        answer::not_understood(StatusCode::BAD_REQUEST, refused("BAD_REQUEST", told), Form::Json, &request_id)
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(told) => return refuse(told),
    };
    let address = hall.address(peer, headers);
    let viewer = match identity::of_headers(hall, headers, address).await {
        Ok(viewer) => viewer,
        Err(unknown) => return caller.unknown(unknown),
    };
    let client = Client::of(&viewer, address);
    let request = Request::new(query).variables(Variables::from_json(Value::Object(wanted.variables.clone())));
    let response = match hall.executor.prepare(request) {
        Ok(operation) => match hall.pay(&client, operation.allowance.cost) {
            Ok(_) => graphql::execute(hall, operation, (viewer, client), &request_id, |response| response).await,
            Err(refused) => return caller.not_paid(refused),
        },
        Err(mut response) => {
            crate::graphql::error::mark(&mut response, &request_id);
            *response
        }
    };
    if !response.errors.is_empty() {
        let mut told = answer::of(&response, Form::Json);
        let is_ours = !answer::is_refused(&response) && !graphql::is_bad_request(&response);
        *told.status_mut() = if is_ours { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::BAD_REQUEST };
        return told;
    }
    let told = response.data.into_json().ok().and_then(|mut data| serde_json::from_value(data[field].take()).ok());
    match told {
        Some(told) => send(headers, draw(&told, &wanted)),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn send(headers: &HeaderMap, picture: String) -> Response {
    let mut hasher = DefaultHasher::new();
    picture.hash(&mut hasher);
    // Weak, because it may be sent compressed.
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let head = [
        (header::ETAG, tag.clone()),
        // Who acts may matter, so it is kept by nobody on the way; after a minute it is asked for again.
        (header::CACHE_CONTROL, "private, max-age=60".to_owned()),
        (header::CONTENT_TYPE, "image/svg+xml; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    if known.split(',').any(|known| known.trim() == "*" || bare(known) == bare(&tag)) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, picture).into_response()
}
