//! The door: takes connections in, so many and no more, and closes on those who do not say what they want.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::Service;

use super::budget::Client;
use super::metrics::Metrics;
use super::seats::Seats;
use super::stall::Connection;

/// How long a client may take to send the head of a request, and a connection may wait for the next one: longer than proxies
/// keep theirs, so that none of them sends a request into a connection that just ends.
pub const HEAD: Duration = Duration::from_secs(75);

/// Bounds of a connection.
#[derive(Clone, Debug)]
pub struct Door {
    /// Places of connections, also of those who wait.
    pub seats: Arc<Seats>,
    /// How long the head of a request may take.
    pub head: Duration,
    /// How long a client may take nothing of what is written to it.
    pub stall: Duration,
    pub metrics: Arc<Metrics>,
}

impl Door {
    /// Serves whoever comes until `stop` does; then running requests are finished, and nobody is let in.
    pub async fn serve(self, mut listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let (ending, ended) = watch::channel(());
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.head);
        loop {
            let (stream, peer) = tokio::select! {
                accepted = Listener::accept(&mut listener) => accepted,
                () = &mut stop => break,
            };
            // Nobody is told why: whoever has all the places would have the answers written, too.
            let Some(seat) = self.seats.take(Client::at(peer.ip())) else {
                self.metrics.turned_away("connections");
                continue;
            };
            let routes = routes.clone();
            let service = service_fn(move |request| routes.clone().call(asked_by(peer, request)));
            let connection = TokioIo::new(Connection::new(stream, self.stall, Arc::clone(&self.metrics), seat));
            let served = http.serve_connection(connection, service).with_upgrades();
            let mut ended = ended.clone();
            tokio::spawn(async move {
                let mut served = pin!(served);
                tokio::select! {
                    _ = served.as_mut() => return,
                    _ = ended.changed() => served.as_mut().graceful_shutdown(),
                }
                let _ = served.await;
            });
        }
        drop((listener, ended));
        ending.send_replace(());
        ending.closed().await;
    }
}

fn asked_by(peer: SocketAddr, request: Request<Incoming>) -> Request<Body> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}
