//! What endorsements come to: many independent peers, not friends who endorse each other.

use std::collections::HashMap;

use crate::domain::trend::explanation::Explanation;

/// Weight that makes half of the highest score.
const HALF: f64 = 2.0;

/// A peer's word: who endorses whom, on whatever topic. People are numbers of any kind.
pub type Word = (i64, i64);

/// The weights of endorsers.
#[derive(Clone, Debug, Default)]
pub struct Circle {
    words: HashMap<i64, Vec<i64>>,
}

impl Circle {
    /// The circle of all words that hold, each told once.
    #[must_use]
    pub fn of(words: impl IntoIterator<Item = Word>) -> Self {
        let mut circle = Self::default();
        for (from, to) in words {
            circle.words.entry(from).or_default().push(to);
        }
        circle
    }

    fn knows(&self, from: i64, to: i64) -> bool {
        self.words.get(&from).is_some_and(|known| known.contains(&to))
    }

    /// What an endorser's word counts, 0 to 1: half when the one they endorse endorses them, too, and the less the more of the other
    /// endorsers they exchange endorsements with. A whole clique of `n` endorsers so counts for less than two.
    ///
    /// ```
    /// use peerlead::domain::lead::endorsed::Circle;
    /// let alone = Circle::of([(1, 9), (2, 9)]);
    /// assert_eq!(alone.weight(1, 9, &[1, 2]), 1.0);
    /// assert_eq!(Circle::of([(1, 9), (9, 1)]).weight(1, 9, &[1]), 0.5);
    /// let clique = Circle::of((1..=20).flat_map(|a| (1..=20).map(move |b| (a, b))).chain((1..=20).map(|a| (a, 99))));
    /// let endorsers: Vec<i64> = (1..=20).collect();
    /// let whole: f64 = endorsers.iter().map(|one| clique.weight(*one, 99, &endorsers)).sum();
    /// assert!(whole < 2.0);
    /// ```
    #[must_use]
    pub fn weight(&self, endorser: i64, endorsed: i64, endorsers: &[i64]) -> f64 {
        let mutual = if self.knows(endorsed, endorser) { 0.5 } else { 1.0 };
        let exchanges =
            |other: &&i64| **other != endorser && (self.knows(endorser, **other) || self.knows(**other, endorser));
        let friends = u32::try_from(endorsers.iter().filter(exchanges).count()).unwrap_or(u32::MAX);
        mutual / (1.0 + f64::from(friends))
    }

    /// How strongly somebody is endorsed, 0 to below 1: the weights of the endorsers, three independent ones making 0.6.
    ///
    /// ```
    /// use peerlead::domain::lead::endorsed::Circle;
    /// let circle = Circle::of([(1, 9), (2, 9), (3, 9)]);
    /// assert!((circle.endorsed(9, &[1, 2, 3]).score() - 0.6).abs() < 1e-9);
    /// assert_eq!(circle.endorsed(9, &[]).score(), 0.0);
    /// ```
    #[must_use]
    pub fn endorsed(&self, person: i64, endorsers: &[i64]) -> Explanation {
        let weight: f64 = endorsers.iter().map(|endorser| self.weight(*endorser, person, endorsers)).sum();
        Explanation::product("endorsed-1", &[("endorsers", weight), ("bound", 1.0 / (weight + HALF))])
    }
}

/// Endorsers, each once, sorted.
#[must_use]
pub fn different(endorsers: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut endorsers: Vec<i64> = endorsers.into_iter().collect();
    endorsers.sort_unstable();
    endorsers.dedup();
    endorsers
}
