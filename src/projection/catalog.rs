//! The catalog: the card of every content, and their lists by time and by score.
//!
//! Lists are kept here and not in indexes of the database, because every rating would have to move several of them on the disk.
//! The catalog is read from the facts once, in the background, and then kept up by the log. A change carries the whole card, or
//! the whole tally, so an older word never replaces a newer one, and hearing something twice does no harm. How new the card is and how
//! new its tally is are two numbers: a tally that was heard early says nothing of a card that is still on its way.

mod card;
mod cards;
mod list;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::watch;

use self::cards::Cards;
use crate::domain::ballot::Ballot;
use crate::domain::change::Change;
use crate::domain::content::{ContentFilter, ContentOrder};
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::page::{Page, PageRequest, Place};
use crate::domain::rating::RatedContent;
use crate::domain::source::Scale;
use crate::store::connection::Store;
use crate::store::error::Error;

/// How many cards are read at once.
const CHUNK: i64 = 500;
/// How long to wait before the database is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// The card of every content.
#[derive(Debug)]
pub struct Catalog {
    state: RwLock<State>,
    loaded: watch::Sender<bool>,
}

/// What a content has beside its texts.
#[derive(Clone, Debug)]
pub struct Links {
    pub authors: Vec<PersonId>,
    pub topics: Vec<TopicId>,
    pub tally: Ballot,
    /// The last change of the tally.
    pub tally_seq: i64,
}

#[derive(Debug, Default)]
struct State {
    cards: Cards,
    /// What was heard while the facts were being read.
    waiting: Vec<Change>,
    /// Everything up to this change was heard, or read.
    heard: i64,
}

impl State {
    fn hear(&mut self, change: &Change) {
        // Our own commits may be told before what others committed before them.
        self.heard += i64::from(change.seq == self.heard + 1);
        self.cards.hear(change);
    }
}

impl Catalog {
    /// An empty catalog. It has to hear all changes from before [`Catalog::load`] on.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self { state: RwLock::default(), loaded: watch::Sender::new(false) })
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads every card, again and again until the database has answered.
    pub async fn load(self: Arc<Self>, store: Arc<Store>) {
        let mut failing = false;
        while let Err(error) = self.read(&store).await {
            if !failing {
                tracing::error!(%error, "the contents cannot be read; their lists wait until they can");
            }
            failing = true;
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn read(&self, store: &Store) -> Result<(), Error> {
        // The end of the log first: what changes while we read comes again with a later number.
        let (_, seq) = store.log_ends().await?;
        let (mut cards, mut last) = (Cards::with_room(store.content_count().await.unwrap_or_default()), ContentId(0));
        loop {
            let some = store.cards_after(last, CHUNK).await?;
            let Some(end) = some.last() else { break };
            last = end.subject.content;
            for card in &some {
                cards.put(seq, card);
            }
        }
        cards.pack();
        let mut state = self.change();
        (state.cards, state.heard) = (cards, seq);
        for change in std::mem::take(&mut state.waiting) {
            state.hear(&change);
        }
        self.loaded.send_replace(true);
        Ok(())
    }

    /// Takes note of a change.
    pub fn hear(&self, change: &Change) {
        let mut state = self.change();
        if *self.loaded.borrow() {
            state.hear(change);
        } else {
            state.waiting.push(change.clone());
        }
    }

    /// Waits until everything has been read. What is asked before that has no answer.
    pub async fn ready(&self) {
        let mut loaded = self.loaded.subscribe();
        // The sender lives as long as we do.
        let _ = loaded.wait_for(|loaded| *loaded).await;
    }

    /// One page of the contents that a filter lets through.
    #[must_use]
    pub fn page(&self, filter: &ContentFilter, order: ContentOrder, request: &PageRequest) -> Page<Place> {
        Page::of(self.state().cards.page(filter, order, request), request)
    }

    /// How many contents a filter lets through.
    #[must_use]
    pub fn count(&self, filter: &ContentFilter) -> usize {
        self.state().cards.count(filter)
    }

    /// The content that a source names so.
    #[must_use]
    pub fn named(&self, source: SourceId, external_id: &str) -> Option<ContentId> {
        self.state().cards.named(source, external_id)
    }

    /// The authors, topics and tally of a content.
    #[must_use]
    pub fn links(&self, id: ContentId) -> Option<Links> {
        self.state().cards.get(id).map(|held| Links {
            authors: held.authors().collect(),
            topics: held.topics().collect(),
            tally: held.tally.clone(),
            tally_seq: held.tally_seq,
        })
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
        let state = self.state();
        if !*self.loaded.borrow() || state.heard != seq {
            return None;
        }
        let known = wanted.iter().filter_map(|id| Some((*id, state.cards.get(*id)?)));
        known.map(|(id, held)| Some((id, held.rated(id, scale(held.source)?)))).collect()
    }
}
