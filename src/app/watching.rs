//! Lists that are watched: told as they are, and again whenever their top is another.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{BoxStream, StreamExt, try_unfold};

use super::error::Error;
use super::house::App;
use super::lead::{Leader, View};
use super::listening::{Heard, Item, Made, Script};
use super::seats::Seat;
use super::trend::PartRef;
use super::viewer::Viewer;
use crate::domain::change::Point;
use crate::domain::id::{ContentId, PersonId, TopicId};
use crate::domain::invalid::{Code, Invalid};
use crate::domain::lead::standing::Standing;
use crate::domain::time::{Time, from_micros};
use crate::domain::trend::content::Ranking;
use crate::domain::trend::heat::Direction;
use crate::domain::trend::question::{Detail, Sight, Weighing, WordQuestion, WordRanking};
use crate::live::watches::Watching;

/// The shortest and the longest time between two lists.
const INTERVALS: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(1);
/// How much of a list can be watched.
pub const LONGEST: usize = 100;

/// A list that somebody watches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Who leads a topic, perhaps with those below it.
    Leaders { topic: TopicId, subtopics: bool },
    /// What trends in a window up to now.
    Trends { of: Trend, length: Duration, part: PartRef },
}

/// What trends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trend {
    Words,
    Topics,
    Contents,
    People,
}

/// How a list is watched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Watch {
    list: List,
    /// How many of its first places are looked at.
    count: usize,
    interval: Duration,
}

/// A list as it was seen.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The last change that had been handed on.
    pub head: Point,
    pub at: Time,
    pub of: Seen,
}

/// What was seen.
#[derive(Clone, Debug)]
pub enum Seen {
    Leaders { topic: TopicId, leaders: Arc<Vec<Leader>> },
    Trends(Sight),
}

/// What stands at a place of a list, as far as another one there would be told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Leader(PersonId, Option<Standing>),
    Word(String),
    Topic(TopicId, Direction),
    Content(ContentId),
    Person(PersonId),
}

/// The top of a list, and what is told of it.
#[derive(Debug)]
pub struct Top {
    places: Vec<Place>,
    sighting: Sighting,
    made: Made,
}

impl App {
    /// Checks how somebody wants to watch a list.
    ///
    /// # Errors
    /// `OUT_OF_RANGE` for a count or a window, `BAD_REQUEST` for an interval out of range or a part that is not there.
    pub async fn watch(&self, list: List, count: i64, interval: Duration) -> Result<Watch, Error> {
        if !INTERVALS.contains(&interval) {
            return Err(Error::BadRequest("interval: it must lie between PT1S and PT1H".to_owned()));
        }
        let fits = usize::try_from(count).ok().filter(|count| (1..=LONGEST).contains(count));
        let told = || Invalid::new(Code::OutOfRange, "first", format!("it must lie between 1 and {LONGEST}"));
        let watch = Watch { count: fits.ok_or_else(told)?, list, interval };
        if let List::Trends { length, part, .. } = &watch.list {
            self.sight(*length, None, part, 0).await?;
        }
        Ok(watch)
    }

    /// A list that is watched, as `script` tells it. `key` is all that the script depends on, beside the list and the viewer.
    pub(super) fn look_after(
        self: &Arc<Self>,
        watch: Watch,
        key: String,
        script: Script,
        viewer: Viewer,
        seat: Seat,
    ) -> BoxStream<'static, Result<Heard, Error>> {
        let (app, for_many, interval) = (Arc::downgrade(self), Arc::clone(&script), watch.interval);
        let wish = watch.clone();
        let look = move |last: Option<Arc<Top>>| {
            let (app, watch, script) = (app.clone(), wish.clone(), Arc::clone(&for_many));
            async move { app.upgrade()?.another(&watch, last, &script).await }.boxed()
        };
        let watching = self.watches.join((key, watch), viewer.id(), interval, Box::new(look));
        let eye = Eye { app: Arc::clone(self), watching, script, viewer, _seat: seat };
        try_unfold(eye, async |mut eye| Ok(Some((eye.next().await?, eye)))).boxed()
    }

    /// The top of a list when it is not the last one. When it cannot be seen, because the database does not answer, the last one
    /// stands until it can.
    async fn another(self: Arc<Self>, watch: &Watch, last: Option<Arc<Top>>, script: &Script) -> Option<Top> {
        let head = self.head();
        let (places, at, of) = self.top(watch, head.seq).await.ok()?;
        if last.is_some_and(|last| last.places == places) {
            return None;
        }
        let sighting = Sighting { head, at, of };
        let made = Made::of(self.cursor(head), script, Item::List(sighting.clone())).await;
        Some(Top { places, sighting, made })
    }

    async fn top(&self, watch: &Watch, head: i64) -> Result<(Vec<Place>, Time, Seen), Error> {
        match &watch.list {
            List::Leaders { topic, subtopics } => {
                let view = View { subtopics: *subtopics, ..View::default() };
                // It may be a synonym of another one meanwhile.
                let topic = self.topic_by_id(*topic).and_then(|topic| topic.main).unwrap_or(*topic);
                let all = self.leaders(topic, &view, head).await?;
                let leaders: Vec<Leader> = all.iter().take(watch.count).cloned().collect();
                let places = leaders.iter().map(|leader| Place::Leader(leader.person, leader.standing)).collect();
                let at = leaders.first().map_or_else(|| self.moment(None).1, |leader| leader.at);
                Ok((places, at, Seen::Leaders { topic, leaders: Arc::new(leaders) }))
            }
            List::Trends { of, length, part } => {
                let sight = self.sight(*length, None, part, head).await?;
                let mut places = self.trend_places(*of, &sight, watch.count).await;
                places.truncate(watch.count);
                Ok((places, from_micros(sight.window.to), Seen::Trends(sight)))
            }
        }
    }

    async fn trend_places(&self, of: Trend, sight: &Sight, count: usize) -> Vec<Place> {
        match of {
            Trend::Words => {
                let question = WordQuestion {
                    ranking: WordRanking::Distinctive,
                    weighing: Weighing::Mentions,
                    count,
                    phrases: true,
                    parts: super::trend::PARTS,
                    detail: Detail::default(),
                };
                let words = self.trending_words(sight, question).await;
                words.iter().map(|word| Place::Word(word.text.clone())).collect()
            }
            Trend::Topics => {
                let topics = self.trending_topics(sight).await;
                topics.iter().map(|topic| Place::Topic(topic.id, topic.activity.direction())).collect()
            }
            Trend::Contents => {
                let contents = self.trending_contents(sight, Ranking::Hot, count).await;
                contents.iter().map(|content| Place::Content(content.content)).collect()
            }
            Trend::People => {
                let people = self.trending_people(sight).await;
                people.iter().map(|person| Place::Person(person.id)).collect()
            }
        }
    }
}

/// One who watches.
struct Eye {
    app: Arc<App>,
    watching: Watching<Top>,
    script: Script,
    viewer: Viewer,
    _seat: Seat,
}

impl Eye {
    async fn next(&mut self) -> Result<Heard, Error> {
        loop {
            let top = match self.watching.next().await {
                Ok(top) => top,
                Err(gap) => return Err(self.app.gap(gap).await),
            };
            let item = Item::List(top.sighting.clone());
            if let Some(text) = top.made.for_viewer(&self.viewer, &self.script, item).await? {
                return Ok(Heard { cursor: Arc::clone(&top.made.cursor), text });
            }
        }
    }
}
