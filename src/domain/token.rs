//! API tokens: what integrators show instead of a login. The secret itself is never stored.

use super::access::{Grant, Scope};
use super::id::{PersonId, TokenId};
use super::invalid::{Code, Invalid};
use super::page::{Key, Place};
use super::text;
use super::time::{Time, in_range, micros};

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    /// What it is for, told by the one who made it.
    pub name: String,
    /// Whom it acts for.
    pub person: PersonId,
    pub grant: Grant,
    pub created_at: Time,
    /// Who made it; `None` for one that was made by command.
    pub created_by: Option<PersonId>,
    /// From when on it is worth nothing; `None` for never.
    pub expires_at: Option<Time>,
    /// When it was last shown, to the minute.
    pub used_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

impl Token {
    /// Whether it is worth anything at a moment.
    #[must_use]
    pub fn is_valid_at(&self, now: Time) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }

    /// Where it stands in the list of tokens.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { key: Key::Number(micros(self.created_at)), id: self.id.0 }
    }
}

/// A token to be made, checked.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub name: String,
    pub person: PersonId,
    pub grant: Grant,
    pub expires_at: Option<Time>,
}

impl NewToken {
    /// # Errors
    /// `NOTHING_GIVEN` without a scope, `CONFLICT` for a limit that does not fit the scopes, `OUT_OF_RANGE` for an end that is
    /// past, or a name of the wrong form.
    pub fn check(
        name: &str,
        person: PersonId,
        grant: Grant,
        expires_at: Option<Time>,
        now: Time,
    ) -> Result<Self, Invalid> {
        let name = text::required("name", name, 100)?;
        if !grant.scopes.has(Scope::Read) {
            return Err(Invalid::new(Code::NothingGiven, "scopes", "name at least one scope"));
        }
        if grant.scopes.has(Scope::Admin) && (grant.source.is_some() || grant.topic.is_some()) {
            let told = "who may do everything cannot be limited to a source or a topic; leave out ADMIN, or the limit";
            return Err(Invalid::new(Code::Conflict, "scopes", told));
        }
        if grant.scopes.has(Scope::Ingest) && grant.topic.is_some() {
            let told = "what is brought in is limited by source, not by topic; leave out INGEST, or the topic";
            return Err(Invalid::new(Code::Conflict, "topic", told));
        }
        let expires_at = expires_at.map(|end| in_range("expiresAt", end)).transpose()?;
        if expires_at.is_some_and(|end| end <= now) {
            return Err(Invalid::new(Code::OutOfRange, "expiresAt", "it must lie in the future"));
        }
        Ok(Self { name, person, grant, expires_at })
    }
}
