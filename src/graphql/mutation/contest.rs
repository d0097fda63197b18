//! Objecting to what is shown of oneself.

use async_graphql::{Context, InputObject, Object, Result};

use super::payload::payload;
use crate::graphql::context::{Desk, given};
use crate::graphql::input::TopicRef;
use crate::graphql::nodes::lead::LeadershipContest;

/// An objection.
#[derive(Clone, Debug, InputObject)]
pub struct ContestLeadershipInput {
    /// The topic on which you object to what is shown of you.
    pub topic: TopicRef,
    /// Why, in your words, at most 2,000 characters. Everybody can read it.
    pub text: String,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `contestLeadership`.
    ContestLeadershipPayload {
        /// The objection as it stands now.
        contest: LeadershipContest,
    }
    /// Why `contestLeadership` did nothing.
    ContestLeadershipUserError,
    /// The rules that `contestLeadership` can meet.
    ContestLeadershipErrorCode {
        /// A text is missing.
        TextEmpty,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
        /// There is no such topic.
        TopicNotFound,
    }
}

/// An objection to be taken back.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawContestInput {
    /// The topic on which you objected.
    pub topic: TopicRef,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `withdrawContest`.
    WithdrawContestPayload {
        /// The objection as it stands now.
        contest: LeadershipContest,
    }
    /// Why `withdrawContest` did nothing.
    WithdrawContestUserError,
    /// The rules that `withdrawContest` can meet.
    WithdrawContestErrorCode {
        /// There is no objection of yours on this topic.
        ContestNotFound,
        /// There is no such topic.
        TopicNotFound,
    }
}

/// Objections.
#[derive(Debug, Default)]
pub struct ContestMutation;

#[Object]
impl ContestMutation {
    /// Objects to what is shown of the one who acts on a topic: it shows as `CONTESTED` from then on, with the reason beside it.
    async fn contest_leadership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: ContestLeadershipInput,
    ) -> Result<ContestLeadershipPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let topic = given(input.topic.read("input.topic"))?;
        match desk.app.contest_leadership(&desk.viewer, &topic, &input.text).await {
            Ok(done) => Ok(ContestLeadershipPayload {
                contest: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => ContestLeadershipPayload::refused(error, client_mutation_id),
        }
    }

    /// Takes an objection back.
    async fn withdraw_contest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: WithdrawContestInput,
    ) -> Result<WithdrawContestPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let topic = given(input.topic.read("input.topic"))?;
        match desk.app.withdraw_contest(&desk.viewer, &topic).await {
            Ok(done) => Ok(WithdrawContestPayload {
                contest: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => WithdrawContestPayload::refused(error, client_mutation_id),
        }
    }
}
