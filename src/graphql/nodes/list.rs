//! Lists that are watched, as they are told.

use std::sync::Arc;

use async_graphql::{Enum, SimpleObject};

use super::lead::TopicLeader;
use super::trend::Trends;
use crate::app::lead::Leader;
use crate::app::watching::Trend;
use crate::domain::id::TopicId;
use crate::graphql::scalar::DateTime;

/// A list of what trends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Trend")]
pub enum TrendList {
    /// Words, the most distinctive first.
    Words,
    /// Topics, the hottest first; told also when one of them begins to rise or to fall, or steadies.
    Topics,
    /// Contents, the hottest first.
    Contents,
    /// People, around whose work most happens above what was to be expected first.
    People,
}

/// What trends has another top.
#[derive(Clone, Debug, SimpleObject)]
pub struct TrendChange {
    /// Names the last change that it knows of: give it as `after` to hear what follows it.
    pub cursor: String,
    /// The moment of which it is true.
    pub at: DateTime,
    /// What trends at that moment.
    pub trends: Trends,
}

/// A topic is led by others, or otherwise.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct LeadersChange {
    /// Names the last change that it knows of: give it as `after` to hear what follows it.
    pub cursor: String,
    /// The moment of which it is true.
    pub at: DateTime,
    /// The first of its leaders, strongest first.
    pub leaders: Vec<TopicLeader>,
    #[graphql(skip)]
    pub topic_key: TopicId,
}

impl LeadersChange {
    /// As they were seen.
    #[must_use]
    pub fn of(cursor: String, at: DateTime, topic: TopicId, leaders: &Arc<Vec<Leader>>) -> Self {
        Self { cursor, at, leaders: leaders.iter().cloned().map(TopicLeader).collect(), topic_key: topic }
    }
}
