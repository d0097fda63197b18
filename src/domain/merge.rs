//! Merges: two people who are one human, two topics that are one subject. A journal lets each be undone.

use serde::{Deserialize, Serialize};

use super::endorsement::Endorsement;
use super::id::{ContentId, EndorsementId, LeadershipId, MergeId, PersonId, TopicId};
use super::leadership::Leadership;
use super::rating::Rating;
use super::time::Time;

/// What was merged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "noun", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Merged {
    Person { from: PersonId, into: PersonId },
    Topic { from: TopicId, into: TopicId },
}

/// A merge that was done, and perhaps undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    pub id: MergeId,
    pub merged: Merged,
    pub merged_at: Time,
    pub merged_by: Option<PersonId>,
    pub undone_at: Option<Time>,
}

/// What a merge of two people moved and what it had to set aside.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PersonJournal {
    pub accounts: Vec<i64>,
    /// Contents whose author was moved, with the position.
    pub authored: Vec<(ContentId, i16)>,
    /// Contents where both stood as authors: the moved one was taken out.
    pub authored_twice: Vec<(ContentId, i16)>,
    /// Contents whose rating was moved, in journals that do not say which rating it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rated: Vec<ContentId>,
    /// Ratings that were moved, as they were before.
    #[serde(default)]
    pub moved_ratings: Vec<Rating>,
    /// Ratings that could not be kept: the older of two of the same content, and those of what is now one's own content.
    pub dropped_ratings: Vec<Rating>,
    pub leaderships: Vec<LeadershipId>,
    pub dropped_leaderships: Vec<Leadership>,
    /// Endorsements given by the one who was merged.
    pub given: Vec<EndorsementId>,
    /// Endorsements received by the one who was merged.
    pub received: Vec<EndorsementId>,
    pub dropped_endorsements: Vec<Endorsement>,
}

impl PersonJournal {
    /// The same without what was set aside of somebody else who was erased.
    #[must_use]
    pub fn without(mut self, erased: PersonId) -> Self {
        self.dropped_ratings.retain(|rating| rating.rater != erased);
        self.moved_ratings.retain(|rating| rating.rater != erased);
        self.dropped_leaderships.retain(|leadership| leadership.person != erased);
        self.dropped_endorsements.retain(|e| e.person != erased && e.endorser != erased);
        self
    }
}

/// What a merge of two topics moved and what it had to set aside.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TopicJournal {
    pub contents: Vec<(ContentId, i16)>,
    pub contents_twice: Vec<(ContentId, i16)>,
    pub leaderships: Vec<LeadershipId>,
    pub dropped_leaderships: Vec<Leadership>,
    pub endorsements: Vec<EndorsementId>,
    pub dropped_endorsements: Vec<Endorsement>,
    pub children: Vec<TopicId>,
    pub synonyms: Vec<TopicId>,
    pub parent: Option<TopicId>,
}

impl TopicJournal {
    /// The same without what was set aside of somebody who was erased.
    #[must_use]
    pub fn without(mut self, erased: PersonId) -> Self {
        self.dropped_leaderships.retain(|leadership| leadership.person != erased);
        self.dropped_endorsements.retain(|e| e.person != erased && e.endorser != erased);
        self
    }
}
