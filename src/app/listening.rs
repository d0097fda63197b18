//! Those who listen: what is told of a change is made once for all who would hear the same.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, try_unfold};
use futures_util::{FutureExt, StreamExt};

use super::error::Error;
use super::house::App;
use super::seats::Seat;
use super::viewer::Viewer;
use super::watching::{Sighting, Watch};
use super::who::Exceptions;
use crate::domain::change::{Interest, Told};
use crate::live::audiences::{Listener, Wish};

/// The shortest and the longest interval that a subscriber may ask for.
const INTERVALS: std::ops::RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_hours(1);

/// What somebody wants to hear, checked.
#[derive(Clone, Debug)]
pub enum Hearing {
    Changes { interest: Interest, after: Option<i64>, interval: Option<Duration> },
    List(Watch),
}

/// What is told.
#[derive(Clone, Debug)]
pub enum Item {
    Change(Told),
    List(Sighting),
}

impl Item {
    /// The change that it is about, or the last one that it knows of.
    #[must_use]
    pub fn seq(&self) -> i64 {
        match self {
            Self::Change(told) => told.change.seq,
            Self::List(sighting) => sighting.head.seq,
        }
    }
}

/// Makes what a viewer is told of something; nothing of what they must not hear of.
pub type Script = Arc<dyn Fn(Item, Viewer) -> BoxFuture<'static, Option<Arc<str>>> + Send + Sync>;

/// What somebody hears.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Names the change: go on after it.
    pub cursor: Arc<str>,
    pub text: Arc<str>,
}

/// What was made for many, and for whom it is not.
#[derive(Clone, Debug)]
pub struct Made {
    pub(super) cursor: Arc<str>,
    text: Option<Arc<str>>,
    exceptions: Arc<Exceptions>,
}

impl Made {
    /// Makes it. The cursor names the place after it.
    pub(super) async fn of(cursor: String, script: &Script, item: Item) -> Self {
        let exceptions = Arc::new(Exceptions::default());
        let text = script(item, Viewer::anybody(Arc::clone(&exceptions))).await;
        Self { cursor: cursor.into(), text, exceptions }
    }

    /// What a viewer is told, if anything: what was made for many, or made for them alone.
    ///
    /// # Errors
    /// When making it panicked.
    pub(super) async fn for_viewer(
        &self,
        viewer: &Viewer,
        script: &Script,
        item: Item,
    ) -> Result<Option<Arc<str>>, Error> {
        if !viewer.is_among(&self.exceptions) {
            return Ok(self.text.clone());
        }
        // In a task of its own: one who stops listening in the middle keeps nothing that others need.
        tokio::spawn(script(item, viewer.clone())).await.map_err(|_| Error::broken())
    }
}

impl App {
    /// Checks what somebody wants to hear: after a cursor or from now on; with an interval at most one telling in each.
    ///
    /// # Errors
    /// `BAD_REQUEST` for a cursor that is none or an interval out of range, `CURSOR_EXPIRED`.
    pub async fn hearing(
        &self,
        interest: Interest,
        after: Option<&str>,
        interval: Option<Duration>,
    ) -> Result<Hearing, Error> {
        if interval.is_some_and(|interval| !INTERVALS.contains(&interval)) {
            return Err(Error::BadRequest("interval: it must lie between PT0.01S and PT1H".to_owned()));
        }
        let after = self.place_after(after).await?.map(|point| point.seq);
        Ok(Hearing::Changes { interest, after, interval })
    }

    /// What happens of that, or how a list stands, as `script` tells it to the viewer. `key` is all that the script depends on: who hears the same
    /// with the same key shares what is made, except those whom it would tell something else.
    ///
    /// # Errors
    /// `COST_EXCEEDED` when there is no room for more.
    pub fn listen(
        self: &Arc<Self>,
        hearing: Hearing,
        key: String,
        script: Script,
        viewer: Viewer,
    ) -> Result<BoxStream<'static, Result<Heard, Error>>, Error> {
        let seat = self.seats.take(viewer.id())?;
        let (interest, after, interval) = match hearing {
            Hearing::Changes { interest, after, interval } => (interest, after, interval),
            Hearing::List(watch) => return Ok(self.look_after(watch, key, script, viewer, seat)),
        };
        let (for_many, app) = (Arc::clone(&script), Arc::clone(self));
        let make = move |told: Told| {
            let (script, cursor) = (Arc::clone(&for_many), app.cursor(told.change.point()));
            async move { Made::of(cursor, &script, Item::Change(told)).await }.boxed()
        };
        let listener = self.audiences.join(Wish { key, interest, interval }, after, Box::new(make));
        let ear = Ear { app: Arc::clone(self), listener, script, viewer, _seat: seat };
        Ok(try_unfold(ear, async |mut ear| Ok(Some((ear.next().await?, ear)))).boxed())
    }

    /// What listening comes to now.
    #[must_use]
    pub fn live(&self) -> Live {
        Live {
            listeners: self.audiences.listeners() + self.watches.watchers(),
            audiences: self.audiences.len(),
            made: self.audiences.made(),
        }
    }
}

/// What listening comes to, for operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// Subscriptions that are open.
    pub listeners: usize,
    /// Groups of subscriptions that hear the same.
    pub audiences: usize,
    /// What was made for groups so far; what one person alone may see is not among it.
    pub made: u64,
}

/// One who listens.
struct Ear {
    app: Arc<App>,
    listener: Listener<String, Made>,
    script: Script,
    viewer: Viewer,
    _seat: Seat,
}

impl Ear {
    async fn next(&mut self) -> Result<Heard, Error> {
        loop {
            let (told, made) = match self.listener.next().await {
                Ok(heard) => heard,
                // Boxed, because a subscription lives long and this ends it.
                Err(gap) => return Err(Box::pin(self.app.gap(gap)).await),
            };
            let text = made.for_viewer(&self.viewer, &self.script, Item::Change(told)).await?;
            if let Some(text) = text {
                return Ok(Heard { cursor: made.cursor, text });
            }
        }
    }
}
