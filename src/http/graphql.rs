//! `/graphql` over HTTP: POST, GET and event streams.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, ServerError};
use async_graphql_axum::GraphQLProtocol;
use axum::body::{Bytes, HttpBody};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{self, ConnectInfo, FromRequest, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::answer::{self, Form};
use super::budget::{Client, Refused};
use super::identity::Unknown;
use super::metrics::counted;
use super::server::Hall;
use super::{events, identity, long, request, trace, websocket};
use crate::app::error::Error;
use crate::app::viewer::Viewer;
use crate::graphql::error::{code, refused};
use crate::graphql::schema::{Operation, OperationKind};

/// The longest id of a request, in bytes.
const REQUEST_ID: usize = 100;

/// A GET is a query, an event stream, or the start of a WebSocket.
pub async fn get(
    State(hall): State<Hall>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
    protocol: Result<GraphQLProtocol, StatusCode>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Ok(upgrade) = upgrade {
        let address = hall.address(peer, &headers);
        return match hall.seats.take(Client::at(address)) {
            Some(seat) => websocket::open(upgrade, protocol.is_ok(), hall, id(&headers), (address, seat)),
            None => {
                hall.metrics.turned_away("streams");
                (StatusCode::TOO_MANY_REQUESTS, "too many connections are open; close some\n").into_response()
            }
        };
    }
    let caller = match Caller::of(&headers) {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    match request::of_query(parameters) {
        Ok(request) => run(&hall, &headers, peer, Sent { request, by_get: true, is_long: false }, caller).await,
        Err(told) => caller.not_understood(StatusCode::BAD_REQUEST, told),
    }
}

/// A POST is any operation; a subscription needs an event stream as its answer.
pub async fn post(
    State(hall): State<Hall>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    sent: extract::Request,
) -> Response {
    let headers = sent.headers().clone();
    let caller = match Caller::of(&headers) {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    if !is_json(&headers) {
        return caller.not_understood(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the operation as application/json");
    }
    let announced = sent.body().size_hint().exact().unwrap_or(u64::MAX);
    let payer = match payer(&hall, &headers, peer, announced > long::BODY as u64).await {
        Ok(payer) => payer,
        Err(unknown) => return caller.unknown(unknown),
    };
    // Both until the answer is there, since what was made of the body is in memory as long.
    let _own = match payer {
        Some(client) => hall.rooms.to_arrive(client, announced).await,
        None => None,
    };
    let body = match Bytes::from_request(sent, &()).await {
        Ok(body) => body,
        Err(rejection) => {
            let told = format!("the body cannot be read or has more than {} bytes", hall.settings.body);
            return caller.not_understood(rejection.status(), told);
        }
    };
    let is_long = body.len() > long::BODY;
    let _room = if is_long { hall.rooms.to_be_read(body.len() as u64).await } else { None };
    let read = match payer.filter(|_| is_long) {
        Some(client) => match read_long(&hall, client, body).await {
            Ok(read) => read,
            Err(refused) => return caller.not_paid(refused),
        },
        None => request::of_json(&body),
    };
    match read {
        Ok(request) => run(&hall, &headers, peer, Sent { request, by_get: false, is_long }, caller).await,
        Err(told) => caller.not_understood(StatusCode::BAD_REQUEST, told),
    }
}

/// A request as it came.
struct Sent {
    request: Request,
    by_get: bool,
    /// Whether it took long to be read.
    is_long: bool,
}

/// Who sends a large body: nothing of it is taken in from somebody who is not recognised.
async fn payer(hall: &Hall, headers: &HeaderMap, peer: SocketAddr, is_large: bool) -> Result<Option<Client>, Unknown> {
    if !is_large {
        return Ok(None);
    }
    let address = hall.address(peer, headers);
    let viewer = identity::of_headers(hall, headers, address).await?;
    Ok(Some(Client::of(&viewer, address)))
}

/// Reads a body that takes long to be read: first it is paid for by whoever sent it, a point for each kibibyte.
async fn read_long(hall: &Hall, client: Client, body: Bytes) -> Result<Result<Request, String>, Refused> {
    hall.pay(&client, body.len() as u64 / 1024)?;
    let read = hall.long.run(client, async move { request::of_json(&body) }).await;
    Ok(read.unwrap_or_else(|| Err("the body cannot be read".to_owned())))
}

/// Anything else.
pub async fn wrong_method(headers: HeaderMap) -> Response {
    let caller = Caller { form: Form::of(&headers).unwrap_or(Form::Json), request_id: id(&headers) };
    let mut answer = caller.not_understood(StatusCode::METHOD_NOT_ALLOWED, "use GET or POST");
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    answer
}

/// How the one who asks wants to be answered.
pub(super) struct Caller {
    pub form: Form,
    pub request_id: String,
}

impl Caller {
    #[expect(clippy::result_large_err, reason = "the error is the answer, made once")]
    fn of(headers: &HeaderMap) -> Result<Self, Response> {
        let request_id = id(headers);
        match Form::of(headers) {
            Some(form) => Ok(Self { form, request_id }),
            None => {
                let told = refused(
                    "BAD_REQUEST",
                    "accept application/graphql-response+json, application/json or text/event-stream",
                );
                Err(answer::not_understood(StatusCode::NOT_ACCEPTABLE, told, Form::Json, &request_id))
            }
        }
    }

    fn not_understood(&self, status: StatusCode, told: impl Into<String>) -> Response {
        answer::not_understood(status, refused("BAD_REQUEST", told), self.form, &self.request_id)
    }

    /// The answer to an operation that was not understood as a whole, in the form in which it would have been answered.
    fn refused(&self, error: ServerError) -> Response {
        let mut response = async_graphql::Response::from_errors(vec![error]);
        crate::graphql::error::mark(&mut response, &self.request_id);
        answer::of(&response, self.form)
    }

    /// The answer to somebody who has not enough left for what they ask.
    pub fn not_paid(&self, why: Refused) -> Response {
        match why {
            Refused::TooDear { limit } => {
                let told = format!("this operation costs more than the {limit} points that one may spend in a minute");
                self.refused(refused("COST_EXCEEDED", told))
            }
            Refused::Spent { wait } => {
                let seconds = wait.as_secs() + 1;
                let told =
                    refused("RATE_LIMITED", format!("the budget of this minute is spent; try again in {seconds} s"));
                let status = StatusCode::TOO_MANY_REQUESTS;
                let mut answer = answer::not_understood(status, told, self.form, &self.request_id);
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                answer
            }
        }
    }

    /// The answer to somebody of whom it is not known who they are.
    pub fn unknown(&self, why: Unknown) -> Response {
        match why {
            Unknown::Unrecognised(error) => self.not_recognised(&error),
            Unknown::Unpaid(refused) => self.not_paid(refused),
        }
    }

    fn not_recognised(&self, error: &Error) -> Response {
        let status = match code(error) {
            "BAD_REQUEST" => StatusCode::BAD_REQUEST,
            "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        let told = refused(code(error), error.to_string());
        let mut answer = answer::not_understood(status, told, self.form, &self.request_id);
        if status == StatusCode::UNAUTHORIZED {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

/// The id of a request, which every request has by the time it gets here.
///
/// A client may have made it up, and it stands in logs, so what is long is cut off.
#[must_use]
pub fn id(headers: &HeaderMap) -> String {
    let told = headers.get("x-request-id").and_then(|value| value.to_str().ok()).unwrap_or_default();
    told.get(..REQUEST_ID).unwrap_or(told).to_owned()
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

async fn run(
    hall: &Hall,
    headers: &HeaderMap,
    peer: SocketAddr,
    Sent { mut request, by_get, is_long }: Sent,
    caller: Caller,
) -> Response {
    let address = hall.address(peer, headers);
    let viewer = match identity::of_headers(hall, headers, address).await {
        Ok(viewer) => viewer,
        Err(unknown) => return caller.unknown(unknown),
    };
    let client = Client::of(&viewer, address);
    // To be asked costs something, whatever comes of it.
    let name = request.operation_name.clone();
    let asked = match hall.pay(&client, 1) {
        Ok(budget) => budget,
        Err(refused) => {
            hall.metrics.refused(name.as_deref(), "RATE_LIMITED");
            return caller.not_paid(refused);
        }
    };
    let sent = match hall.settings.documents.resolve(&mut request) {
        Ok(sent) => sent,
        Err(error) => return caller.refused(error),
    };
    let mut operation = match prepare(hall, client, request, &caller.request_id, is_long).await {
        Ok(operation) => operation,
        Err(mut response) => {
            crate::graphql::error::mark(&mut response, &caller.request_id);
            hall.metrics.refused(name.as_deref(), "BAD_REQUEST");
            return match caller.form {
                // An event source hears nothing but events.
                Form::Events => events::once(&response),
                form => answer::of(&response, form),
            };
        }
    };
    if by_get && operation.kind == OperationKind::Mutation {
        let mut answer =
            caller.not_understood(StatusCode::METHOD_NOT_ALLOWED, "a GET changes nothing; send a mutation with POST");
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return answer;
    }
    hall.settings.documents.keep(sent);
    match hall.pay_rest(&client, operation.allowance.cost, asked) {
        Ok(budget) => operation.allowance.budget = budget,
        Err(refused) => {
            hall.metrics.refused(name.as_deref(), "RATE_LIMITED");
            return caller.not_paid(refused);
        }
    }
    if caller.form == Form::Events {
        return match hall.seats.take(client) {
            Some(seat) => events::run(hall, headers, operation, viewer, (caller.request_id, seat)).await,
            None => {
                hall.metrics.turned_away("streams");
                caller.not_paid(Refused::Spent { wait: events::KEEP_ALIVE })
            }
        };
    }
    if operation.kind == OperationKind::Subscription {
        let told =
            "a subscription needs a WebSocket (graphql-transport-ws) or an event stream (accept text/event-stream)";
        return caller.not_understood(StatusCode::BAD_REQUEST, told);
    }
    let form = caller.form;
    let tell = counted(Arc::clone(&hall.metrics), &operation, move |response| answer::of(&response, form));
    execute(hall, operation, (viewer, client), &caller.request_id, tell).await
}

/// An operation that may run. What was long to read is long to look through too.
pub(super) async fn prepare(
    hall: &Hall,
    client: Client,
    request: Request,
    request_id: &str,
    is_long: bool,
) -> Result<Operation, Box<async_graphql::Response>> {
    if request.query.len() < long::DOCUMENT && !is_long {
        return hall.executor.prepare(request);
    }
    let executor = hall.executor.clone();
    let prepared = hall.long.run(client, async move { executor.prepare(request) }).await;
    prepared.unwrap_or_else(|| Err(Box::new(broken(request_id))))
}

/// The answer of an operation that ended in the middle.
pub(super) fn broken(request_id: &str) -> async_graphql::Response {
    let mut response = async_graphql::Response::from_errors(vec![refused("INTERNAL", "an internal fault")]);
    crate::graphql::error::mark(&mut response, request_id);
    response
}

/// Runs an operation of somebody within the time that it may take. What was not committed by then leaves nothing behind.
///
/// What comes of it is written by `tell`, where it was run: what is long to reckon is long to write too.
pub(super) async fn execute<T: Send + 'static>(
    hall: &Hall,
    operation: Operation,
    (viewer, client): (Viewer, Client),
    request_id: &str,
    tell: impl FnOnce(async_graphql::Response) -> T + Clone + Send + 'static,
) -> T {
    let (span, patience) = (trace::operation(&operation, request_id), hall.settings.patience);
    if operation.allowance.cost < long::DEAR {
        let run = hall.executor.execute(operation, viewer, request_id).instrument(span.clone());
        let response = tokio::time::timeout(patience, run).await;
        return tell(noted(&span, response.unwrap_or_else(|_| late(patience, request_id))));
    }
    let (executor, id, told, within) = (hall.executor.clone(), request_id.to_owned(), tell.clone(), span.clone());
    let run = async move { told(noted(&within, executor.execute(operation, viewer, &id).await)) };
    // Boxed, so that what is quick holds no room for it.
    let run = hall.long.run(client, Box::pin(run.instrument(span.clone())));
    match tokio::time::timeout(patience, run).await {
        Ok(Some(told)) => told,
        Ok(None) => tell(noted(&span, broken(request_id))),
        Err(_) => tell(noted(&span, late(patience, request_id))),
    }
}

/// Notes in the trace what came of an operation.
fn noted(span: &tracing::Span, response: async_graphql::Response) -> async_graphql::Response {
    span.record("graphql.errors", i64::try_from(response.errors.len()).unwrap_or(i64::MAX));
    response
}

/// The answer of an operation that was given up.
fn late(patience: Duration, request_id: &str) -> async_graphql::Response {
    let mut response = crate::graphql::error::late(patience);
    crate::graphql::error::mark(&mut response, request_id);
    response
}

/// Whether all that is wrong with an answer is what was asked.
pub(super) fn is_bad_request(response: &async_graphql::Response) -> bool {
    let is_bad = |error: &ServerError| {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        matches!(code, Some(async_graphql::Value::String(code)) if code == "BAD_REQUEST")
    };
    response.errors.iter().all(is_bad)
}
