//! Who is written into the folder of one source, and under which name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::StreamExt;

use crate::app::error::Error;
use crate::app::house::App;
use crate::domain::id::PersonId;
use crate::domain::person::{Person, PersonKind, PersonRef};
use crate::domain::source::Source;

/// The people of one folder: those with an account in its source, and those whom its files name without one.
#[derive(Debug)]
pub struct Roll {
    source: Arc<Source>,
    names: HashMap<PersonId, Name>,
    /// Those without an account, by the name they get here.
    added: HashSet<String>,
}

#[derive(Debug)]
struct Name {
    id: String,
    bot: bool,
    added: bool,
}

impl Roll {
    /// Reads the accounts of a source. Who has several goes by the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(app: &Arc<App>, source: &Arc<Source>) -> Result<Self, Error> {
        let mut roll = Self { source: Arc::clone(source), names: HashMap::new(), added: HashSet::new() };
        let mut accounts = std::pin::pin!(app.all_accounts(source));
        while let Some(found) = accounts.next().await {
            let (account, person) = found?;
            let name = Name { id: account.external_id, bot: person.kind == PersonKind::Bot, added: false };
            roll.names.entry(account.person).or_insert(name);
        }
        Ok(roll)
    }

    /// Whether this person is in it.
    #[must_use]
    pub fn has(&self, person: PersonId) -> bool {
        self.names.contains_key(&person)
    }

    /// What this person is called in the files of the folder.
    #[must_use]
    pub fn name(&self, person: PersonId) -> Option<&str> {
        self.names.get(&person).map(|name| name.id.as_str())
    }

    /// Whether this person is a bot, whose word does not count and is refused by an import.
    #[must_use]
    pub fn is_bot(&self, person: PersonId) -> bool {
        self.names.get(&person).is_some_and(|name| name.bot)
    }

    /// Adds those who are missing. Their handle is their name here, unless an account has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add(&mut self, app: &App, people: impl Iterator<Item = PersonId>) -> Result<(), Error> {
        let missing: HashSet<PersonId> = people.filter(|person| !self.has(*person)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let found = app.people(&missing.into_iter().collect::<Vec<_>>()).await?;
        let mut found: Vec<Arc<Person>> = found.into_values().collect();
        found.sort_by(|a, b| a.handle.cmp(&b.handle));
        for person in found {
            let mut id = person.handle.clone();
            while self.added.contains(&id) || self.has_account(app, &id).await? {
                id.insert(0, '@');
            }
            self.added.insert(id.clone());
            self.names.insert(person.id, Name { id, bot: person.kind == PersonKind::Bot, added: true });
        }
        Ok(())
    }

    /// Those without an account, by name.
    #[must_use]
    pub fn added(&self) -> Vec<(PersonId, &str)> {
        let added = self.names.iter().filter(|(_, name)| name.added);
        let mut added: Vec<(PersonId, &str)> = added.map(|(person, name)| (*person, name.id.as_str())).collect();
        added.sort_unstable_by_key(|(_, name)| *name);
        added
    }

    async fn has_account(&self, app: &App, external_id: &str) -> Result<bool, Error> {
        let by = PersonRef::Account { source: self.source.slug.clone(), external_id: external_id.to_owned() };
        Ok(app.person(&by).await?.is_some())
    }
}
