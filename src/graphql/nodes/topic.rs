//! Topics.

use async_graphql::SimpleObject;

use crate::domain::id::TopicId;
use crate::domain::topic;
use crate::domain::topic::TopicFilter;
use crate::graphql::page::connection;
use crate::graphql::scalar::DateTime;

/// A subject that people write about and lead on. Topics form trees; several words may stand for one topic.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Topic {
    #[graphql(skip)]
    pub key: TopicId,
    #[graphql(skip)]
    pub parent_key: Option<TopicId>,
    #[graphql(skip)]
    pub main_key: Option<TopicId>,
    /// The name that is used in addresses and references. Unique, and never changes.
    pub slug: String,
    /// The name people know it by.
    pub name: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Whether it is told who leads it as the facts show it, beside what is declared and endorsed.
    pub emergent_leadership: bool,
    /// When Peerlead first heard of it.
    pub created_at: DateTime,
}

impl From<&topic::Topic> for Topic {
    fn from(topic: &topic::Topic) -> Self {
        Self {
            key: topic.id,
            parent_key: topic.parent,
            main_key: topic.main,
            slug: topic.slug.clone(),
            name: topic.name.clone(),
            description: topic.description.clone(),
            emergent_leadership: topic.emergent,
            created_at: DateTime(topic.created_at),
        }
    }
}

connection!(
    /// A page of topics.
    TopicConnection,
    /// A topic on a page.
    TopicEdge,
    Topic,
    TopicFilter,
    topics_counts
);
