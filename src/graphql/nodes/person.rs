//! People and accounts.

use async_graphql::{Enum, SimpleObject};

use crate::domain::id::{PersonId, SourceId};
use crate::domain::person;
use crate::domain::person::PersonFilter;
use crate::graphql::page::connection;
use crate::graphql::scalar::DateTime;

/// Whether a person is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "person::PersonKind")]
pub enum PersonKind {
    /// Somebody.
    Human,
    /// A program. Bots neither rate nor endorse, and never count in scores.
    Bot,
}

/// Somebody of the organisation, one person in all its systems.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Person {
    #[graphql(skip)]
    pub key: PersonId,
    /// The name that is used in addresses and to say who acts. Unique, and may change.
    pub handle: String,
    /// The name people know them by.
    pub name: String,
    /// Human or bot.
    pub kind: PersonKind,
    /// Whether they still belong to the organisation. What they wrote and rated counts either way.
    pub active: bool,
    /// The unit of the organisation they belong to, where it is known. Raters of one team count for less together.
    pub team: Option<String>,
    /// When Peerlead first heard of them.
    pub created_at: DateTime,
}

impl From<&person::Person> for Person {
    fn from(person: &person::Person) -> Self {
        Self {
            key: person.id,
            handle: person.handle.clone(),
            name: person.name.clone(),
            kind: person.kind.into(),
            active: person.active,
            team: person.team.clone(),
            created_at: DateTime(person.created_at),
        }
    }
}

/// A person in one source.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Account {
    #[graphql(skip)]
    pub source_key: SourceId,
    /// How the source names the person.
    pub external_id: String,
}

impl From<&person::Account> for Account {
    fn from(account: &person::Account) -> Self {
        Self { source_key: account.source, external_id: account.external_id.clone() }
    }
}

connection!(
    /// A page of people.
    PersonConnection,
    /// A person on a page.
    PersonEdge,
    Person,
    PersonFilter,
    people_counts
);
