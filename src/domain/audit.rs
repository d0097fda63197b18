//! The audit log: what those did who may do more than others, and why.

use super::id::{ContentId, LeadershipId, PersonId, SourceId, TokenId, TopicId};
use super::page::{Key, Place};
use super::time::{Time, micros};
use super::word::worded;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditAct {
    ContentHidden,
    ContentRestored,
    PersonDeactivated,
    PersonReactivated,
    PersonErased,
    PersonChanged,
    PersonMerged,
    PersonSeparated,
    TopicMerged,
    TopicSeparated,
    LeadershipRejected,
    VisibilityChanged,
    TokenCreated,
    TokenRevoked,
}

worded!(AuditAct {
    ContentHidden = "CONTENT_HIDDEN",
    ContentRestored = "CONTENT_RESTORED",
    PersonDeactivated = "PERSON_DEACTIVATED",
    PersonReactivated = "PERSON_REACTIVATED",
    PersonErased = "PERSON_ERASED",
    PersonChanged = "PERSON_CHANGED",
    PersonMerged = "PERSON_MERGED",
    PersonSeparated = "PERSON_SEPARATED",
    TopicMerged = "TOPIC_MERGED",
    TopicSeparated = "TOPIC_SEPARATED",
    LeadershipRejected = "LEADERSHIP_REJECTED",
    VisibilityChanged = "VISIBILITY_CHANGED",
    TokenCreated = "TOKEN_CREATED",
    TokenRevoked = "TOKEN_REVOKED",
});

/// What it was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditSubject {
    Content(ContentId),
    Person(PersonId),
    Leadership(LeadershipId),
    Source(SourceId),
    Token(TokenId),
    Topic(TopicId),
}

/// An entry to be written down.
#[derive(Clone, Debug)]
pub struct NewAudit {
    /// `None` for whoever has the database: the commands.
    pub actor: Option<PersonId>,
    pub act: AuditAct,
    pub subject: AuditSubject,
    pub reason: Option<String>,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Audit {
    pub id: i64,
    pub at: Time,
    pub entry: NewAudit,
}

impl Audit {
    /// Where it stands in the log.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { key: Key::Number(micros(self.at)), id: self.id }
    }
}
