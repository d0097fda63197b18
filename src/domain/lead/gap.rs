//! Gaps between what is said of leadership and what the facts show: what an organisation can act on.

use crate::domain::id::{LeadershipId, PersonId, TopicId};

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapKind {
    /// A topic on which more happens than was to be expected, that nobody leads.
    NoLeader,
    /// Somebody is said to lead a topic, and has shown nothing on it for a year.
    InNameOnly,
    /// Somebody leads a topic, and nobody says so.
    Unrecognised,
    /// A topic that hangs on one person.
    BusFactor,
    /// Somebody objects to what is shown of them.
    Contested,
    /// Somebody leads more topics than one can.
    Overloaded,
}

/// What could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suggestion {
    DeclareLeadership,
    EndLeadership,
    EndorseLeadership,
}

/// One gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    pub kind: GapKind,
    /// How much it matters: heat, share, strength or a count, by kind; higher first.
    pub weight: f64,
    pub topic: Option<TopicId>,
    pub person: Option<PersonId>,
    pub leadership: Option<LeadershipId>,
    pub suggestion: Option<Suggestion>,
}

/// The share of a topic's strength with which it hangs on one person.
pub const HANGS: f64 = 0.5;
/// The fewest people with something to show on a topic before it is said to hang on one.
pub const FEW: usize = 3;
/// More topics than that are too many to lead.
pub const MANY: usize = 7;

/// How many of each kind can be told when there are `counts` of them and `most` in all: whoever has fewer leaves the rest to others.
///
/// ```
/// use peerlead::domain::lead::gap::fair;
/// assert_eq!(fair(&[3, 4], 10), 10, "there is room for all");
/// assert_eq!(fair(&[90, 2, 90], 10), 4, "4 + 2 + 4");
/// assert_eq!(fair(&[], 10), 10);
/// ```
#[must_use]
pub fn fair(counts: &[usize], most: usize) -> usize {
    let mut counts = counts.to_vec();
    counts.sort_unstable();
    let (mut room, mut kinds) = (most, counts.len());
    for count in counts {
        if count * kinds > room {
            return room / kinds;
        }
        (room, kinds) = (room - count, kinds - 1);
    }
    most
}
