//! What is said of who leads what: declarations, appointments, endorsements and objections, those of the past too.
//!
//! They are few and are told seldom, so they are read as a whole when they are asked for after something has changed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::domain::change::{Change, Fact};
use crate::domain::contest::Contest;
use crate::domain::endorsement::Endorsement;
use crate::domain::id::{ContestId, EndorsementId, LeadershipId, PersonId, TopicId};
use crate::domain::leadership::Leadership;
use crate::store::connection::Store;
use crate::store::error::Error;

/// How many are read at once.
const CHUNK: i64 = 5_000;

/// Reads what is said, and remembers it until something else is said.
#[derive(Debug)]
pub struct Relations {
    store: Arc<Store>,
    /// Moves with everything that is said.
    version: AtomicU64,
    read: Mutex<Option<(u64, Arc<Said>)>>,
}

/// Everything that is said.
#[derive(Debug, Default)]
pub struct Said {
    leaderships: Vec<Leadership>,
    endorsements: Vec<Endorsement>,
    contests: Vec<Contest>,
    leaderships_on: HashMap<TopicId, Vec<usize>>,
    leaderships_of: HashMap<PersonId, Vec<usize>>,
    endorsements_on: HashMap<TopicId, Vec<usize>>,
    endorsements_of: HashMap<PersonId, Vec<usize>>,
}

impl Relations {
    /// Nothing was read yet.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, version: AtomicU64::default(), read: Mutex::default() }
    }

    /// Takes note of a change.
    pub fn hear(&self, change: &Change) {
        if matches!(
            change.fact,
            Fact::Leadership { .. } | Fact::Endorsement { .. } | Fact::Contest { .. } | Fact::Merge { .. }
        ) {
            self.version.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// What is said.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn said(&self) -> Result<Arc<Said>, Error> {
        let mut read = self.read.lock().await;
        // Before we read: what is said meanwhile moves it again.
        let version = self.version.load(Ordering::Acquire);
        if let Some((known, said)) = &*read
            && *known == version
        {
            return Ok(Arc::clone(said));
        }
        let said = Arc::new(self.read_all().await?);
        *read = Some((version, Arc::clone(&said)));
        Ok(said)
    }

    async fn read_all(&self) -> Result<Said, Error> {
        let mut said = Said::default();
        let mut last = LeadershipId(0);
        loop {
            let some = self.store.leaderships_after(last, CHUNK).await?;
            let Some(end) = some.last() else { break };
            last = end.id;
            for leadership in some {
                said.put_leadership(leadership);
            }
        }
        let mut last = EndorsementId(0);
        loop {
            let some = self.store.endorsements_after(last, CHUNK).await?;
            let Some(end) = some.last() else { break };
            last = end.id;
            for endorsement in some {
                said.put_endorsement(endorsement);
            }
        }
        let mut last = ContestId(0);
        loop {
            let some = self.store.contests_after(last, CHUNK).await?;
            let Some(end) = some.last() else { break };
            last = end.id;
            said.contests.extend(some);
        }
        Ok(said)
    }
}

impl Said {
    fn put_leadership(&mut self, leadership: Leadership) {
        let place = self.leaderships.len();
        self.leaderships_on.entry(leadership.topic).or_default().push(place);
        self.leaderships_of.entry(leadership.person).or_default().push(place);
        self.leaderships.push(leadership);
    }

    fn put_endorsement(&mut self, endorsement: Endorsement) {
        let place = self.endorsements.len();
        self.endorsements_on.entry(endorsement.topic).or_default().push(place);
        self.endorsements_of.entry(endorsement.person).or_default().push(place);
        self.endorsements.push(endorsement);
    }

    /// Every relation, past ones too.
    #[must_use]
    pub fn leaderships(&self) -> &[Leadership] {
        &self.leaderships
    }

    /// Every endorsement, past ones too.
    #[must_use]
    pub fn endorsements(&self) -> &[Endorsement] {
        &self.endorsements
    }

    /// Every objection, past ones too. Those who were merged since stand in it as they were called then.
    #[must_use]
    pub fn contests(&self) -> &[Contest] {
        &self.contests
    }

    /// The relations to a topic.
    pub fn leaderships_on(&self, topic: TopicId) -> impl Iterator<Item = &Leadership> {
        self.leaderships_on.get(&topic).into_iter().flatten().map(|place| &self.leaderships[*place])
    }

    /// The relations of a person.
    pub fn leaderships_of(&self, person: PersonId) -> impl Iterator<Item = &Leadership> {
        self.leaderships_of.get(&person).into_iter().flatten().map(|place| &self.leaderships[*place])
    }

    /// The endorsements on a topic.
    pub fn endorsements_on(&self, topic: TopicId) -> impl Iterator<Item = &Endorsement> {
        self.endorsements_on.get(&topic).into_iter().flatten().map(|place| &self.endorsements[*place])
    }

    /// The endorsements of a person by others.
    pub fn endorsements_of(&self, person: PersonId) -> impl Iterator<Item = &Endorsement> {
        self.endorsements_of.get(&person).into_iter().flatten().map(|place| &self.endorsements[*place])
    }
}
