//! Answers about trends, each reckoned once for all who ask the same at the same time.

use std::hash::Hash;
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

/// How many answers of each kind are kept: as many as may be asked again before the quarter of a second is over.
const KEPT: u64 = 16;

/// A list, best first, that many may look at.
pub type List<T> = Arc<Vec<T>>;

/// What was asked, of what.
type Asked<Q> = (Sight, Q);
/// What is known of that, for a version of the archive.
type Known<Q, T> = Cache<(u64, Asked<Q>), List<T>>;

/// Asks the archive, and remembers for a while.
#[derive(Debug)]
pub struct Answers {
    archive: Arc<Archive>,
    words: Known<WordQuestion, TrendingWord>,
    contents: Known<(Ranking, usize), TrendingContent>,
    topics: Known<usize, Trending<TopicId>>,
    people: Known<usize, Trending<PersonId>>,
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

    async fn answer<Q, T>(
        &self,
        known: &Known<Q, T>,
        sight: &Sight,
        asked: Q,
        reckon: impl FnOnce(&Facts, &Day, &Question) -> Vec<T> + Send + 'static,
    ) -> List<T>
    where
        Q: Hash + Eq + Send + Sync + 'static,
        T: Send + Sync + 'static,
    {
        let (at, seen) = (sight.window.to, sight.clone());
        let ask = move |facts: &Facts, day: &Day| reckon(facts, day, &Question::of(facts, &seen));
        self.archive.recall(known, (sight.clone(), asked), at, ask).await
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
