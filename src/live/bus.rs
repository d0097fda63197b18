//! A bus between the processes on one database: one of them tells the others what the log says, so that not each has to read it.
//!
//! The stream on the bus is also how they agree who tells. Whoever tells says at least a beat in each half second; after some
//! silence anybody tries to say one, and since the bus takes a word only from those who have heard all others, one of them
//! succeeds. A process that slept meanwhile finds its words refused. Nothing depends on any of this but how soon something is
//! heard: the feed hands on what follows the last change it told, and reads the log wherever that is not so.

pub mod address;
mod line;
mod turn;
mod word;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use self::address::Address;
use self::line::{Broken, Line};
use self::turn::Turn;
use self::word::{Refused, Word};
use super::feed::Feed;

/// How long to wait before a bus that is away is looked for again.
const AGAIN: Duration = Duration::from_secs(1);

/// The bus, as one process hears and feeds it.
#[derive(Debug)]
pub struct Bus {
    feed: Arc<Feed>,
    address: Address,
    /// The name of the database.
    database: String,
    /// Whether it is away, and that was said.
    away: AtomicBool,
    relays: AtomicBool,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    said: AtomicU64,
    heard: AtomicU64,
    broken: AtomicU64,
    foreign: AtomicU64,
    gaps: AtomicU64,
    outages: AtomicU64,
}

/// What the bus comes to, for operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Whether this process is told of changes by the bus at present.
    pub hears: bool,
    /// Whether this process tells the others.
    pub relays: bool,
    /// Changes that this process has told on the bus so far.
    pub said: u64,
    /// Changes that the bus has told this process so far.
    pub heard: u64,
    /// Messages that nobody could understand.
    pub broken: u64,
    /// Messages about another database.
    pub foreign: u64,
    /// Words that did not follow what was known, so that the log was read.
    pub gaps: u64,
    /// How often the log was read because the bus was too slow with a change.
    pub late: u64,
    /// How often the bus was away.
    pub outages: u64,
}

fn add(count: &AtomicU64, more: usize) {
    count.fetch_add(more as u64, Ordering::Relaxed);
}

impl Bus {
    /// The bus at an address, for a feed of the database of this name.
    #[must_use]
    pub fn new(address: Address, database: String, feed: Arc<Feed>) -> Arc<Self> {
        let (away, relays, counts) = (AtomicBool::new(false), AtomicBool::new(false), Counts::default());
        Arc::new(Self { feed, address, database, away, relays, counts })
    }

    /// Hears and tells, until the feed ends. While the bus is away the feed reads the log.
    pub async fn run(self: Arc<Self>) {
        while !self.feed.is_closed() {
            let Err(error) = self.stay().await;
            self.relays.store(false, Ordering::Relaxed);
            self.feed.miss();
            if !self.feed.is_closed() && !self.away.swap(true, Ordering::Relaxed) {
                add(&self.counts.outages, 1);
                tracing::warn!(%error, "the bus is away; what other processes write is read from the database until it is back");
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// What it comes to so far.
    #[must_use]
    pub fn numbers(&self) -> Numbers {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &self.counts;
        Numbers {
            hears: self.feed.hears(),
            relays: self.relays.load(Ordering::Relaxed),
            said: count(&counts.said),
            heard: count(&counts.heard),
            broken: count(&counts.broken),
            foreign: count(&counts.foreign),
            gaps: count(&counts.gaps),
            late: self.feed.late(),
            outages: count(&counts.outages),
        }
    }

    /// Hears and tells on one line, until it breaks.
    async fn stay(&self) -> Result<Infallible, Broken> {
        let line = Line::open(&self.address, &self.database).await?;
        Turn::new(self, line).last().await
    }

    /// Takes what somebody said; whether it was one of us.
    fn take(&self, payload: &[u8]) -> bool {
        match Word::read(payload, &self.database) {
            Ok(word) => {
                add(&self.counts.heard, word.changes.len());
                if !self.feed.told(word.changes, word.last) {
                    add(&self.counts.gaps, 1);
                }
                true
            }
            Err(refused) => {
                let count = match refused {
                    Refused::Broken => &self.counts.broken,
                    Refused::Foreign => &self.counts.foreign,
                };
                // Once is enough for the log; the numbers tell the rest.
                if count.fetch_add(1, Ordering::Relaxed) == 0 {
                    tracing::warn!(
                        ?refused,
                        "somebody else speaks on our subject of the bus; it is counted and left out"
                    );
                }
                false
            }
        }
    }

    /// The bus works: somebody of us was heard, or taken.
    fn works(&self) {
        if self.away.swap(false, Ordering::Relaxed) {
            tracing::info!("the bus is back");
        }
    }
}
