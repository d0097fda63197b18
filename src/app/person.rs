//! People: read, made, changed.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use super::rating::recount;
use super::viewer::Viewer;
use crate::domain::audit::{AuditAct, AuditSubject, NewAudit};
use crate::domain::change::{Change, Fact};
use crate::domain::id::{ContentId, PersonId};
use crate::domain::invalid::Code;
use crate::domain::page::{Page, PageRequest};
use crate::domain::person::{Account, MERGES, NewPerson, Person, PersonFilter, PersonOrder, PersonPatch, PersonRef};
use crate::store::writing::Writing;

impl App {
    /// The person with this handle; one who was merged is the person they were merged into.
    pub(super) async fn person_by_handle(&self, handle: &str) -> Result<Option<Arc<Person>>, Error> {
        match self.directory.person_by_handle(handle).await? {
            Some(person) => Ok(Some(self.main_person(person).await?)),
            None => Ok(None),
        }
    }

    pub(super) async fn main_person(&self, mut person: Arc<Person>) -> Result<Arc<Person>, Error> {
        for _ in 0..MERGES {
            let Some(into) = person.merged_into else { break };
            match self.directory.people(&[into]).await?.remove(&into) {
                Some(main) => person = main,
                None => break,
            }
        }
        Ok(person)
    }

    /// The person somebody names; one who was merged is the person they were merged into.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person(&self, by: &PersonRef) -> Result<Option<Arc<Person>>, Error> {
        let found = match by {
            PersonRef::Id(id) => self.directory.people(&[*id]).await?.remove(id),
            PersonRef::Handle(handle) => self.directory.person_by_handle(handle).await?,
            PersonRef::Account { source, external_id } => match self.directory.source_by_slug(source) {
                Some(source) => self.store.person_by_account(source.id, external_id).await?.map(Arc::new),
                None => None,
            },
        };
        match found {
            Some(person) => Ok(Some(self.main_person(person).await?)),
            None => Ok(None),
        }
    }

    /// The people with these ids, merged ones as themselves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self, ids: &[PersonId]) -> Result<HashMap<PersonId, Arc<Person>>, Error> {
        Ok(self.directory.people(ids).await?)
    }

    /// A person who is in memory, without a question to the database.
    #[must_use]
    pub fn person_at_hand(&self, id: PersonId) -> Option<Arc<Person>> {
        self.directory.person_at_hand(id)
    }

    /// One page for each request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people_pages(
        &self,
        asked: &[(&PersonFilter, PersonOrder, &PageRequest)],
    ) -> Result<Vec<Page<Person>>, Error> {
        Ok(self.store.people_pages(asked).await?)
    }

    /// How many people each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people_counts(&self, filters: &[&PersonFilter]) -> Result<Vec<i64>, Error> {
        Ok(self.store.people_counts(filters).await?)
    }

    /// The accounts of people.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self, people: &[PersonId]) -> Result<Vec<Account>, Error> {
        Ok(self.store.accounts(people).await?)
    }

    /// Makes a person. Admins only.
    ///
    /// # Errors
    /// `TAKEN`, or what [`NewPerson::check`] says.
    pub async fn create_person(&self, viewer: &Viewer, new: NewPerson) -> Result<Person, Error> {
        viewer.admin()?;
        let mut writing = self.store.begin().await?;
        if writing.is_handle_taken(&new.handle).await? {
            return refuse(Code::Taken, "handle", format!("the handle {:?} is taken", new.handle));
        }
        let person = writing.insert_person(&new, self.clock.now()).await?;
        writing.note(Fact::Person(person.clone()));
        self.commit(writing).await?;
        Ok(person)
    }

    /// Changes a person: people their own name, admins everything.
    ///
    /// # Errors
    /// `PERSON_NOT_FOUND`, `TAKEN`, `FORBIDDEN`, or what the checks say.
    pub async fn update_person(&self, viewer: &Viewer, by: &PersonRef, patch: &PersonPatch) -> Result<Person, Error> {
        let actor = viewer.member()?.id;
        viewer.unlimited()?;
        let id = self.named_person("person", by).await?.id;
        let more = patch.handle.is_some() || patch.kind.is_some() || patch.active.is_some() || patch.team.is_some();
        let own_name = actor == id && !more;
        if !own_name {
            viewer.admin()?;
        }
        let mut writing = self.store.begin().await?;
        let Some(person) = writing.person(id).await? else {
            return refuse(Code::PersonNotFound, "person", "there is no such person");
        };
        let changed = patch.apply(&person)?;
        if changed.handle != person.handle && writing.is_handle_taken(&changed.handle).await? {
            return refuse(Code::Taken, "handle", format!("the handle {:?} is taken", changed.handle));
        }
        if changed == person {
            return Ok(person);
        }
        writing.update_person(&changed).await?;
        if changed.kind != person.kind {
            // Bots never count, so the tallies of everything they rated are counted anew.
            let rated: Vec<ContentId> = writing.all_ratings_of(id).await?.iter().map(|rating| rating.content).collect();
            recount(self, &mut writing, &rated, &[id]).await?;
        }
        if !own_name {
            let (act, subject) = (AuditAct::PersonChanged, AuditSubject::Person(id));
            writing.insert_audit(NewAudit { actor: Some(actor), act, subject, reason: None }, self.clock.now()).await?;
        }
        writing.note(Fact::Person(changed.clone()));
        self.commit(writing).await?;
        Ok(changed)
    }

    /// The person somebody names in an input.
    pub(super) async fn named_person(&self, field: &'static str, by: &PersonRef) -> Result<Arc<Person>, Error> {
        match self.person(by).await? {
            Some(person) => Ok(person),
            None => refuse(Code::PersonNotFound, field, "there is no such person"),
        }
    }

    /// Who somebody is in this transaction: while it waited for its turn they may have been merged.
    pub(super) async fn person_now(&self, writing: &Writing<'_>, mut id: PersonId) -> Result<PersonId, Error> {
        for _ in 0..MERGES {
            let at_hand = if self.knows_all(writing) { self.person_at_hand(id) } else { None };
            let into = match at_hand {
                Some(person) => person.merged_into,
                None => writing.person(id).await?.and_then(|person| person.merged_into),
            };
            match into {
                Some(into) => id = into,
                None => break,
            }
        }
        Ok(id)
    }

    /// Commits and tells.
    pub(super) async fn commit(&self, writing: Writing<'_>) -> Result<Vec<Arc<Change>>, Error> {
        let changes = writing.commit(self.clock.now()).await?;
        self.tell(&changes);
        Ok(changes)
    }
}
