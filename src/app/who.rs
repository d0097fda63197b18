//! Who stands behind a viewer, and for whom an answer would be another.
//!
//! What many subscribers wait for is made once, for a viewer who is nobody in particular. Every time a permission looks at who
//! that is, it has to say whose answer depends on it; those are noted, and get an answer of their own. There is no other way
//! to look, so whatever depends on the viewer cannot be shared by mistake.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::access::{Grant, Scope};
use crate::domain::id::PersonId;
use crate::domain::person::Person;

/// Whose answer depends on a look.
#[derive(Clone, Copy, Debug)]
pub enum Concern<'a> {
    /// That of everybody who is known.
    Everybody,
    /// That of these people.
    People(&'a [PersonId]),
    /// That of everybody who may do more than others: moderators, integrators, admins.
    Trusted,
}

/// The one who acts, or nobody, or nobody in particular.
#[derive(Clone, Debug, Default)]
pub struct Who {
    person: Option<Arc<Person>>,
    grant: Grant,
    noted: Option<Arc<Exceptions>>,
}

impl Who {
    /// Somebody, with what they were granted.
    #[must_use]
    pub const fn of(person: Arc<Person>, grant: Grant) -> Self {
        Self { person: Some(person), grant, noted: None }
    }

    /// Nobody in particular: those whose answer would be another are noted in `exceptions`.
    #[must_use]
    pub const fn anybody(exceptions: Arc<Exceptions>) -> Self {
        Self { person: None, grant: Grant::NONE, noted: Some(exceptions) }
    }

    /// The person who acts.
    #[must_use]
    pub fn person(&self, concern: Concern<'_>) -> Option<&Arc<Person>> {
        self.note(concern);
        self.person.as_ref()
    }

    /// What they were granted.
    #[must_use]
    pub fn grant(&self, concern: Concern<'_>) -> &Grant {
        self.note(concern);
        &self.grant
    }

    /// Whether somebody active acts who was granted a scope.
    #[must_use]
    pub fn may(&self, scope: Scope, concern: Concern<'_>) -> bool {
        self.note(concern);
        self.grant.scopes.has(scope) && self.person.as_ref().is_some_and(|person| person.active)
    }

    fn is_trusted(&self) -> bool {
        [Scope::Ingest, Scope::Moderate, Scope::Admin].into_iter().any(|scope| self.grant.scopes.has(scope))
    }

    fn note(&self, concern: Concern<'_>) {
        if let Some(exceptions) = &self.noted {
            exceptions.note(concern);
        }
    }
}

/// For whom an answer that was made for nobody in particular is not the right one.
#[derive(Debug, Default)]
pub struct Exceptions(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    everybody: bool,
    trusted: bool,
    people: HashSet<PersonId>,
}

impl Exceptions {
    fn note(&self, concern: Concern<'_>) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match concern {
            Concern::Everybody => noted.everybody = true,
            Concern::People(people) => noted.people.extend(people),
            Concern::Trusted => noted.trusted = true,
        }
    }

    /// Whether somebody needs an answer of their own. Nobody never does: the answer was made for nobody.
    #[must_use]
    pub fn hold(&self, who: &Who) -> bool {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = who.person.as_ref().is_some_and(|person| noted.everybody || noted.people.contains(&person.id));
        named || who.is_trusted() && noted.trusted
    }
}
