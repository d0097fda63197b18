//! Who leads what, as the organisation or the person says.

use serde::{Deserialize, Serialize};

use super::id::{LeadershipId, PersonId, TopicId};
use super::invalid::{Code, Invalid};
use super::page::{Direction, Key, Place};
use super::text;
use super::time::{self, Time, micros};
use super::word::worded;

/// Who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LeadershipKind {
    /// The organisation.
    Appointed,
    /// The person.
    Declared,
}

worded!(LeadershipKind { Appointed = "APPOINTED", Declared = "DECLARED" });

/// A relation: this person leads this topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leadership {
    pub id: LeadershipId,
    pub person: PersonId,
    pub topic: TopicId,
    pub kind: LeadershipKind,
    pub role: String,
    pub valid_from: Time,
    /// Not valid any more from this moment on.
    pub valid_to: Option<Time>,
    pub told_by: Option<PersonId>,
    pub evidence_text: Option<String>,
    pub evidence_url: Option<String>,
}

impl Leadership {
    /// What sorts two tellings of one relation: the one that holds longer is the later word.
    #[must_use]
    pub fn last_word(&self) -> (bool, Option<Time>) {
        (self.valid_to.is_none(), self.valid_to)
    }

    /// Where a relation stands in a list.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { key: Key::Number(micros(self.valid_from)), id: self.id.0 }
    }

    /// Whether it holds at a moment: from its start until just before its end.
    #[must_use]
    pub fn is_valid_at(&self, at: Time) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|end| at < end)
    }
}

/// A relation to be written down, checked.
#[derive(Clone, Debug)]
pub struct NewLeadership {
    pub person: PersonId,
    pub topic: TopicId,
    pub kind: LeadershipKind,
    pub told_by: Option<PersonId>,
    pub terms: LeadershipTerms,
}

/// As what, since when and why somebody leads, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadershipTerms {
    pub role: String,
    pub valid_from: Time,
    pub valid_to: Option<Time>,
    pub evidence_text: Option<String>,
    pub evidence_url: Option<String>,
}

/// As what, since when and why somebody leads, as told.
#[derive(Clone, Debug, Default)]
pub struct LeadershipDraft {
    pub role: Option<String>,
    pub valid_from: Option<Time>,
    pub valid_to: Option<Time>,
    pub evidence_text: Option<String>,
    pub evidence_url: Option<String>,
}

impl LeadershipDraft {
    /// The role defaults to "lead", the start to `now`.
    ///
    /// # Errors
    /// `REVERSED_INTERVAL`, `OUT_OF_RANGE`, or a text of the wrong form.
    pub fn check(&self, now: Time) -> Result<LeadershipTerms, Invalid> {
        let valid_from = time::in_range("validFrom", self.valid_from.unwrap_or(now))?;
        let valid_to = self.valid_to.map(|end| check_end(valid_from, end)).transpose()?;
        let line =
            |field, text: &Option<String>| text.as_deref().map(|t| text::required(field, t, text::ADDRESS)).transpose();
        Ok(LeadershipTerms {
            role: text::required("role", self.role.as_deref().unwrap_or("lead"), 100)?,
            valid_from,
            valid_to,
            evidence_text: line("evidenceText", &self.evidence_text)?,
            evidence_url: self.evidence_url.as_deref().map(|url| text::address("evidenceUrl", url)).transpose()?,
        })
    }
}

/// An end that does not lie before its start.
///
/// # Errors
/// `REVERSED_INTERVAL` or `OUT_OF_RANGE`.
pub fn check_end(from: Time, to: Time) -> Result<Time, Invalid> {
    let to = time::in_range("validTo", to)?;
    if to < from {
        return Err(Invalid::new(
            Code::ReversedInterval,
            "validTo",
            format!("it ends at {to}, before it starts at {from}"),
        ));
    }
    Ok(to)
}

/// Which relations; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LeadershipFilter {
    pub ids: Option<Vec<LeadershipId>>,
    pub person: Option<PersonId>,
    /// On at least one of these topics.
    pub topics: Option<Vec<TopicId>>,
    pub kind: Option<LeadershipKind>,
    pub role: Option<String>,
    pub valid_at: Option<Time>,
    /// Only those of people who belong to the organisation.
    pub here: bool,
}

/// Relations and endorsements are sorted by their start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeadershipOrder {
    pub direction: Direction,
}
