//! People whom an identity provider vouches for.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

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
        let holder = match self.directory.person_by_handle(&handle).await? {
            Some(holder) => holder,
            None if claims.create => self.meet(&handle, claims).await?,
            None => return Err(Error::Unauthenticated("this token is of somebody whom this server does not know")),
        };
        self.check_spelling(&holder, claims).await?;
        let person = self.main_person(holder).await?;
        if !person.active {
            return Err(Error::Unauthenticated("this token is of somebody who is not active any more"));
        }
        Ok(Viewer::of(person, claims.role.into(), Proof::Claims { until: claims.until }))
    }

    /// Makes sure that a provider still writes the handle as it did when it was first shown here. Names that it keeps apart may
    /// be spelled so alike that they make one handle: `ada b` and `ada-b` are two people there, and only the first is ours.
    async fn check_spelling(&self, holder: &Person, claims: &Claims) -> Result<(), Error> {
        let hash = spelling(&claims.handle);
        let known = match self.keyring.claim(holder).await? {
            Some(known) => known,
            None => self.note_spelling(holder, &hash).await?,
        };
        if known != hash {
            return Err(Error::Unauthenticated(
                "this token's name is spelled like that of somebody else; who runs this server can give one of you another handle",
            ));
        }
        Ok(())
    }

    /// Writes down how a handle is spelled, unless another request just did. How it is.
    async fn note_spelling(&self, holder: &Person, hash: &str) -> Result<String, Error> {
        let writing = self.store.begin().await?;
        if let Some(known) = writing.claim(holder).await? {
            return Ok(known);
        }
        writing.put_claim(holder, hash).await?;
        self.commit(writing).await?;
        Ok(hash.to_owned())
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

/// The hash of how a provider writes a name. Capital letters are no other name: providers change them at will.
fn spelling(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(name.trim().to_lowercase()))
}
