//! Days that were reckoned already, so that what is usual is reckoned once for all questions about one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::day::Day;
use super::facts::Facts;

/// How many days are remembered.
const KEPT: usize = 8;
/// Something that happened long ago may be missing in what is usual for so many times the work of reckoning it.
const PATIENCE: u32 = 50;

#[derive(Debug, Default)]
pub(super) struct Days {
    known: Mutex<HashMap<i64, Reckoned>>,
    /// How many were reckoned.
    reckoned: AtomicU64,
}

#[derive(Debug)]
struct Reckoned {
    day: Arc<Day>,
    when: Instant,
    work: Duration,
    is_outdated: bool,
}

impl Days {
    /// What is usual as of a midnight, and whether it takes the place of what was told before.
    pub fn of(&self, facts: &Facts, at: i64) -> (Arc<Day>, bool) {
        let replaces = match self.known().get(&at) {
            Some(known) if !(known.is_outdated && known.when.elapsed() >= known.work * PATIENCE) => {
                return (Arc::clone(&known.day), false);
            }
            known => known.is_some(),
        };
        // Without the lock: it is much work, and who marks days as outdated must not wait for it.
        let began = Instant::now();
        let serial = self.reckoned.fetch_add(1, Ordering::Relaxed) + 1;
        let day = Arc::new(Day { serial, ..Day::of(facts, at) });
        let reckoned =
            Reckoned { day: Arc::clone(&day), when: Instant::now(), work: began.elapsed(), is_outdated: false };
        let mut known = self.known();
        if known.len() >= KEPT && !known.contains_key(&at) {
            let oldest = known.iter().min_by_key(|(_, reckoned)| reckoned.when).map(|(at, _)| *at);
            oldest.and_then(|oldest| known.remove(&oldest));
        }
        known.insert(at, reckoned);
        (day, replaces)
    }

    /// Marks the days that do not know yet what was told of times before them.
    pub fn outdate(&self, touched: i64) {
        for reckoned in self.known().values_mut().filter(|reckoned| touched <= reckoned.day.at) {
            reckoned.is_outdated = true;
        }
    }

    /// Forgets all of them.
    pub fn clear(&self) {
        self.known().clear();
    }

    fn known(&self) -> MutexGuard<'_, HashMap<i64, Reckoned>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
