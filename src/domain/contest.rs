//! Contests: somebody objects to what is shown of them on a topic.

use serde::{Deserialize, Serialize};

use super::id::{ContestId, PersonId, TopicId};
use super::time::Time;

/// A person's objection to being shown as leading a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contest {
    pub id: ContestId,
    pub person: PersonId,
    pub topic: TopicId,
    pub text: String,
    pub contested_at: Time,
    pub withdrawn_at: Option<Time>,
}

impl Contest {
    /// Whether it holds at a moment.
    #[must_use]
    pub fn is_valid_at(&self, at: Time) -> bool {
        self.contested_at <= at && self.withdrawn_at.is_none_or(|withdrawn| at < withdrawn)
    }
}
