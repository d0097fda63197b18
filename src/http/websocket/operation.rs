//! The operations of one connection: asked for, paid for, run, told.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::ServerError;
use axum::extract::ws::Message;
use futures_util::StreamExt;
use futures_util::stream::{AbortHandle, BoxStream, abortable, once};
use tokio::task::JoinError;
use tokio::time::Instant;
use tracing::Instrument;

use super::Connection;
use crate::app::allowance::Budget;
use crate::app::viewer::Viewer;
use crate::graphql::error::{mark, refused};
use crate::graphql::listening::News;
use crate::graphql::schema::{Operation, OperationKind};
use crate::http::budget::Client;
use crate::http::documents::Sent;
use crate::http::graphql::{broken, execute, prepare};
use crate::http::message::{Close, FromServer, next};
use crate::http::metrics::counted;
use crate::http::request::Fields;
use crate::http::{answer, long, request, trace};

/// How many operations may run on one connection.
const OPERATIONS: usize = 100;
/// For how long nothing more is read from a client whose budget is spent and who asks all the same.
const DEAF: Duration = Duration::from_millis(20);

/// How to stop an operation.
pub(super) enum Running {
    Task(tokio::task::AbortHandle),
    Live(AbortHandle),
}

impl Running {
    pub(super) fn stop(&self) {
        match self {
            Self::Task(handle) => handle.abort(),
            Self::Live(handle) => handle.abort(),
        }
    }
}

/// What came of an operation.
pub(super) enum Outcome {
    /// A long document was understood, and the operation may begin.
    Understood(Box<Understood>),
    /// The one answer of a query, a mutation, or a subscription that wants to hear nothing.
    Answer(String),
    /// Nothing was executed: an `error`, which has no `complete`.
    Refusal(Vec<ServerError>),
    Live(BoxStream<'static, News>),
}

impl Outcome {
    fn of(response: async_graphql::Response) -> Self {
        if answer::is_refused(&response) {
            Self::Refusal(response.errors)
        } else {
            Self::Answer(answer::text(&response))
        }
    }

    /// Of a subscription that does not begin.
    fn not_begun(response: async_graphql::Response) -> Self {
        if response.is_err() { Self::Refusal(response.errors) } else { Self::Answer(answer::text(&response)) }
    }
}

/// An operation that was asked for and understood, and that is not paid for yet.
pub(super) struct Understood {
    operation: Operation,
    /// What was left when it was asked for.
    asked: Option<Budget>,
    /// Its document, to be kept when it was sent with a name.
    sent: Sent,
}

pub(super) type Done = Result<(tokio::task::Id, Outcome), JoinError>;

impl Connection {
    /// Begins an operation; an error is the farewell.
    pub(super) fn subscribe(&mut self, id: &str, payload: Fields) -> Result<(), Message> {
        let Some(viewer) = self.viewer.clone() else { return Err(Close::Unauthorized.frame()) };
        if self.running.contains_key(id) {
            return Err(Close::duplicate(id));
        }
        let request = request::of_fields(payload).map_err(|_| Close::BadMessage.frame())?;
        if self.running.len() >= OPERATIONS {
            self.hall.metrics.turned_away("operations");
            self.refuse(id, refused("COST_EXCEEDED", format!("at most {OPERATIONS} operations run on one connection")));
            return Ok(());
        }
        self.ask(id.into(), request, viewer);
        Ok(())
    }

    /// Somebody asks for an operation: its document is known or was sent, and fits the schema.
    fn ask(&mut self, id: Arc<str>, mut request: async_graphql::Request, viewer: Viewer) {
        // To be asked costs something, whatever comes of it.
        let client = Client::of(&viewer, self.address);
        let name = request.operation_name.clone();
        let Ok(asked) = self.hall.pay(&client, 1) else { return self.refuse_unpaid(&id, name.as_deref()) };
        let sent = match self.hall.settings.documents.resolve(&mut request) {
            Ok(sent) => sent,
            Err(error) => return self.refuse(&id, error),
        };
        if request.query.len() < long::DOCUMENT {
            return match self.hall.executor.prepare(request) {
                Ok(operation) => self.admit(id, Understood { operation, asked, sent }, viewer),
                Err(response) => {
                    self.hall.metrics.refused(name.as_deref(), "BAD_REQUEST");
                    self.refuse_all(&id, *response);
                }
            };
        }
        let (hall, request_id) = (self.hall.clone(), self.request_id.clone());
        let read = async move {
            match prepare(&hall, client, request, &request_id, true).await {
                Ok(operation) => Outcome::Understood(Box::new(Understood { operation, asked, sent })),
                Err(response) => {
                    hall.metrics.refused(name.as_deref(), "BAD_REQUEST");
                    Outcome::Refusal(response.errors)
                }
            }
        };
        self.run_task(id, read);
    }

    /// An operation may begin, if there is enough left for it.
    fn admit(&mut self, id: Arc<str>, Understood { mut operation, asked, sent }: Understood, viewer: Viewer) {
        self.hall.settings.documents.keep(sent);
        let (client, cost) = (Client::of(&viewer, self.address), operation.allowance.cost);
        let Ok(budget) = self.hall.pay_rest(&client, cost, asked) else {
            return self.refuse_unpaid(&id, operation.name());
        };
        operation.allowance.budget = budget;
        self.start(id, operation, viewer);
    }

    fn refuse(&mut self, id: &str, error: ServerError) {
        self.refuse_all(id, async_graphql::Response::from_errors(vec![error]));
    }

    fn refuse_all(&mut self, id: &str, mut response: async_graphql::Response) {
        mark(&mut response, &self.request_id);
        self.say(&FromServer::Error { id, payload: &response.errors });
    }

    /// Whoever asks on although nothing is left is not heard for a moment, so that to refuse costs others nothing.
    fn refuse_unpaid(&mut self, id: &str, name: Option<&str>) {
        self.hall.metrics.refused(name, "RATE_LIMITED");
        self.refuse(id, refused("RATE_LIMITED", "the budget of this minute is spent; try again later"));
        self.deaf = Some(Instant::now() + DEAF);
    }

    fn start(&mut self, id: Arc<str>, operation: Operation, viewer: Viewer) {
        let (hall, request_id, client) =
            (self.hall.clone(), self.request_id.clone(), Client::of(&viewer, self.address));
        self.run_task(id, async move {
            if operation.kind != OperationKind::Subscription {
                let tell = counted(Arc::clone(&hall.metrics), &operation, Outcome::of);
                return execute(&hall, operation, (viewer, client), &request_id, tell).await;
            }
            hall.metrics.streamed(operation.name(), operation.allowance.cost);
            let span = trace::operation(&operation, &request_id);
            let heard = hall.executor.listen(operation, viewer, request_id, None, answer::text).instrument(span).await;
            heard.map_or_else(
                |response| {
                    hall.metrics.not_begun(&response.errors);
                    Outcome::not_begun(*response)
                },
                Outcome::Live,
            )
        });
    }

    fn run_task(&mut self, id: Arc<str>, task: impl Future<Output = Outcome> + Send + 'static) {
        let handle = self.tasks.spawn(task);
        self.running.insert(id, Running::Task(handle));
    }

    /// An operation was run, or a subscription begins. What the client has stopped meanwhile is forgotten.
    pub(super) fn finish(&mut self, done: Done) {
        let task = done.as_ref().map_or_else(JoinError::id, |(task, _)| *task);
        let is_it = |running: &Running| matches!(running, Running::Task(handle) if handle.id() == task);
        let Some(id) = self.running.iter().find(|(_, running)| is_it(running)).map(|(id, _)| Arc::clone(id)) else {
            return;
        };
        // Nothing is over because the server stops: without the word its client connects again.
        if *self.hall.stopping.borrow() {
            return;
        }
        let outcome = done.map_or_else(|_| Outcome::Refusal(broken(&self.request_id).errors), |(_, outcome)| outcome);
        self.running.remove(&id);
        match outcome {
            Outcome::Live(news) => {
                let (named, last) = (Arc::clone(&id), Arc::clone(&id));
                let all = news.map(move |news| (Arc::clone(&named), Some(news))).chain(once(ready((last, None))));
                let (live, handle) = abortable(all);
                self.live.push(live.boxed());
                self.running.insert(id, Running::Live(handle));
            }
            Outcome::Understood(understood) => {
                if let Some(viewer) = self.viewer.clone() {
                    self.admit(id, *understood, viewer);
                }
            }
            Outcome::Refusal(errors) => self.refuse_all(&id, async_graphql::Response::from_errors(errors)),
            Outcome::Answer(text) => {
                self.frames.push_back(next(&id, &text));
                self.say(&FromServer::Complete { id: &id });
            }
        }
    }

    /// Tells what is live. The id is free before the client hears that it is.
    pub(super) fn tell(&mut self, id: &Arc<str>, news: Option<News>) {
        match news {
            Some(News::Change(heard)) => self.frames.push_back(next(id, &heard.text)),
            _ if *self.hall.stopping.borrow() => {}
            Some(News::End { code, text }) => {
                self.hall.metrics.ended(code);
                self.frames.push_back(next(id, &text));
            }
            None => {
                self.running.remove(id);
                self.say(&FromServer::Complete { id });
            }
        }
    }
}
