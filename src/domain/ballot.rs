//! What may be told of a tally: never so little that it tells who rated what.
//!
//! Whoever watches a tally before and after learns what happened in between. So a tally is told only once enough people have
//! rated, and moves only when as many have moved it; until then it stands as it was told last.

use serde::{Deserialize, Serialize};

use super::id::PersonId;
use super::rating::{Mark, Tally};

/// The tally of a content, as it is and as it was told last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Ballot {
    /// Every rating that counts.
    pub all: Tally,
    /// What may be told; empty while too few have rated.
    pub told: Tally,
    /// Who moved it since that was told, each with the step that is told of them. Always fewer than the quorum.
    #[serde(skip_serializing_if = "<[Waiting]>::is_empty")]
    pub waiting: Box<[Waiting]>,
}

/// Somebody whose word is not told yet, and the step that is told of them still.
pub type Waiting = (PersonId, Option<i16>);

/// A ballot as it stands in the log. A tally alone was told as it is.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Alone(Tally),
    Whole {
        all: Tally,
        told: Tally,
        #[serde(default)]
        waiting: Box<[Waiting]>,
    },
}

impl From<Written> for Ballot {
    fn from(written: Written) -> Self {
        match written {
            Written::Alone(tally) => Self { all: tally, told: tally, waiting: Box::default() },
            Written::Whole { all, told, waiting } => Self { all, told, waiting },
        }
    }
}

/// All moments up to which it was told how a content was rated, each until the next: those at which as many people as `quorum` had
/// moved it since the one before. `moves` are the times at which somebody gave, changed or took back a rating, in the order of time.
/// So whoever compares any two moments sees what as many people did together.
///
/// ```
/// use peerlead::domain::ballot::tellings;
/// let told = |moves: &[(i64, u32)], quorum| tellings(moves.iter().copied(), quorum).collect::<Vec<_>>();
/// let moves = [(1, 7), (2, 8), (3, 7), (4, 9), (5, 8), (5, 6), (6, 6), (7, 9), (8, 7)];
/// assert!(told(&moves[..3], 3).is_empty(), "they are two");
/// assert_eq!(told(&moves[..6], 3), [4], "and two again since then");
/// assert_eq!(told(&moves[..6], 1).last(), Some(&5));
/// assert_eq!(told(&moves, 3), [4, 7]);
/// ```
pub fn tellings(moves: impl IntoIterator<Item = (i64, u32)>, quorum: usize) -> impl Iterator<Item = i64> {
    let (mut waiting, mut moves) = (Vec::new(), moves.into_iter().peekable());
    std::iter::from_fn(move || {
        while let Some((at, rater)) = moves.next() {
            if !waiting.contains(&rater) {
                waiting.push(rater);
            }
            // What happened at the same moment cannot be told one by one.
            if waiting.len() >= quorum && moves.peek().is_none_or(|(next, _)| *next > at) {
                waiting.clear();
                return Some(at);
            }
        }
        None
    })
}

/// What somebody is told of a tally.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// How many ratings there are.
    pub count: i64,
    /// Which ones; `None` while too few people have rated.
    pub tally: Option<Tally>,
}

impl Ballot {
    /// After `rater` went from one mark to another. It is told when `quorum` people have moved it since it was told last, or when
    /// so many have rated for the first time.
    ///
    /// ```
    /// use peerlead::domain::{ballot::Ballot, id::PersonId, rating::Mark};
    /// let mark = |step| Some(Mark { value: step + 3, step });
    /// let mut ballot = Ballot::default();
    /// for (rater, step) in [(1, 2), (2, 1)] {
    ///     ballot = ballot.moved(PersonId(rater), None, mark(step), 3);
    ///     assert_eq!(ballot.shown().tally, None, "two would know of each other");
    /// }
    /// ballot = ballot.moved(PersonId(3), None, mark(-2), 3);
    /// assert_eq!(ballot.shown().tally, Some(ballot.all));
    /// let later = ballot.clone().moved(PersonId(4), None, mark(2), 3);
    /// assert_eq!(later.shown(), ballot.shown(), "the fourth alone does not show");
    /// ```
    #[must_use]
    pub fn moved(self, rater: PersonId, before: Option<Mark>, after: Option<Mark>, quorum: usize) -> Self {
        let all = self.all.moved(before, after);
        self.turned(all, [(rater, before.map(|mark| mark.step))], quorum)
    }

    /// After its ratings were counted anew because something became of `people`.
    #[must_use]
    pub fn recounted(self, all: Tally, people: &[PersonId], quorum: usize) -> Self {
        if all == self.all {
            return self;
        }
        self.turned(all, people.iter().map(|person| (*person, None)), quorum)
    }

    /// After it was found to be wrong, through no act of anybody: what is right is told, if so many have rated.
    #[must_use]
    pub fn repaired(self, all: Tally, quorum: usize) -> Self {
        let enough = usize::try_from(all.count()).is_ok_and(|count| count >= quorum);
        Self { all, told: if enough { all } else { Tally::default() }, waiting: Box::default() }
    }

    /// The same without what somebody who was erased had said. That they moved it stays, as a number among the others.
    #[must_use]
    pub fn without(mut self, erased: PersonId) -> Self {
        for (_, step) in self.waiting.iter_mut().filter(|(known, _)| *known == erased) {
            *step = None;
        }
        self
    }

    fn turned(mut self, all: Tally, movers: impl IntoIterator<Item = Waiting>, quorum: usize) -> Self {
        self.all = all;
        let mut waiting = self.waiting.into_vec();
        for mover in movers {
            if !waiting.iter().any(|(known, _)| *known == mover.0) {
                waiting.push(mover);
            }
        }
        let enough = usize::try_from(all.count()).is_ok_and(|count| count >= quorum);
        let first = enough && self.told.count() == 0;
        if first || waiting.len() >= quorum {
            self.told = if enough { all } else { Tally::default() };
            waiting.clear();
        }
        self.waiting = waiting.into();
        self
    }

    /// Whether everything that happened to it is told.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What everybody is told.
    #[must_use]
    pub fn shown(&self) -> Told {
        told(self.told, self.all.count())
    }

    /// What the one who rated is told: the same, with their own word in it. Of others it tells them no more than everybody.
    #[must_use]
    pub fn shown_to(&self, rater: PersonId, own: Option<Mark>) -> Told {
        let waiting = self.waiting.iter().find(|(known, _)| *known == rater);
        match waiting {
            Some((_, step)) if self.told.count() > 0 => {
                told(self.told.moved(step.map(|step| Mark { value: step, step }), own), self.all.count())
            }
            _ => self.shown(),
        }
    }

    /// What lists are sorted by: the fair score of what is told, 0 while nothing is.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.told.score()
    }
}

fn told(tally: Tally, all: i64) -> Told {
    match tally.count() {
        // Nothing to tell, and nothing to hide.
        0 if all == 0 => Told { count: 0, tally: Some(tally) },
        0 => Told { count: all, tally: None },
        count => Told { count, tally: Some(tally) },
    }
}
