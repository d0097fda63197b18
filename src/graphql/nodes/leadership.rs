//! Leaderships.

use async_graphql::{Enum, SimpleObject};

use crate::domain::id::{LeadershipId, PersonId, TopicId};
use crate::domain::leadership;
use crate::domain::leadership::LeadershipFilter;
use crate::graphql::page::connection;
use crate::graphql::scalar::{DateTime, Url};

/// Who says that a person leads a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "leadership::LeadershipKind")]
pub enum LeadershipKind {
    /// The organisation.
    Appointed,
    /// The person.
    Declared,
}

/// A relation: this person leads this topic, in a role and for a time. Several leaders of one topic are the normal case.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Leadership {
    #[graphql(skip)]
    pub key: LeadershipId,
    #[graphql(skip)]
    pub person_key: PersonId,
    #[graphql(skip)]
    pub topic_key: TopicId,
    #[graphql(skip)]
    pub told_by_key: Option<PersonId>,
    /// Who says so.
    pub kind: LeadershipKind,
    /// As what they lead, such as `lead`, `maintainer` or `chair`.
    pub role: String,
    /// Since when.
    pub valid_from: DateTime,
    /// Until when, null while no end is known.
    pub valid_to: Option<DateTime>,
    /// Why, in words.
    pub evidence_text: Option<String>,
    /// Where it can be read.
    pub evidence_url: Option<Url>,
}

impl From<&leadership::Leadership> for Leadership {
    fn from(leadership: &leadership::Leadership) -> Self {
        Self {
            key: leadership.id,
            person_key: leadership.person,
            topic_key: leadership.topic,
            told_by_key: leadership.told_by,
            kind: leadership.kind.into(),
            role: leadership.role.clone(),
            valid_from: DateTime(leadership.valid_from),
            valid_to: leadership.valid_to.map(DateTime),
            evidence_text: leadership.evidence_text.clone(),
            evidence_url: leadership.evidence_url.clone().map(Url),
        }
    }
}

connection!(
    /// A page of leaderships.
    LeadershipConnection,
    /// A leadership on a page.
    LeadershipEdge,
    Leadership,
    LeadershipFilter,
    leaderships_counts
);
