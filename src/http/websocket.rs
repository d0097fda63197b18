//! `/graphql` over a WebSocket, as the protocol graphql-transport-ws says. The library's own handler answers many faults
//! with other close codes than the protocol, so this one is ours.
//!
//! A connection is one task. What is live is taken only when the last frame has left, so a client who does not read holds
//! nothing but its place in the queues; queries and mutations have tasks of their own, which never wait for the client.

use std::collections::{HashMap, VecDeque};
use std::future::{pending, poll_fn, ready};
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::future::BoxFuture;
use futures_util::stream::{AbortHandle, BoxStream, SelectAll, abortable, once};
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::{Map, Value};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, interval, sleep_until};
use tracing::Instrument;

use super::budget::Client;
use super::graphql::{broken, execute};
use super::message::{Close, FromClient, FromServer, PROTOCOL, next};
use super::seats::Seat;
use super::server::Hall;
use super::{answer, identity, request, trace};
use crate::app::viewer::Viewer;
use crate::graphql::error::{mark, refused};
use crate::graphql::listening::News;
use crate::graphql::schema::{Operation, OperationKind};

/// The largest frame a client may send.
const FRAME: usize = 1024 * 1024;
/// What is read at once; clients say little.
const READ: usize = 1024;
/// How long a client may take to introduce itself.
const INIT: Duration = Duration::from_secs(10);
/// How many of our pings in a row may stay without any word of the client; after that it is gone, also when its network has
/// not said so.
const SILENT: u32 = 2;
/// How long a frame may take to be written; who takes longer is gone.
const WRITE: Duration = Duration::from_secs(20);
/// How many operations may run on one connection.
const OPERATIONS: usize = 100;
/// How many frames may wait to be written before nothing more is read from the client.
const WAITING: usize = 32;

/// Opens the socket. Without a protocol of ours it is closed at once, with the protocol's code for that.
pub fn open(
    upgrade: WebSocketUpgrade,
    speaks_graphql: bool,
    hall: Hall,
    request_id: String,
    (address, seat): (IpAddr, Seat),
) -> Response {
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(FRAME)
        .max_frame_size(FRAME)
        .read_buffer_size(READ)
        .write_buffer_size(0);
    let ours = speaks_graphql && upgrade.selected_protocol().is_some();
    // Boxed, because what waits for the upgrade would hold the room for it twice.
    upgrade.on_upgrade(move |mut socket| {
        if ours {
            return Connection::new(hall, request_id, socket, (address, seat)).run().boxed();
        }
        // Whether the farewell arrives changes nothing.
        async move { drop(socket.send(Close::WrongProtocol.frame()).await) }.boxed()
    })
}

/// One client.
struct Connection {
    hall: Hall,
    request_id: String,
    address: IpAddr,
    /// Taken until the connection is over.
    _seat: Seat,
    socket: WebSocket,
    viewer: Option<Viewer>,
    running: HashMap<Arc<str>, Running>,
    /// Queries, mutations and the starts of subscriptions.
    tasks: JoinSet<Outcome>,
    live: SelectAll<BoxStream<'static, (Arc<str>, Option<News>)>>,
    frames: VecDeque<Message>,
    /// Since when a frame is being written.
    writing: Option<Instant>,
    /// Our pings since the client said something.
    unanswered: u32,
}

/// How to stop an operation.
enum Running {
    Task(tokio::task::AbortHandle),
    Live(AbortHandle),
}

impl Running {
    fn stop(&self) {
        match self {
            Self::Task(handle) => handle.abort(),
            Self::Live(handle) => handle.abort(),
        }
    }
}

/// What came of an operation.
enum Outcome {
    Answer(Box<async_graphql::Response>),
    /// A subscription that could not begin.
    Refusal(Box<async_graphql::Response>),
    Live(BoxStream<'static, News>),
}

type Done = Result<(tokio::task::Id, Outcome), JoinError>;

/// What happened on a connection.
enum Event {
    Said(Message),
    Live(Arc<str>, Option<News>),
    Done(Done),
    Unreadable(Close),
    /// A frame could not be written at once.
    Waits,
    /// Nothing can be heard or said any more.
    Gone,
}

impl Connection {
    fn new(hall: Hall, request_id: String, socket: WebSocket, (address, seat): (IpAddr, Seat)) -> Self {
        Self {
            hall,
            request_id,
            address,
            _seat: seat,
            socket,
            viewer: None,
            running: HashMap::new(),
            tasks: JoinSet::new(),
            live: SelectAll::new(),
            frames: VecDeque::new(),
            writing: None,
            unanswered: 0,
        }
    }

    async fn run(mut self) {
        let mut stopping = self.hall.stopping.clone();
        let init = Instant::now() + INIT;
        let mut ping = interval(self.hall.settings.ping);
        ping.reset();
        // Comes when the viewer is no longer whom they showed to be.
        let mut lapsed: Option<BoxFuture<'static, ()>> = None;
        let farewell = loop {
            if let Some(viewer) = self.viewer.as_ref().filter(|viewer| lapsed.is_none() && identity::may_lapse(viewer))
            {
                lapsed = Some(identity::lapsed(Arc::clone(self.hall.executor.app()), viewer.clone()).boxed());
            }
            let stuck = self.writing.map(|since| since + WRITE);
            let has_viewer = self.viewer.is_some();
            tokio::select! {
                biased;
                () = sleep_until(init), if !has_viewer => break Some(Close::InitTimeout.frame()),
                event = poll_fn(|cx| self.poll(cx)) => match event {
                    Event::Said(message) => {
                        self.unanswered = 0;
                        if let Err(farewell) = self.hear(message).await { break farewell }
                        // Who says much at once does not keep others waiting: each word is a turn of its own.
                        tokio::task::yield_now().await;
                    }
                    Event::Unreadable(farewell) => break Some(farewell.frame()),
                    Event::Live(id, news) => self.tell(&id, news),
                    Event::Done(done) => self.finish(done),
                    Event::Waits => {}
                    Event::Gone => break None,
                },
                () = sleep_until(stuck.unwrap_or(init)), if stuck.is_some() => break None,
                () = async { if let Some(lapsed) = &mut lapsed { lapsed.await } else { pending().await } } => {
                    break Some(Close::Forbidden.frame());
                }
                _ = ping.tick(), if has_viewer => if !self.ping() { break None },
                () = stopped(&mut stopping) => break Some(Close::Stopping.frame()),
            }
        };
        self.running.values().for_each(Running::stop);
        if let Some(farewell) = farewell {
            // What was said before the farewell still gets out, within the limit of a frame.
            self.frames.push_back(farewell);
            let _ = tokio::time::timeout(WRITE, self.write_all()).await;
        }
        // A client that has said its own farewell is answered.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.socket.close()).await;
    }

    async fn write_all(&mut self) -> Result<(), axum::Error> {
        while let Some(frame) = self.frames.pop_front() {
            self.socket.send(frame).await?;
        }
        Ok(())
    }

    /// Writes, reads and takes what is live, in this order: nothing is taken while something is still to be written.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        let before = self.writing;
        loop {
            if self.writing.is_some() {
                match self.socket.poll_flush_unpin(cx) {
                    Poll::Ready(Ok(())) => self.writing = None,
                    Poll::Ready(Err(_)) => return Poll::Ready(Event::Gone),
                    Poll::Pending => break,
                }
            }
            let Some(frame) = self.frames.pop_front() else { break };
            self.writing = Some(Instant::now());
            match self.socket.poll_ready_unpin(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(Event::Gone),
                Poll::Pending => {
                    self.frames.push_front(frame);
                    break;
                }
            }
            if self.socket.start_send_unpin(frame).is_err() {
                return Poll::Ready(Event::Gone);
            }
        }
        if self.frames.len() < WAITING
            && let Poll::Ready(message) = self.socket.poll_next_unpin(cx)
        {
            return Poll::Ready(match message {
                Some(Ok(message)) => Event::Said(message),
                Some(Err(error)) => Event::Unreadable(Close::of(&error)),
                None => Event::Gone,
            });
        }
        if let Poll::Ready(Some(done)) = self.tasks.poll_join_next_with_id(cx) {
            return Poll::Ready(Event::Done(done));
        }
        if self.writing.is_none()
            && let Poll::Ready(Some((id, news))) = self.live.poll_next_unpin(cx)
        {
            return Poll::Ready(Event::Live(id, news));
        }
        // Only now does the frame wait, and its time runs.
        if self.writing.is_some() && self.writing != before { Poll::Ready(Event::Waits) } else { Poll::Pending }
    }

    /// Asks whether the client is still there; says whether it seems so.
    fn ping(&mut self) -> bool {
        // While others wait to be written, a ping says nothing new.
        if self.frames.is_empty() && self.writing.is_none() {
            self.unanswered += 1;
            self.say(&FromServer::Ping);
        }
        self.unanswered <= SILENT
    }

    fn say(&mut self, message: &FromServer<'_>) {
        self.frames.push_back(message.frame());
    }

    /// Hears one message; an error is the farewell, `None` when the client has gone.
    async fn hear(&mut self, message: Message) -> Result<(), Option<Message>> {
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Binary(_) => return Err(Some(Close::BadMessage.frame())),
            Message::Close(_) => return Err(None),
        };
        match serde_json::from_str(&text).map_err(|_| Some(Close::BadMessage.frame()))? {
            FromClient::ConnectionInit { .. } if self.viewer.is_some() => {
                return Err(Some(Close::TooManyInits.frame()));
            }
            FromClient::ConnectionInit { payload } => {
                // Boxed, because a connection lives long and does this once.
                let viewer = Box::pin(identity::of_init(&self.hall, payload.as_ref())).await;
                self.viewer = Some(viewer.map_err(|_| Some(Close::Forbidden.frame()))?);
                self.say(&FromServer::ConnectionAck);
            }
            FromClient::Ping { payload } => self.say(&FromServer::Pong { payload }),
            FromClient::Pong {} => {}
            FromClient::Subscribe { id, .. } if id.is_empty() => return Err(Some(Close::BadMessage.frame())),
            FromClient::Subscribe { id, payload } => self.subscribe(&id, payload).map_err(Some)?,
            FromClient::Complete { id } => {
                if let Some(running) = self.running.remove(id.as_str()) {
                    running.stop();
                }
            }
        }
        Ok(())
    }

    fn subscribe(&mut self, id: &str, payload: Map<String, Value>) -> Result<(), Message> {
        let Some(viewer) = self.viewer.clone() else { return Err(Close::Unauthorized.frame()) };
        if self.running.contains_key(id) {
            return Err(Close::duplicate(id));
        }
        let request = request::of_fields(payload).map_err(|_| Close::BadMessage.frame())?;
        if self.running.len() >= OPERATIONS {
            let told = refused("COST_EXCEEDED", format!("at most {OPERATIONS} operations run on one connection"));
            self.refuse(id, async_graphql::Response::from_errors(vec![told]));
            return Ok(());
        }
        match self.admit(request, &viewer) {
            Ok(operation) => self.start(id.into(), operation, viewer),
            Err(response) => self.refuse(id, *response),
        }
        Ok(())
    }

    /// An operation that may run: its document is known or was sent, it fits the schema, and it is paid for.
    fn admit(
        &self,
        mut request: async_graphql::Request,
        viewer: &Viewer,
    ) -> Result<Operation, Box<async_graphql::Response>> {
        let refusal = |error| Box::new(async_graphql::Response::from_errors(vec![error]));
        let name = request.operation_name.clone();
        let client = Client::of(viewer, self.address);
        let spent = |_| refusal(refused("RATE_LIMITED", "the budget of this minute is spent; try again later"));
        // To be asked costs something, whatever comes of it.
        let asked = self.hall.pay(&client, 1).map_err(spent)?;
        let sent = self.hall.settings.documents.resolve(&mut request).map_err(refusal)?;
        let mut operation = self.hall.executor.prepare(request)?;
        self.hall.settings.documents.keep(sent);
        operation.allowance.budget = self.hall.pay_rest(&client, operation.allowance.cost, asked).map_err(spent)?;
        self.hall.metrics.streamed(name.as_deref(), operation.allowance.cost);
        Ok(operation)
    }

    fn refuse(&mut self, id: &str, mut response: async_graphql::Response) {
        mark(&mut response, &self.request_id);
        self.say(&FromServer::Error { id, payload: &response.errors });
    }

    fn start(&mut self, id: Arc<str>, operation: Operation, viewer: Viewer) {
        let (hall, request_id, client) =
            (self.hall.clone(), self.request_id.clone(), Client::of(&viewer, self.address));
        let handle = self.tasks.spawn(async move {
            if operation.kind != OperationKind::Subscription {
                return Outcome::Answer(Box::new(execute(&hall, operation, (viewer, client), &request_id).await));
            }
            let span = trace::operation(&operation, &request_id);
            let heard = hall.executor.listen(operation, viewer, request_id, None, answer::text).instrument(span).await;
            heard.map_or_else(Outcome::Refusal, Outcome::Live)
        });
        self.running.insert(id, Running::Task(handle));
    }

    /// An operation was run, or a subscription begins. What the client has stopped meanwhile is forgotten.
    fn finish(&mut self, done: Done) {
        let task = done.as_ref().map_or_else(JoinError::id, |(task, _)| *task);
        let is_it = |running: &Running| matches!(running, Running::Task(handle) if handle.id() == task);
        let Some(id) = self.running.iter().find(|(_, running)| is_it(running)).map(|(id, _)| Arc::clone(id)) else {
            return;
        };
        // Nothing is over because the server stops: without the word its client connects again.
        if *self.hall.stopping.borrow() {
            return;
        }
        let broken = || Outcome::Refusal(Box::new(broken(&self.request_id)));
        let outcome = done.map_or_else(|_| broken(), |(_, outcome)| outcome);
        self.running.remove(&id);
        match outcome {
            Outcome::Live(news) => {
                let (named, last) = (Arc::clone(&id), Arc::clone(&id));
                let all = news.map(move |news| (Arc::clone(&named), Some(news))).chain(once(ready((last, None))));
                let (live, handle) = abortable(all);
                self.live.push(live.boxed());
                self.running.insert(id, Running::Live(handle));
            }
            // What was refused before anything was executed is an `error`, which has no `complete`.
            Outcome::Answer(response) if answer::is_refused(&response) => {
                self.say(&FromServer::Error { id: &id, payload: &response.errors });
            }
            Outcome::Refusal(response) if response.is_err() => {
                self.say(&FromServer::Error { id: &id, payload: &response.errors });
            }
            Outcome::Answer(response) | Outcome::Refusal(response) => {
                self.frames.push_back(next(&id, &answer::text(&response)));
                self.say(&FromServer::Complete { id: &id });
            }
        }
    }

    /// Tells what is live. The id is free before the client hears that it is.
    fn tell(&mut self, id: &Arc<str>, news: Option<News>) {
        match news {
            Some(News::Change(heard)) => self.frames.push_back(next(id, &heard.text)),
            _ if *self.hall.stopping.borrow() => {}
            Some(News::End(text)) => self.frames.push_back(next(id, &text)),
            None => {
                self.running.remove(id);
                self.say(&FromServer::Complete { id });
            }
        }
    }
}

/// Waits until the server stops.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // A sender that is gone is a server that has stopped.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
