//! Trends as they are asked for: a window onto a part of the organisation, and what stands out in it.
//!
//! Everything that is told counts only what everybody may see, so it is the same for all who ask.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::error::Error;
use super::house::App;
use crate::domain::id::{PersonId, TopicId};
use crate::domain::person::PersonRef;
use crate::domain::source::SourceRef;
use crate::domain::time::{Time, from_micros, micros};
use crate::domain::topic::TopicRef;
use crate::domain::trend::content::Ranking;
use crate::domain::trend::question::{Part, Sight, WordQuestion};
use crate::domain::trend::trending::{Trending, TrendingContent, TrendingWord};
use crate::domain::trend::window::Window;

/// Into how many parts a window is cut for lines of counts.
pub const PARTS: usize = 24;
/// Who asks about now gets the same answer as everybody else in this time, in microseconds.
const NOW: i64 = 250_000;
/// How long somebody waits for the archive to be read after a start.
const PATIENCE: Duration = Duration::from_secs(15);

/// Names the part of the organisation that is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum PartRef {
    #[default]
    Everything,
    /// A topic with everything below it.
    Topic(TopicRef),
    Source(SourceRef),
    Circle(PersonRef),
}

impl App {
    /// The window that ends at a moment, or now, onto a part of the organisation.
    ///
    /// # Errors
    /// `OUT_OF_RANGE` for a window shorter than an hour or longer than 366 days, `IN_FUTURE`, `BAD_REQUEST` for a part that is not
    /// there, `UNAVAILABLE` while what was written is still being read after a start.
    pub async fn sight(
        &self,
        length: Duration,
        as_of: Option<Time>,
        part: &PartRef,
        head: i64,
    ) -> Result<Sight, Error> {
        let (now, at) = self.moment(as_of);
        let length = TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX);
        let window = Window::check(length, at, now)?;
        let part = self.part(part).await?;
        self.archive_has_heard(head).await?;
        Ok(Sight { window, part })
    }

    /// Now, and the moment that is asked about.
    pub(super) fn moment(&self, as_of: Option<Time>) -> (Time, Time) {
        let now = self.clock.now();
        (now, as_of.unwrap_or_else(|| from_micros(micros(now).div_euclid(NOW) * NOW)))
    }

    /// Waits until the archive knows everything up to a change.
    pub(super) async fn archive_has_heard(&self, head: i64) -> Result<(), Error> {
        tokio::time::timeout(PATIENCE, self.archive.heard(head)).await.map_err(|_| Error::Starting)
    }

    async fn part(&self, part: &PartRef) -> Result<Part, Error> {
        let missing = |noun: &str| Err(Error::BadRequest(format!("scope.{noun}: there is no such {noun}")));
        match part {
            PartRef::Everything => Ok(Part::Everything),
            PartRef::Topic(by) => match self.topic(by) {
                Some(topic) => Ok(Part::Topics(self.topics_below(topic.main.unwrap_or(topic.id)))),
                None => missing("topic"),
            },
            PartRef::Source(by) => match self.source(by) {
                Some(source) => Ok(Part::Source(source.id)),
                None => missing("source"),
            },
            PartRef::Circle(by) => match self.person(by).await? {
                Some(person) => Ok(Part::Circle(person.id)),
                None => Err(Error::BadRequest("scope.circleOf: there is no such person".to_owned())),
            },
        }
    }

    /// A topic with everything below it, sorted.
    #[must_use]
    pub fn topics_below(&self, id: TopicId) -> Vec<TopicId> {
        let mut topics: Vec<TopicId> = self.subtree(id).into_iter().collect();
        topics.sort_unstable();
        topics
    }

    /// The words of a window, best first.
    pub async fn trending_words(&self, sight: &Sight, asked: WordQuestion) -> Arc<Vec<TrendingWord>> {
        self.answers.words(sight, asked).await
    }

    /// The first `count` contents of a ranking.
    pub async fn trending_contents(&self, sight: &Sight, ranking: Ranking, count: usize) -> Arc<Vec<TrendingContent>> {
        self.answers.contents(sight, ranking, count).await
    }

    /// Topics on which something happens or was to be expected, the hottest first.
    pub async fn trending_topics(&self, sight: &Sight) -> Arc<Vec<Trending<TopicId>>> {
        self.answers.topics(sight, PARTS).await
    }

    /// People around whom others do something, most above what was to be expected first.
    pub async fn trending_people(&self, sight: &Sight) -> Arc<Vec<Trending<PersonId>>> {
        self.answers.people(sight, PARTS).await
    }
}
