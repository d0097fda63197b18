//! People whom an identity provider vouches for.

use std::sync::Arc;

use chrono::TimeDelta;

use super::error::Error;
use super::house::App;
use super::viewer::{Proof, Viewer};
use crate::domain::access::Role;
use crate::domain::change::Fact;
use crate::domain::invalid::Code;
use crate::domain::person::{NewPerson, Person, PersonKind};
use crate::domain::text;
use crate::domain::time::Time;

/// How far our clock and a provider's may differ. That is forgiven to whoever comes; what stays open ends when the claims do.
pub const SKEW: TimeDelta = TimeDelta::seconds(30);

/// What a provider says of somebody, checked by whoever hands it on.
#[derive(Clone, Debug)]
pub struct Claims {
    /// Whose handle it is, as the provider writes it.
    pub handle: String,
    /// What people call them, for those who are new.
    pub name: Option<String>,
    pub role: Role,
    /// From when on this is no longer true.
    pub until: Time,
    /// Whether somebody who is unknown is made.
    pub create: bool,
}

impl App {
    /// Who the claims are about.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for somebody who is unknown and not made, not active, or has no usable handle.
    pub async fn viewer_by_claims(&self, claims: &Claims) -> Result<Viewer, Error> {
        if claims.until <= self.clock.now() - SKEW {
            return Err(Error::Unauthenticated("this token has expired"));
        }
        let handle = text::slugify(&claims.handle);
        let person = match self.person_by_handle(&handle).await? {
            Some(person) => person,
            None if claims.create => self.meet(&handle, claims).await?,
            None => return Err(Error::Unauthenticated("this token is of somebody whom this server does not know")),
        };
        if !person.active {
            return Err(Error::Unauthenticated("this token is of somebody who is not active any more"));
        }
        Ok(Viewer::of(person, claims.role.into(), Proof::Claims { until: claims.until }))
    }

    /// Makes the person of a handle, unless another request just did.
    async fn meet(&self, handle: &str, claims: &Claims) -> Result<Arc<Person>, Error> {
        let name = claims.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(handle);
        let new = match NewPerson::check(handle, name, PersonKind::Human) {
            Err(invalid) if invalid.code != Code::TextEmpty || invalid.field != "handle" => {
                NewPerson::check(handle, handle, PersonKind::Human)
            }
            checked => checked,
        };
        let Ok(new) = new else {
            return Err(Error::Unauthenticated("this token names nobody who could have a handle"));
        };
        let mut writing = self.store.begin().await?;
        if let Some(person) = writing.person_by_handle(&new.handle).await? {
            return Ok(Arc::new(person));
        }
        let person = writing.insert_person(&new, self.clock.now()).await?;
        writing.note(Fact::Person(person.clone()));
        self.commit(writing).await?;
        Ok(Arc::new(person))
    }
}
