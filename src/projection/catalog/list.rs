//! Lists of contents that stay sorted: by score, and by time of publication.

use std::collections::BTreeSet;
use std::ops::Bound;

use itertools::Itertools;

use super::card::Held;
use crate::domain::id::ContentId;

/// A score that sorts as a number does, and the content that has it.
pub(super) type Mark = (u64, i64);

/// The highest bit, which is the sign of a float.
const SIGN: u64 = 1 << 63;

/// Where a content with this score stands. Scores are finite and never negative zero.
pub(super) fn mark(score: f64, id: ContentId) -> Mark {
    let bits = score.to_bits();
    (if bits & SIGN == 0 { bits | SIGN } else { !bits }, id.0)
}

/// The score of a mark.
pub(super) fn score_of(rank: u64) -> f64 {
    f64::from_bits(if rank & SIGN == 0 { !rank } else { rank & !SIGN })
}

/// The contents of a topic, or all.
#[derive(Debug, Default)]
pub(super) struct Lists {
    by_score: BTreeSet<Mark>,
    by_time: BTreeSet<(i64, i64)>,
}

impl Lists {
    pub fn insert(&mut self, held: &Held, id: ContentId) {
        self.by_score.insert(mark(held.tally.score(), id));
        self.by_time.insert((held.published_at, id.0));
    }

    pub fn remove(&mut self, held: &Held, id: ContentId) {
        self.by_score.remove(&mark(held.tally.score(), id));
        self.by_time.remove(&(held.published_at, id.0));
    }

    pub fn rerank(&mut self, before: Mark, after: Mark) {
        self.by_score.remove(&before);
        self.by_score.insert(after);
    }

    /// The contents published within a window.
    pub fn published(&self, window: (Bound<(i64, i64)>, Bound<(i64, i64)>)) -> impl Iterator<Item = i64> {
        self.by_time.range(window).map(|(_, id)| *id)
    }
}

/// The marks of several lists in their order, each once.
pub(super) fn walk<'a>(
    lists: &[&'a Lists],
    bounds: (Bound<Mark>, Bound<Mark>),
    up: bool,
) -> Box<dyn Iterator<Item = Mark> + 'a> {
    let ranges = lists.iter().map(move |lists| lists.by_score.range(bounds).copied());
    match (lists, up) {
        ([only], true) => Box::new(only.by_score.range(bounds).copied()),
        ([only], false) => Box::new(only.by_score.range(bounds).rev().copied()),
        (_, true) => Box::new(ranges.kmerge().dedup()),
        (_, false) => Box::new(ranges.map(Iterator::rev).kmerge_by(|a, b| a > b).dedup()),
    }
}
