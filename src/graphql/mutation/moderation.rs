//! Moderation.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::payload::payload;
use crate::domain::id::LeadershipId;
use crate::graphql::context::{Desk, given};
use crate::graphql::id::Key;
use crate::graphql::input::PersonRef;
use crate::graphql::nodes::leadership::Leadership;
use crate::graphql::nodes::person::Person;

/// Whose part in the organisation ends, and why.
#[derive(Clone, Debug, InputObject)]
pub struct DeactivatePersonInput {
    /// Who it is.
    pub person: PersonRef,
    /// Why, for the audit log; at most 2,000 characters.
    pub reason: String,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `deactivatePerson`.
    DeactivatePersonPayload {
        /// The person as they stand now.
        person: Person,
    }
    /// Why `deactivatePerson` did nothing.
    DeactivatePersonUserError,
    /// The rules that `deactivatePerson` can meet.
    DeactivatePersonErrorCode {
        /// They are not active already.
        Conflict,
        /// There is no such person.
        PersonNotFound,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
    }
}

/// Who has a part in the organisation again, and why.
#[derive(Clone, Debug, InputObject)]
pub struct ReactivatePersonInput {
    /// Who it is.
    pub person: PersonRef,
    /// Why, for the audit log; at most 2,000 characters.
    pub reason: String,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `reactivatePerson`.
    ReactivatePersonPayload {
        /// The person as they stand now.
        person: Person,
    }
    /// Why `reactivatePerson` did nothing.
    ReactivatePersonUserError,
    /// The rules that `reactivatePerson` can meet.
    ReactivatePersonErrorCode {
        /// They are active already.
        Conflict,
        /// There is no such person.
        PersonNotFound,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
    }
}

/// Which declaration is rejected, and why.
#[derive(Clone, Debug, InputObject)]
pub struct RejectLeadershipInput {
    /// The id of the leadership.
    pub leadership: ID,
    /// Why, for the audit log; at most 2,000 characters.
    pub reason: String,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `rejectLeadership`.
    RejectLeadershipPayload {
        /// The leadership as it stands now: it ends when it began.
        leadership: Leadership,
    }
    /// Why `rejectLeadership` did nothing.
    RejectLeadershipUserError,
    /// The rules that `rejectLeadership` can meet.
    RejectLeadershipErrorCode {
        /// It counts for no moment already.
        AlreadyEnded,
        /// It is an appointment, which only an admin ends.
        Conflict,
        /// There is no such leadership.
        LeadershipNotFound,
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
    }
}

/// Moderation.
#[derive(Debug, Default)]
pub struct ModerationMutation;

#[Object]
impl ModerationMutation {
    /// Takes a person's part in the organisation away: they may do nothing any more, and their tokens are worth nothing.
    /// Moderators only.
    async fn deactivate_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: DeactivatePersonInput,
    ) -> Result<DeactivatePersonPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.person.read("input.person"))?;
        match desk.app.set_active(&desk.viewer, &by, false, &input.reason).await {
            Ok(done) => Ok(DeactivatePersonPayload {
                person: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => DeactivatePersonPayload::refused(error, client_mutation_id),
        }
    }

    /// Gives a person their part in the organisation back. Moderators only.
    async fn reactivate_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: ReactivatePersonInput,
    ) -> Result<ReactivatePersonPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.person.read("input.person"))?;
        match desk.app.set_active(&desk.viewer, &by, true, &input.reason).await {
            Ok(done) => Ok(ReactivatePersonPayload {
                person: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => ReactivatePersonPayload::refused(error, client_mutation_id),
        }
    }

    /// Rejects what somebody declared to lead: it counts for no moment. Moderators only.
    async fn reject_leadership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RejectLeadershipInput,
    ) -> Result<RejectLeadershipPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let id = given(LeadershipId::parse("input.leadership", &input.leadership))?;
        match desk.app.reject_leadership(&desk.viewer, id, &input.reason).await {
            Ok(done) => Ok(RejectLeadershipPayload {
                leadership: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => RejectLeadershipPayload::refused(error, client_mutation_id),
        }
    }
}
