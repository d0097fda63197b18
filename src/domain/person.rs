//! People and their accounts.

use serde::{Deserialize, Serialize};

use super::id::{AccountId, PersonId, SourceId};
use super::invalid::Invalid;
use super::page::{Direction, Key, Place};
use super::text;
use super::time::{Time, micros};
use super::word::worded;

/// Whether a person is one. Bots never count in scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PersonKind {
    Human,
    Bot,
}

worded!(PersonKind { Human = "HUMAN", Bot = "BOT" });

/// Somebody of the organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub handle: String,
    pub name: String,
    pub kind: PersonKind,
    pub active: bool,
    /// The unit of the organisation they belong to. Raters of one team count for less together.
    pub team: Option<String>,
    pub created_at: Time,
    /// The person that this one was found to be, after a merge.
    pub merged_into: Option<PersonId>,
}

/// How many merges are followed from one person to the next. Nobody is merged so often; whoever comes so far goes in a circle.
pub const MERGES: usize = 100;

impl Person {
    /// Somebody of whom nothing tells who they were.
    #[must_use]
    pub fn erased(&self) -> Self {
        let (handle, name) = (Self::erased_handle(self.id), "Erased".to_owned());
        Self { handle, name, active: false, team: None, ..self.clone() }
    }

    /// Whether they were erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        !self.active && self.handle == Self::erased_handle(self.id)
    }

    fn erased_handle(id: PersonId) -> String {
        format!("erased-{}", id.0)
    }

    /// Where a person stands in a list of this order.
    #[must_use]
    pub fn place(&self, field: PersonOrderField) -> Place {
        let key = match field {
            PersonOrderField::Handle => Key::Text(self.handle.clone()),
            PersonOrderField::Name => Key::Text(self.name.clone()),
            PersonOrderField::Created => Key::Number(micros(self.created_at)),
        };
        Place { key, id: self.id.0 }
    }
}

/// A person in one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub source: SourceId,
    pub external_id: String,
    pub person: PersonId,
}

/// A person to be made, checked.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub handle: String,
    pub name: String,
    pub kind: PersonKind,
    pub active: bool,
    pub team: Option<String>,
}

impl NewPerson {
    /// # Errors
    /// When the handle is no slug or the name is empty or too long.
    pub fn check(handle: &str, name: &str, kind: PersonKind) -> Result<Self, Invalid> {
        Ok(Self {
            handle: text::slug("handle", handle)?,
            name: text::required("name", name, text::LINE)?,
            kind,
            active: true,
            team: None,
        })
    }

    /// The same in a team.
    ///
    /// # Errors
    /// When the name of the team is too long or has control characters.
    pub fn in_team(self, team: Option<&str>) -> Result<Self, Invalid> {
        Ok(Self { team: team.map(checked_team).transpose()?.flatten(), ..self })
    }
}

/// The name of a team; an empty one is none.
fn checked_team(team: &str) -> Result<Option<String>, Invalid> {
    Ok(Some(text::optional("team", team, 100)?).filter(|team| !team.is_empty()))
}

/// What shall change of a person; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct PersonPatch {
    pub handle: Option<String>,
    pub name: Option<String>,
    pub kind: Option<PersonKind>,
    pub active: Option<bool>,
    /// An empty one takes them out of their team.
    pub team: Option<String>,
}

impl PersonPatch {
    /// The person after the change.
    ///
    /// # Errors
    /// As [`NewPerson::check`].
    pub fn apply(&self, person: &Person) -> Result<Person, Invalid> {
        let mut changed = person.clone();
        if let Some(handle) = &self.handle {
            changed.handle = text::slug("handle", handle)?;
        }
        if let Some(name) = &self.name {
            changed.name = text::required("name", name, text::LINE)?;
        }
        changed.kind = self.kind.unwrap_or(person.kind);
        changed.active = self.active.unwrap_or(person.active);
        if let Some(team) = &self.team {
            changed.team = checked_team(team)?;
        }
        Ok(changed)
    }
}

/// How one names a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PersonRef {
    Id(PersonId),
    Handle(String),
    Account { source: String, external_id: String },
}

/// Which people; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PersonFilter {
    pub kind: Option<PersonKind>,
    pub active: Option<bool>,
    pub source: Option<SourceId>,
    /// Handles or names that start so.
    pub starts_with: Option<String>,
    /// Ids, for looking people up.
    pub ids: Option<Vec<PersonId>>,
}

/// What people are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PersonOrderField {
    Handle,
    Name,
    Created,
}

/// How people are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PersonOrder {
    pub field: PersonOrderField,
    pub direction: Direction,
}
