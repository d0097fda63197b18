//! `/graphql` over a WebSocket, as the protocol graphql-transport-ws says. The library's own handler answers many faults
//! with other close codes than the protocol, so this one is ours.

use std::collections::HashMap;
use std::future::pending;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::future::BoxFuture;
use futures_util::stream::SplitSink;
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, interval, sleep_until, timeout};

use super::budget::Client;
use super::message::{Close, FromClient, FromServer, PROTOCOL};
use super::seats::Seat;
use super::server::Hall;
use super::{answer, identity, request};
use crate::app::viewer::Viewer;
use crate::graphql::error::{mark, refused};
use crate::graphql::schema::OperationKind;

/// The largest frame a client may send.
const FRAME: usize = 1024 * 1024;
/// How long a client may take to introduce itself.
const INIT: Duration = Duration::from_secs(10);
/// How often we ask whether a client is still there.
const PING: Duration = Duration::from_secs(25);
/// How long a frame may take to be written; who takes longer is gone.
const WRITE: Duration = Duration::from_secs(20);
/// How many operations may run on one connection.
const OPERATIONS: usize = 100;
/// How many frames may wait to be written; operations wait when there are more.
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
        .read_buffer_size(4096)
        .write_buffer_size(0);
    let ours = speaks_graphql && upgrade.selected_protocol().is_some();
    upgrade.on_upgrade(move |mut socket| async move {
        let _seat = seat;
        if ours {
            Connection::new(hall, request_id, address).run(socket).await;
        } else {
            // Whether the farewell arrives changes nothing.
            let _ = socket.send(Close::WrongProtocol.frame()).await;
        }
    })
}

/// One client.
struct Connection {
    hall: Hall,
    request_id: String,
    address: IpAddr,
    viewer: Option<Viewer>,
    running: HashMap<String, AbortHandle>,
    frames: mpsc::Sender<Message>,
    to_write: Option<mpsc::Receiver<Message>>,
}

/// How a task says that its operation is over, and with which last frame.
type Ended = mpsc::UnboundedSender<(String, tokio::task::Id, Option<Message>)>;

impl Connection {
    fn new(hall: Hall, request_id: String, address: IpAddr) -> Self {
        let (frames, to_write) = mpsc::channel(WAITING);
        Self { hall, request_id, address, viewer: None, running: HashMap::new(), frames, to_write: Some(to_write) }
    }

    async fn run(mut self, socket: WebSocket) {
        let (sink, mut stream) = socket.split();
        let Some(to_write) = self.to_write.take() else { return };
        let mut writer = tokio::spawn(write(sink, to_write));
        let (ended, mut over) = mpsc::unbounded_channel();
        let deadline = Instant::now() + INIT;
        let mut ping = interval(PING);
        ping.reset();
        let mut stopping = self.hall.stopping.clone();
        // Comes when the viewer is no longer whom they showed to be.
        let mut lapsed: Option<BoxFuture<'static, ()>> = None;
        let farewell = loop {
            if let Some(viewer) = self.viewer.as_ref().filter(|_| lapsed.is_none()) {
                lapsed = Some(identity::lapsed(Arc::clone(self.hall.executor.app()), viewer.clone()).boxed());
            }
            tokio::select! {
                message = stream.next() => match message {
                    Some(Ok(Message::Text(text))) => if let Err(farewell) = self.hear(&text, &ended).await { break Some(farewell) },
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Binary(_))) => break Some(Close::BadMessage.frame()),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                },
                Some((id, task, last)) = over.recv() => {
                    // The id is free before the client hears that it is.
                    // Nothing is over because the server stops: without the word its client connects again.
                    if self.running.get(&id).is_some_and(|handle| handle.id() == task) && !*stopping.borrow() {
                        self.running.remove(&id);
                        if let Some(last) = last && self.frames.send(last).await.is_err() {
                            break None;
                        }
                    }
                }
                () = sleep_until(deadline), if self.viewer.is_none() => break Some(Close::InitTimeout.frame()),
                // While others wait to be written, a ping says nothing new.
                _ = ping.tick(), if self.viewer.is_some() => drop(self.frames.try_send(FromServer::Ping.frame())),
                () = async { if let Some(lapsed) = &mut lapsed { lapsed.await } else { pending().await } } => break Some(Close::Forbidden.frame()),
                () = stopped(&mut stopping) => break Some(Close::Stopping.frame()),
                _ = &mut writer => break None,
            }
        };
        if let Some(farewell) = farewell {
            // What was said before the farewell still gets out, within the limit of a frame.
            let _ = timeout(WRITE, self.frames.send(farewell)).await;
        }
        self.running.values().for_each(AbortHandle::abort);
        drop(self);
        if timeout(WRITE, &mut writer).await.is_err() {
            writer.abort();
        }
    }

    /// Hears one message; an error is the farewell.
    async fn hear(&mut self, text: &str, ended: &Ended) -> Result<(), Message> {
        match serde_json::from_str(text).map_err(|_| Close::BadMessage.frame())? {
            FromClient::ConnectionInit { .. } if self.viewer.is_some() => Err(Close::TooManyInits.frame()),
            FromClient::ConnectionInit { payload } => {
                let viewer = identity::of_init(&self.hall, payload.as_ref()).await;
                self.viewer = Some(viewer.map_err(|_| Close::Forbidden.frame())?);
                self.say(&FromServer::ConnectionAck).await
            }
            FromClient::Ping { payload } => self.say(&FromServer::Pong { payload }).await,
            FromClient::Pong {} => Ok(()),
            FromClient::Subscribe { id, .. } if id.is_empty() => Err(Close::BadMessage.frame()),
            FromClient::Subscribe { id, payload } => self.subscribe(id, payload, ended).await,
            FromClient::Complete { id } => {
                if let Some(handle) = self.running.remove(&id) {
                    handle.abort();
                }
                Ok(())
            }
        }
    }

    async fn say(&self, message: &FromServer<'_>) -> Result<(), Message> {
        self.frames.send(message.frame()).await.map_err(|_| Close::BadMessage.frame())
    }

    async fn subscribe(
        &mut self,
        id: String,
        payload: serde_json::Map<String, serde_json::Value>,
        ended: &Ended,
    ) -> Result<(), Message> {
        let Some(viewer) = self.viewer.clone() else { return Err(Close::Unauthorized.frame()) };
        if self.running.contains_key(&id) {
            return Err(Close::duplicate(&id));
        }
        let mut request = request::of_fields(payload).map_err(|_| Close::BadMessage.frame())?;
        if self.running.len() >= OPERATIONS {
            let told = refused("COST_EXCEEDED", format!("at most {OPERATIONS} operations run on one connection"));
            return self.refuse(&id, async_graphql::Response::from_errors(vec![told])).await;
        }
        let name = request.operation_name.clone();
        let sent = match self.hall.settings.documents.resolve(&mut request) {
            Ok(sent) => sent,
            Err(error) => return self.refuse(&id, async_graphql::Response::from_errors(vec![error])).await,
        };
        let mut operation = match self.hall.executor.prepare(request) {
            Ok(operation) => operation,
            Err(response) => return self.refuse(&id, *response).await,
        };
        self.hall.settings.documents.keep(sent);
        match self.hall.pay(&Client::of(&viewer, self.address), operation.allowance.cost) {
            Ok(budget) => operation.allowance.budget = budget,
            Err(_) => {
                let told = refused("RATE_LIMITED", "the budget of this minute is spent; try again later");
                return self.refuse(&id, async_graphql::Response::from_errors(vec![told])).await;
            }
        }
        self.hall.metrics.streamed(name.as_deref(), operation.allowance.cost);
        let live = operation.kind == OperationKind::Subscription;
        let answers = self.hall.executor.stream(operation, viewer, self.request_id.clone());
        let (frames, ended, name, stopping) =
            (self.frames.clone(), ended.clone(), id.clone(), self.hall.stopping.clone());
        let task = tokio::spawn(async move {
            let answers =
                answers.take_while(|response| std::future::ready(!(live && response.is_err() && *stopping.borrow())));
            let last = tell(&name, Box::pin(answers), live, &frames).await;
            let _ = ended.send((name, tokio::task::id(), last));
        });
        self.running.insert(id, task.abort_handle());
        Ok(())
    }

    async fn refuse(&self, id: &str, mut response: async_graphql::Response) -> Result<(), Message> {
        mark(&mut response, &self.request_id);
        self.say(&FromServer::Error { id, payload: &response.errors }).await
    }
}

/// Tells the answers of one operation and gives its last frame. What was refused before anything was executed is an `error`.
async fn tell(
    id: &str,
    mut answers: impl futures_util::Stream<Item = async_graphql::Response> + Unpin,
    live: bool,
    frames: &mpsc::Sender<Message>,
) -> Option<Message> {
    let mut first = true;
    while let Some(response) = answers.next().await {
        let nothing =
            answer::is_refused(&response) || live && response.data == async_graphql::Value::Null && response.is_err();
        if first && nothing {
            return Some(FromServer::Error { id, payload: &response.errors }.frame());
        }
        first = false;
        let Some(payload) = answer::raw(&response) else { continue };
        frames.send(FromServer::Next { id, payload }.frame()).await.ok()?;
    }
    Some(FromServer::Complete { id }.frame())
}

/// Waits until the server stops.
async fn stopped(stopping: &mut tokio::sync::watch::Receiver<bool>) {
    // A sender that is gone is a server that has stopped.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// Writes frames until there are no more, or one takes too long.
async fn write(mut sink: SplitSink<WebSocket, Message>, mut frames: mpsc::Receiver<Message>) {
    while let Some(frame) = frames.recv().await {
        let last = matches!(frame, Message::Close(_));
        match timeout(WRITE, sink.send(frame)).await {
            Ok(Ok(())) if !last => {}
            _ => break,
        }
    }
    let _ = timeout(Duration::from_secs(1), sink.close()).await;
}
