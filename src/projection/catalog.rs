//! The catalog: the card of every content, and their lists by score, so that a rating moves no index of the database.
//!
//! It is read from the facts once, in the background, and then kept up by the log. A change carries the whole card, or the whole
//! tally, so an older word never replaces a newer one, and hearing something twice does no harm.

mod card;
mod list;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;

use self::card::Held;
use self::list::{Lists, Mark, mark, score_of};
use crate::domain::change::{Change, Fact};
use crate::domain::content::{Card, ContentFilter};
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::page::{Direction, Key, Page, PageRequest, Place};
use crate::domain::rating::{RatedContent, Tally};
use crate::domain::source::Scale;
use crate::domain::time::micros;
use crate::store::connection::Store;
use crate::store::error::Error;

/// How many cards are read at once.
const CHUNK: i64 = 5_000;
/// Windows with up to so many contents are sorted when they are read; longer ones are looked for along the scores.
const FEW: usize = 20_000;
/// How long to wait before the database is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// The card of every content.
#[derive(Debug)]
pub struct Catalog {
    state: RwLock<State>,
    loaded: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    cards: Cards,
    /// What was heard while the facts were being read.
    waiting: Vec<Change>,
    /// Everything up to this change was heard, or read.
    heard: i64,
}

impl Catalog {
    /// An empty catalog. It has to hear all changes from before [`Catalog::load`] on.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self { state: RwLock::default(), loaded: watch::Sender::new(false) })
    }

    /// Reads every card, again and again until the database has answered.
    pub async fn load(self: Arc<Self>, store: Arc<Store>) {
        let mut failing = false;
        while let Err(error) = self.read(&store).await {
            if !failing {
                tracing::error!(%error, "the contents cannot be read; lists by score wait until they can");
            }
            failing = true;
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn read(&self, store: &Store) -> Result<(), Error> {
        // The end of the log first: what changes while we read comes again with a later number.
        let (_, seq) = store.log_ends().await?;
        let (mut cards, mut last) = (Cards::default(), ContentId(0));
        loop {
            let some = store.cards_after(last, CHUNK).await?;
            let Some(end) = some.last() else { break };
            last = end.subject.content;
            some.iter().for_each(|card| cards.put(seq, card));
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        (state.cards, state.heard) = (cards, seq);
        std::mem::take(&mut state.waiting).iter().for_each(|change| state.hear(change));
        self.loaded.send_replace(true);
        Ok(())
    }

    /// Takes note of a change.
    pub fn hear(&self, change: &Change) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if *self.loaded.borrow() {
            state.hear(change);
        } else {
            state.waiting.push(change.clone());
        }
    }

    /// Waits until everything has been read.
    pub async fn ready(&self) {
        let mut loaded = self.loaded.subscribe();
        // The sender lives as long as we do.
        let _ = loaded.wait_for(|loaded| *loaded).await;
    }

    /// What the rule of ratings needs to know of these contents, if everything up to the change `seq` was heard and nothing
    /// after it.
    #[must_use]
    pub fn rated(
        &self,
        seq: i64,
        wanted: &[ContentId],
        scale: impl Fn(SourceId) -> Option<Scale>,
    ) -> Option<HashMap<ContentId, RatedContent>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if !*self.loaded.borrow() || state.heard != seq {
            return None;
        }
        let known = wanted.iter().filter_map(|id| Some((*id, state.cards.held.get(id)?)));
        known.map(|(id, held)| Some((id, held.rated(id, scale(held.source)?)))).collect()
    }

    /// One page of the contents that a filter lets through, sorted by score. Without meaning before [`Catalog::ready`].
    #[must_use]
    pub fn page(&self, filter: &ContentFilter, direction: Direction, request: &PageRequest) -> Page<Place> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let place = |(rank, id)| Place { key: Key::Score(score_of(rank)), id };
        Page::of(state.cards.page(filter, direction, request).into_iter().map(place).collect(), request)
    }
}

impl State {
    fn hear(&mut self, change: &Change) {
        // Our own commits may be told before what others committed before them.
        self.heard += i64::from(change.seq == self.heard + 1);
        self.cards.hear(change);
    }
}

/// Cards and their lists.
#[derive(Debug, Default)]
struct Cards {
    held: HashMap<ContentId, Held>,
    kinds: HashSet<Arc<str>>,
    all: Lists,
    topics: HashMap<TopicId, Lists>,
    authors: HashMap<PersonId, BTreeSet<ContentId>>,
    replies: HashMap<ContentId, BTreeSet<ContentId>>,
}

impl Cards {
    fn hear(&mut self, change: &Change) {
        match &change.fact {
            Fact::Rating(fact) => self.rate(change.seq, fact.subject.content, fact.tally),
            Fact::Content(fact) => self.put(change.seq, &fact.card),
            _ => {}
        }
    }

    fn put(&mut self, seq: i64, card: &Card) {
        let id = card.subject.content;
        match self.held.get(&id) {
            Some(held) if held.seq >= seq => return,
            Some(_) => self.remove(id),
            None => {}
        }
        let kind = self.kinds.get(card.kind.as_str()).cloned().unwrap_or_else(|| {
            let kind: Arc<str> = card.kind.as_str().into();
            self.kinds.insert(Arc::clone(&kind));
            kind
        });
        let held = Held::of(seq, card, kind);
        self.all.insert(&held, id);
        for topic in &held.topics {
            self.topics.entry(*topic).or_default().insert(&held, id);
        }
        for author in &held.authors {
            self.authors.entry(*author).or_default().insert(id);
        }
        if let Some(parent) = held.parent {
            self.replies.entry(parent).or_default().insert(id);
        }
        self.held.insert(id, held);
    }

    fn remove(&mut self, id: ContentId) {
        let Some(held) = self.held.remove(&id) else { return };
        self.all.remove(&held, id);
        for topic in &held.topics {
            if let Some(lists) = self.topics.get_mut(topic) {
                lists.remove(&held, id);
            }
        }
        for author in &held.authors {
            if let Some(contents) = self.authors.get_mut(author) {
                contents.remove(&id);
            }
        }
        if let Some(replies) = held.parent.and_then(|parent| self.replies.get_mut(&parent)) {
            replies.remove(&id);
        }
    }

    fn rate(&mut self, seq: i64, id: ContentId, tally: Tally) {
        // A content that is not known yet comes with its own change, and this one again after it.
        let Some(held) = self.held.get_mut(&id).filter(|held| held.seq < seq) else { return };
        let before = mark(held.tally.score(), id);
        (held.seq, held.tally) = (seq, tally);
        let after = mark(tally.score(), id);
        self.all.rerank(before, after);
        for topic in &held.topics {
            if let Some(lists) = self.topics.get_mut(topic) {
                lists.rerank(before, after);
            }
        }
    }

    /// Up to one more than a page holds, in the order in which they are looked for.
    fn page(&self, filter: &ContentFilter, direction: Direction, request: &PageRequest) -> Vec<Mark> {
        let up = (direction == Direction::Ascending) != request.backward;
        let Some(bounds) = bounds(direction, request) else { return Vec::new() };
        let admitted = |(_, id): &Mark| self.held.get(&ContentId(*id)).is_some_and(|held| held.is_admitted_by(filter));
        if let Some(mut few) = self.few(filter) {
            few.retain(|mark| std::ops::RangeBounds::contains(&bounds, mark) && admitted(mark));
            few.sort_unstable_by(|a, b| if up { a.cmp(b) } else { b.cmp(a) });
            few.truncate(request.limit + 1);
            return few;
        }
        let lists: Vec<&Lists> = match &filter.topics {
            Some(topics) => topics.iter().filter_map(|topic| self.topics.get(topic)).collect(),
            None => vec![&self.all],
        };
        list::walk(&lists, bounds, up).filter(admitted).take(request.limit + 1).collect()
    }

    /// The candidates, where something of the filter leaves only few.
    fn few(&self, filter: &ContentFilter) -> Option<Vec<Mark>> {
        let of = |id: &ContentId| self.held.get(id).map(|held| mark(held.tally.score(), *id));
        let linked = match (filter.parent, filter.author) {
            (Some(parent), _) => Some(self.replies.get(&parent)),
            (None, Some(author)) => Some(self.authors.get(&author)),
            (None, None) => None,
        };
        if let Some(contents) = linked {
            return Some(contents.into_iter().flatten().filter_map(of).collect());
        }
        if filter.published_from.is_none() && filter.published_before.is_none() {
            return None;
        }
        let lists = match filter.topics.as_deref() {
            Some([topic]) => self.topics.get(topic)?,
            _ => &self.all,
        };
        let window = (
            filter.published_from.map_or(Bound::Unbounded, |from| Bound::Included((micros(from), i64::MIN))),
            filter.published_before.map_or(Bound::Unbounded, |before| Bound::Excluded((micros(before), i64::MIN))),
        );
        let few: Vec<Mark> = lists.published(window).take(FEW + 1).filter_map(|id| of(&ContentId(id))).collect();
        (few.len() <= FEW).then_some(few)
    }
}

/// Between which marks a page lies; `None` when there is nothing between them.
fn bounds(direction: Direction, request: &PageRequest) -> Option<(Bound<Mark>, Bound<Mark>)> {
    let bound = |place: &Option<Place>| match place {
        Some(Place { key: Key::Score(score), id }) => Bound::Excluded(mark(*score, ContentId(*id))),
        _ => Bound::Unbounded,
    };
    let (after, before) = (bound(&request.after), bound(&request.before));
    let (low, high) = if direction == Direction::Ascending { (after, before) } else { (before, after) };
    match (&low, &high) {
        (Bound::Excluded(low), Bound::Excluded(high)) if low >= high => None,
        _ => Some((low, high)),
    }
}
