//! Endorsements: a peer says that somebody leads a topic. They expire, and nobody endorses themselves.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::id::{EndorsementId, PersonId, TopicId};
use super::invalid::{Code, Invalid};
use super::page::{Key, Place};
use super::text;
use super::time::{self, Time, micros};

/// How long an endorsement lasts when nobody says: a year.
pub const LIFE: TimeDelta = TimeDelta::days(365);
/// The longest life of an endorsement: five years.
const LONGEST: TimeDelta = TimeDelta::days(5 * 365 + 2);

/// A peer's word for somebody's leadership on a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endorsement {
    pub id: EndorsementId,
    pub endorser: PersonId,
    pub person: PersonId,
    pub topic: TopicId,
    pub text: String,
    pub endorsed_at: Time,
    pub expires_at: Time,
    pub withdrawn_at: Option<Time>,
}

impl Endorsement {
    /// Where an endorsement stands in a list.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { key: Key::Number(micros(self.endorsed_at)), id: self.id.0 }
    }

    /// What sorts two tellings of one endorsement: the last thing that was said of it counts.
    #[must_use]
    pub fn last_word(&self) -> (Time, bool, Time) {
        let said = self.withdrawn_at.unwrap_or(self.endorsed_at).max(self.endorsed_at);
        (said, self.withdrawn_at.is_some(), self.expires_at)
    }

    /// Which of two endorsements stays when a merge makes them one: a withdrawal is outdone by what was said after it, and of two
    /// that were never withdrawn the one that holds longer was said, or renewed, later.
    #[must_use]
    pub fn outlasts(&self, other: &Self) -> bool {
        match (self.withdrawn_at, other.withdrawn_at) {
            (None, None) => (self.expires_at, self.endorsed_at) > (other.expires_at, other.endorsed_at),
            _ => self.last_word() > other.last_word(),
        }
    }

    /// When it ceased to hold, or will.
    #[must_use]
    pub fn end(&self) -> Time {
        self.withdrawn_at.unwrap_or(self.expires_at).min(self.expires_at)
    }

    /// Whether two words for the same person on the same topic by the same peer are one: one begins while the other holds, or in the
    /// moment in which it ends. A word that is given again later is another one, and the earlier stays known.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.endorsed_at == other.endorsed_at || (self.endorsed_at <= other.end() && other.endorsed_at <= self.end())
    }

    /// What a telling makes of the words that are known between the same two on the same topic, told in any order: the last
    /// thing that was said counts, and what holds without a break is one endorsement since it began.
    #[must_use]
    pub fn told(self, known: &[Self]) -> Told {
        let nearness = |one: &&Self| (one.endorsed_at == self.endorsed_at, one.endorsed_at);
        let Some(one) = known.iter().filter(|one| one.meets(&self)).max_by_key(nearness) else {
            return Told::New;
        };
        let began = self.endorsed_at.min(one.endorsed_at);
        let longer = Self { endorsed_at: began, ..one.clone() };
        let is_stale = longer.last_word() > self.last_word();
        let next = if is_stale { longer } else { Self { id: one.id, endorsed_at: began, ..self } };
        // What would reach into another one is outdone by that.
        let is_outdone = known.iter().any(|other| other.id != one.id && other.meets(&next));
        match (next == *one, is_stale || is_outdone) {
            (true, false) => Told::Same,
            (false, _) if !is_outdone => Told::Changed(next),
            _ => Told::Stale,
        }
    }

    /// Whether it holds at a moment.
    #[must_use]
    pub fn is_valid_at(&self, at: Time) -> bool {
        self.endorsed_at <= at && at < self.expires_at && self.withdrawn_at.is_none_or(|withdrawn| at < withdrawn)
    }
}

/// What became of an endorsement that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing of the kind is known.
    New,
    /// It is known.
    Same,
    /// Something later is known.
    Stale,
    /// A known one is this now.
    Changed(Endorsement),
}

/// An endorsement to be written down, checked.
#[derive(Clone, Debug)]
pub struct NewEndorsement {
    pub endorser: PersonId,
    pub person: PersonId,
    pub topic: TopicId,
    pub text: String,
    pub endorsed_at: Time,
    pub expires_at: Time,
}

impl NewEndorsement {
    /// The rule: not for oneself, a reason in words at most 2,000 characters long, an end after the start and within five years;
    /// `life` after the start when nobody says.
    ///
    /// # Errors
    /// `ONESELF_ENDORSED`, `REVERSED_INTERVAL`, `OUT_OF_RANGE` or a text of the wrong form.
    pub fn check(
        (endorser, person, topic): (PersonId, PersonId, TopicId),
        words: &str,
        at: Time,
        expires_at: Option<Time>,
        life: TimeDelta,
    ) -> Result<Self, Invalid> {
        if endorser == person {
            return Err(Invalid::new(Code::OneselfEndorsed, "person", "nobody endorses themselves"));
        }
        let expires_at = time::in_range("expiresAt", expires_at.unwrap_or(at + life))?;
        if expires_at <= at {
            return Err(Invalid::new(Code::ReversedInterval, "expiresAt", format!("it must lie after {at}")));
        }
        if expires_at > at + LONGEST {
            return Err(Invalid::new(Code::OutOfRange, "expiresAt", "an endorsement lasts five years at most"));
        }
        Ok(Self {
            endorser,
            person,
            topic,
            text: text::optional("text", words, text::REMARK)?,
            endorsed_at: at,
            expires_at,
        })
    }

    /// The endorsement that this is, before it has an id.
    #[must_use]
    pub fn endorsement(self) -> Endorsement {
        Endorsement {
            id: EndorsementId(0),
            endorser: self.endorser,
            person: self.person,
            topic: self.topic,
            text: self.text,
            endorsed_at: self.endorsed_at,
            expires_at: self.expires_at,
            withdrawn_at: None,
        }
    }
}

/// Which endorsements; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EndorsementFilter {
    pub ids: Option<Vec<EndorsementId>>,
    pub endorser: Option<PersonId>,
    pub person: Option<PersonId>,
    pub topics: Option<Vec<TopicId>>,
    pub valid_at: Option<Time>,
}
