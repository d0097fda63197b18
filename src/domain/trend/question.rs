//! What can be asked about a window: of which part of the organisation, and what of it.

use super::window::Window;
use crate::domain::id::{PersonId, SourceId, TopicId};

/// Which part of an organisation is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Everything,
    /// What is on one of these topics.
    Topics(Vec<TopicId>),
    Source(SourceId),
    /// What somebody and those wrote with whom they have to do in public.
    Circle(PersonId),
}

/// A window onto a part of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sight {
    pub window: Window,
    pub part: Part,
}

/// Which words come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordRanking {
    Distinctive,
    Rising,
    Frequent,
}

/// What a text counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weighing {
    /// Each text alike.
    Mentions,
    /// Each person who uses the word.
    People,
    /// Each text by how its peers rate it: 0 against, 1 as usual, 2 for.
    Ratings,
}

/// What is asked of the words of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WordQuestion {
    pub ranking: WordRanking,
    pub weighing: Weighing,
    /// How many words at most.
    pub count: usize,
    /// Whether words that stand together are shown as a phrase.
    pub phrases: bool,
    /// Into how many parts the window is cut for the line of counts.
    pub parts: usize,
    pub detail: Detail,
}

/// What else is wanted of words; each costs a little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Detail {
    pub ratings: bool,
    pub contents: bool,
    pub surges: bool,
}

/// Around what things happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Around {
    /// Topics: whoever writes, answers or rates on them acts.
    Topics,
    /// People: others who answer or rate what they wrote act. What they do themselves is no act around them.
    People,
}
