//! Questions about trends, asked of the archive: it counts, the rules in `domain::trend` judge.

pub mod answers;
pub mod contents;
pub mod detail;
pub mod heat;
pub mod phrase;
pub mod tally;
pub mod words;

use super::archive::facts::{Facts, Kept};
use crate::domain::id::SourceId;
use crate::domain::trend::question::{Part, Sight};
use crate::domain::trend::window::{DAY, Window};

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    pub window: Window,
    pub scope: Scope,
}

impl Question {
    /// The question in the archive's own numbers.
    #[must_use]
    pub fn of(facts: &Facts, sight: &Sight) -> Self {
        let scope = match &sight.part {
            Part::Everything => Scope::Everything,
            Part::Source(source) => Scope::Source(*source),
            Part::Topics(topics) => {
                let mut numbers: Vec<u32> = topics.iter().filter_map(|id| facts.topic_number(*id)).collect();
                numbers.sort_unstable();
                Scope::Topics(numbers)
            }
            Part::Circle(person) => {
                let number = facts.number_of(*person);
                Scope::Circle(number.map(|number| circle(facts, number, sight.window.to)).unwrap_or_default())
            }
        };
        Self { window: sight.window, scope }
    }
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
    /// Contents within it that were published after `from` up to `to` and count, in the order of time.
    #[must_use]
    pub fn published<'s, 'a: 's>(
        &'s self,
        facts: &'a Facts,
        from: i64,
        to: i64,
    ) -> Box<dyn Iterator<Item = (u32, &'a Kept)> + 's> {
        match self {
            Self::Everything => Box::new(facts.published(from, to)),
            Self::Topics(topics) => Box::new(facts.published_on(topics, from, to).into_iter()),
            _ => Box::new(facts.published(from, to).filter(|(_, kept)| self.has(kept))),
        }
    }

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
const CIRCLE: i64 = 366 * DAY;

/// The people whom somebody has to do with in public: with whom they wrote, whom they answered, who answered them; and they
/// themselves. Ratings do not show, so they make no circle.
#[must_use]
pub fn circle(facts: &Facts, person: u32, at: i64) -> Vec<u32> {
    let mut people = vec![person];
    for (_, kept) in facts.published(at - CIRCLE, at) {
        let parent = kept.parent.and_then(|parent| facts.content(parent)).filter(|parent| parent.counts());
        let answered = parent.map(|parent| &*parent.authors).unwrap_or_default();
        if kept.is_by(person) {
            people.extend(kept.authors.iter().chain(answered));
        } else if answered.contains(&person) {
            people.extend(&kept.authors);
        }
    }
    people.sort_unstable();
    people.dedup();
    people
}
