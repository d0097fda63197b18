//! How questions are answered: a few at a time, on threads of their own, and the same one once for all who ask it.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use moka::sync::Cache;

use super::Archive;
use super::day::Day;
use super::facts::Facts;

impl Archive {
    /// Two answers about the same moment are the same as long as this is.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Answers a question about a moment, with what was usual then. What comes back is empty if the question panics.
    pub async fn reckon<R: Default + Send + 'static>(
        self: &Arc<Self>,
        at: i64,
        question: impl FnOnce(&Facts, &Day) -> R + Send + 'static,
    ) -> R {
        // No more at once than there are cores: more of them would only take each other's time, and memory.
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else { return R::default() };
        let archive = Arc::clone(self);
        let reckoned = self.aside.run(move || {
            let _turn = turn;
            archive.ask(at, question)
        });
        reckoned.await.unwrap_or_default()
    }

    /// The answer that is known under a key and this version, or a new one, for all who ask the same meanwhile.
    pub async fn recall<K, R>(
        self: &Arc<Self>,
        known: &Cache<(u64, K), Arc<R>>,
        key: K,
        at: i64,
        question: impl FnOnce(&Facts, &Day) -> R + Send + 'static,
    ) -> Arc<R>
    where
        K: Hash + Eq + Send + Sync + 'static,
        R: Default + Send + Sync + 'static,
    {
        let key = (self.version(), key);
        if let Some(answer) = known.get(&key) {
            return answer;
        }
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else { return Arc::default() };
        if let Some(answer) = known.get(&key) {
            return answer;
        }
        let (archive, known) = (Arc::clone(self), known.clone());
        let reckoned = self.aside.run(move || {
            let _turn = turn;
            known.get_with(key, || Arc::new(archive.ask(at, question)))
        });
        reckoned.await.unwrap_or_default()
    }

    /// For a thread that may wait.
    fn ask<R>(&self, at: i64, question: impl FnOnce(&Facts, &Day) -> R) -> R {
        // In this order: a rating of before `at` that is not in the facts yet moves the version.
        self.asked.fetch_max(at, Ordering::AcqRel);
        loop {
            let facts = self.facts.blocking_read();
            if facts.is_sorted() {
                let (day, replaces) = self.days.of(&facts, Day::before(at));
                if replaces {
                    self.version.fetch_add(1, Ordering::AcqRel);
                }
                return question(&facts, &day);
            }
            drop(facts);
            self.facts.blocking_write().sort();
        }
    }
}
