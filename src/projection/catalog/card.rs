//! A card as it is held: the same as [`Card`], in less room.

use crate::domain::ballot::Ballot;
use crate::domain::content::{Card, ContentFilter};
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::rating::RatedContent;
use crate::domain::source::Scale;
use crate::domain::time::micros;

#[derive(Debug)]
pub(super) struct Held {
    /// The last change of its card that it is known to have.
    pub card_seq: i64,
    /// The last change of its tally that it is known to have; of the card it says nothing.
    pub tally_seq: i64,
    pub source: SourceId,
    /// Microseconds.
    pub published_at: i64,
    pub tally: Ballot,
    /// Its authors, then its topics, then what it answers.
    links: Box<[i64]>,
    /// How many of them are authors, and how many authors or topics: there are at most [`LINKS`](crate::domain::content::LINKS) of each.
    authors: u8,
    linked: u8,
    /// The number of its kind.
    pub kind: u32,
    pub visible: bool,
}

impl Held {
    pub fn of(seq: i64, card: &Card, kind: u32) -> Self {
        let (authors, topics) = (&card.subject.authors, &card.subject.topics);
        let count = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        let links = authors.iter().map(|id| id.0).chain(topics.iter().map(|id| id.0));
        Self {
            card_seq: seq,
            tally_seq: seq,
            source: card.subject.source,
            published_at: micros(card.published_at),
            tally: card.tally.clone(),
            links: links.chain(card.parent.map(|id| id.0)).collect(),
            authors: count(authors.len()),
            linked: count(authors.len() + topics.len()),
            kind,
            visible: card.subject.visible,
        }
    }

    pub fn authors(&self) -> impl ExactSizeIterator<Item = PersonId> + '_ {
        self.links[..usize::from(self.authors)].iter().map(|id| PersonId(*id))
    }

    pub fn topics(&self) -> impl ExactSizeIterator<Item = TopicId> + '_ {
        self.links[usize::from(self.authors)..usize::from(self.linked)].iter().map(|id| TopicId(*id))
    }

    pub fn parent(&self) -> Option<ContentId> {
        self.links.get(usize::from(self.linked)).map(|id| ContentId(*id))
    }

    /// What the rule of ratings needs to know of it.
    pub fn rated(&self, id: ContentId, scale: Scale) -> RatedContent {
        RatedContent {
            id,
            source: self.source,
            scale,
            visible: self.visible,
            authors: self.authors().collect(),
            topics: self.topics().collect(),
            tally: self.tally.clone(),
        }
    }

    /// Whether a filter lets it through that wants contents of a kind with this number, if it wants one.
    pub fn is_admitted_by(&self, filter: &ContentFilter, kind: Option<u32>) -> bool {
        (self.visible || filter.invisible)
            && filter.topics.as_ref().is_none_or(|topics| self.topics().any(|topic| topics.contains(&topic)))
            && filter.author.is_none_or(|author| self.authors().any(|other| other == author))
            && filter.source.is_none_or(|source| self.source == source)
            && kind.is_none_or(|kind| self.kind == kind)
            && filter.parent.is_none_or(|parent| self.parent() == Some(parent))
            && !(filter.no_replies && self.parent().is_some())
            && filter.published_from.is_none_or(|from| self.published_at >= micros(from))
            && filter.published_before.is_none_or(|before| self.published_at < micros(before))
    }
}
