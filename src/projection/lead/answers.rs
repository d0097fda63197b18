//! Answers about who leads what, each reckoned once for all who ask the same at the same time.

use std::sync::{Arc, Mutex, PoisonError};

use moka::sync::Cache;

use super::follow::follow;
use super::tell::{Counted, history, overview, tell};
use crate::domain::id::{PersonId, TopicId};
use crate::domain::lead::following::{Following, Way};
use crate::domain::lead::leading::{Leading, Question, TopicLeaders};
use crate::domain::lead::succession::Chapter;
use crate::projection::archive::Archive;

/// How many answers are kept, and how many views of everything.
const KEPT: u64 = 500;
const OVERVIEWS: u64 = 8;

/// Asks the archive, and remembers for a while.
#[derive(Debug)]
pub struct Answers {
    archive: Arc<Archive>,
    leaders: Cache<(u64, Question), Arc<Vec<Leading>>>,
    overviews: Cache<(u64, i64), Arc<Vec<Arc<TopicLeaders>>>>,
    counted: Arc<Mutex<Counted>>,
}

impl Answers {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(archive: Arc<Archive>) -> Self {
        Self { archive, leaders: Cache::new(KEPT), overviews: Cache::new(OVERVIEWS), counted: Arc::default() }
    }

    /// Everybody who has something to show, strongest first.
    pub async fn leaders(&self, question: &Question) -> Arc<Vec<Leading>> {
        let key = (self.archive.version(), question.clone());
        if let Some(known) = self.leaders.get(&key) {
            return known;
        }
        let (archive, leaders) = (Arc::clone(&self.archive), self.leaders.clone());
        // Reckoning is work, so it has a thread of its own. A task that was not aborted ends unless it panics.
        let reckoned = tokio::task::spawn_blocking(move || {
            let question = key.1.clone();
            leaders.get_with(key, || Arc::new(archive.ask(question.at, |facts, day| tell(facts, day, &question))))
        });
        reckoned.await.unwrap_or_default()
    }

    /// Everybody who leads anything as of a moment, by topic.
    pub async fn overview(&self, at: i64) -> Arc<Vec<Arc<TopicLeaders>>> {
        let key = (self.archive.version(), at);
        if let Some(known) = self.overviews.get(&key) {
            return known;
        }
        let (archive, overviews) = (Arc::clone(&self.archive), self.overviews.clone());
        let counted = Arc::clone(&self.counted);
        let reckoned = tokio::task::spawn_blocking(move || {
            overviews.get_with(key, || {
                let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::new(archive.ask(at, |facts, day| overview(facts, day, at, &mut counted)))
            })
        });
        reckoned.await.unwrap_or_default()
    }

    /// Who follows whom, for each of these people, as of a moment.
    pub async fn follow(&self, people: Vec<PersonId>, way: Way, at: i64) -> Vec<Following> {
        let archive = Arc::clone(&self.archive);
        let reckoned = tokio::task::spawn_blocking(move || {
            archive.ask(at, |facts, _| {
                people.iter().flat_map(|person| follow(facts, *person, way, at)).collect::<Vec<_>>()
            })
        });
        reckoned.await.unwrap_or_default()
    }

    /// Who had most to show on a topic at each of some moments up to `at`.
    pub async fn history(&self, topic: TopicId, moments: Vec<i64>, count: usize, at: i64) -> Vec<Chapter> {
        let archive = Arc::clone(&self.archive);
        let reckoned = tokio::task::spawn_blocking(move || {
            archive.ask(at, |facts, day| history(facts, day, topic, &moments, count))
        });
        reckoned.await.unwrap_or_default()
    }
}
