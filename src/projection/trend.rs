//! Questions about trends, asked of the archive: it counts, the rules in `domain::trend` judge.

pub mod contents;
pub mod detail;
pub mod heat;
pub mod phrase;
pub mod tally;
pub mod words;

use super::archive::facts::{Facts, Kept};
use crate::domain::id::SourceId;
use crate::domain::trend::window::Window;

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    pub window: Window,
    pub scope: Scope,
}

/// Which contents are looked at. People and topics by their numbers in the archive, sorted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    Everything,
    Topics(Vec<u32>),
    Source(SourceId),
    /// What these people wrote.
    Circle(Vec<u32>),
}

impl Scope {
    /// Whether a content is within it.
    #[must_use]
    pub fn has(&self, kept: &Kept) -> bool {
        let any = |of: &[u32], among: &[u32]| of.iter().any(|one| among.binary_search(one).is_ok());
        match self {
            Self::Everything => true,
            Self::Topics(topics) => any(&kept.topics, topics),
            Self::Source(source) => kept.source == *source,
            Self::Circle(people) => any(&kept.authors, people),
        }
    }
}

/// How far back somebody's circle is looked for, in microseconds: a year.
const CIRCLE: i64 = 366 * crate::domain::trend::window::DAY;

/// The people whom somebody has to do with in public: with whom they wrote, whom they answered, who answered them; and they
/// themselves. Ratings do not show, so they make no circle.
#[must_use]
pub fn circle(facts: &Facts, person: u32, at: i64) -> Vec<u32> {
    let mut people = vec![person];
    for (_, kept) in facts.published(at - CIRCLE, at) {
        let parent = kept.parent.and_then(|parent| facts.content(parent)).filter(|parent| facts.counts(parent));
        let answered = parent.map(|parent| &*parent.authors).unwrap_or_default();
        if kept.authors.contains(&person) {
            people.extend(kept.authors.iter().chain(answered));
        } else if answered.contains(&person) {
            people.extend(&kept.authors);
        }
    }
    people.sort_unstable();
    people.dedup();
    people
}
