//! What we compare ourselves with: a broadcast written by hand, and the library's own subscriptions. Each is a program of
//! its own, as our server is, so that processor time and memory are counted alike.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use async_graphql::{EmptyMutation, Object, Schema, SimpleObject, Subscription};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::broadcast;

use super::Failure;

/// A feed for each content.
#[derive(Clone)]
struct Feeds(Arc<Vec<broadcast::Sender<Utf8Bytes>>>);

/// Serves until it is killed. `kind` is `broadcast` or `library`.
pub async fn serve(kind: &str, address: SocketAddr, feeds: usize) -> Result<(), Failure> {
    let feeds = Feeds(Arc::new((0..feeds).map(|_| broadcast::channel(256).0).collect()));
    let router = Router::new().route("/health/ready", get(|| async { "ready" })).route("/publish", post(publish));
    let router = match kind {
        "broadcast" => router.route("/feed/{feed}", get(by_hand)).with_state(feeds),
        _ => {
            let schema = Schema::build(Query, EmptyMutation, News).data(feeds.clone()).finish();
            let open = move |protocol: GraphQLProtocol, upgrade: WebSocketUpgrade| {
                let schema = schema.clone();
                async move {
                    upgrade
                        .read_buffer_size(1024)
                        .protocols(ALL_WEBSOCKET_PROTOCOLS)
                        .on_upgrade(move |socket| GraphQLWebSocket::new(socket, schema, protocol).serve())
                }
            };
            router.route("/graphql", get(open)).with_state(feeds)
        }
    };
    axum::serve(tokio::net::TcpListener::bind(address).await?, router).await?;
    Ok(())
}

/// The number of a feed in the first line, then what is told.
async fn publish(State(feeds): State<Feeds>, body: String) -> &'static str {
    if let Some((feed, text)) = body.split_once('\n')
        && let Some(feed) = feed.parse::<usize>().ok().and_then(|feed| feeds.0.get(feed))
    {
        // Without subscribers there is nobody to tell.
        let _ = feed.send(text.into());
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

#[derive(SimpleObject)]
struct Author {
    name: String,
}

#[derive(SimpleObject)]
struct Content {
    title: String,
    authors: Vec<Author>,
}

#[derive(SimpleObject)]
struct Tally {
    count: i64,
    score: f64,
}

#[derive(SimpleObject)]
struct RatingChange {
    cursor: String,
    content: Content,
    tally: Tally,
}

struct Query;

#[Object]
impl Query {
    async fn ok(&self) -> bool {
        true
    }
}

struct News;

type Changes = Pin<Box<dyn Stream<Item = RatingChange> + Send>>;

#[Subscription]
impl News {
    async fn rating_changed(&self, ctx: &async_graphql::Context<'_>, feed: usize) -> async_graphql::Result<Changes> {
        let feeds = ctx.data::<Feeds>()?;
        let feed = feeds.0.get(feed).ok_or("there is no such feed")?;
        let change = |cursor: Utf8Bytes| RatingChange {
            cursor: cursor.to_string(),
            content: Content {
                title: "A content that many watch".to_owned(),
                authors: vec![Author { name: "Ada".to_owned() }],
            },
            tally: Tally { count: 1, score: 0.16 },
        };
        let news = stream::unfold(feed.subscribe(), async |mut news| Some((news.recv().await.ok()?, news)));
        Ok(Box::pin(news.map(change)))
    }
}
