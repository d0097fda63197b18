//! Who led a topic when, and what changed.

use crate::domain::id::{PersonId, TopicId};
use crate::domain::time::Time;

/// Who led a topic in a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// Its end; it begins where the one before ends.
    pub at: Time,
    /// The people with the most evidence at its end, and how much.
    pub leaders: Vec<(PersonId, f64)>,
}

/// What changed about who leads a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Turn {
    /// Leads now, and did not before, as the facts show it.
    Began,
    /// Led before, and does not now.
    Ceased,
    Declared,
    Appointed,
    Ended,
    Endorsed,
    /// An endorsement was withdrawn or ran out.
    Unendorsed,
}

/// One change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeadershipTurn {
    pub turn: Turn,
    pub person: PersonId,
    pub topic: TopicId,
    /// When; for what the facts show the end of the span in which it happened.
    pub at: Time,
}
