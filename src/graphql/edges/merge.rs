//! Where a merge leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use crate::domain::id::{PersonId, TopicId};
use crate::domain::merge::Merged;
use crate::graphql::context::Desk;
use crate::graphql::edges::link;
use crate::graphql::id::Key;
use crate::graphql::nodes::merge::Merge;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::topic::Topic;

impl Merge {
    const fn people(&self) -> Option<(PersonId, PersonId)> {
        if let Merged::Person { from, into } = self.merged { Some((from, into)) } else { None }
    }

    const fn topics(&self) -> Option<(TopicId, TopicId)> {
        if let Merged::Topic { from, into } = self.merged { Some((from, into)) } else { None }
    }
}

#[ComplexObject]
impl Merge {
    /// Names the merge, to undo it.
    async fn id(&self) -> ID {
        self.key.global()
    }

    /// The person whose facts moved; null for a merge of topics.
    #[graphql(name = "fromPerson")]
    async fn person_from(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.people()?.0).await
    }

    /// The person who has them now; null for a merge of topics.
    #[graphql(name = "intoPerson")]
    async fn person_into(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.people()?.1).await
    }

    /// The topic whose facts moved; null for a merge of people.
    #[graphql(name = "fromTopic")]
    async fn topic_from(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        let app = &ctx.desk()?.app;
        Ok(self.topics().and_then(|(from, _)| app.topic_by_id(from)).map(|topic| Topic::from(topic.as_ref())))
    }

    /// The topic that has them now; null for a merge of people.
    #[graphql(name = "intoTopic")]
    async fn topic_into(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        let app = &ctx.desk()?.app;
        Ok(self.topics().and_then(|(_, into)| app.topic_by_id(into)).map(|topic| Topic::from(topic.as_ref())))
    }
}
