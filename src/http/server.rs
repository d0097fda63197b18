//! The routes and the server.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;

use super::budget::{Budgets, Client, Refused};
use super::documents::Named;
use super::door::{Door, HEAD};
use super::explorer::{self, Start};
use super::identity::Identity;
use super::long::Long;
use super::metrics::{self, Metrics};
use super::room::Rooms;
use super::seats::Seats;
use super::{graphql, health, origin, pictures, trace};
use crate::app::allowance::Budget;
use crate::graphql::schema::Executor;

/// How often a WebSocket client is asked whether it is still there: more often than networks forget a quiet connection.
pub const PING: Duration = Duration::from_secs(25);
/// How long a client may take nothing of what is written to it: longer than networks need to recover.
pub const STALL: Duration = Duration::from_secs(30);

/// What the operator has decided about transport.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a decision of its own")]
pub struct Settings {
    /// The largest request body, in bytes.
    pub body: usize,
    /// How long a query or a mutation may take.
    pub patience: Duration,
    /// How often a WebSocket client is asked whether it is still there.
    pub ping: Duration,
    /// How long a client may take nothing of what is written to it before its connection ends.
    pub stall: Duration,
    /// What the explorer shows first.
    pub start: Start,
    /// How it is known who acts.
    pub identity: Identity,
    /// Web pages of elsewhere that may ask, by their origin, such as `https://dashboard.example`.
    pub origins: Vec<String>,
    /// Points that a client may spend in a minute; `None` for as many as they like.
    pub budget: Option<NonZeroU32>,
    /// How many sockets and event streams stay open in all, and for one client.
    pub seats: (usize, usize),
    /// How many connections there may be in all, and from one address.
    pub connections: (usize, usize),
    /// How long the head of a request may take.
    pub head: Duration,
    /// Whether a proxy stands before this server and says, last in `X-Forwarded-For`, whose request it hands on.
    pub behind_proxy: bool,
    /// Documents that clients name.
    pub documents: Arc<Named>,
    /// Whether the page at `/` is there.
    pub explorer: bool,
    /// Whether the schema is told at `/schema.graphql`.
    pub introspection: bool,
    /// Whether spans are kept of requests.
    pub traces: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body: 8 * 1024 * 1024,
            patience: Duration::from_secs(30),
            ping: PING,
            stall: STALL,
            start: Start::default(),
            identity: Identity::default(),
            origins: Vec::new(),
            budget: None,
            seats: (10_000, 100),
            connections: (20_000, 2_000),
            head: HEAD,
            behind_proxy: false,
            documents: Arc::default(),
            explorer: true,
            introspection: true,
            traces: false,
        }
    }
}

/// What every handler has at hand.
#[derive(Clone, Debug)]
pub struct Hall {
    pub executor: Executor,
    pub settings: Arc<Settings>,
    /// Turns true when the server stops.
    pub stopping: watch::Receiver<bool>,
    /// What clients may spend; `None` for as much as they like.
    pub budgets: Option<Arc<Budgets>>,
    pub seats: Arc<Seats>,
    /// Turns to do what takes long.
    pub long: Arc<Long>,
    /// Room for large bodies.
    pub rooms: Arc<Rooms>,
    pub metrics: Arc<Metrics>,
}

impl Hall {
    /// Takes points from the budget of a client.
    ///
    /// # Errors
    /// When there are not enough.
    pub fn pay(&self, client: &Client, cost: u64) -> Result<Option<Budget>, Refused> {
        let clock = self.executor.app().clock();
        self.budgets.as_ref().map(|budgets| budgets.pay(client, cost, clock)).transpose()
    }

    /// Takes what an operation costs, of which one point was paid when it was asked: so it is left at what was left then if it
    /// costs no more.
    ///
    /// # Errors
    /// When there are not enough.
    pub fn pay_rest(&self, client: &Client, cost: u64, asked: Option<Budget>) -> Result<Option<Budget>, Refused> {
        match cost.saturating_sub(1) {
            0 => Ok(asked),
            rest => self.pay(client, rest),
        }
    }

    /// The network address that a request comes from.
    #[must_use]
    pub fn address(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let told = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).next_back();
        // The last one is what our own proxy saw; those before it are what anybody may have written.
        let last =
            told.filter(|_| self.settings.behind_proxy).and_then(|told| told.rsplit(',').next()?.trim().parse().ok());
        last.unwrap_or_else(|| peer.ip())
    }
}

/// All routes.
pub fn router(hall: Hall) -> Router {
    let settings = Arc::clone(&hall.settings);
    // Operations have a limit of their own, with an answer; the one of the layer is for those who send their body too slowly.
    let mut routes = Router::new();
    if settings.explorer {
        routes = routes.route("/", get(explorer::page));
    }
    if settings.introspection {
        routes = routes.route("/schema.graphql", get(explorer::sdl));
    }
    let routes = routes
        .route("/graphql", get(graphql::get).post(graphql::post).fallback(graphql::wrong_method))
        .route("/pictures/word-cloud.svg", get(pictures::words::show))
        .route("/pictures/trends.svg", get(pictures::topics::show))
        .route("/pictures/leadership-map.svg", get(pictures::leaders::show))
        .route("/metrics", get(metrics::metrics))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .with_state(hall);
    // The layer answers every OPTIONS by itself, so it is only there where some page may ask.
    let routes = if settings.origins.is_empty() { routes } else { routes.layer(origin::pages(&settings.origins)) };
    let routes = routes
        .layer(middleware::from_fn_with_state(Arc::clone(&settings), origin::check))
        .layer(DefaultBodyLimit::max(settings.body))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, settings.patience * 2))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new());
    let routes = if settings.traces { routes.layer(middleware::from_fn(trace::request)) } else { routes };
    routes.layer(PropagateRequestIdLayer::x_request_id()).layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

/// Serves until `stop` comes; then no new connection is taken, running requests are finished and subscribers are told
/// to reconnect.
pub async fn serve(listener: TcpListener, executor: Executor, settings: Settings, stop: impl Future<Output = ()>) {
    let (sender, stopping) = watch::channel(false);
    let sender = Arc::new(sender);
    let teller = Arc::clone(&sender);
    let app = Arc::clone(executor.app());
    let (all, each) = settings.connections;
    // All that come through a proxy come from its address.
    let each = if settings.behind_proxy { all } else { each };
    let metrics = Arc::<Metrics>::default();
    let seats = Arc::new(Seats::new(all, each));
    let door = Door { seats, head: settings.head, stall: settings.stall, metrics: Arc::clone(&metrics) };
    let hall = Hall {
        executor: executor.with_introspection(settings.introspection).with_patience(settings.patience),
        budgets: settings.budget.map(|limit| Arc::new(Budgets::new(limit))),
        metrics,
        long: Arc::default(),
        rooms: Arc::new(Rooms::new(settings.body)),
        seats: Arc::new(Seats::new(settings.seats.0, settings.seats.1)),
        settings: Arc::new(settings),
        stopping,
    };
    let stopped = async move {
        stop.await;
        // In this order: who hears that a subscription ended can see why.
        teller.send_replace(true);
        app.end_subscriptions();
    };
    door.serve(listener, router(hall), stopped).await;
    // A socket is no request that is waited for: each keeps its receiver until its farewell is written.
    sender.closed().await;
}
