//! Topics.

use async_graphql::{Context, InputObject, Object, Result};

use super::payload::payload;
use crate::app::error::Error;
use crate::domain::id::TopicId;
use crate::domain::invalid::{Code, Invalid};
use crate::domain::topic::{NewTopic, TopicPatch};
use crate::graphql::context::Request;
use crate::graphql::context::{Desk, given};
use crate::graphql::input::TopicRef;
use crate::graphql::nodes::topic::Topic;
use async_graphql::MaybeUndefined;

/// A topic.
#[derive(Clone, Debug, InputObject)]
pub struct CreateTopicInput {
    /// The name for addresses: lower case, no blanks, at most 100 characters.
    pub slug: String,
    /// The name people know it by.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// The topic it belongs to.
    pub parent: Option<TopicRef>,
    /// The topic that it is only another word for.
    pub synonym_of: Option<TopicRef>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `createTopic`.
    CreateTopicPayload {
        /// The topic as it stands now.
        topic: Topic,
    }
    /// Why `createTopic` did nothing.
    CreateTopicUserError,
    /// The rules that `createTopic` can meet.
    CreateTopicErrorCode {
        /// It contradicts what is there; the message says what.
        Conflict,
        /// It would stand below or reply to itself.
        Cycle,
        /// The topic named is only another word for a topic; name that one.
        IsSynonym,
        /// The name is taken.
        Taken,
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

/// What changes of a topic; what is missing stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateTopicInput {
    /// Which topic changes.
    pub topic: TopicRef,
    /// The new name.
    pub name: Option<String>,
    /// The new description.
    pub description: Option<String>,
    /// The topic it shall belong to; null to make it a root.
    pub parent: MaybeUndefined<TopicRef>,
    /// The topic that it is only another word for; null to make it a topic of its own.
    pub synonym_of: MaybeUndefined<TopicRef>,
    /// Whether it shall be told who leads it as the facts show it.
    pub emergent_leadership: Option<bool>,
    /// Comes back in the payload as it is.
    pub client_mutation_id: Option<String>,
}

payload! {
    /// What became of `updateTopic`.
    UpdateTopicPayload {
        /// The topic as it stands now.
        topic: Topic,
    }
    /// Why `updateTopic` did nothing.
    UpdateTopicUserError,
    /// The rules that `updateTopic` can meet.
    UpdateTopicErrorCode {
        /// It contradicts what is there; the message says what.
        Conflict,
        /// It would stand below or reply to itself.
        Cycle,
        /// The topic named is only another word for a topic; name that one.
        IsSynonym,
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

/// What a field shall be set to: nothing said, cleared, or another topic.
#[expect(clippy::option_option, reason = "nothing said, cleared, or another one: three different wishes")]
fn target(desk: &Request, field: &'static str, by: MaybeUndefined<TopicRef>) -> Result<Option<Option<TopicId>>, Error> {
    match by {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(by) => match desk.app.topic(&by.read(field)?) {
            Some(topic) => Ok(Some(Some(topic.main.unwrap_or(topic.id)))),
            None => Err(Invalid::new(Code::TopicNotFound, field, "there is no such topic").into()),
        },
    }
}

/// Topics.
#[derive(Debug, Default)]
pub struct TopicMutation;

#[Object]
impl TopicMutation {
    /// Makes a topic. Admins only.
    async fn create_topic(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: CreateTopicInput,
    ) -> Result<CreateTopicPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let parent = given(input.parent.map(|by| by.read("input.parent")).transpose())?;
        let main = given(input.synonym_of.map(|by| by.read("input.synonymOf")).transpose())?;
        match async {
            desk.app
                .create_topic(
                    &desk.viewer,
                    NewTopic::check(&input.slug, &input.name, input.description.as_deref().unwrap_or_default())?,
                    parent.as_ref(),
                    main.as_ref(),
                )
                .await
        }
        .await
        {
            Ok(done) => {
                Ok(CreateTopicPayload { topic: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => CreateTopicPayload::refused(error, client_mutation_id),
        }
    }

    /// Changes a topic or its place in the tree. Admins only.
    async fn update_topic(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: UpdateTopicInput,
    ) -> Result<UpdateTopicPayload> {
        let desk = ctx.desk()?;
        let client_mutation_id = input.client_mutation_id;
        let by = given(input.topic.read("input.topic"))?;
        match async {
            let (parent, main) = (target(desk, "parent", input.parent)?, target(desk, "synonymOf", input.synonym_of)?);
            let patch = TopicPatch {
                name: input.name,
                description: input.description,
                parent,
                main,
                emergent: input.emergent_leadership,
            };
            desk.app.update_topic(&desk.viewer, &by, &patch).await
        }
        .await
        {
            Ok(done) => {
                Ok(UpdateTopicPayload { topic: Some((&done).into()), user_errors: Vec::new(), client_mutation_id })
            }
            Err(error) => UpdateTopicPayload::refused(error, client_mutation_id),
        }
    }
}
