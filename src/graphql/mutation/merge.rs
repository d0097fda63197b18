//! Merging and undoing it.

use async_graphql::{Context, InputObject, Object, Result};

use super::payload::payload;
use crate::domain::id::MergeId;
use crate::graphql::context::{Desk, given};
use crate::graphql::id::Key;
use crate::graphql::input::{PersonRef, TopicRef};
use crate::graphql::nodes::merge::Merge;
use async_graphql::ID;

/// Two people who are one human.
#[derive(Clone, Debug, InputObject)]
pub struct MergePeopleInput {
    /// Whose facts move.
    pub from: PersonRef,
    /// Who they really are.
    pub into: PersonRef,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `mergePeople`.
    MergePeoplePayload {
        /// What was merged.
        merge: Merge,
    }
    /// Why `mergePeople` did nothing.
    MergePeopleUserError,
    /// The rules that `mergePeople` can meet.
    MergePeopleErrorCode {
        /// It was merged before.
        AlreadyMerged,
        /// There is no such person.
        PersonNotFound,
        /// The same is named twice.
        SameTwice,
    }
}

/// Two topics that are one subject.
#[derive(Clone, Debug, InputObject)]
pub struct MergeTopicsInput {
    /// The topic whose facts move.
    pub from: TopicRef,
    /// The topic that it really is.
    pub into: TopicRef,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `mergeTopics`.
    MergeTopicsPayload {
        /// What was merged.
        merge: Merge,
    }
    /// Why `mergeTopics` did nothing.
    MergeTopicsUserError,
    /// The rules that `mergeTopics` can meet.
    MergeTopicsErrorCode {
        /// It would stand below or reply to itself.
        Cycle,
        /// The same is named twice.
        SameTwice,
        /// There is no such topic.
        TopicNotFound,
    }
}

/// A merge to be undone.
#[derive(Clone, Debug, InputObject)]
pub struct UndoMergeInput {
    /// The id of the merge.
    pub merge: ID,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `undoMerge`.
    UndoMergePayload {
        /// What was merged.
        merge: Merge,
    }
    /// Why `undoMerge` did nothing.
    UndoMergeUserError,
    /// The rules that `undoMerge` can meet.
    UndoMergeErrorCode {
        /// It was undone before.
        AlreadyUndone,
        /// It contradicts what is there; the message says what.
        Conflict,
        /// It would stand below or reply to itself.
        Cycle,
        /// The topic named is only another word for a topic; name that one.
        IsSynonym,
        /// There is no such merge.
        MergeNotFound,
        /// There is no such topic.
        TopicNotFound,
    }
}

/// Merges.
#[derive(Debug, Default)]
pub struct MergeMutation;

#[Object]
impl MergeMutation {
    /// Moves all facts of one person to another. Of two ratings of one content the later stays. Admins only.
    async fn merge_people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: MergePeopleInput,
    ) -> Result<MergePeoplePayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let (from, into) = (given(input.from.read("input.from"))?, given(input.into.read("input.into"))?);
        match desk.app.merge_people(&desk.viewer, &from, &into).await {
            Ok(done) => {
                Ok(MergePeoplePayload { merge: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => MergePeoplePayload::refused(error, client_mutation_id),
        }
    }

    /// Moves all facts of one topic to another; the first becomes another word for the second. Admins only.
    async fn merge_topics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: MergeTopicsInput,
    ) -> Result<MergeTopicsPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let (from, into) = (given(input.from.read("input.from"))?, given(input.into.read("input.into"))?);
        match desk.app.merge_topics(&desk.viewer, &from, &into).await {
            Ok(done) => {
                Ok(MergeTopicsPayload { merge: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => MergeTopicsPayload::refused(error, client_mutation_id),
        }
    }

    /// Moves back what a merge moved, and brings back what it set aside. What was told since stays where it is. Admins only.
    async fn undo_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: UndoMergeInput,
    ) -> Result<UndoMergePayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let id = given(MergeId::parse("input.merge", &input.merge))?;
        match desk.app.undo_merge(&desk.viewer, id).await {
            Ok(done) => {
                Ok(UndoMergePayload { merge: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => UndoMergePayload::refused(error, client_mutation_id),
        }
    }
}
