//! A card as it is held: the same as [`Card`], in less room.

use std::sync::Arc;

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
    pub kind: Arc<str>,
    pub parent: Option<ContentId>,
    /// Microseconds.
    pub published_at: i64,
    pub visible: bool,
    pub authors: Box<[PersonId]>,
    pub topics: Box<[TopicId]>,
    pub tally: Ballot,
}

impl Held {
    pub fn of(seq: i64, card: &Card, kind: Arc<str>) -> Self {
        Self {
            card_seq: seq,
            tally_seq: seq,
            source: card.subject.source,
            kind,
            parent: card.parent,
            published_at: micros(card.published_at),
            visible: card.subject.visible,
            authors: card.subject.authors.as_slice().into(),
            topics: card.subject.topics.as_slice().into(),
            tally: card.tally.clone(),
        }
    }

    /// What the rule of ratings needs to know of it.
    pub fn rated(&self, id: ContentId, scale: Scale) -> RatedContent {
        RatedContent {
            id,
            source: self.source,
            scale,
            visible: self.visible,
            authors: self.authors.to_vec(),
            topics: self.topics.to_vec(),
            tally: self.tally.clone(),
        }
    }

    /// Whether a filter lets it through.
    pub fn is_admitted_by(&self, filter: &ContentFilter) -> bool {
        (self.visible || filter.invisible)
            && filter.topics.as_ref().is_none_or(|topics| self.topics.iter().any(|topic| topics.contains(topic)))
            && filter.author.is_none_or(|author| self.authors.contains(&author))
            && filter.source.is_none_or(|source| self.source == source)
            && filter.kind.as_deref().is_none_or(|kind| &*self.kind == kind)
            && filter.parent.is_none_or(|parent| self.parent == Some(parent))
            && !(filter.no_replies && self.parent.is_some())
            && filter.published_from.is_none_or(|from| self.published_at >= micros(from))
            && filter.published_before.is_none_or(|before| self.published_at < micros(before))
    }
}
