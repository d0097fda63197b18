//! The feed: one task reads the log; everybody who follows hears the same changes from it.
//!
//! News comes from the log alone, so another process, a restart and a reconnecting phone all hear exactly the same.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::{Notify, Semaphore, broadcast, watch};
use tokio::time::Instant;

use super::interests::{Hears, Interests};
use crate::domain::change::{Branch, Change, Fact, Interest, Point};
use crate::domain::id::TopicId;
use crate::store::connection::Store;
use crate::store::error::Error;

/// How many changes are read at once.
pub(super) const PAGE: i64 = 500;

/// Why a feed ended.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Gap {
    /// The follower was too slow for its buffer; the last change it was told is `last`.
    #[error("this subscription was too slow; go on after its last cursor")]
    Lagged { last: i64 },
    /// The log no longer holds what follows the cursor, or never did.
    #[error("the log does not hold what follows this cursor")]
    Expired,
    /// The server is stopping.
    #[error("the server is stopping; reconnect and go on after the last cursor")]
    Closed,
    /// The database failed while old changes were read.
    #[error(transparent)]
    Store(Arc<Error>),
    /// What is told could not be made.
    #[error("what is told of a change could not be made")]
    Broken,
}

impl From<Error> for Gap {
    fn from(error: Error) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// Follows the change log and fans out.
pub struct Feed {
    pub(super) store: Arc<Store>,
    sender: broadcast::Sender<Arc<Change>>,
    front: Mutex<Front>,
    /// Something is in the log that nobody else will tell.
    pub(super) wake: Notify,
    /// Something is in the log that the bus should tell.
    pub(super) called: Notify,
    /// The last change that this process has written, perhaps not handed on yet.
    written: AtomicI64,
    /// The last change that is said to be in the log.
    pub(super) known: AtomicI64,
    /// Whether a bus tells what other processes write.
    pub(super) hears: AtomicBool,
    /// How often the bus was too slow with something.
    pub(super) late: AtomicU64,
    /// When the log was read last.
    pub(super) looked: Mutex<Instant>,
    /// Whether changes were taken away before they were heard, so that memory is not what the facts are.
    torn: AtomicBool,
    /// Turns to read what was missed, so that many who come back with old cursors leave connections to those who ask.
    replays: Semaphore,
    pub(super) closed: watch::Sender<bool>,
    memory: Box<dyn Memory>,
}

/// What is kept in memory of the facts.
pub trait Memory: Send + Sync {
    /// Takes note of a change, before any follower does.
    fn hear(&self, change: &Change);
    /// All topics that a branch was after the change `seq`.
    fn grown(&self, branch: &Branch, seq: i64) -> BTreeSet<TopicId>;
}

/// Where the feed is, and who is told there.
pub(super) struct Front {
    /// The last change that was handed on.
    pub(super) head: i64,
    /// The place after it.
    point: Point,
    interests: Interests,
}

/// Where somebody came in.
#[derive(Clone, Copy, Debug)]
pub struct Entered {
    /// The last change that they are not told.
    pub head: i64,
    /// The last change that was acknowledged here, perhaps on its way still.
    pub written: i64,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").field("head", &self.head()).finish_non_exhaustive()
    }
}

impl Feed {
    /// Starts to follow the log from its end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(store: Arc<Store>, buffer: usize, memory: impl Memory + 'static) -> Result<Arc<Self>, Error> {
        let (_, head) = store.log_ends().await?;
        let point = store.log_point(head).await?.unwrap_or(Point { seq: head, mark: 0 });
        let listener = store.listener().await?;
        let readers = store.readers();
        let (sender, _) = broadcast::channel(buffer);
        let feed = Arc::new(Self {
            store,
            sender,
            front: Mutex::new(Front { head, point, interests: Interests::default() }),
            wake: Notify::new(),
            called: Notify::new(),
            written: AtomicI64::new(head),
            known: AtomicI64::new(head),
            hears: AtomicBool::new(false),
            late: AtomicU64::new(0),
            looked: Mutex::new(Instant::now()),
            torn: AtomicBool::new(false),
            replays: Semaphore::new((readers / 2).max(1)),
            closed: watch::Sender::new(false),
            memory: Box::new(memory),
        });
        tokio::spawn(Arc::clone(&feed).read());
        if let Some(listener) = listener {
            tokio::spawn(Arc::clone(&feed).heed(listener));
        }
        Ok(feed)
    }

    /// Hands on what this process has just committed, if it is what follows next in the log; else it is read from there in its
    /// turn, or comes by the bus. Says whether it was handed on.
    pub fn offer(&self, changes: &[Arc<Change>]) -> bool {
        let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return true };
        self.written.fetch_max(last.seq, Ordering::SeqCst);
        let next = {
            let mut front = self.front();
            let next = first.seq == front.head + 1;
            if next {
                self.hand_on(&mut front, changes.iter().cloned());
            }
            next
        };
        if !next {
            self.known.fetch_max(last.seq, Ordering::SeqCst);
            if !self.hears() {
                self.wake.notify_one();
            }
        }
        next
    }

    /// Ends every subscription, so that a graceful stop need not wait for them.
    pub fn close(&self) {
        self.closed.send_replace(true);
        self.front().interests.end(&Gap::Closed);
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// Whether memory has heard every change; else only a restart helps.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.torn.load(Ordering::SeqCst)
    }

    /// How long ago the log was read last. While a bus tells everything that need not be lately.
    #[must_use]
    pub fn looked(&self) -> Duration {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// The last change that was handed on.
    pub fn head(&self) -> i64 {
        self.front().head
    }

    /// The place after it.
    pub fn point(&self) -> Point {
        self.front().point
    }

    /// How many changes this process has written that are not handed on yet.
    #[must_use]
    pub fn lag(&self) -> i64 {
        (self.written.load(Ordering::SeqCst) - self.head()).max(0)
    }

    pub(super) fn front(&self) -> MutexGuard<'_, Front> {
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters somebody who hears all changes of an interest from now on; they are made between two changes, and hear after
    /// which. The number is for [`Feed::forget`].
    pub fn enter(&self, interest: Interest, make: impl FnOnce(Entered) -> Arc<dyn Hears>) -> u64 {
        let mut front = self.front();
        // The tree may have changed since somebody asked.
        let interest = self.as_of(interest, front.head);
        let hears = make(self.entered(&front));
        if *self.closed.borrow() {
            hears.end(&Gap::Closed);
        }
        front.interests.add(interest, hears)
    }

    /// Does something between two changes, which hears after which.
    pub fn between<T>(&self, act: impl FnOnce(Entered) -> T) -> T {
        let front = self.front();
        act(self.entered(&front))
    }

    fn entered(&self, front: &Front) -> Entered {
        Entered { head: front.head, written: self.written.load(Ordering::SeqCst) }
    }

    /// Forgets somebody who entered.
    pub fn forget(&self, number: u64) {
        self.front().interests.remove(number);
    }

    /// How many interests are entered.
    #[must_use]
    pub fn interests(&self) -> usize {
        self.front().interests.len()
    }

    pub(super) fn hand_on(&self, front: &mut Front, changes: impl Iterator<Item = Arc<Change>>) {
        let _span = tracing::info_span!("feed", after = front.head).entered();
        for change in changes {
            // What was read from the log may have been offered meanwhile.
            if change.seq <= front.head {
                continue;
            }
            if change.seq > front.head + 1 {
                let (head, seq) = (front.head, change.seq);
                tracing::error!(
                    head,
                    seq,
                    "rows of the change log were taken away before they were read; restart to count anew"
                );
                self.torn.store(true, Ordering::SeqCst);
                front.interests.end(&Gap::Expired);
            }
            self.memory.hear(&change);
            (front.head, front.point) = (change.seq, change.point());
            if let Fact::Topic(fact) = &change.fact {
                front.interests.regrow(&fact.topic, |branch| self.memory.grown(branch, change.seq));
            }
            front.interests.tell(&change);
            // Without followers there is nobody to tell, which is no error.
            let _ = self.sender.send(change);
        }
    }

    /// An interest as it was after the change `seq`: its topics are what they were in the tree of then.
    #[must_use]
    pub fn as_of(&self, mut interest: Interest, seq: i64) -> Interest {
        interest.topics.iter_mut().for_each(|branch| branch.all = self.memory.grown(branch, seq));
        interest
    }

    /// Whether a change is of interest. They come in the order of the log, and the interest goes along with the tree.
    pub fn matches(&self, interest: &mut Interest, change: &Change) -> bool {
        if let (Fact::Topic(fact), Some(branch)) = (&change.fact, &mut interest.topics)
            && branch.may_change_with(&fact.topic)
        {
            branch.all = self.memory.grown(branch, change.seq);
        }
        interest.matches(&change.fact)
    }

    /// Every change after the number `after`, or from now on: first from the log, then as it comes, without a gap or a repeat.
    pub fn follow(
        self: &Arc<Self>,
        after: Option<i64>,
    ) -> impl Stream<Item = Result<Arc<Change>, Gap>> + Send + 'static {
        let feed = Arc::clone(self);
        // Under one lock, so that no change falls between the two.
        let (mut receiver, head) = {
            let front = feed.front();
            (feed.sender.subscribe(), front.head)
        };
        let written = feed.written.load(Ordering::SeqCst);
        let mut closed = feed.closed.subscribe();
        async_stream::stream! {
            // Now is after everything that was acknowledged here, also what is still on its way.
            let mut last = after.unwrap_or(head.max(written));
            for await item in feed.missed(last, head) {
                match item {
                    Ok(change) => {
                        last = change.seq;
                        yield Ok(change);
                    }
                    Err(gap) => {
                        yield Err(gap);
                        return;
                    }
                }
            }
            loop {
                let heard = tokio::select! {
                    heard = receiver.recv() => heard,
                    _ = closed.wait_for(|closed| *closed) => Err(broadcast::error::RecvError::Closed),
                };
                match heard {
                    Ok(change) if change.seq <= last => {}
                    Ok(change) if change.seq != last + 1 => {
                        yield Err(Gap::Expired);
                        return;
                    }
                    Ok(change) => {
                        last = change.seq;
                        yield Ok(change);
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => {
                        yield Err(Gap::Lagged { last });
                        return;
                    }
                    Err(broadcast::error::RecvError::Closed) => {
                        yield Err(Gap::Closed);
                        return;
                    }
                }
            }
        }
    }

    /// Every change after the number `last` up to `head`, from the log. Each page is read by a task of its own, so that one who
    /// stops taking changes keeps no connection.
    pub fn missed(
        self: &Arc<Self>,
        mut last: i64,
        head: i64,
    ) -> impl Stream<Item = Result<Arc<Change>, Gap>> + Send + use<> {
        let feed = Arc::clone(self);
        async_stream::stream! {
            while last < head {
                let (feed, after) = (Arc::clone(&feed), last);
                let read = tokio::spawn(async move {
                    let _turn = feed.replays.acquire().await;
                    feed.store.changes_after(after, PAGE).await
                });
                let read = read.await;
                let changes = match read.map_err(|_| Gap::Broken).and_then(|read| read.map_err(Gap::from)) {
                    Ok(changes) if changes.is_empty() => break,
                    Ok(changes) => changes,
                    Err(gap) => {
                        yield Err(gap);
                        return;
                    }
                };
                for change in changes {
                    // Numbers have no gaps: a hole is a part of the log that somebody took away meanwhile.
                    if change.seq != last + 1 {
                        yield Err(Gap::Expired);
                        return;
                    }
                    last = change.seq;
                    yield Ok(Arc::new(change));
                    if last == head {
                        return;
                    }
                }
            }
        }
    }

    /// Whether the log still holds the change before `after`, and so everything after it.
    ///
    /// # Errors
    /// [`Gap::Expired`] when it does not, has never come so far, or holds another change of that number.
    pub async fn check(&self, after: Option<Point>) -> Result<(), Gap> {
        let Some(after) = after else { return Ok(()) };
        if self.store.log_point(after.seq).await? == Some(after) { Ok(()) } else { Err(Gap::Expired) }
    }
}
