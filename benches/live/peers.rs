//! What we compare ourselves with: a broadcast written by hand, and the library's own subscriptions, which have everything at hand
//! or ask the database. Each is a program of its own, as our server is, so that processor time and memory are counted alike.

use std::net::SocketAddr;
use std::sync::Arc;

use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::sync::broadcast;

use super::{Failure, library};

/// A feed for each content.
#[derive(Clone)]
pub struct Feeds(pub Arc<Vec<broadcast::Sender<Utf8Bytes>>>);

/// Serves until it is killed. `kind` is `broadcast`, `library`, or the address of a database that the library is to ask.
pub async fn serve(kind: &str, address: SocketAddr, feeds: usize) -> Result<(), Failure> {
    let feeds = Feeds(Arc::new((0..feeds).map(|_| broadcast::channel(256).0).collect()));
    let router = Router::new().route("/health/ready", get(|| async { "ready" })).route("/publish", post(publish));
    let router = if kind == "broadcast" {
        router.route("/feed/{feed}", get(by_hand))
    } else {
        let database = match kind {
            "library" => None,
            url => Some(sea_orm::Database::connect(url).await?),
        };
        let schema = library::schema(feeds.clone(), database);
        let open = move |protocol: GraphQLProtocol, upgrade: WebSocketUpgrade| {
            let schema = schema.clone();
            async move {
                upgrade
                    .read_buffer_size(1024)
                    .protocols(ALL_WEBSOCKET_PROTOCOLS)
                    .on_upgrade(move |socket| GraphQLWebSocket::new(socket, schema, protocol).serve())
            }
        };
        router.route("/graphql", get(open))
    };
    axum::serve(tokio::net::TcpListener::bind(address).await?, router.with_state(feeds)).await?;
    Ok(())
}

/// Two lines for each feed: its number, then what is told.
async fn publish(State(feeds): State<Feeds>, body: String) -> &'static str {
    let mut lines = body.lines();
    while let (Some(feed), Some(text)) = (lines.next(), lines.next()) {
        if let Some(feed) = feed.parse::<usize>().ok().and_then(|feed| feeds.0.get(feed)) {
            // Without subscribers there is nobody to tell.
            let _ = feed.send(text.into());
        }
    }
    "{}"
}

async fn by_hand(State(feeds): State<Feeds>, Path(feed): Path<usize>, upgrade: WebSocketUpgrade) -> Response {
    let news = feeds.0.get(feed).map(broadcast::Sender::subscribe);
    let upgrade = upgrade.read_buffer_size(1024).write_buffer_size(0);
    upgrade.on_upgrade(async move |mut socket: WebSocket| {
        let Some(mut news) = news else { return };
        loop {
            tokio::select! {
                text = news.recv() => match text {
                    Ok(text) => if socket.send(Message::Text(text)).await.is_err() { return },
                    Err(_) => return,
                },
                said = socket.recv() => if said.is_none_or(|said| said.is_err()) { return },
            }
        }
    })
}
