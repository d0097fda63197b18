//! What the facts show of who leads what, as it is told.

use super::standing::Standing;
use super::strength;
use crate::domain::id::{ContentId, PersonId, TopicId};
use crate::domain::time::Time;
use crate::domain::trend::explanation::Explanation;

/// How many months a line of evidence goes back.
pub const MONTHS: usize = 12;

/// What is asked: who leads these topics, as of a moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Sorted; a topic alone or with what is below it.
    pub topics: Vec<TopicId>,
    /// Evidence after `from` up to `at`, in microseconds.
    pub from: i64,
    pub at: i64,
    pub aspect: super::evidence::Aspect,
}

/// What the facts show of a person on a topic.
#[derive(Clone, Debug)]
pub struct Leading {
    pub person: PersonId,
    pub strength: Explanation,
    /// The months that the strength is made of.
    pub evidence: Explanation,
    /// What of their own work counts: 1, 1/2 or 1/4, by how many different people acknowledge it.
    pub breadth: f64,
    /// Of the strength of all people on the topic, 0 to 1: what would be lost with them.
    pub share: f64,
    pub standing: Option<Standing>,
    pub since: Option<Time>,
    pub last: Option<Time>,
    /// Different months with evidence.
    pub months: u32,
    /// What of theirs was acknowledged, and what of others they judged by name; the latest first.
    pub own: Vec<ContentId>,
    pub judged: Vec<ContentId>,
    /// The evidence at the end of each of the last [`MONTHS`] months, the earliest first.
    pub line: Vec<f64>,
}

impl Leading {
    /// From 0 to 1; the same strength has the same score on every topic.
    #[must_use]
    pub fn score(&self) -> f64 {
        strength::score(self.strength.score())
    }
}

/// The same in short, for views of the whole organisation.
#[derive(Clone, Copy, Debug)]
pub struct Brief {
    pub person: PersonId,
    pub strength: f64,
    pub standing: Option<Standing>,
    pub last: Option<Time>,
}

/// Everybody who leads on a topic, strongest first.
#[derive(Clone, Debug)]
pub struct TopicLeaders {
    pub topic: TopicId,
    pub leaders: Vec<Brief>,
}
