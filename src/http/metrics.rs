//! Numbers for operators, in the form of Prometheus. None of them names anybody.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_graphql::{Response, ServerError, Value};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use metrics::{counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

use super::answer::Form;
use super::graphql;
use super::identity::{self, Identity, Unknown};
use super::server::Hall;
use crate::graphql::schema::Operation;

/// How many names of operations are told apart; clients choose them, and each costs memory.
const NAMES: usize = 200;
/// What operations are called that have no name, or came too late for one of their own.
const OTHERS: &str = "other";
/// The ends of the bins of durations, in seconds.
const BINS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 2.5, 10.0];
/// After how many operations what was measured is folded into the bins.
const FOLD: u32 = 4_096;

/// What is counted.
pub struct Metrics {
    recorder: PrometheusRecorder,
    names: Mutex<HashSet<String>>,
    counted: AtomicU32,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        // Only an empty list of bins is refused.
        let builder = PrometheusBuilder::new().set_buckets(&BINS).unwrap_or_default();
        Self { recorder: builder.build_recorder(), names: Mutex::default(), counted: AtomicU32::new(0) }
    }
}

impl Metrics {
    /// Counts an operation that was answered.
    pub fn answered(&self, name: Option<&str>, cost: u64, took: Duration, response: &Response) {
        let outcome = if response.is_ok() { "ok" } else { "errors" };
        self.count(name, outcome, cost, took, codes(&response.errors));
    }

    /// Counts an operation that was refused before it ran, for the reason that a code names.
    pub fn refused(&self, name: Option<&str>, code: &str) {
        self.count(name, "refused", 0, Duration::ZERO, std::iter::once(code.to_owned()));
    }

    /// Counts a subscription that began.
    pub fn streamed(&self, name: Option<&str>, cost: u64) {
        let operation = self.told_apart(name, false);
        with_local_recorder(&self.recorder, || {
            counter!("peerlead_operations_total", "operation" => operation, "outcome" => "streamed").increment(1);
            counter!("peerlead_cost_points_total").increment(cost);
        });
    }

    /// Counts the errors with which a subscription did not begin.
    pub fn not_begun(&self, errors: &[ServerError]) {
        codes(errors).for_each(|code| self.ended(&code));
    }

    /// Counts a subscription that ended, for the reason that a code names.
    pub fn ended(&self, code: &str) {
        with_local_recorder(&self.recorder, || {
            counter!("peerlead_errors_total", "code" => code.to_owned()).increment(1);
        });
    }

    /// Counts a connection that we closed: the code of the farewell, `stuck` when the client took nothing of what was written to
    /// it, `silent` when it answered no ping.
    pub fn closed(&self, why: &str) {
        with_local_recorder(&self.recorder, || {
            counter!("peerlead_connections_closed_total", "why" => why.to_owned()).increment(1);
        });
    }

    /// Counts a client that found no place.
    pub fn turned_away(&self, from: &'static str) {
        with_local_recorder(&self.recorder, || {
            counter!("peerlead_turned_away_total", "from" => from).increment(1);
        });
    }

    fn count(
        &self,
        name: Option<&str>,
        outcome: &'static str,
        cost: u64,
        took: Duration,
        codes: impl Iterator<Item = String>,
    ) {
        let operation = self.told_apart(name, outcome == "refused");
        with_local_recorder(&self.recorder, || {
            counter!("peerlead_operations_total", "operation" => operation, "outcome" => outcome).increment(1);
            counter!("peerlead_cost_points_total").increment(cost);
            if outcome != "refused" {
                histogram!("peerlead_operation_seconds").record(took.as_secs_f64());
            }
            for code in codes {
                counter!("peerlead_errors_total", "code" => code).increment(1);
            }
        });
        if self.counted.fetch_add(1, Ordering::Relaxed) % FOLD == FOLD - 1 {
            self.recorder.handle().run_upkeep();
        }
    }

    /// The name under which an operation is counted. One that was refused may be called anything, after people too, so it only
    /// has a name when others had it that were not.
    fn told_apart(&self, name: Option<&str>, is_refused: bool) -> String {
        let Some(name) = name.filter(|name| name.len() <= 100) else { return OTHERS.to_owned() };
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.contains(name) || !is_refused && names.len() < NAMES && names.insert(name.to_owned()) {
            return name.to_owned();
        }
        OTHERS.to_owned()
    }

    fn render(&self, hall: &Hall) -> String {
        let app = hall.executor.app();
        let handle = self.recorder.handle();
        with_local_recorder(&self.recorder, || {
            let (live, tasks) = (app.live(), tokio::runtime::Handle::current().metrics().num_alive_tasks());
            gauge!("peerlead_streams").set(number(hall.seats.taken()));
            gauge!("peerlead_subscriptions").set(number(live.listeners));
            gauge!("peerlead_audiences").set(number(live.audiences));
            counter!("peerlead_tellings_total").absolute(live.made);
            gauge!("peerlead_tasks").set(number(tasks));
            gauge!("peerlead_log_head").set(number(app.head().seq));
            gauge!("peerlead_log_lag").set(number(app.lag()));
            counter!("peerlead_log_pruned_total").absolute(app.pruned());
            counter!("peerlead_database_statements_total").absolute(app.statements());
            let micros = u64::try_from(app.database_time().as_micros()).unwrap_or(u64::MAX);
            counter!("peerlead_database_microseconds_total").absolute(micros);
            if let Some(bus) = app.bus() {
                gauge!("peerlead_bus_hears").set(number(i64::from(bus.hears)));
                gauge!("peerlead_bus_relays").set(number(i64::from(bus.relays)));
                counter!("peerlead_bus_changes_total", "direction" => "said").absolute(bus.said);
                counter!("peerlead_bus_changes_total", "direction" => "heard").absolute(bus.heard);
                counter!("peerlead_bus_refused_total", "reason" => "broken").absolute(bus.broken);
                counter!("peerlead_bus_refused_total", "reason" => "foreign").absolute(bus.foreign);
                counter!("peerlead_bus_fallbacks_total", "reason" => "gap").absolute(bus.gaps);
                counter!("peerlead_bus_fallbacks_total", "reason" => "late").absolute(bus.late);
                counter!("peerlead_bus_outages_total").absolute(bus.outages);
            }
        });
        handle.run_upkeep();
        handle.render()
    }
}

fn codes(errors: &[ServerError]) -> impl Iterator<Item = String> {
    errors.iter().map(|error| match error.extensions.as_ref().and_then(|e| e.get("code")) {
        Some(Value::String(code)) => code.clone(),
        _ => "INTERNAL".to_owned(),
    })
}

/// Counts an operation that begins now when it is answered, before `tell` makes something of the answer.
pub fn counted<T>(
    metrics: Arc<Metrics>,
    operation: &Operation,
    tell: impl FnOnce(Response) -> T + Clone + Send + 'static,
) -> impl FnOnce(Response) -> T + Clone + Send + 'static {
    let (name, cost, began) = (operation.name().map(str::to_owned), operation.allowance.cost, Instant::now());
    move |response| {
        metrics.answered(name.as_deref(), cost, began.elapsed(), &response);
        tell(response)
    }
}

/// As precise as a gauge is.
fn number(count: impl TryInto<i64>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let number = count.try_into().unwrap_or(i64::MAX) as f64;
    number
}

/// The numbers, for everybody on a server without identity, else for admins.
pub async fn metrics(
    State(hall): State<Hall>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> axum::response::Response {
    if !matches!(hall.settings.identity, Identity::Word) {
        match identity::of_headers(&hall, &headers, hall.address(peer, &headers)).await {
            Ok(viewer) if viewer.is_admin() => {}
            Ok(_) => return (StatusCode::FORBIDDEN, "send the token of an admin\n").into_response(),
            Err(Unknown::Unpaid(refused)) => {
                let caller = graphql::Caller { form: Form::Json, request_id: graphql::id(&headers) };
                return caller.not_paid(refused);
            }
            Err(Unknown::Unrecognised(_)) => {
                return (StatusCode::UNAUTHORIZED, "send the token of an admin\n").into_response();
            }
        }
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], hall.metrics.render(&hall)).into_response()
}
