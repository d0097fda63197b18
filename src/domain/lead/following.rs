//! Who follows whom: answers them, approves of them by name, stands up for them. Public acts only.

use crate::domain::id::{PersonId, TopicId};
use crate::domain::time::Time;

/// What somebody does for another on a topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Following {
    pub from: PersonId,
    pub to: PersonId,
    /// `None` for what is on no topic.
    pub topic: Option<TopicId>,
    pub approved: u32,
    pub answered: u32,
    pub endorsed: u32,
    /// Acts, older ones forgotten with the half-life of evidence.
    pub weight: f64,
    pub last: Time,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Whom somebody follows.
    Out,
    /// Who follows somebody.
    In,
}
