//! The routes and the server.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;

use super::explorer::{self, Start};
use super::{graphql, health, origin, pictures};
use crate::graphql::schema::Executor;

/// How often a WebSocket client is asked whether it is still there: more often than networks forget a quiet connection.
pub const PING: Duration = Duration::from_secs(25);

/// What the operator has decided about transport.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The largest request body, in bytes.
    pub body: usize,
    /// How long a query or a mutation may take.
    pub patience: Duration,
    /// How often a WebSocket client is asked whether it is still there.
    pub ping: Duration,
    /// What the explorer shows first.
    pub start: Start,
}

impl Default for Settings {
    fn default() -> Self {
        Self { body: 8 * 1024 * 1024, patience: Duration::from_secs(30), ping: PING, start: Start::default() }
    }
}

/// What every handler has at hand.
#[derive(Clone, Debug)]
pub struct Hall {
    pub executor: Executor,
    pub settings: Arc<Settings>,
    /// Turns true when the server stops.
    pub stopping: watch::Receiver<bool>,
}

/// All routes.
pub fn router(hall: Hall) -> Router {
    let settings = Arc::clone(&hall.settings);
    // Operations have a limit of their own, with an answer; the one of the layer is for those who send their body too slowly.
    Router::new()
        .route("/", get(explorer::page))
        .route("/schema.graphql", get(explorer::sdl))
        .route("/graphql", get(graphql::get).post(graphql::post).fallback(graphql::wrong_method))
        .route("/pictures/word-cloud.svg", get(pictures::words))
        .route("/pictures/trends.svg", get(pictures::topics))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .with_state(hall)
        .layer(middleware::from_fn(origin::check))
        .layer(DefaultBodyLimit::max(settings.body))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, settings.patience * 2))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

/// Serves until `stop` comes; then no new connection is taken, running requests are finished and subscribers are told
/// to reconnect.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    executor: Executor,
    settings: Settings,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (sender, stopping) = watch::channel(false);
    let sender = Arc::new(sender);
    let teller = Arc::clone(&sender);
    let app = Arc::clone(executor.app());
    let hall = Hall { executor, settings: Arc::new(settings), stopping };
    let stopped = async move {
        stop.await;
        // In this order: who hears that a subscription ended can see why.
        teller.send_replace(true);
        app.end_subscriptions();
    };
    axum::serve(listener, router(hall)).with_graceful_shutdown(stopped).await?;
    // A socket is no request that is waited for: each keeps its receiver until its farewell is written.
    sender.closed().await;
    Ok(())
}
