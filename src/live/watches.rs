//! States that are watched: looked up again when something has happened, once for all who watch the same.
//!
//! A state needs no log. Who comes hears it as it is, and who is slow misses only what holds no longer.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, select_all};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::feed::{Feed, Gap};
use super::interests::Hears;
use crate::domain::change::{Change, Interest};
use crate::domain::id::PersonId;

/// How long after something has happened it is looked: until then it may not count yet.
const SETTLE: Duration = Duration::from_millis(300);
/// When it is looked although nothing happens: time alone moves what is usual and what is forgotten.
const TICK: Duration = Duration::from_mins(1);

/// When it is looked again after it could not be seen at first.
const AGAIN: Duration = Duration::from_secs(1);
/// The turns of how many of those who watch a state are waited for.
const TURNS: usize = 8;

/// Looks a state up, handed the last one: the new one, or nothing when it is the same.
pub type Look<S> = Box<dyn Fn(Option<Arc<S>>) -> BoxFuture<'static, Option<S>> + Send + Sync>;

type Seen<S> = Option<Result<Arc<S>, Gap>>;

/// All states that somebody watches.
pub struct Watches<K, S> {
    feed: Arc<Feed>,
    open: Mutex<HashMap<Arc<K>, Open<S>>>,
    /// One state is looked up at a time, so that those who watch leave room for those who ask.
    turn: Semaphore,
    /// And one of each person's, so that who watches much waits for themselves.
    turns: Mutex<HashMap<Option<PersonId>, Weak<Semaphore>>>,
}

/// A state that is open: who looks it up tells all who watch it.
struct Open<S> {
    states: watch::Sender<Seen<S>>,
    /// The turns of those who watch it, of a few at the most. It is looked up as soon as one of them comes.
    turns: Arc<Mutex<Vec<Arc<Semaphore>>>>,
}

impl<K, S> std::fmt::Debug for Watches<K, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watches").finish_non_exhaustive()
    }
}

impl<K: Eq + Hash + Send + Sync + 'static, S: Send + Sync + 'static> Watches<K, S> {
    /// Nobody watches anything.
    pub fn new(feed: Arc<Feed>) -> Arc<Self> {
        Arc::new(Self { feed, open: Mutex::default(), turn: Semaphore::new(1), turns: Mutex::default() })
    }

    /// How many watch.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.open().values().map(|open| open.states.receiver_count()).sum()
    }

    /// How many states they watch.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open().len()
    }

    /// Whether nobody watches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Arc<K>, Open<S>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn of a person, or of all who are nobody in particular.
    fn turn_of(&self, person: Option<PersonId>) -> Arc<Semaphore> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&person).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Semaphore::new(1));
        turns.insert(person, Arc::downgrade(&turn));
        turn
    }

    /// Lets somebody watch the state that `key` names, as it is now and whenever it is another, which is looked for at most once
    /// in `interval`.
    pub fn join(self: &Arc<Self>, key: K, person: Option<PersonId>, interval: Duration, look: Look<S>) -> Watching<S> {
        let turn = self.turn_of(person);
        let mut open = self.open();
        let mut states = if let Some(open) = open.get(&key) {
            let mut turns = open.turns.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() < TURNS && !turns.iter().any(|other| Arc::ptr_eq(other, &turn)) {
                turns.push(turn);
            }
            open.states.subscribe()
        } else {
            let (sender, states) = watch::channel(None);
            let (key, turns) = (Arc::new(key), Arc::new(Mutex::new(vec![turn])));
            open.insert(Arc::clone(&key), Open { states: sender.clone(), turns: Arc::clone(&turns) });
            tokio::spawn(Arc::clone(self).run(key, Open { states: sender, turns }, interval, Arc::new(look)));
            states
        };
        states.mark_changed();
        Watching(states)
    }

    async fn run(self: Arc<Self>, key: Arc<K>, open: Open<S>, interval: Duration, look: Arc<Look<S>>) {
        let (bell, states) = (Arc::new(Bell::default()), &open.states);
        // What happened just before the first look may not count in it yet.
        bell.news.notify_one();
        let number = self.feed.enter(Interest::default(), |_| Arc::clone(&bell) as _);
        while !self.is_over(&key, states) {
            if let Some(seen) = self.see(&open, &look, &bell).await {
                let ended = seen.is_err();
                states.send_replace(Some(seen));
                if ended {
                    self.open().remove(&key);
                    break;
                }
            }
            let seen_once = states.borrow().is_some();
            tokio::select! {
                () = bell.rest(interval) => {}
                () = states.closed() => {}
                // Who has just come is told soon, also when it could not be seen at first.
                () = sleep(AGAIN), if !seen_once => {}
            }
        }
        self.feed.forget(number);
    }

    /// The state, if it is another one, or why nothing more is told.
    async fn see(&self, open: &Open<S>, look: &Arc<Look<S>>, bell: &Bell) -> Seen<S> {
        if let Some(gap) = bell.gap.get() {
            return Some(Err(gap.clone()));
        }
        let last = open.states.borrow().as_ref().and_then(|seen| seen.as_ref().ok().cloned());
        let turns = open.turns.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (_own, ..) = select_all(turns.into_iter().map(|turn| turn.acquire_owned().boxed())).await;
        let _turn = self.turn.acquire().await;
        // In a task of its own: should it panic, those who watch are told.
        match tokio::spawn(look(last)).await {
            Ok(state) => state.map(|state| Ok(Arc::new(state))),
            Err(_) => Some(Err(Gap::Broken)),
        }
    }

    /// Whether nobody watches any more; then nobody can join it either.
    fn is_over(&self, key: &Arc<K>, states: &watch::Sender<Seen<S>>) -> bool {
        let mut open = self.open();
        let over = states.receiver_count() == 0;
        if over {
            open.remove(key);
        }
        over
    }
}

/// One who watches.
#[derive(Debug)]
pub struct Watching<S>(watch::Receiver<Seen<S>>);

impl<S> Watching<S> {
    /// The state when it is one that was not told yet.
    ///
    /// # Errors
    /// Why nothing more is told.
    pub async fn next(&mut self) -> Result<Arc<S>, Gap> {
        loop {
            self.0.changed().await.map_err(|_| Gap::Closed)?;
            if let Some(seen) = self.0.borrow_and_update().clone() {
                return seen;
            }
        }
    }
}

/// Rings when anything has happened, and when nothing more will.
#[derive(Debug, Default)]
struct Bell {
    news: Notify,
    gap: OnceLock<Gap>,
    over: Notify,
}

impl Bell {
    /// Waits until it is time to look again.
    async fn rest(&self, interval: Duration) {
        let due = async {
            sleep(interval.saturating_sub(SETTLE)).await;
            if timeout(TICK, self.news.notified()).await.is_ok() {
                sleep(SETTLE).await;
            }
        };
        tokio::select! {
            () = self.over.notified() => {}
            () = due => {}
        }
    }
}

impl Hears for Bell {
    fn hear(&self, _: &Arc<Change>) {
        self.news.notify_one();
    }

    fn end(&self, gap: &Gap) {
        let _ = self.gap.set(gap.clone());
        self.over.notify_one();
    }
}
