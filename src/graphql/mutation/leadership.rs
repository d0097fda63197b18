//! Declaring, appointing, ending and endorsing.

use async_graphql::{Context, InputObject, Object, Result};

use super::payload::payload;
use crate::domain::id::{EndorsementId, LeadershipId};
use crate::domain::leadership::LeadershipDraft;
use crate::graphql::context::{Desk, given};
use crate::graphql::id::Key;
use crate::graphql::input::{PersonRef, TopicRef};
use crate::graphql::nodes::endorsement::Endorsement;
use crate::graphql::nodes::leadership::Leadership;
use crate::graphql::scalar::{DateTime, Url};
use async_graphql::ID;

/// What the one who acts leads.
#[derive(Clone, Debug, InputObject)]
pub struct DeclareLeadershipInput {
    /// What you lead.
    pub topic: TopicRef,
    /// As what, such as `lead` or `maintainer`; `lead` when it is missing.
    pub role: Option<String>,
    /// Since when; now when it is missing.
    pub valid_from: Option<DateTime>,
    /// Until when; open when it is missing.
    pub valid_to: Option<DateTime>,
    /// Why, in words.
    pub evidence_text: Option<String>,
    /// Where it can be read.
    pub evidence_url: Option<Url>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `declareLeadership`.
    DeclareLeadershipPayload {
        /// The leadership as it stands now.
        leadership: Leadership,
    }
    /// Why `declareLeadership` did nothing.
    DeclareLeadershipUserError,
    /// The rules that `declareLeadership` can meet.
    DeclareLeadershipErrorCode {
        /// The one who acts is a bot; bots neither rate, lead nor endorse.
        BotCannotRate,
        /// It contradicts what is there; the message says what.
        Conflict,
        /// The time lies out of range.
        OutOfRange,
        /// It ends before it starts.
        ReversedInterval,
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

/// Who leads what, says the organisation.
#[derive(Clone, Debug, InputObject)]
pub struct AppointLeaderInput {
    /// Who leads.
    pub person: PersonRef,
    /// What they lead.
    pub topic: TopicRef,
    /// As what, such as `lead` or `maintainer`; `lead` when it is missing.
    pub role: Option<String>,
    /// Since when; now when it is missing.
    pub valid_from: Option<DateTime>,
    /// Until when; open when it is missing.
    pub valid_to: Option<DateTime>,
    /// Why, in words.
    pub evidence_text: Option<String>,
    /// Where it can be read.
    pub evidence_url: Option<Url>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `appointLeader`.
    AppointLeaderPayload {
        /// The leadership as it stands now.
        leadership: Leadership,
    }
    /// Why `appointLeader` did nothing.
    AppointLeaderUserError,
    /// The rules that `appointLeader` can meet.
    AppointLeaderErrorCode {
        /// A bot is named; bots do not lead.
        BotCannotRate,
        /// It contradicts what is there; the message says what.
        Conflict,
        /// The person does not belong to the organisation any more.
        Inactive,
        /// The time lies out of range.
        OutOfRange,
        /// There is no such person.
        PersonNotFound,
        /// It ends before it starts.
        ReversedInterval,
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

/// A leadership to be ended.
#[derive(Clone, Debug, InputObject)]
pub struct EndLeadershipInput {
    /// The id of the leadership.
    pub leadership: ID,
    /// When it ends; now when it is missing.
    pub at: Option<DateTime>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `endLeadership`.
    EndLeadershipPayload {
        /// The leadership as it stands now.
        leadership: Leadership,
    }
    /// Why `endLeadership` did nothing.
    EndLeadershipUserError,
    /// The rules that `endLeadership` can meet.
    EndLeadershipErrorCode {
        /// It has ended already.
        AlreadyEnded,
        /// There is no such leadership.
        LeadershipNotFound,
        /// The time lies out of range.
        OutOfRange,
        /// It ends before it starts.
        ReversedInterval,
    }
}

/// A word for a peer.
#[derive(Clone, Debug, InputObject)]
pub struct EndorseLeadershipInput {
    /// Who leads.
    pub person: PersonRef,
    /// What they lead.
    pub topic: TopicRef,
    /// Why, in your words, at most 2,000 characters.
    pub text: Option<String>,
    /// When it stops to count; in a year when it is missing, in five years at the latest.
    pub expires_at: Option<DateTime>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `endorseLeadership`.
    EndorseLeadershipPayload {
        /// The endorsement as it stands now.
        endorsement: Endorsement,
    }
    /// Why `endorseLeadership` did nothing.
    EndorseLeadershipUserError,
    /// The rules that `endorseLeadership` can meet.
    EndorseLeadershipErrorCode {
        /// One of the two is a bot; bots neither lead nor endorse.
        BotCannotRate,
        /// The person does not belong to the organisation any more.
        Inactive,
        /// Nobody endorses themselves.
        OneselfEndorsed,
        /// The time lies out of range.
        OutOfRange,
        /// There is no such person.
        PersonNotFound,
        /// It ends before it starts.
        ReversedInterval,
        /// A text is of the wrong form; the message says of which it must be.
        TextInvalid,
        /// A text is too long.
        TextTooLong,
        /// There is no such topic.
        TopicNotFound,
    }
}

/// An endorsement to be taken back.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawEndorsementInput {
    /// The id of the endorsement.
    pub endorsement: ID,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `withdrawEndorsement`.
    WithdrawEndorsementPayload {
        /// The endorsement as it stands now.
        endorsement: Endorsement,
    }
    /// Why `withdrawEndorsement` did nothing.
    WithdrawEndorsementUserError,
    /// The rules that `withdrawEndorsement` can meet.
    WithdrawEndorsementErrorCode {
        /// It was withdrawn before.
        AlreadyWithdrawn,
        /// There is no such endorsement.
        EndorsementNotFound,
    }
}

/// Leaderships and endorsements.
#[derive(Debug, Default)]
pub struct LeadershipMutation;

#[Object]
impl LeadershipMutation {
    /// Says that the one who acts leads a topic.
    async fn declare_leadership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: DeclareLeadershipInput,
    ) -> Result<DeclareLeadershipPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let draft = LeadershipDraft {
            role: input.role,
            valid_from: input.valid_from.map(|time| time.0),
            valid_to: input.valid_to.map(|time| time.0),
            evidence_text: input.evidence_text,
            evidence_url: input.evidence_url.map(|url| url.0),
        };
        let topic = given(input.topic.read("input.topic"))?;
        match desk.app.declare_leadership(&desk.viewer, &topic, &draft).await {
            Ok(done) => Ok(DeclareLeadershipPayload {
                leadership: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => DeclareLeadershipPayload::refused(error, client_mutation_id),
        }
    }

    /// Says for the organisation that somebody leads a topic. Admins only.
    async fn appoint_leader(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: AppointLeaderInput,
    ) -> Result<AppointLeaderPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let draft = LeadershipDraft {
            role: input.role,
            valid_from: input.valid_from.map(|time| time.0),
            valid_to: input.valid_to.map(|time| time.0),
            evidence_text: input.evidence_text,
            evidence_url: input.evidence_url.map(|url| url.0),
        };
        let topic = given(input.topic.read("input.topic"))?;
        let person = given(input.person.read("input.person"))?;
        match desk.app.appoint_leader(&desk.viewer, &person, &topic, &draft).await {
            Ok(done) => Ok(AppointLeaderPayload {
                leadership: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => AppointLeaderPayload::refused(error, client_mutation_id),
        }
    }

    /// Ends a leadership: people their own, admins any.
    async fn end_leadership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: EndLeadershipInput,
    ) -> Result<EndLeadershipPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let id = given(LeadershipId::parse("input.leadership", &input.leadership))?;
        match desk.app.end_leadership(&desk.viewer, id, input.at.map(|time| time.0)).await {
            Ok(done) => Ok(EndLeadershipPayload {
                leadership: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => EndLeadershipPayload::refused(error, client_mutation_id),
        }
    }

    /// Stands up for a peer on a topic. What still holds is renewed; what has ended stays known, and a new endorsement begins.
    async fn endorse_leadership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: EndorseLeadershipInput,
    ) -> Result<EndorseLeadershipPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let person = given(input.person.read("input.person"))?;
        let topic = given(input.topic.read("input.topic"))?;
        match desk
            .app
            .endorse(
                &desk.viewer,
                &person,
                &topic,
                input.text.as_deref().unwrap_or_default(),
                input.expires_at.map(|time| time.0),
            )
            .await
        {
            Ok(done) => Ok(EndorseLeadershipPayload {
                endorsement: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => EndorseLeadershipPayload::refused(error, client_mutation_id),
        }
    }

    /// Takes an endorsement back: people their own, admins any.
    async fn withdraw_endorsement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: WithdrawEndorsementInput,
    ) -> Result<WithdrawEndorsementPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let id = given(EndorsementId::parse("input.endorsement", &input.endorsement))?;
        match desk.app.withdraw_endorsement(&desk.viewer, id).await {
            Ok(done) => Ok(WithdrawEndorsementPayload {
                endorsement: Some((&done).into()),
                user_errors: Vec::new(),
                client_mutation_id,
            }),
            Err(error) => WithdrawEndorsementPayload::refused(error, client_mutation_id),
        }
    }
}
