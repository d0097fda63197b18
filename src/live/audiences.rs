//! All audiences, by what they hear.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::audience::{Audience, Direct, Make, Taken};
use super::feed::{Entered, Feed, Gap};
use super::pacer::Pacer;
use crate::domain::change::{Change, Interest, Told};

/// What somebody wants to hear.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wish<K> {
    /// All that what is told depends on, beside the change.
    pub key: K,
    pub interest: Interest,
    /// At most one telling in this time.
    pub interval: Option<Duration>,
}

/// The audiences that somebody may join.
pub struct Audiences<K, P> {
    feed: Arc<Feed>,
    capacity: usize,
    open: Mutex<HashMap<Arc<Wish<K>>, Seats<P>>>,
    listeners: AtomicUsize,
    made: Arc<AtomicU64>,
}

/// An audience and its number in the index of interests.
struct Seats<P> {
    audience: Arc<Audience<P>>,
    number: u64,
}

impl<P> Clone for Seats<P> {
    fn clone(&self) -> Self {
        Self { audience: Arc::clone(&self.audience), number: self.number }
    }
}

impl<K, P> std::fmt::Debug for Audiences<K, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Audiences").field("listeners", &self.listeners).finish_non_exhaustive()
    }
}

impl<K: Eq + Hash, P: Clone + Send + Sync + 'static> Audiences<K, P> {
    /// None yet. A listener may be `capacity` changes behind.
    pub fn new(feed: Arc<Feed>, capacity: usize) -> Arc<Self> {
        Arc::new(Self {
            feed,
            capacity,
            open: Mutex::new(HashMap::new()),
            listeners: AtomicUsize::new(0),
            made: Arc::default(),
        })
    }

    /// How many listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.listeners.load(Ordering::Relaxed)
    }

    /// How many tellings were made so far.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// How many audiences they are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.feed.interests()
    }

    /// Whether nobody listens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lets somebody listen: to everything after the number `after`, or from now on. They join those who wish the same.
    pub fn join(self: &Arc<Self>, wish: Wish<K>, after: Option<i64>, make: Make<P>) -> Listener<K, P> {
        let mut wish = Arc::new(wish);
        // What was missed is brought down with what follows, so each who missed something has an interval of their own.
        let own = wish.interval.is_some() && after.is_some_and(|after| after < self.feed.head());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (seats, next, entered) = match open.get_key_value(&wish) {
            Some((same, seats)) if seats.audience.is_open() && !own => {
                wish = Arc::clone(same);
                let (next, entered) = self.feed.between(|entered| (seats.audience.join(), entered));
                (seats.clone(), next, entered)
            }
            _ => {
                let begun = self.begin(&wish, after.filter(|_| own), make);
                if !own {
                    open.insert(Arc::clone(&wish), begun.0.clone());
                }
                begun
            }
        };
        drop(open);
        self.listeners.fetch_add(1, Ordering::Relaxed);
        // Now is after everything that was acknowledged here, also what is still on its way.
        let last = after.unwrap_or(entered.head.max(entered.written));
        let missed = (last < entered.head && !own).then(|| self.missed(&wish, last, entered.head));
        Listener { audiences: Arc::clone(self), wish, seats, next, last, missed }
    }

    /// A new audience with its first listener. What was missed after `after` is told first.
    fn begin(&self, wish: &Arc<Wish<K>>, after: Option<i64>, make: Make<P>) -> (Seats<P>, u64, Entered) {
        let made = Arc::clone(&self.made);
        let counted = move |told| {
            made.fetch_add(1, Ordering::Relaxed);
            make(told)
        };
        let audience = Audience::new(self.capacity, wish.interval, Box::new(counted));
        let (mut next, mut came) = (0, Entered { head: 0, written: 0 });
        let number = self.feed.enter(wish.interest.clone(), |entered| {
            (next, came) = (audience.join(), entered);
            match wish.interval {
                None => Arc::new(Direct(Arc::clone(&audience))),
                Some(interval) => {
                    let missed = after.map(|after| self.missed(wish, after, entered.head));
                    Arc::new(Pacer::start(Arc::clone(&audience), self.capacity, interval, missed))
                }
            }
        });
        (Seats { audience, number }, next, came)
    }

    fn missed(&self, wish: &Wish<K>, last: i64, head: i64) -> Missed {
        let interest = wish.interest.clone();
        let of_interest = move |item: &Result<Arc<Change>, Gap>| {
            std::future::ready(item.as_ref().map_or(true, |change| interest.matches(&change.fact)))
        };
        self.feed.missed(last, head).filter(of_interest).boxed()
    }

    fn leave(&self, wish: &Arc<Wish<K>>, seats: &Seats<P>, next: u64) {
        self.listeners.fetch_sub(1, Ordering::Relaxed);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.audience.leave(next) > 0 {
            return;
        }
        self.feed.forget(seats.number);
        if open.get(wish).is_some_and(|others| others.number == seats.number) {
            open.remove(wish);
        }
    }
}

/// Changes of the log that were missed.
type Missed = BoxStream<'static, Result<Arc<Change>, Gap>>;

/// One who listens. Dropped, they have gone.
pub struct Listener<K: Eq + Hash, P: Clone + Send + Sync + 'static> {
    audiences: Arc<Audiences<K, P>>,
    wish: Arc<Wish<K>>,
    seats: Seats<P>,
    next: u64,
    /// The last change that they were told, or that they came after.
    last: i64,
    missed: Option<Missed>,
}

impl<K: Eq + Hash, P: Clone + Send + Sync + 'static> std::fmt::Debug for Listener<K, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("last", &self.last).finish_non_exhaustive()
    }
}

impl<K: Eq + Hash, P: Clone + Send + Sync + 'static> Listener<K, P> {
    /// What is told next, and of what.
    ///
    /// # Errors
    /// Why nothing more is told.
    pub async fn next(&mut self) -> Result<(Told, P), Gap> {
        let (told, missed) = match self.next_missed().await {
            Some(told) => (told?, true),
            None => (self.next_news().await?, false),
        };
        let head = if missed { self.audiences.feed.head() } else { told.change.seq };
        let made = self.seats.audience.making(&told, head, missed).await.map_err(|_| Gap::Broken)?;
        self.last = told.change.seq;
        Ok((told, made))
    }

    async fn next_missed(&mut self) -> Option<Result<Told, Gap>> {
        let item = self.missed.as_mut()?.next().await;
        if item.is_none() {
            self.missed = None;
        }
        item.map(|item| item.map(|change| Told { change, changes: 1 }))
    }

    async fn next_news(&mut self) -> Result<Told, Gap> {
        loop {
            let news = self.seats.audience.news();
            match self.seats.audience.take(&mut self.next) {
                // They came after it.
                Taken::Told(told) if told.change.seq <= self.last => {}
                Taken::Told(told) => return Ok(told),
                Taken::Nothing => news.await,
                Taken::Lagged | Taken::Ended(Gap::Lagged { .. }) => return Err(Gap::Lagged { last: self.last }),
                Taken::Ended(gap) => return Err(gap),
            }
        }
    }
}

impl<K: Eq + Hash, P: Clone + Send + Sync + 'static> Drop for Listener<K, P> {
    fn drop(&mut self) {
        self.audiences.leave(&self.wish, &self.seats, self.next);
    }
}
