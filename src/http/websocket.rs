//! `/graphql` over a WebSocket, as the protocol graphql-transport-ws says. The library's own handler answers many faults
//! with other close codes than the protocol, so this one is ours.
//!
//! A connection is one task. What is live is taken only when the last frame has left, so a client who does not read holds
//! nothing but its place in the queues; queries and mutations have tasks of their own, which never wait for the client.

mod operation;

use std::collections::{HashMap, VecDeque};
use std::future::{pending, poll_fn};
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, SelectAll};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use self::operation::{Done, Outcome, Running};
use super::identity;
use super::message::{Close, FromClient, FromServer, PROTOCOL};
use super::request::is_crowded;
use super::seats::Seat;
use super::server::Hall;
use crate::app::viewer::Viewer;
use crate::graphql::listening::News;

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
    /// Until when nothing is read.
    deaf: Option<Instant>,
    /// Our pings since the client said something.
    unanswered: u32,
}

/// What happened on a connection.
enum Event {
    Said(Message),
    Done(Done),
    Unreadable(Close),
    /// A frame could not be written at once, or does not wait any more.
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
            deaf: None,
            unanswered: 0,
        }
    }

    async fn run(mut self) {
        let mut stopping = std::pin::pin!(stopped(self.hall.stopping.clone()));
        let init = Instant::now() + INIT;
        let mut ping = interval(self.hall.settings.ping);
        // After a pause of the whole process nobody is asked several times at once.
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        // Comes when the viewer is no longer whom they showed to be.
        let mut lapsed: Option<BoxFuture<'static, ()>> = None;
        let farewell = loop {
            if let Some(viewer) = self.viewer.as_ref().filter(|viewer| lapsed.is_none() && identity::may_lapse(viewer))
            {
                lapsed = Some(identity::lapsed(Arc::clone(self.hall.executor.app()), viewer.clone()).boxed());
            }
            let (stuck, deaf) = (self.writing.map(|since| since + WRITE), self.deaf);
            let has_viewer = self.viewer.is_some();
            tokio::select! {
                // The clock first: a client who says one thing after the other stops none of it.
                biased;
                () = sleep_until(init), if !has_viewer => break Some(Close::InitTimeout.frame()),
                () = &mut stopping => break Some(Close::Stopping.frame()),
                () = async { if let Some(lapsed) = &mut lapsed { lapsed.await } else { pending().await } } => {
                    break Some(Close::Forbidden.frame());
                }
                () = sleep_until(stuck.unwrap_or(init)), if stuck.is_some() => {
                    self.hall.metrics.closed("stuck");
                    break None;
                }
                _ = ping.tick(), if has_viewer => if !self.ping() {
                    self.hall.metrics.closed("silent");
                    break None;
                },
                () = sleep_until(deaf.unwrap_or(init)), if deaf.is_some() => self.deaf = None,
                event = poll_fn(|cx| self.poll(cx)) => match event {
                    Event::Said(message) => {
                        self.unanswered = 0;
                        if let Err(farewell) = self.hear(message).await { break farewell }
                        // Who says much at once does not keep others waiting: each word is a turn of its own.
                        tokio::task::yield_now().await;
                    }
                    Event::Unreadable(farewell) => break Some(farewell.frame()),
                    Event::Done(done) => self.finish(done),
                    Event::Waits => {}
                    Event::Gone => break None,
                },
            }
        };
        self.running.values().for_each(Running::stop);
        if let Some(farewell) = farewell {
            if let Message::Close(Some(frame)) = &farewell {
                self.hall.metrics.closed(&frame.code.to_string());
            }
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

    /// Writes, reads and tells what is live, in this order: nothing is taken while something is still to be written.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        let before = self.writing;
        if self.write(cx).is_err() {
            return Poll::Ready(Event::Gone);
        }
        if self.frames.len() < WAITING
            && self.deaf.is_none()
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
        while self.writing.is_none()
            && let Poll::Ready(Some((id, news))) = self.live.poll_next_unpin(cx)
        {
            self.tell(&id, news);
            if self.write(cx).is_err() {
                return Poll::Ready(Event::Gone);
            }
        }
        // Only now does a frame wait and its time runs, or the one that waited has left and its time runs no more.
        if self.writing == before { Poll::Pending } else { Poll::Ready(Event::Waits) }
    }

    /// Writes frames until there is none, or one has to wait.
    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), axum::Error> {
        loop {
            if self.writing.is_some() {
                match self.socket.poll_flush_unpin(cx)? {
                    Poll::Ready(()) => self.writing = None,
                    Poll::Pending => return Ok(()),
                }
            }
            let Some(frame) = self.frames.pop_front() else { return Ok(()) };
            self.writing = Some(Instant::now());
            if self.socket.poll_ready_unpin(cx)?.is_pending() {
                self.frames.push_front(frame);
                return Ok(());
            }
            self.socket.start_send_unpin(frame)?;
        }
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
        if is_crowded(text.as_bytes()) {
            return Err(Some(Close::BadMessage.frame()));
        }
        match serde_json::from_str(&text).map_err(|_| Some(Close::BadMessage.frame()))? {
            FromClient::ConnectionInit { .. } if self.viewer.is_some() => {
                return Err(Some(Close::TooManyInits.frame()));
            }
            FromClient::ConnectionInit { payload } => {
                // Boxed, because a connection lives long and does this once.
                let viewer = Box::pin(identity::of_init(&self.hall, payload.as_ref(), self.address)).await;
                self.viewer = Some(viewer.map_err(|unknown| Some(Close::of_unknown(&unknown).frame()))?);
                self.say(&FromServer::ConnectionAck);
            }
            FromClient::Ping { payload } => self.say(&FromServer::Pong { payload }),
            FromClient::Pong { .. } => {}
            FromClient::Subscribe { id, .. } | FromClient::Complete { id } if id.is_empty() => {
                return Err(Some(Close::BadMessage.frame()));
            }
            FromClient::Subscribe { id, payload } => self.subscribe(&id, payload).map_err(Some)?,
            FromClient::Complete { id } => {
                if let Some(running) = self.running.remove(id.as_str()) {
                    running.stop();
                }
            }
        }
        Ok(())
    }
}

/// Waits until the server stops.
async fn stopped(mut stopping: watch::Receiver<bool>) {
    // A sender that is gone is a server that has stopped.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
