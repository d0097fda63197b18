//! Answers about trends, each reckoned once for all who ask the same at the same time.

use std::sync::Arc;

use moka::sync::Cache;

use super::Question;
use super::contents::contents;
use super::heat::{Heated, heat};
use super::words::words;
use crate::domain::id::{PersonId, TopicId};
use crate::domain::trend::content::Ranking;
use crate::domain::trend::question::{Around, Sight, WordQuestion};
use crate::domain::trend::trending::{Trending, TrendingContent, TrendingWord};
use crate::projection::archive::Archive;
use crate::projection::archive::day::Day;
use crate::projection::archive::facts::Facts;

/// How many answers are kept.
const KEPT: u64 = 200;

/// A list, best first, that many may look at.
pub type List<T> = Arc<Vec<T>>;

/// What was asked, of which state of the archive.
type Asked<Q> = (u64, Sight, Q);

/// Asks the archive, and remembers for a while.
#[derive(Debug)]
pub struct Answers {
    archive: Arc<Archive>,
    words: Cache<Asked<WordQuestion>, List<TrendingWord>>,
    contents: Cache<Asked<(Ranking, usize)>, List<TrendingContent>>,
    topics: Cache<Asked<usize>, List<Trending<TopicId>>>,
    people: Cache<Asked<usize>, List<Trending<PersonId>>>,
}

impl Answers {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(archive: Arc<Archive>) -> Self {
        let (words, contents) = (Cache::new(KEPT), Cache::new(KEPT));
        Self { archive, words, contents, topics: Cache::new(KEPT), people: Cache::new(KEPT) }
    }

    /// The words of a window, best first.
    pub async fn words(&self, sight: &Sight, asked: WordQuestion) -> List<TrendingWord> {
        let reckon = move |facts: &Facts, day: &Day, question: &Question| words(facts, day, question, &asked);
        self.answer(&self.words, sight, asked, reckon).await
    }

    /// The first `count` contents of a ranking.
    pub async fn contents(&self, sight: &Sight, ranking: Ranking, count: usize) -> List<TrendingContent> {
        let reckon =
            move |facts: &Facts, day: &Day, question: &Question| contents(facts, day, question, ranking, count);
        self.answer(&self.contents, sight, (ranking, count), reckon).await
    }

    /// Topics, the hottest first.
    pub async fn topics(&self, sight: &Sight, parts: usize) -> List<Trending<TopicId>> {
        let reckon = move |facts: &Facts, day: &Day, question: &Question| {
            named(heat(facts, day, question, Around::Topics, parts), &facts.topics)
        };
        self.answer(&self.topics, sight, parts, reckon).await
    }

    /// People around whom things happen, most first.
    pub async fn people(&self, sight: &Sight, parts: usize) -> List<Trending<PersonId>> {
        let reckon = move |facts: &Facts, day: &Day, question: &Question| {
            named(heat(facts, day, question, Around::People, parts), &facts.people)
        };
        self.answer(&self.people, sight, parts, reckon).await
    }

    /// The answer that is known, or a new one. Reckoning is work, so it has a thread of its own.
    async fn answer<Q, T>(
        &self,
        known: &Cache<Asked<Q>, List<T>>,
        sight: &Sight,
        asked: Q,
        reckon: impl FnOnce(&Facts, &Day, &Question) -> Vec<T> + Send + 'static,
    ) -> List<T>
    where
        Q: std::hash::Hash + Eq + Send + Sync + 'static,
        T: Send + Sync + 'static,
    {
        let key = (self.archive.version(), sight.clone(), asked);
        if let Some(list) = known.get(&key) {
            return list;
        }
        let (archive, known) = (Arc::clone(&self.archive), known.clone());
        let reckoned = tokio::task::spawn_blocking(move || {
            let sight = key.1.clone();
            // Who asks the same meanwhile waits for this answer.
            known.get_with(key, || {
                let ask = |facts: &Facts, day: &Day| reckon(facts, day, &Question::of(facts, &sight));
                Arc::new(archive.ask(sight.window.to, ask))
            })
        });
        // A task that was not aborted ends unless it panics, and then there is no answer to give.
        reckoned.await.unwrap_or_default()
    }
}

fn named<Id: Copy>(heated: Vec<Heated>, ids: &[Id]) -> Vec<Trending<Id>> {
    let name = |heated: Heated| {
        let id = *ids.get(heated.id as usize)?;
        let Heated { activity, contents, ratings, line, .. } = heated;
        Some(Trending { id, activity, contents, ratings, line })
    };
    heated.into_iter().filter_map(name).collect()
}
