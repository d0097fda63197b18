//! Moderation: people deactivated, declarations rejected, each with a reason, and the log of what was done so.

use super::error::{Error, refuse};
use super::house::App;
use super::viewer::Viewer;
use crate::domain::audit::{Audit, AuditAct, AuditSubject, NewAudit};
use crate::domain::change::{Fact, LeadershipAct};
use crate::domain::id::LeadershipId;
use crate::domain::invalid::Code;
use crate::domain::leadership::{Leadership, LeadershipKind};
use crate::domain::page::{Page, PageRequest};
use crate::domain::person::{Person, PersonRef};
use crate::domain::text;

impl App {
    /// A page of what moderators and admins did, the newest first. Moderators only.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`.
    pub async fn audit_log(&self, viewer: &Viewer, request: &PageRequest) -> Result<Page<Audit>, Error> {
        viewer.moderator()?;
        Ok(self.store.audit_page(request).await?)
    }

    /// Takes a person's part in the organisation away, or gives it back. Moderators only.
    ///
    /// # Errors
    /// `PERSON_NOT_FOUND`, `CONFLICT` when it is so already, or a reason of the wrong form.
    pub async fn set_active(
        &self,
        viewer: &Viewer,
        by: &PersonRef,
        active: bool,
        reason: &str,
    ) -> Result<Person, Error> {
        let actor = viewer.moderator()?.id;
        viewer.unlimited()?;
        let id = self.named_person("person", by).await?.id;
        let reason = Some(text::required("reason", reason, text::REMARK)?);
        let mut writing = self.store.begin().await?;
        let Some(person) = writing.person(id).await? else {
            return refuse(Code::PersonNotFound, "person", "there is no such person");
        };
        if person.active == active {
            let told = if active { "this person is active" } else { "this person is not active any more" };
            return refuse(Code::Conflict, "person", told);
        }
        let changed = Person { active, ..person };
        writing.update_person(&changed).await?;
        let act = if active { AuditAct::PersonReactivated } else { AuditAct::PersonDeactivated };
        let entry = NewAudit { actor: Some(actor), act, subject: AuditSubject::Person(id), reason };
        writing.insert_audit(entry, self.clock.now()).await?;
        writing.note(Fact::Person(changed.clone()));
        self.commit(writing).await?;
        Ok(changed)
    }

    /// Rejects what somebody declared: it counts for no moment. Moderators only.
    ///
    /// # Errors
    /// `LEADERSHIP_NOT_FOUND`, `CONFLICT` for an appointment, `ALREADY_ENDED` when it was rejected before, or a reason of the wrong
    /// form.
    pub async fn reject_leadership(
        &self,
        viewer: &Viewer,
        id: LeadershipId,
        reason: &str,
    ) -> Result<Leadership, Error> {
        let actor = viewer.moderator()?.id;
        let reason = Some(text::required("reason", reason, text::REMARK)?);
        let mut writing = self.store.begin().await?;
        let Some(known) = writing.leadership(id).await? else {
            return refuse(Code::LeadershipNotFound, "leadership", "there is no such leadership");
        };
        viewer.check_reach(self, None, &[known.topic])?;
        if known.kind != LeadershipKind::Declared {
            return refuse(Code::Conflict, "leadership", "the organisation says so itself; an admin may end it");
        }
        if known.valid_to == Some(known.valid_from) {
            return refuse(Code::AlreadyEnded, "leadership", "this leadership counts for no moment already");
        }
        let leadership = Leadership { valid_to: Some(known.valid_from), ..known };
        writing.update_leadership(&leadership).await?;
        let (act, subject) = (AuditAct::LeadershipRejected, AuditSubject::Leadership(id));
        writing.insert_audit(NewAudit { actor: Some(actor), act, subject, reason }, self.clock.now()).await?;
        writing.note(Fact::Leadership { act: LeadershipAct::Ended, leadership: leadership.clone() });
        self.commit(writing).await?;
        Ok(leadership)
    }
}
