//! The directory: every topic, source and person, so that a page need not read their names again.
//!
//! A change carries the whole state after it, so keeping up needs no question back. An older word never replaces a newer one.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use self::tree::Topics;
use crate::domain::change::{Change, Fact};
use crate::domain::id::{PersonId, SourceId, TopicId};
use crate::domain::person::Person;
use crate::domain::source::Source;
use crate::domain::topic::Topic;
use crate::store::connection::Store;
use crate::store::error::Error;

mod tree;

/// How many people are read at once.
const CHUNK: i64 = 1_000;

/// Names and relations of the nouns that everything refers to.
#[derive(Debug)]
pub struct Directory {
    store: Arc<Store>,
    topics: RwLock<Topics>,
    sources: RwLock<HashMap<SourceId, (i64, Arc<Source>)>>,
    people: RwLock<People>,
}

#[derive(Debug, Default)]
struct People {
    by_id: HashMap<PersonId, (i64, Arc<Person>)>,
    by_handle: HashMap<String, PersonId>,
}

impl People {
    fn put(&mut self, seq: i64, person: &Person) {
        match self.by_id.get(&person.id) {
            Some((known, _)) if *known >= seq => return,
            // Unless somebody else has taken it since.
            Some((_, old)) if self.by_handle.get(&old.handle) == Some(&person.id) => {
                self.by_handle.remove(&old.handle);
            }
            _ => {}
        }
        self.by_handle.insert(person.handle.clone(), person.id);
        self.by_id.insert(person.id, (seq, Arc::new(person.clone())));
    }

    fn get(&self, id: PersonId) -> Option<Arc<Person>> {
        self.by_id.get(&id).map(|(_, person)| Arc::clone(person))
    }
}

impl Directory {
    /// An empty directory. It has to hear all changes from before [`Directory::load`] on.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, topics: RwLock::default(), sources: RwLock::default(), people: RwLock::default() }
    }

    /// Reads every topic, source and person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(&self) -> Result<(), Error> {
        // The end of the log first: what changes while we read comes again with a later number.
        let (_, seq) = self.store.log_ends().await?;
        for topic in self.store.topics().await? {
            self.topics.write().unwrap_or_else(PoisonError::into_inner).put(seq, &topic);
        }
        for (seq, fact) in self.store.topic_changes().await? {
            self.topics.write().unwrap_or_else(PoisonError::into_inner).note_move(seq, &fact);
        }
        for source in self.store.sources().await? {
            self.put_source(seq, &source);
        }
        let mut last = PersonId(0);
        loop {
            let some = self.store.people_after(last, CHUNK).await?;
            let Some(end) = some.last() else { return Ok(()) };
            last = end.id;
            let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
            for person in &some {
                people.put(seq, person);
            }
        }
    }

    fn put_source(&self, seq: i64, source: &Source) {
        let mut sources = self.sources.write().unwrap_or_else(PoisonError::into_inner);
        if sources.get(&source.id).is_none_or(|(known, _)| *known < seq) {
            sources.insert(source.id, (seq, Arc::new(source.clone())));
        }
    }

    /// Takes note of a change.
    pub fn hear(&self, change: &Change) {
        match &change.fact {
            Fact::Topic(fact) => {
                let mut topics = self.topics.write().unwrap_or_else(PoisonError::into_inner);
                topics.put(change.seq, &fact.topic);
                topics.note_move(change.seq, fact);
            }
            Fact::Source(source) => self.put_source(change.seq, source),
            Fact::Person(person) => {
                self.people.write().unwrap_or_else(PoisonError::into_inner).put(change.seq, person);
            }
            _ => {}
        }
    }

    /// The topic with this id.
    pub fn topic(&self, id: TopicId) -> Option<Arc<Topic>> {
        self.topics.read().unwrap_or_else(PoisonError::into_inner).by_id.get(&id).map(|(_, topic)| Arc::clone(topic))
    }

    /// The topic with this slug, a synonym as itself.
    pub fn topic_by_slug(&self, slug: &str) -> Option<Arc<Topic>> {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        topics.by_slug.get(slug).and_then(|id| topics.by_id.get(id)).map(|(_, topic)| Arc::clone(topic))
    }

    /// A topic and everything below it.
    pub fn subtree(&self, root: TopicId) -> HashSet<TopicId> {
        self.topics.read().unwrap_or_else(PoisonError::into_inner).after(i64::MAX).subtree(root)
    }

    /// As the tree was after the change `seq`: a topic, or the one that it was another word for, perhaps with everything below it; and
    /// all other words for those.
    pub fn branch(&self, topic: TopicId, below: bool, seq: i64) -> BTreeSet<TopicId> {
        self.topics.read().unwrap_or_else(PoisonError::into_inner).after(seq).branch(topic, below)
    }

    /// From the root down to the parent of a topic.
    pub fn ancestors(&self, id: TopicId) -> Vec<Arc<Topic>> {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        let parent = |id: &TopicId| topics.by_id.get(id).and_then(|(_, topic)| topic.parent);
        let mut path: Vec<Arc<Topic>> = Vec::new();
        let mut next = parent(&id);
        while let Some((_, topic)) = next.and_then(|id| topics.by_id.get(&id)) {
            if path.iter().any(|seen| seen.id == topic.id) {
                break;
            }
            path.push(Arc::clone(topic));
            next = topic.parent;
        }
        path.reverse();
        path
    }

    /// The source with this id.
    pub fn source(&self, id: SourceId) -> Option<Arc<Source>> {
        self.sources.read().unwrap_or_else(PoisonError::into_inner).get(&id).map(|(_, source)| Arc::clone(source))
    }

    /// The source with this slug.
    pub fn source_by_slug(&self, slug: &str) -> Option<Arc<Source>> {
        let sources = self.sources.read().unwrap_or_else(PoisonError::into_inner);
        sources.values().find(|(_, source)| source.slug == slug).map(|(_, source)| Arc::clone(source))
    }

    /// Every source, by slug.
    pub fn sources(&self) -> Vec<Arc<Source>> {
        let sources = self.sources.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = sources.values().map(|(_, source)| Arc::clone(source)).collect();
        all.sort_by(|a, b| a.slug.cmp(&b.slug));
        all
    }

    /// A person; `None` also for one whom another process has made a moment ago.
    pub fn person_at_hand(&self, id: PersonId) -> Option<Arc<Person>> {
        self.people.read().unwrap_or_else(PoisonError::into_inner).get(id)
    }

    /// The people with these ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, Arc<Person>>, Error> {
        let (mut found, mut missing) = (HashMap::with_capacity(ids.len()), Vec::new());
        for id in ids {
            match self.person_at_hand(*id) {
                Some(person) => drop(found.insert(*id, person)),
                None => missing.push(*id),
            }
        }
        for some in missing.chunks(1_000) {
            found.extend(self.store.people(some).await?.into_iter().map(|person| (person.id, Arc::new(person))));
        }
        Ok(found)
    }

    /// The person with this handle; a merged one as itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person_by_handle(&self, handle: &str) -> Result<Option<Arc<Person>>, Error> {
        let known = {
            let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
            people.by_handle.get(handle).and_then(|id| people.get(*id))
        };
        match known {
            Some(person) => Ok(Some(person)),
            None => Ok(self.store.person_by_handle(handle).await?.map(Arc::new)),
        }
    }
}
