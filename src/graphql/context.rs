//! What a resolver has at hand.

use std::sync::{Arc, OnceLock};

use async_graphql::Context;

use super::error::failed;
use super::loaders::Loaders;
use crate::app::allowance::Allowance;
use crate::app::error::Error;
use crate::app::house::App;
use crate::app::listening::{Hearing, Item};
use crate::app::viewer::Viewer;
use crate::domain::change::Point;

/// Everything of one request.
#[derive(Debug)]
pub struct Request {
    pub app: Arc<App>,
    pub viewer: Viewer,
    pub loaders: Loaders,
    /// What the request costs, and what is left after it.
    pub allowance: Allowance,
    /// The last change that had been handed on when the request began.
    pub head: Point,
    /// What a subscription is run for.
    pub turn: Turn,
}

/// A subscription is run once to learn what somebody wants to hear, and then once for each change that is told.
#[derive(Debug, Default)]
pub enum Turn {
    /// It is no subscription.
    #[default]
    Asking,
    /// Says what it wants to hear. `after` is a place that the transport names, which is newer than the one of the document.
    Wishing { after: Option<String>, wish: OnceLock<Hearing> },
    /// Is told of something.
    Hearing(Item),
}

impl Request {
    /// A request of `viewer`.
    #[must_use]
    pub fn new(app: Arc<App>, viewer: Viewer, allowance: Allowance) -> Self {
        Self { allowance, loaders: Loaders::default(), head: app.head(), app, viewer, turn: Turn::default() }
    }
}

/// Short words for what resolvers need.
pub trait Desk<'a> {
    /// The request.
    ///
    /// # Errors
    /// When the schema runs without one, a fault of ours.
    fn desk(&self) -> async_graphql::Result<&'a Request>;
}

impl<'a> Desk<'a> for Context<'a> {
    fn desk(&self) -> async_graphql::Result<&'a Request> {
        self.data::<Arc<Request>>().map(AsRef::as_ref)
    }
}

/// The result of a field that must be there.
///
/// # Errors
/// The failure, with its code.
pub fn given<T>(result: Result<T, Error>) -> async_graphql::Result<T> {
    result.map_err(failed)
}

/// The result of a field that may be null: a failure nulls this field alone.
pub fn found<T>(result: Result<Option<T>, Error>) -> Option<async_graphql::Result<T>> {
    result.map_err(failed).transpose()
}
