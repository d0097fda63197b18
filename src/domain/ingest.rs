//! Batches from integrators: items keyed by source and external id, and what became of each.

use super::invalid::Invalid;
use super::person::PersonKind;
use super::time::Time;

/// The most items of one batch.
pub const CAP: usize = 1_000;

/// A batch of one source. People come first, then topics, contents, ratings, relations: later items may name earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub people: Vec<PersonItem>,
    pub topics: Vec<TopicItem>,
    pub contents: Vec<ContentItem>,
    pub ratings: Vec<RatingItem>,
    pub leaderships: Vec<LeadershipItem>,
    pub endorsements: Vec<EndorsementItem>,
    pub contests: Vec<ContestItem>,
}

impl Batch {
    /// Items in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len()
            + self.topics.len()
            + self.contents.len()
            + self.ratings.len()
            + self.leaderships.len()
            + self.endorsements.len()
            + self.contests.len()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A person as the source knows them.
#[derive(Clone, Debug)]
pub struct PersonItem {
    pub external_id: String,
    /// Names the person across sources; made from the external id when it is missing.
    pub handle: Option<String>,
    pub name: Option<String>,
    pub kind: Option<PersonKind>,
    pub active: Option<bool>,
    pub team: Option<String>,
}

/// A topic; topics are shared by all sources.
#[derive(Clone, Debug)]
pub struct TopicItem {
    pub slug: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub parent: Option<String>,
    /// The topic that this one is another word for.
    pub synonym_of: Option<String>,
    /// Whether it is told who leads it as the facts show it; an operator's word.
    pub emergent: Option<bool>,
}

/// A content with authors by external id and topics by slug.
#[derive(Clone, Debug)]
pub struct ContentItem {
    pub external_id: String,
    pub kind: String,
    pub title: String,
    pub body: String,
    pub url: Option<String>,
    pub language: Option<String>,
    pub authors: Vec<String>,
    pub topics: Vec<String>,
    pub parent: Option<String>,
    pub published_at: Time,
    /// Withdrawn by its author at this time.
    pub withdrawn_at: Option<Time>,
    /// Hidden by a moderator at this time.
    pub hidden_at: Option<Time>,
    pub hidden_reason: Option<String>,
}

/// A rating with rater and content by external id.
#[derive(Clone, Debug)]
pub struct RatingItem {
    pub rater: String,
    pub content: String,
    /// `None`: withdrawn at this time.
    pub value: Option<i64>,
    pub kind: Option<String>,
    pub at: Time,
}

/// A relation with the person by external id and the topic by slug.
#[derive(Clone, Debug)]
pub struct LeadershipItem {
    pub person: String,
    pub topic: String,
    /// Declared by the person instead of appointed by the organisation.
    pub declared: bool,
    pub role: Option<String>,
    pub from: Option<Time>,
    pub to: Option<Time>,
    pub evidence_text: Option<String>,
    pub evidence_url: Option<String>,
}

/// An endorsement with both people by external id and the topic by slug.
#[derive(Clone, Debug)]
pub struct EndorsementItem {
    pub from: String,
    pub to: String,
    pub topic: String,
    pub text: String,
    pub at: Time,
    pub expires_at: Option<Time>,
    pub withdrawn_at: Option<Time>,
}

/// An objection with the person by external id and the topic by slug.
#[derive(Clone, Debug)]
pub struct ContestItem {
    pub person: String,
    pub topic: String,
    pub text: String,
    pub at: Time,
    pub withdrawn_at: Option<Time>,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was new.
    Created,
    /// It was known and is different now.
    Changed,
    /// It was known just so.
    Unchanged,
    /// A later word is stored; this one changed nothing.
    Stale,
    /// It was taken in; whether it changed anything is not told, because that would tell what was there.
    Accepted,
    /// It was refused; the other items were not touched by that.
    Refused(Invalid),
}

/// What became of each item, in the order of the batch.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub people: Vec<Outcome>,
    pub topics: Vec<Outcome>,
    pub contents: Vec<Outcome>,
    pub ratings: Vec<Outcome>,
    pub leaderships: Vec<Outcome>,
    pub endorsements: Vec<Outcome>,
    pub contests: Vec<Outcome>,
}

impl Report {
    /// The same for those who may not know what people rated: what became of a rating depends on what is stored, also on what
    /// its rater said here and not in the source, so that nothing is told but whether it was taken in.
    #[must_use]
    pub fn with_ratings_untold(mut self) -> Self {
        for outcome in self.ratings.iter_mut().filter(|outcome| !matches!(outcome, Outcome::Refused(_))) {
            *outcome = Outcome::Accepted;
        }
        self
    }
}
