//! Who acts, and what they may do: every permission is decided here.

use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use crate::domain::content::Content;
use crate::domain::id::PersonId;
use crate::domain::invalid::Code;
use crate::domain::person::{Person, PersonKind};
use crate::domain::source::Visibility;

/// The one who acts, or nobody.
#[derive(Clone, Debug, Default)]
pub struct Viewer {
    person: Option<Arc<Person>>,
    operator: bool,
}

impl App {
    /// Who a handle is. Without one nobody acts: everything public may be read.
    ///
    /// # Errors
    /// `BAD_REQUEST` for a handle that nobody has.
    pub async fn viewer(&self, handle: Option<&str>) -> Result<Viewer, Error> {
        let Some(handle) = handle.map(str::trim).filter(|handle| !handle.is_empty()) else {
            return Ok(Viewer::default());
        };
        let operator = self.settings.operators.iter().any(|operator| operator == handle);
        match self.person_by_handle(handle).await? {
            Some(person) => Ok(Viewer { person: Some(person), operator }),
            None => Err(Error::BadRequest(format!("nobody has the handle {handle:?} of the header Peerlead-Person"))),
        }
    }
}

impl Viewer {
    /// The person who acts, for reading.
    #[must_use]
    pub const fn person(&self) -> Option<&Arc<Person>> {
        self.person.as_ref()
    }

    /// Whether the viewer runs this organisation's server.
    #[must_use]
    pub const fn is_operator(&self) -> bool {
        self.operator
    }

    /// The id of the one who acts, if somebody does.
    #[must_use]
    pub fn id(&self) -> Option<PersonId> {
        self.person.as_ref().map(|person| person.id)
    }

    /// The active person who acts.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without one, `FORBIDDEN` for one who is not active any more.
    pub fn member(&self) -> Result<&Arc<Person>, Error> {
        match &self.person {
            Some(person) if person.active => Ok(person),
            Some(_) => Err(Error::Forbidden("this person is not active any more")),
            None => Err(Error::Unauthenticated),
        }
    }

    /// The operator who acts.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without a person, `FORBIDDEN` for anybody else.
    pub fn operator(&self) -> Result<&Arc<Person>, Error> {
        let person = self.member()?;
        if self.operator { Ok(person) } else { Err(Error::Forbidden("only an operator may do this")) }
    }

    /// Refuses bots: they never count in scores.
    pub(super) fn human(&self) -> Result<&Arc<Person>, Error> {
        let person = self.member()?;
        match person.kind {
            PersonKind::Human => Ok(person),
            PersonKind::Bot => refuse(Code::BotCannotRate, "person", "bots neither rate nor endorse"),
        }
    }

    /// Whether the viewer may see a content: everybody sees what is visible, its authors and operators also the rest.
    #[must_use]
    pub fn sees_content(&self, content: &Content) -> bool {
        content.is_visible() || self.operator || self.id().is_some_and(|id| content.authors.contains(&id))
    }

    /// Whether the viewer may see who gave a rating: everybody their own, others' only when the source made them public acts.
    #[must_use]
    pub fn sees_rating(&self, rater: PersonId, visibility: Visibility) -> bool {
        visibility == Visibility::Public || self.id() == Some(rater)
    }
}
