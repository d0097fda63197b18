//! Lists of contents that stay sorted, by score and by time of publication.

use std::collections::BTreeSet;
use std::ops::Range;

use itertools::Itertools;

use super::card::Held;
use crate::domain::content::{ContentOrder, ContentOrderField};
use crate::domain::id::ContentId;
use crate::domain::page::{Direction, Key, PageRequest, Place};

/// Where a content stands: a score or a time, as a number that sorts like it, and the content.
pub(super) type Mark = (u64, i64);

/// From before the first mark to after the last.
pub(super) const EVERYTHING: Range<Mark> = (0, i64::MIN)..(u64::MAX, i64::MAX);

/// The highest bit, which is the sign of a number.
const SIGN: u64 = 1 << 63;

/// The mark of a score. Scores are finite and never negative zero.
pub(super) fn mark_of_score(score: f64, id: ContentId) -> Mark {
    let bits = score.to_bits();
    (if bits & SIGN == 0 { bits | SIGN } else { !bits }, id.0)
}

/// The mark of a time in microseconds.
pub(super) fn mark_of_time(micros: i64, id: ContentId) -> Mark {
    (micros.cast_unsigned() ^ SIGN, id.0)
}

/// The mark of a content in lists of this order.
pub(super) fn mark_of(held: &Held, id: ContentId, field: ContentOrderField) -> Mark {
    match field {
        ContentOrderField::Score => mark_of_score(held.tally.score(), id),
        ContentOrderField::Published => mark_of_time(held.published_at, id),
    }
}

/// The place that a mark is.
pub(super) fn place((key, id): Mark, field: ContentOrderField) -> Place {
    let key = match field {
        ContentOrderField::Score => Key::Score(f64::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN })),
        ContentOrderField::Published => Key::Number((key ^ SIGN).cast_signed()),
    };
    Place { key, id }
}

/// Between which marks a page lies.
pub(super) fn range(order: ContentOrder, request: &PageRequest) -> Range<Mark> {
    let mark = |place: &Place| match place.key {
        Key::Score(score) => mark_of_score(score, ContentId(place.id)),
        Key::Number(micros) => mark_of_time(micros, ContentId(place.id)),
        Key::Text(_) => EVERYTHING.start,
    };
    let (low, high) = match order.direction {
        Direction::Ascending => (&request.after, &request.before),
        Direction::Descending => (&request.before, &request.after),
    };
    // Neither end is part of the page.
    let after = |place: &Place| (mark(place).0, place.id.saturating_add(1));
    low.as_ref().map_or(EVERYTHING.start, after)..high.as_ref().map_or(EVERYTHING.end, mark)
}

/// The contents of a topic or a source.
#[derive(Debug, Default)]
pub(super) struct Lists {
    by_score: BTreeSet<Mark>,
    by_time: BTreeSet<Mark>,
}

impl Lists {
    pub fn insert(&mut self, held: &Held, id: ContentId) {
        self.by_score.insert(mark_of(held, id, ContentOrderField::Score));
        self.by_time.insert(mark_of(held, id, ContentOrderField::Published));
    }

    /// Makes them as small as they can be. A set that grew in its order is half empty.
    pub fn pack(&mut self) {
        for list in [&mut self.by_score, &mut self.by_time] {
            *list = std::mem::take(list).into_iter().collect();
        }
    }

    pub fn remove(&mut self, held: &Held, id: ContentId) {
        self.by_score.remove(&mark_of(held, id, ContentOrderField::Score));
        self.by_time.remove(&mark_of(held, id, ContentOrderField::Published));
    }

    pub fn rerank(&mut self, before: Mark, after: Mark) {
        self.by_score.remove(&before);
        self.by_score.insert(after);
    }

    fn sorted(&self, field: ContentOrderField) -> &BTreeSet<Mark> {
        match field {
            ContentOrderField::Score => &self.by_score,
            ContentOrderField::Published => &self.by_time,
        }
    }
}

/// The marks of several lists in their order, each once.
pub(super) fn walk<'a>(
    lists: &[&'a Lists],
    field: ContentOrderField,
    range: Range<Mark>,
    up: bool,
) -> Box<dyn Iterator<Item = Mark> + 'a> {
    if range.start > range.end {
        return Box::new(std::iter::empty());
    }
    let ranges: Vec<_> = lists.iter().map(|lists| lists.sorted(field).range(range.clone()).copied()).collect();
    match (ranges.len(), up) {
        (1, true) => Box::new(ranges.into_iter().flatten()),
        (1, false) => Box::new(ranges.into_iter().flatten().rev()),
        (_, true) => Box::new(ranges.into_iter().kmerge().dedup()),
        (_, false) => Box::new(ranges.into_iter().map(Iterator::rev).kmerge_by(|a, b| a > b).dedup()),
    }
}
