//! How the feed reads the log: when there is something in it that nobody else tells.
//!
//! PostgreSQL says that something was written. Without a bus it is read at once; a bus has a moment to tell it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::feed::{Feed, PAGE};
use crate::domain::change::Change;
use crate::store::listener::Listener;

/// How often to look for news of other processes when nobody wakes us.
const GLANCE: Duration = Duration::from_millis(500);
/// How long the bus may take for the next change when it is known that there is one.
const PATIENCE: Duration = Duration::from_millis(200);

impl Feed {
    /// Whether a bus tells what other processes write.
    #[must_use]
    pub fn hears(&self) -> bool {
        self.hears.load(Ordering::SeqCst)
    }

    /// How often the bus was too slow with something.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late.load(Ordering::Relaxed)
    }

    /// Hands on what the bus tells, as far as it follows; a change that is known is left out. The log holds everything up to `last`,
    /// says the bus: if something is still missing up to there it is read, and the answer is false.
    pub fn told(&self, changes: Vec<Change>, last: i64) -> bool {
        self.hears.store(true, Ordering::SeqCst);
        let whole = {
            let mut front = self.front();
            let head = front.head;
            let new = changes.into_iter().filter(|change| change.seq > head).zip(head + 1..);
            let next = new.take_while(|(change, seq)| change.seq == *seq).map(|(change, _)| Arc::new(change));
            self.hand_on(&mut front, next);
            front.head >= last
        };
        if !whole {
            self.wake.notify_one();
        }
        whole
    }

    /// The bus tells nothing any more: the log is read.
    pub fn miss(&self) {
        if self.hears.swap(false, Ordering::SeqCst) {
            self.wake.notify_one();
        }
    }

    pub(super) async fn read(self: Arc<Self>) {
        let mut closed = self.closed.subscribe();
        let mut failing = false;
        while !*closed.borrow() {
            let known = self.known.load(Ordering::SeqCst);
            let read = self.store.changes_after(self.head(), PAGE).await;
            if read.is_ok() {
                *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            }
            match read {
                Ok(changes) if changes.is_empty() => {
                    failing = false;
                    // Whoever said that there is more was wrong.
                    let _ = self.known.compare_exchange(known, self.head(), Ordering::SeqCst, Ordering::SeqCst);
                }
                Ok(changes) => {
                    failing = false;
                    self.hand_on(&mut self.front(), changes.into_iter().map(Arc::new));
                    continue;
                }
                Err(error) if !failing => {
                    failing = true;
                    tracing::error!(%error, "the change log cannot be read; news wait until it can");
                }
                Err(_) => {}
            }
            self.rest(&mut closed).await;
        }
    }

    /// Hears the wake-up calls of the database. In a task of its own, so that nothing keeps a lost connection from being made anew.
    pub(super) async fn heed(self: Arc<Self>, mut listener: Listener) {
        let mut closed = self.closed.subscribe();
        loop {
            let called = tokio::select! {
                called = listener.woken() => called,
                _ = closed.wait_for(|closed| *closed) => return,
            };
            match called {
                Some(last) if last <= self.head() => {}
                // The bus has a moment to tell it.
                Some(last) if self.hears() => {
                    self.known.fetch_max(last, Ordering::SeqCst);
                    self.called.notify_one();
                }
                _ => self.wake.notify_one(),
            }
        }
    }

    /// Waits until the log has to be read.
    async fn rest(&self, closed: &mut watch::Receiver<bool>) {
        // Where we stood when it became known that there is more, and since when.
        let mut behind: Option<(i64, Instant)> = None;
        loop {
            let (head, now) = (self.head(), Instant::now());
            let waits = self.hears() && self.known.load(Ordering::SeqCst) > head;
            behind = behind.filter(|(stood, _)| *stood == head).or(Some((head, now))).filter(|_| waits);
            let until = behind.map_or(now + GLANCE, |(_, since)| since + PATIENCE);
            tokio::select! {
                () = self.wake.notified() => return,
                () = self.called.notified() => {}
                () = sleep_until(until) => {
                    if !self.hears() {
                        return;
                    }
                    if behind.is_some_and(|(stood, _)| stood == self.head()) {
                        self.late.fetch_add(1, Ordering::Relaxed);
                        self.hears.store(false, Ordering::SeqCst);
                        return;
                    }
                }
                _ = closed.changed() => return,
            }
        }
    }
}
