//! All cards, and the lists they stand in: of their source, and of each of their topics.

use std::collections::HashMap;
use std::ops::Range;

use super::card::Held;
use super::list::{EVERYTHING, Lists, Mark, mark_of, mark_of_score, mark_of_time, place, range, walk};
use crate::domain::ballot::Ballot;
use crate::domain::change::{Change, Fact};
use crate::domain::content::{Card, ContentFilter, ContentOrder, ContentOrderField};
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::page::{Direction, PageRequest, Place};
use crate::domain::time::micros;

/// Windows with up to so many contents are sorted by score when they are read; longer ones are looked for along the scores.
const FEW: usize = 20_000;

/// Cards and their lists.
#[derive(Debug, Default)]
pub(super) struct Cards {
    /// Boxed, so that a place that is free takes little.
    held: HashMap<ContentId, Box<Held>>,
    kinds: Kinds,
    names: HashMap<SourceId, HashMap<Box<str>, ContentId>>,
    sources: HashMap<SourceId, Lists>,
    topics: HashMap<TopicId, Lists>,
    authors: HashMap<PersonId, Vec<ContentId>>,
    replies: HashMap<ContentId, Vec<ContentId>>,
}

impl Cards {
    /// None yet, and room for so many.
    pub fn with_room(count: usize) -> Self {
        Self { held: HashMap::with_capacity(count), ..Self::default() }
    }

    pub fn hear(&mut self, change: &Change) {
        match &change.fact {
            Fact::Rating(fact) => self.rate(change.seq, fact.subject.content, &fact.tally),
            Fact::Content(fact) => self.put(change.seq, &fact.card),
            _ => {}
        }
    }

    pub fn get(&self, id: ContentId) -> Option<&Held> {
        self.held.get(&id).map(AsRef::as_ref)
    }

    pub fn named(&self, source: SourceId, external_id: &str) -> Option<ContentId> {
        self.names.get(&source)?.get(external_id).copied()
    }

    pub fn put(&mut self, seq: i64, card: &Card) {
        let id = card.subject.content;
        let mut later_tally = None;
        match self.held.get(&id) {
            Some(held) if held.card_seq >= seq => return,
            Some(held) => {
                // A rating of our own may have been told before the card it followed.
                later_tally = (held.tally_seq > seq).then(|| (held.tally_seq, held.tally.clone()));
                self.remove(id);
            }
            None => {
                let names = self.names.entry(card.subject.source).or_default();
                names.insert(card.external_id.as_str().into(), id);
            }
        }
        let mut held = Box::new(Held::of(seq, card, self.kinds.put(&card.kind)));
        if let Some((seq, tally)) = later_tally {
            (held.tally_seq, held.tally) = (seq, tally);
        }
        self.sources.entry(held.source).or_default().insert(&held, id);
        for topic in held.topics() {
            self.topics.entry(topic).or_default().insert(&held, id);
        }
        for author in held.authors() {
            self.authors.entry(author).or_default().push(id);
        }
        if let Some(parent) = held.parent() {
            self.replies.entry(parent).or_default().push(id);
        }
        self.held.insert(id, held);
    }

    /// Makes the lists as small as they can be.
    pub fn pack(&mut self) {
        self.sources.values_mut().chain(self.topics.values_mut()).for_each(Lists::pack);
    }

    fn remove(&mut self, id: ContentId) {
        let Some(held) = self.held.remove(&id) else { return };
        self.each_list(held.topics(), held.source, |lists| lists.remove(&held, id));
        for author in held.authors() {
            self.authors.entry(author).or_default().retain(|other| *other != id);
        }
        if let Some(parent) = held.parent() {
            self.replies.entry(parent).or_default().retain(|other| *other != id);
        }
    }

    fn rate(&mut self, seq: i64, id: ContentId, tally: &Ballot) {
        // A content that is not known yet comes with its own change, and this one again after it.
        let Some(held) = self.held.get_mut(&id).filter(|held| held.tally_seq < seq) else { return };
        let (before, after) = (mark_of_score(held.tally.score(), id), mark_of_score(tally.score(), id));
        (held.tally_seq, held.tally) = (seq, tally.clone());
        let (topics, source): (Vec<_>, _) = (held.topics().collect(), held.source);
        self.each_list(topics.into_iter(), source, |lists| lists.rerank(before, after));
    }

    fn each_list(&mut self, topics: impl Iterator<Item = TopicId>, source: SourceId, act: impl Fn(&mut Lists)) {
        self.sources.get_mut(&source).into_iter().for_each(&act);
        for topic in topics {
            self.topics.get_mut(&topic).into_iter().for_each(&act);
        }
    }

    /// Up to one more than a page holds, in the order in which they are looked for.
    pub fn page(&self, filter: &ContentFilter, order: ContentOrder, request: &PageRequest) -> Vec<Place> {
        let up = (order.direction == Direction::Ascending) != request.backward;
        let range = range(order, request);
        let marks: Vec<Mark> = match self.few(filter, order.field) {
            Some(mut few) => {
                few.retain(|mark| range.contains(mark));
                few.sort_unstable_by(|a, b| if up { a.cmp(b) } else { b.cmp(a) });
                few.truncate(request.limit + 1);
                few
            }
            None => self.among(filter, order.field, range, up).take(request.limit + 1).collect(),
        };
        marks.into_iter().map(|mark| place(mark, order.field)).collect()
    }

    /// How many contents a filter lets through.
    pub fn count(&self, filter: &ContentFilter) -> usize {
        let field = ContentOrderField::Published;
        match self.few(filter, field) {
            Some(few) => few.len(),
            None => self.among(filter, field, EVERYTHING, true).count(),
        }
    }

    /// What a filter lets through, where its links leave only few, or its window does and that is not the order itself.
    fn few(&self, filter: &ContentFilter, field: ContentOrderField) -> Option<Vec<Mark>> {
        let kind = self.kind(filter);
        let admitted = |id: &ContentId| {
            self.held.get(id).filter(|held| held.is_admitted_by(filter, kind)).map(|held| mark_of(held, *id, field))
        };
        let linked = match (filter.parent, filter.author) {
            (Some(parent), _) => self.replies.get(&parent),
            (None, Some(author)) => self.authors.get(&author),
            (None, None) if field == ContentOrderField::Score => {
                let window = window(filter)?;
                let few: Vec<ContentId> = walk(&self.lists(filter), ContentOrderField::Published, window, true)
                    .take(FEW + 1)
                    .map(|(_, id)| ContentId(id))
                    .collect();
                return (few.len() <= FEW).then(|| few.iter().filter_map(admitted).collect());
            }
            (None, None) => return None,
        };
        Some(linked.into_iter().flatten().filter_map(admitted).collect())
    }

    /// What a filter lets through, along the lists.
    fn among<'a>(
        &'a self,
        filter: &'a ContentFilter,
        field: ContentOrderField,
        range: Range<Mark>,
        up: bool,
    ) -> impl Iterator<Item = Mark> + 'a {
        let range = match (field, window(filter)) {
            (ContentOrderField::Published, Some(window)) => range.start.max(window.start)..range.end.min(window.end),
            _ => range,
        };
        let kind = self.kind(filter);
        walk(&self.lists(filter), field, range, up)
            .filter(move |(_, id)| self.held.get(&ContentId(*id)).is_some_and(|held| held.is_admitted_by(filter, kind)))
    }

    fn kind(&self, filter: &ContentFilter) -> Option<u32> {
        filter.kind.as_deref().map(|kind| self.kinds.number(kind))
    }

    fn lists(&self, filter: &ContentFilter) -> Vec<&Lists> {
        match (&filter.topics, filter.source) {
            (Some(topics), _) => topics.iter().filter_map(|topic| self.topics.get(topic)).collect(),
            (None, Some(source)) => self.sources.get(&source).into_iter().collect(),
            (None, None) => self.sources.values().collect(),
        }
    }
}

/// The numbers of the kinds of contents.
#[derive(Debug, Default)]
struct Kinds(HashMap<Box<str>, u32>);

impl Kinds {
    fn put(&mut self, kind: &str) -> u32 {
        if let Some(number) = self.0.get(kind) {
            return *number;
        }
        let number = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.insert(kind.into(), number);
        number
    }

    /// Of a kind that no content has, a number that no content has.
    fn number(&self, kind: &str) -> u32 {
        self.0.get(kind).copied().unwrap_or(u32::MAX)
    }
}

/// Between which marks of time a filter's window lies.
fn window(filter: &ContentFilter) -> Option<Range<Mark>> {
    let mark = |time| mark_of_time(micros(time), ContentId(i64::MIN));
    match (filter.published_from, filter.published_before) {
        (None, None) => None,
        (from, before) => Some(from.map_or(EVERYTHING.start, mark)..before.map_or(EVERYTHING.end, mark)),
    }
}
