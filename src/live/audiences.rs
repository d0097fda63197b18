//! All audiences, by what they hear.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::audience::{Audience, Direct, Make, Place, Taken};
use super::coalesce::together;
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

    /// Lets somebody listen: to everything after the number `after`, or from now on. They join those who wish the same, wherever
    /// those are in their interval: what they missed is told to them alone, and what the audience has not been told yet with it.
    pub fn join(self: &Arc<Self>, wish: Wish<K>, after: Option<i64>, make: Make<P>) -> Listener<K, P> {
        let asked = Arc::new(wish);
        let mut wish = Arc::clone(&asked);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (seats, place, entered) = match open.get_key_value(&wish) {
            Some((same, seats)) if seats.audience.is_open() => {
                wish = Arc::clone(same);
                let (place, entered) = self.feed.between(|entered| (seats.audience.join(), entered));
                (seats.clone(), place, entered)
            }
            _ => {
                let begun = self.begin(&wish, make);
                open.insert(Arc::clone(&wish), begun.0.clone());
                begun
            }
        };
        drop(open);
        self.listeners.fetch_add(1, Ordering::Relaxed);
        // Now is after everything that was acknowledged here, also what is still on its way.
        let last = after.unwrap_or(entered.head.max(entered.written));
        let missed = (last < place.queued).then(|| self.missed(&asked, last, place.queued));
        Listener { audiences: Arc::clone(self), wish, seats, next: place.next, last, missed }
    }

    /// A new audience with its first listener.
    fn begin(&self, wish: &Wish<K>, make: Make<P>) -> (Seats<P>, Place, Entered) {
        let made = Arc::clone(&self.made);
        let counted = move |told| {
            made.fetch_add(1, Ordering::Relaxed);
            make(told)
        };
        let audience = Audience::new(self.capacity, Box::new(counted));
        let (mut place, mut came) = (Place::default(), Entered { head: 0, written: 0 });
        let number = self.feed.enter(wish.interest.clone(), |entered| {
            (place, came) = (audience.begin(entered.head), entered);
            match wish.interval {
                None => Arc::new(Direct(Arc::clone(&audience))),
                Some(interval) => Arc::new(Pacer::start(Arc::clone(&audience), self.capacity, interval)),
            }
        });
        (Seats { audience, number }, place, came)
    }

    /// What the log holds of interest after the number `last` up to `head`; with an interval the latest of each subject.
    fn missed(&self, wish: &Wish<K>, last: i64, head: i64) -> Missed {
        let (feed, paced) = (Arc::clone(&self.feed), wish.interval.is_some());
        let mut interest = feed.as_of(wish.interest.clone(), last);
        let of_interest = move |item: &Result<Arc<Change>, Gap>| {
            let mut matches =
                |change: &Arc<Change>| feed.matches(&mut interest, change) && (!paced || change.fact.is_for_all());
            std::future::ready(item.as_ref().map_or(true, &mut matches))
        };
        let missed = self.feed.missed(last, head).filter(of_interest);
        if paced {
            return together(missed).boxed();
        }
        missed.map(|item| item.map(|change| Told { change, changes: 1 })).boxed()
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

/// What is told of changes that were missed.
type Missed = BoxStream<'static, Result<Told, Gap>>;

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
        item
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
