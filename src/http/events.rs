//! Event streams, as the protocol graphql-sse has them in distinct connections mode: `next` for each answer, then `complete`.
//!
//! The id of an event is the cursor of its change. A client that comes back names the last one in `Last-Event-ID`, and
//! hears what follows it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use tracing::Instrument;

use super::graphql::execute;
use super::metrics::counted;
use super::seats::Seat;
use super::server::Hall;
use super::{answer, identity, trace};
use crate::app::viewer::Viewer;
use crate::graphql::error::{mark, refused};
use crate::graphql::listening::News;
use crate::graphql::schema::{Operation, OperationKind};

/// How often a stream says that it is still there.
pub const KEEP_ALIVE: Duration = Duration::from_secs(12);
/// The header in which an event source names the last event that it has heard.
const LAST_EVENT: &str = "last-event-id";

/// What those are told whose token lapsed meanwhile. Without a word they would take it for the end of what there is to hear.
const LAPSED: &str = "the token expired or was revoked; subscribe again with another one after the last cursor";

/// Runs an operation as a stream of events.
pub async fn run(
    hall: &Hall,
    headers: &HeaderMap,
    operation: Operation,
    viewer: Viewer,
    (request_id, seat): (String, Seat),
) -> Response {
    let metrics = Arc::clone(&hall.metrics);
    if operation.kind != OperationKind::Subscription {
        let tell = counted(metrics, &operation, |response| once(&response));
        return execute(hall, operation, (viewer, seat.client()), &request_id, tell).await;
    }
    metrics.streamed(operation.name(), operation.allowance.cost);
    // What is no text is no cursor either, and is refused as such.
    let last = headers.get(LAST_EVENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let last = last.filter(|last| !last.is_empty());
    let lapsed = identity::lapsed(Arc::clone(hall.executor.app()), viewer.clone());
    let span = trace::operation(&operation, &request_id);
    let mut gone = async_graphql::Response::from_errors(vec![refused("UNAUTHENTICATED", LAPSED)]);
    mark(&mut gone, &request_id);
    let listening = hall.executor.listen(operation, viewer, request_id, last, answer::text);
    match listening.instrument(span).await {
        Ok(news) => live(hall, until(news, lapsed, gone), seat),
        Err(response) => {
            hall.metrics.not_begun(&response.errors);
            once(&response)
        }
    }
}

/// One answer, and nothing after it.
pub fn once(response: &async_graphql::Response) -> Response {
    events(stream::iter([next().data(answer::text(response)), complete()]))
}

/// The news until somebody is no longer whom they showed to be, and then why there are no more.
fn until(
    mut news: BoxStream<'static, News>,
    lapsed: impl Future<Output = ()> + Send + 'static,
    gone: async_graphql::Response,
) -> BoxStream<'static, News> {
    let until = async_stream::stream! {
        let mut lapsed = Box::pin(lapsed);
        loop {
            tokio::select! {
                item = news.next() => match item {
                    Some(item) => yield item,
                    None => return,
                },
                () = &mut lapsed => {
                    yield News::End { code: "UNAUTHENTICATED", text: answer::text(&gone).into() };
                    return;
                }
            }
        }
    };
    until.boxed()
}

/// A subscription that ends because the server stops is not complete: without the word its client connects again.
fn live(hall: &Hall, news: BoxStream<'static, News>, seat: Seat) -> Response {
    let (stopping, metrics) = (hall.stopping.clone(), Arc::clone(&hall.metrics));
    let is_over = async move { (!*stopping.borrow()).then(complete) };
    let told = news.map(move |news| {
        // Taken until the stream is dropped.
        let _ = &seat;
        match news {
            News::Change(heard) => next().id(heard.cursor).data(&heard.text),
            News::End { code, text } => {
                metrics.ended(code);
                next().data(&text)
            }
        }
    });
    events(told.chain(stream::once(is_over).filter_map(std::future::ready)))
}

fn next() -> Event {
    Event::default().event("next")
}

fn complete() -> Event {
    Event::default().event("complete").data("")
}

fn events(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    let alive = KeepAlive::new().interval(KEEP_ALIVE);
    (headers, Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(alive)).into_response()
}
