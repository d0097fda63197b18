//! The shelf: the contents asked for lately, with their tallies, so that a page need only find out which they are.
//!
//! A rating carries the tally it left, so keeping up needs no question back; whatever else happens to a content takes it from
//! the shelf. What changes while it is being read is not put there.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::catalog::{Catalog, Links};
use crate::domain::change::{Change, Fact};
use crate::domain::content::Content;
use crate::domain::id::{ContentId, SourceId};
use crate::store::connection::Store;
use crate::store::error::Error;

/// How much is kept, in bytes.
const ROOM: u64 = 4 * 1024 * 1024;
/// What a content takes beside its texts, in bytes: itself, its links, and its place on the shelf.
const FRAME: usize = size_of::<Content>() + 300;

#[derive(Clone, Debug)]
struct Held {
    /// The last change of its tally that it is known to have.
    seq: i64,
    content: Arc<Content>,
}

/// Contents at hand.
#[derive(Debug)]
pub struct Shelf {
    store: Arc<Store>,
    catalog: Arc<Catalog>,
    held: moka::sync::Cache<ContentId, Held>,
    /// How many are reading a content now, and whether it changed meanwhile.
    reading: Mutex<HashMap<ContentId, (usize, bool)>>,
    /// Everything up to this change was heard.
    heard: AtomicI64,
}

/// Contents that somebody is reading; dropped, they are no longer.
struct Reading<'a> {
    shelf: &'a Shelf,
    ids: &'a [ContentId],
}

impl<'a> Reading<'a> {
    fn begin(shelf: &'a Shelf, ids: &'a [ContentId]) -> Self {
        let mut reading = shelf.reading();
        for id in ids {
            reading.entry(*id).or_default().0 += 1;
        }
        Self { shelf, ids }
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut reading = self.shelf.reading();
        for id in self.ids {
            if let Some(entry) = reading.get_mut(id) {
                entry.0 -= 1;
                if entry.0 == 0 {
                    reading.remove(id);
                }
            }
        }
    }
}

impl Shelf {
    /// An empty shelf.
    #[must_use]
    pub fn new(store: Arc<Store>, catalog: Arc<Catalog>) -> Self {
        let weight =
            |held: &Held| held.content.title.len() + held.content.body.len() + held.content.external_id.len() + FRAME;
        let weigher = move |_: &ContentId, held: &Held| u32::try_from(weight(held)).unwrap_or(u32::MAX);
        let held = moka::sync::Cache::builder().max_capacity(ROOM).weigher(weigher).build();
        Self { store, catalog, held, reading: Mutex::default(), heard: AtomicI64::new(0) }
    }

    fn reading(&self) -> MutexGuard<'_, HashMap<ContentId, (usize, bool)>> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a change, told in its turn.
    pub fn hear(&self, change: &Change) {
        self.hear_early(change);
        self.heard.fetch_max(change.seq, Ordering::SeqCst);
    }

    /// Takes note of a change that may come before its turn. What lies before it is still to be heard.
    pub fn hear_early(&self, change: &Change) {
        // One at a time, so that of two tallies the later one stays.
        let mut reading = self.reading();
        match &change.fact {
            Fact::Rating(fact) => {
                let id = fact.subject.content;
                reading.entry(id).and_modify(|entry| entry.1 = true);
                if let Some(held) = self.held.get(&id).filter(|held| held.seq < change.seq) {
                    let content = Content { tally: fact.tally.clone(), ..held.content.as_ref().clone() };
                    self.held.insert(id, Held { seq: change.seq, content: Arc::new(content) });
                }
            }
            Fact::Content(fact) => {
                let id = fact.card.subject.content;
                reading.entry(id).and_modify(|entry| entry.1 = true);
                self.held.invalidate(&id);
            }
            _ => {}
        }
    }

    /// The contents with these ids, whatever their state, from memory or in one statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents(&self, ids: &[ContentId]) -> Result<HashMap<ContentId, Arc<Content>>, Error> {
        let mut found = HashMap::with_capacity(ids.len());
        let mut missing = Vec::new();
        for id in ids {
            match self.held.get(id) {
                Some(held) => drop(found.insert(*id, held.content)),
                None => missing.push(*id),
            }
        }
        missing.sort_unstable();
        missing.dedup();
        for some in missing.chunks(1_000) {
            let seq = self.heard.load(Ordering::SeqCst);
            let begun = Reading::begin(self, some);
            for (known, content) in self.read(some).await? {
                let seq = known.unwrap_or(seq);
                let content = Arc::new(content);
                let reading = self.reading();
                if reading.get(&content.id).is_some_and(|(_, changed)| !changed) {
                    self.held.insert(content.id, Held { seq, content: Arc::clone(&content) });
                }
                drop(reading);
                found.insert(content.id, content);
            }
            drop(begun);
        }
        Ok(found)
    }

    /// What the catalog knows need not be read again. First: the last change of the tally, where that is known.
    async fn read(&self, ids: &[ContentId]) -> Result<Vec<(Option<i64>, Content)>, Error> {
        let links: HashMap<_, _> = ids.iter().filter_map(|id| Some((*id, self.catalog.links(*id)?))).collect();
        if links.len() < ids.len() {
            return Ok(self.store.contents(ids).await?.into_iter().map(|content| (None, content)).collect());
        }
        let known = |content: Content| match links.get(&content.id).cloned() {
            Some(Links { authors, topics, tally, tally_seq }) => {
                (Some(tally_seq), Content { authors, topics, tally, ..content })
            }
            None => (None, content),
        };
        Ok(self.store.bare_contents(ids).await?.into_iter().map(known).collect())
    }

    /// The content that a source names so, whatever its state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn content_by_external(
        &self,
        source: SourceId,
        external_id: &str,
    ) -> Result<Option<Arc<Content>>, Error> {
        match self.catalog.named(source, external_id) {
            Some(id) => Ok(self.contents(&[id]).await?.remove(&id)),
            // Another process may have published it a moment ago.
            None => Ok(self.store.content_by_external(source, external_id).await?.map(Arc::new)),
        }
    }
}
