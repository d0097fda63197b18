//! The audit log: rows to entries and back.

use entity::audit;
use sea_orm::{ActiveModelTrait, FromQueryResult, NotSet, QueryResult, Set};

use super::connection::Store;
use super::error::Error;
use super::page::List;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::audit::{Audit, AuditAct, AuditSubject, NewAudit};
use crate::domain::id::{ContentId, LeadershipId, PersonId, SourceId, TokenId, TopicId};
use crate::domain::page::{Direction, Page, PageRequest};
use crate::domain::time::{Time, from_micros, micros};

const fn words(subject: AuditSubject) -> (&'static str, i64) {
    match subject {
        AuditSubject::Content(id) => ("CONTENT", id.0),
        AuditSubject::Person(id) => ("PERSON", id.0),
        AuditSubject::Leadership(id) => ("LEADERSHIP", id.0),
        AuditSubject::Source(id) => ("SOURCE", id.0),
        AuditSubject::Token(id) => ("TOKEN", id.0),
        AuditSubject::Topic(id) => ("TOPIC", id.0),
    }
}

fn noun(row: audit::Model) -> Result<Audit, Error> {
    let id = row.subject_id;
    let subject = match row.noun.as_str() {
        "CONTENT" => Some(AuditSubject::Content(ContentId(id))),
        "PERSON" => Some(AuditSubject::Person(PersonId(id))),
        "LEADERSHIP" => Some(AuditSubject::Leadership(LeadershipId(id))),
        "SOURCE" => Some(AuditSubject::Source(SourceId(id))),
        "TOKEN" => Some(AuditSubject::Token(TokenId(id))),
        "TOPIC" => Some(AuditSubject::Topic(TopicId(id))),
        _ => None,
    };
    let (Some(act), Some(subject)) = (AuditAct::parse(&row.act), subject) else {
        return Err(Error::Inconsistent(format!("audit {} has the act {} on {}", row.id, row.act, row.noun)));
    };
    let actor = row.actor_id.map(PersonId);
    Ok(Audit { id: row.id, at: from_micros(row.at), entry: NewAudit { actor, act, subject, reason: row.reason } })
}

impl Store {
    /// A page of the audit log, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_page(&self, request: &PageRequest) -> Result<Page<Audit>, Error> {
        let sql = Sql::new("SELECT a.* FROM audit a WHERE TRUE");
        let list = List { sql, key: "a.at", id: "a.id", direction: Direction::Descending };
        let read = |row: &QueryResult, _: usize| noun(audit::Model::from_query_result(row, "")?);
        let pages = self.pages(vec![(list, request)], read, |_, entry| entry.place()).await?;
        pages.into_iter().next().ok_or_else(|| Error::Inconsistent("a page is missing".to_owned()))
    }
}

impl Writing<'_> {
    /// Writes an entry of the audit log down, with what it tells of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_audit(&self, new: NewAudit, now: Time) -> Result<(), Error> {
        let (noun, subject_id) = words(new.subject);
        let row = audit::ActiveModel {
            id: NotSet,
            at: Set(micros(now)),
            actor_id: Set(new.actor.map(|id| id.0)),
            act: Set(new.act.as_str().to_owned()),
            noun: Set(noun.to_owned()),
            subject_id: Set(subject_id),
            reason: Set(new.reason),
        };
        row.insert(&self.transaction).await?;
        Ok(())
    }
}
