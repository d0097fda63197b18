//! Who acts, and what they may do: every permission is decided here.

use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use super::who::{Concern, Exceptions, Who};
use crate::domain::content::Content;
use crate::domain::id::PersonId;
use crate::domain::invalid::Code;
use crate::domain::person::{Person, PersonKind};
use crate::domain::source::Visibility;

/// The one who acts, or nobody.
#[derive(Clone, Debug, Default)]
pub struct Viewer(Who);

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
            Some(person) => Ok(Viewer(Who::of(person, operator))),
            None => Err(Error::BadRequest(format!("nobody has the handle {handle:?} of the header Peerlead-Person"))),
        }
    }
}

impl Viewer {
    /// Nobody in particular, to make an answer for many: those who need one of their own are noted in `exceptions`.
    pub(super) const fn anybody(exceptions: Arc<Exceptions>) -> Self {
        Self(Who::anybody(exceptions))
    }

    /// Whether an answer made for nobody in particular is not the right one for the viewer.
    pub(super) fn is_among(&self, exceptions: &Exceptions) -> bool {
        exceptions.hold(&self.0)
    }

    /// The person who acts, for reading.
    #[must_use]
    pub fn person(&self) -> Option<&Arc<Person>> {
        self.0.person(Concern::Everybody)
    }

    /// Whether the viewer runs this organisation's server.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.0.is_operator(Concern::Operators)
    }

    /// The id of the one who acts, if somebody does.
    #[must_use]
    pub fn id(&self) -> Option<PersonId> {
        self.person().map(|person| person.id)
    }

    /// Whether the viewer is one of these people.
    fn is_one_of(&self, people: &[PersonId]) -> bool {
        self.0.person(Concern::People(people)).is_some_and(|person| people.contains(&person.id))
    }

    /// The active person who acts.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without one, `FORBIDDEN` for one who is not active any more.
    pub fn member(&self) -> Result<&Arc<Person>, Error> {
        match self.person() {
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
        if self.is_operator() { Ok(person) } else { Err(Error::Forbidden("only an operator may do this")) }
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
        content.is_visible() || self.sees_hidden(&content.authors)
    }

    /// Whether the viewer may see what these people wrote when others may not.
    #[must_use]
    pub fn sees_hidden(&self, authors: &[PersonId]) -> bool {
        // Both are asked, so that both are noted.
        let (author, operator) = (self.is_one_of(authors), self.is_operator());
        author || operator
    }

    /// Whether the viewer may see who gave a rating: everybody their own, others' only when the source made them public acts.
    #[must_use]
    pub fn sees_rating(&self, rater: PersonId, visibility: Visibility) -> bool {
        visibility == Visibility::Public || self.is_one_of(&[rater])
    }
}
