//! An audience: all who hear the same of the same changes. What they hear is made once, and each takes it when they can.
//!
//! The queue holds changes, which all audiences share; what was made of them is kept for a moment only. So a listener who
//! does not take anything costs little, nobody waits for them, and when the queue is full they have lagged.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::{Notify, futures::Notified, oneshot};
use tokio::time::Instant;

use super::feed::Gap;
use super::interests::Hears;
use crate::domain::change::{Change, Told};

/// How many tellings are made before anybody has asked for them, and how many are kept once they are made.
const AHEAD: usize = 64;
/// How long a telling is handed out after it began to be made: like a frame that was so long on its way. Who comes later
/// gets one that is true by then.
const FRESH: Duration = Duration::from_secs(1);

/// Makes what is told of a change.
pub type Make<P> = Box<dyn Fn(Told) -> BoxFuture<'static, P> + Send + Sync>;
/// What is being made. An error is a maker that panicked.
pub type Making<P> = Shared<oneshot::Receiver<P>>;

/// All who hear the same.
pub struct Audience<P> {
    make: Make<P>,
    /// How many changes a listener may be behind.
    capacity: usize,
    state: Mutex<State<P>>,
    news: Notify,
}

struct State<P> {
    queue: VecDeque<Queued>,
    /// The number of the first in the queue.
    first: u64,
    /// The number after the last that anybody has taken.
    taken: u64,
    listeners: usize,
    ended: Option<Gap>,
    made: VecDeque<Made<P>>,
    /// The last change that was queued, or after which the audience began: what is queued from now on is newer.
    queued: i64,
}

struct Queued {
    told: Told,
    /// How many listeners have not taken it.
    left: usize,
}

struct Made<P> {
    seq: i64,
    changes: usize,
    began: Instant,
    /// The last change that had been handed on when it began to be made.
    head: i64,
    making: Making<P>,
}

/// Where somebody came in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// The number of what they take next from the queue.
    pub next: u64,
    /// Everything of interest up to this change was queued before them, and everything after it they find in the queue: at an
    /// interval's end perhaps, and as a later state of the same subject.
    pub queued: i64,
}

/// What a listener finds in the queue.
#[derive(Debug)]
pub enum Taken {
    Told(Told),
    /// Nothing yet.
    Nothing,
    /// What came next was not kept so long.
    Lagged,
    /// Nothing any more.
    Ended(Gap),
}

impl<P> std::fmt::Debug for Audience<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Audience").field("listeners", &self.state().listeners).finish_non_exhaustive()
    }
}

impl<P> Audience<P> {
    fn state(&self) -> MutexGuard<'_, State<P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first one comes, to hear what follows the change `head`.
    pub fn begin(&self, head: i64) -> Place {
        self.state().queued = head;
        self.join()
    }

    /// Somebody comes.
    pub fn join(&self) -> Place {
        let mut state = self.state();
        state.listeners += 1;
        Place { next: state.first + state.queue.len() as u64, queued: state.queued }
    }

    /// Somebody at this place goes: how many are left.
    pub fn leave(&self, next: u64) -> usize {
        let mut state = self.state();
        state.listeners = state.listeners.saturating_sub(1);
        let taken = usize::try_from(next.saturating_sub(state.first)).unwrap_or(usize::MAX);
        state.queue.iter_mut().skip(taken).for_each(|queued| queued.left = queued.left.saturating_sub(1));
        state.drop_taken();
        state.listeners
    }

    /// Whether there can be more to hear.
    pub fn is_open(&self) -> bool {
        self.state().ended.is_none()
    }

    /// Whether those who listen are quick enough for more: the quickest of them has taken half of the queue.
    pub fn keeps_up(&self) -> bool {
        self.state().untaken() <= self.capacity as u64 / 2
    }

    /// Takes what stands at a place, and moves it on.
    pub fn take(&self, next: &mut u64) -> Taken {
        let mut state = self.state();
        let Some(index) = next.checked_sub(state.first) else { return Taken::Lagged };
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(queued) = state.queue.get_mut(index) else {
            return state.ended.clone().map_or(Taken::Nothing, Taken::Ended);
        };
        queued.left = queued.left.saturating_sub(1);
        let told = queued.told.clone();
        *next += 1;
        state.taken = state.taken.max(*next);
        state.drop_taken();
        Taken::Told(told)
    }

    /// Waits until there may be something new. To be made before the queue is looked at.
    pub fn news(&self) -> Notified<'_> {
        self.news.notified()
    }

    /// There will be no more.
    pub fn end(&self, gap: &Gap) {
        self.state().ended.get_or_insert_with(|| gap.clone());
        self.news.notify_waiters();
    }
}

impl<P> State<P> {
    /// How many in the queue nobody has taken yet.
    fn untaken(&self) -> u64 {
        let end = self.first + self.queue.len() as u64;
        end - self.taken.clamp(self.first, end)
    }

    fn drop_taken(&mut self) {
        while self.queue.front().is_some_and(|queued| queued.left == 0) {
            self.queue.pop_front();
            self.first += 1;
        }
    }
}

impl<P: Clone + Send + Sync + 'static> Audience<P> {
    /// Nobody yet.
    #[must_use]
    pub fn new(capacity: usize, make: Make<P>) -> Arc<Self> {
        let state = State {
            queue: VecDeque::new(),
            first: 0,
            taken: 0,
            listeners: 0,
            ended: None,
            made: VecDeque::new(),
            queued: 0,
        };
        Arc::new(Self { make, capacity, state: Mutex::new(state), news: Notify::new() })
    }

    /// Queues what is to be told, unless there was an end: what follows it does not follow what was told. While the listeners keep
    /// up it is made at once, and they are woken when it is there.
    pub fn push(self: &Arc<Self>, told: &Told) {
        let keep_up = {
            let mut state = self.state();
            state.queued = told.change.seq;
            if state.listeners == 0 || state.ended.is_some() {
                return;
            }
            let left = state.listeners;
            state.queue.push_back(Queued { told: told.clone(), left });
            if state.queue.len() > self.capacity {
                state.queue.pop_front();
                state.first += 1;
            }
            state.untaken() <= AHEAD as u64
        };
        if keep_up {
            drop(self.making(told, told.change.seq, false));
        } else {
            self.news.notify_waiters();
        }
    }

    /// What is told of a change: taken from those that were made a moment ago, or made now, in a task of its own, so that a
    /// listener who stops waiting stops nobody else. Of an old change, which was `missed`, only what was made since the last
    /// change of all will do: what could be seen then may be hidden now.
    pub fn making(self: &Arc<Self>, told: &Told, head: i64, missed: bool) -> Making<P> {
        let now = Instant::now();
        let mut state = self.state();
        while state.made.front().is_some_and(|made| now - made.began > FRESH) {
            state.made.pop_front();
        }
        let is_same = |made: &&Made<P>| {
            made.seq == told.change.seq && made.changes == told.changes && (!missed || made.head == head)
        };
        if let Some(made) = state.made.iter().rev().find(is_same) {
            return made.making.clone();
        }
        let (sender, receiver) = oneshot::channel();
        let making = receiver.shared();
        let made = Made { seq: told.change.seq, changes: told.changes, began: now, head, making: making.clone() };
        if state.made.len() == AHEAD {
            state.made.pop_front();
        }
        state.made.push_back(made);
        drop(state);
        let (audience, work) = (Waker(Arc::clone(self)), (self.make)(told.clone()));
        tokio::spawn(async move {
            // Nobody may be left to take it.
            let _ = sender.send(work.await);
            drop(audience);
        });
        making
    }
}

/// Wakes the audience when what it waits for was made, or when making it panicked.
struct Waker<P>(Arc<Audience<P>>);

impl<P> Drop for Waker<P> {
    fn drop(&mut self) {
        self.0.news.notify_waiters();
    }
}

/// An audience that hears every change as it is.
#[derive(Debug)]
pub struct Direct<P>(pub Arc<Audience<P>>);

impl<P: Clone + Send + Sync + 'static> Hears for Direct<P> {
    fn hear(&self, change: &Arc<Change>) {
        self.0.push(&Told { change: Arc::clone(change), changes: 1 });
    }

    fn end(&self, gap: &Gap) {
        self.0.end(gap);
    }
}
