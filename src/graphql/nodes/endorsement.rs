//! Endorsements.

use async_graphql::SimpleObject;

use crate::domain::endorsement;
use crate::domain::endorsement::EndorsementFilter;
use crate::domain::id::{EndorsementId, PersonId, TopicId};
use crate::graphql::page::connection;
use crate::graphql::scalar::DateTime;

/// A peer's word that a person leads a topic. Public, with a reason, and it expires.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Endorsement {
    #[graphql(skip)]
    pub key: EndorsementId,
    #[graphql(skip)]
    pub endorser_key: PersonId,
    #[graphql(skip)]
    pub person_key: PersonId,
    #[graphql(skip)]
    pub topic_key: TopicId,
    /// Why, in the endorser's words; may be empty.
    pub text: String,
    /// Since when it holds without a break.
    pub endorsed_at: DateTime,
    /// When it stops to count, unless it is renewed.
    pub expires_at: DateTime,
    /// When it was taken back, null while it was not.
    pub withdrawn_at: Option<DateTime>,
}

impl From<&endorsement::Endorsement> for Endorsement {
    fn from(endorsement: &endorsement::Endorsement) -> Self {
        Self {
            key: endorsement.id,
            endorser_key: endorsement.endorser,
            person_key: endorsement.person,
            topic_key: endorsement.topic,
            text: endorsement.text.clone(),
            endorsed_at: DateTime(endorsement.endorsed_at),
            expires_at: DateTime(endorsement.expires_at),
            withdrawn_at: endorsement.withdrawn_at.map(DateTime),
        }
    }
}

connection!(
    /// A page of endorsements.
    EndorsementConnection,
    /// An endorsement on a page.
    EndorsementEdge,
    Endorsement,
    EndorsementFilter,
    endorsements_counts
);
