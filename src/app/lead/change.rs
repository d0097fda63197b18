//! Changes of leadership: succession on a topic, and what has changed between two moments.

use std::collections::HashSet;

use super::{View, leads};
use crate::app::error::Error;
use crate::app::house::App;
use crate::domain::id::{PersonId, TopicId};
use crate::domain::invalid::{Code, Invalid};
use crate::domain::lead::evidence::MONTH;
use crate::domain::lead::succession::{Chapter, LeadershipTurn, Turn};
use crate::domain::leadership::LeadershipKind;
use crate::domain::time::{Time, from_micros, micros};

/// The longest succession that is told, in chapters.
pub const CHAPTERS: usize = 40;
/// How many people lead a chapter.
const LEADERS: usize = 3;
/// How long a chapter is: a quarter of a year.
const CHAPTER: i64 = 3 * MONTH;

impl App {
    /// Who led a topic in each of the last `count` quarters, the earliest first.
    ///
    /// # Errors
    /// `IN_FUTURE`, or when the database fails.
    pub async fn leadership_history(
        &self,
        topic: TopicId,
        count: usize,
        view: &View,
        head: i64,
    ) -> Result<Vec<Chapter>, Error> {
        let at = self.span(view, head).await?.to;
        if !self.is_emergent(topic) {
            return Ok(Vec::new());
        }
        let count = i64::try_from(count.min(CHAPTERS)).unwrap_or_default();
        let moments = (0..count).rev().map(|back| at - back * CHAPTER).collect();
        Ok(self.leading.history(topic, moments, LEADERS, at).await)
    }

    /// What has changed after one moment up to another: as the facts show it, and as it was said.
    ///
    /// # Errors
    /// `REVERSED_INTERVAL`, `IN_FUTURE`, or when the database fails.
    pub async fn leadership_changes(
        &self,
        (from, to): (Time, Option<Time>),
        topics: Option<&[TopicId]>,
        head: i64,
    ) -> Result<Vec<LeadershipTurn>, Error> {
        let to = from_micros(self.span(&View { as_of: to, ..View::default() }, head).await?.to);
        if from > to {
            let told = format!("it ends at {to}, before it starts at {from}");
            return Err(Invalid::new(Code::ReversedInterval, "between.to", told).into());
        }
        self.span(&View { as_of: Some(from), ..View::default() }, head).await?;
        let mut turns = self.turns_shown(from, to).await;
        turns.extend(self.turns_said(from, to).await?);
        turns.retain(|turn| topics.is_none_or(|topics| topics.contains(&turn.topic)));
        turns.sort_by_key(|turn| (std::cmp::Reverse(turn.at), turn.topic, turn.turn, turn.person));
        turns.truncate(super::MOST);
        Ok(turns)
    }

    /// Who leads now and did not before, and the other way round.
    async fn turns_shown(&self, from: Time, to: Time) -> Vec<LeadershipTurn> {
        let (before, now) = (self.leading_pairs(from).await, self.leading_pairs(to).await);
        let turn = |(topic, person): &(TopicId, PersonId), turn| LeadershipTurn {
            turn,
            person: *person,
            topic: *topic,
            at: to,
        };
        let began = now.difference(&before).map(|pair| turn(pair, Turn::Began));
        let ceased = before.difference(&now).map(|pair| turn(pair, Turn::Ceased));
        began.chain(ceased).collect()
    }

    async fn leading_pairs(&self, at: Time) -> HashSet<(TopicId, PersonId)> {
        let overview = self.overview(micros(at)).await;
        let pairs = overview.iter().flat_map(|topic| {
            topic.leaders.iter().filter(|brief| leads(brief)).map(|brief| (topic.topic, brief.person))
        });
        pairs.collect()
    }

    async fn turns_said(&self, from: Time, to: Time) -> Result<Vec<LeadershipTurn>, Error> {
        let said = self.relations.said().await?;
        let within = |at: Time| from < at && at <= to;
        let mut turns = Vec::new();
        for one in said.leaderships() {
            let began = match one.kind {
                LeadershipKind::Declared => Turn::Declared,
                LeadershipKind::Appointed => Turn::Appointed,
            };
            let ends = one.valid_to.map(|end| (Turn::Ended, end));
            let turn = |(turn, at)| LeadershipTurn { turn, person: one.person, topic: one.topic, at };
            turns.extend([Some((began, one.valid_from)), ends].into_iter().flatten().map(turn));
        }
        for word in said.endorsements() {
            let end = word.withdrawn_at.unwrap_or(word.expires_at).min(word.expires_at);
            let turn = |(turn, at)| LeadershipTurn { turn, person: word.person, topic: word.topic, at };
            turns.extend([(Turn::Endorsed, word.endorsed_at), (Turn::Unendorsed, end)].map(turn));
        }
        turns.retain(|turn| within(turn.at));
        Ok(turns)
    }
}
