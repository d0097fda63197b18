//! The audit log.

use async_graphql::{Enum, ID, Object, SimpleObject};

use crate::domain::audit;
use crate::domain::audit::AuditSubject;
use crate::domain::id::PersonId;
use crate::graphql::id::Key;
use crate::graphql::page::{PageInfo, Placed, Shown};
use crate::graphql::scalar::DateTime;

/// What somebody did who may do more than others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "audit::AuditAct")]
pub enum AuditAct {
    /// A content was hidden.
    ContentHidden,
    /// A hidden content is shown again.
    ContentRestored,
    /// A person has no part in the organisation any more.
    PersonDeactivated,
    /// A person has a part in it again.
    PersonReactivated,
    /// A person was made unrecognisable.
    PersonErased,
    /// The handle, name, kind, team or activity of somebody else was changed.
    PersonChanged,
    /// A person was found to be another one, the subject is the first.
    PersonMerged,
    /// A person is not another one after all.
    PersonSeparated,
    /// A topic became another word for another one, the subject is the first.
    TopicMerged,
    /// A topic is one of its own again.
    TopicSeparated,
    /// What somebody declared to lead counts no more.
    LeadershipRejected,
    /// Others may see the ratings of a source now.
    VisibilityChanged,
    /// A token was made.
    TokenCreated,
    /// A token was revoked.
    TokenRevoked,
}

/// Something that somebody did who may do more than others.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AuditEntry {
    #[graphql(skip)]
    pub actor_key: Option<PersonId>,
    /// When it was done.
    pub at: DateTime,
    /// What was done.
    pub act: AuditAct,
    /// The id of what it was done to; `node` finds it, unless it is a token.
    pub subject_id: ID,
    /// Why it was done, as it was told; null where no reason is asked for.
    pub reason: Option<String>,
}

impl From<&audit::Audit> for AuditEntry {
    fn from(audit: &audit::Audit) -> Self {
        let entry = &audit.entry;
        let subject_id = match entry.subject {
            AuditSubject::Content(id) => id.global(),
            AuditSubject::Person(id) => id.global(),
            AuditSubject::Leadership(id) => id.global(),
            AuditSubject::Source(id) => id.global(),
            AuditSubject::Token(id) => id.global(),
            AuditSubject::Topic(id) => id.global(),
        };
        let (at, act, reason) = (DateTime(audit.at), entry.act.into(), entry.reason.clone());
        Self { actor_key: entry.actor, at, act, subject_id, reason }
    }
}

/// A page of the audit log, newest first.
#[derive(Debug)]
pub struct AuditConnection(pub Shown<AuditEntry>);

/// An entry on a page.
#[derive(Debug)]
pub struct AuditEdge<'a>(&'a Placed<AuditEntry>, &'static str);

/// A page of the audit log, newest first.
#[Object]
impl AuditConnection {
    /// The items of this page with their cursors.
    async fn edges(&self) -> Vec<AuditEdge<'_>> {
        self.0.edges.iter().map(|edge| AuditEdge(edge, self.0.order)).collect()
    }
    /// The items of this page.
    async fn nodes(&self) -> Vec<&AuditEntry> {
        self.0.edges.iter().map(|edge| &edge.node).collect()
    }
    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        self.0.info()
    }
}

/// An entry on a page.
#[Object]
impl AuditEdge<'_> {
    /// The place of this item, to go on from with `after` or `before`.
    async fn cursor(&self) -> String {
        self.0.place.encode(self.1)
    }
    /// The item.
    async fn node(&self) -> &AuditEntry {
        &self.0.node
    }
}
