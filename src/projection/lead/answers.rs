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
use crate::projection::archive::day::Day;
use crate::projection::archive::facts::Facts;

/// How much of answers is kept, in bytes, and how many views of everything. An answer is everybody on a topic with their contents: some
/// are a hundred times as large as others.
const ROOM: u64 = 2 * 1024 * 1024;
const OVERVIEWS: u64 = 3;

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
        let leaders =
            Cache::builder().max_capacity(ROOM).weigher(|_, leaders: &Arc<Vec<Leading>>| size(leaders)).build();
        Self { archive, leaders, overviews: Cache::new(OVERVIEWS), counted: Arc::default() }
    }

    /// Everybody who has something to show, strongest first.
    pub async fn leaders(&self, question: &Question) -> Arc<Vec<Leading>> {
        let asked = question.clone();
        let ask = move |facts: &Facts, day: &Day| tell(facts, day, &asked);
        self.archive.recall(&self.leaders, question.clone(), question.at, ask).await
    }

    /// Everybody who leads anything as of a moment, by topic.
    pub async fn overview(&self, at: i64) -> Arc<Vec<Arc<TopicLeaders>>> {
        let counted = Arc::clone(&self.counted);
        let ask = move |facts: &Facts, day: &Day| {
            overview(facts, day, at, &mut counted.lock().unwrap_or_else(PoisonError::into_inner))
        };
        self.archive.recall(&self.overviews, at, at, ask).await
    }

    /// Who follows whom, for each of these people, as of a moment.
    pub async fn follow(&self, people: Vec<PersonId>, way: Way, at: i64) -> Vec<Following> {
        let ask =
            move |facts: &Facts, _: &Day| people.iter().flat_map(|person| follow(facts, *person, way, at)).collect();
        self.archive.reckon(at, ask).await
    }

    /// Who had most to show on a topic at each of some moments up to `at`.
    pub async fn history(&self, topic: TopicId, moments: Vec<i64>, count: usize, at: i64) -> Vec<Chapter> {
        let ask = move |facts: &Facts, day: &Day| history(facts, day, topic, &moments, count);
        self.archive.reckon(at, ask).await
    }
}

/// About what an answer takes, in bytes.
fn size(leaders: &[Leading]) -> u32 {
    let lists = |one: &Leading| size_of_val(&*one.own) + size_of_val(&*one.judged) + size_of_val(&*one.line);
    let all = size_of_val(leaders) + leaders.iter().map(lists).sum::<usize>();
    u32::try_from(all).unwrap_or(u32::MAX)
}
