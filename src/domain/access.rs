//! What somebody may do: scopes, and the roles that bundle them.

use serde::{Deserialize, Serialize};

use super::id::{SourceId, TopicId};
use super::word::worded;

/// One kind of thing that one may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// Read what its person may read. Every other scope includes it.
    Read,
    /// Act as its person: rate, publish, declare, endorse.
    Rate,
    /// Bring in what happened in a source, for the accounts of that source.
    Ingest,
    /// Hide and restore, deactivate people, reject declarations, read the audit log.
    Moderate,
    /// Everything.
    Admin,
}

worded!(Scope { Read = "READ", Rate = "RATE", Ingest = "INGEST", Moderate = "MODERATE", Admin = "ADMIN" });

impl Scope {
    /// All of them, the weakest first.
    pub const ALL: [Self; 5] = [Self::Read, Self::Rate, Self::Ingest, Self::Moderate, Self::Admin];

    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Rate => 2,
            Self::Ingest => 4,
            Self::Moderate => 8,
            Self::Admin => 16,
        }
    }
}

/// A set of scopes. Who may do anything may read, and `ADMIN` holds all others.
///
/// ```
/// use peerlead::domain::access::{Scope, Scopes};
/// let scopes = Scopes::of([Scope::Ingest]);
/// assert!(scopes.has(Scope::Read) && !scopes.has(Scope::Rate));
/// assert!(Scopes::of([Scope::Admin]).has(Scope::Moderate));
/// assert_eq!(Scopes::parse(&scopes.words()), Some(scopes));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// The scopes, with those that they include.
    #[must_use]
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let bits = scopes.into_iter().fold(0, |bits, scope| bits | scope.bit());
        Self(match bits {
            0 => 0,
            bits if bits & Scope::Admin.bit() != 0 => Scope::ALL.iter().fold(0, |all, scope| all | scope.bit()),
            bits => bits | Scope::Read.bit(),
        })
    }

    /// Whether one of them is this one.
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Each of them, the weakest first.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    /// Their words, joined by blanks, as they are stored.
    #[must_use]
    pub fn words(self) -> String {
        self.iter().map(Scope::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Scopes::words`] wrote.
    #[must_use]
    pub fn parse(words: &str) -> Option<Self> {
        words.split_whitespace().map(Scope::parse).collect::<Option<Vec<_>>>().map(Self::of)
    }

    /// The role that they come to.
    #[must_use]
    pub const fn role(self) -> Role {
        if self.has(Scope::Admin) {
            Role::Admin
        } else if self.has(Scope::Moderate) {
            Role::Moderator
        } else if self.has(Scope::Ingest) {
            Role::Integrator
        } else if self.has(Scope::Read) {
            Role::Member
        } else {
            Role::Anonymous
        }
    }
}

/// What somebody is to this server; each role is a set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Nobody in particular.
    #[default]
    Anonymous,
    /// Somebody of the organisation.
    Member,
    /// A program that brings in what happens elsewhere.
    Integrator,
    /// Somebody who sees to it that people treat each other well.
    Moderator,
    /// Somebody who runs the server.
    Admin,
}

worded!(Role {
    Anonymous = "ANONYMOUS",
    Member = "MEMBER",
    Integrator = "INTEGRATOR",
    Moderator = "MODERATOR",
    Admin = "ADMIN",
});

impl Role {
    /// What people of this role may do.
    #[must_use]
    pub fn scopes(self) -> Scopes {
        match self {
            Self::Anonymous => Scopes::default(),
            Self::Member => Scopes::of([Scope::Rate]),
            Self::Integrator => Scopes::of([Scope::Ingest]),
            Self::Moderator => Scopes::of([Scope::Rate, Scope::Moderate]),
            Self::Admin => Scopes::of([Scope::Admin]),
        }
    }
}

/// What somebody may do, and to what. A limit narrows what may be changed, not what may be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    pub scopes: Scopes,
    /// Only what belongs to this source.
    pub source: Option<SourceId>,
    /// Only what is on this topic, or on one below it.
    pub topic: Option<TopicId>,
}

impl Grant {
    /// Nothing.
    pub const NONE: Self = Self { scopes: Scopes(0), source: None, topic: None };
}

impl From<Role> for Grant {
    fn from(role: Role) -> Self {
        Self { scopes: role.scopes(), source: None, topic: None }
    }
}
