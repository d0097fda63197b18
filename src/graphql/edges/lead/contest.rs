//! Where an objection leads to.

use async_graphql::{ComplexObject, Context, Result};

use crate::graphql::context::Desk;
use crate::graphql::edges::link;
use crate::graphql::nodes::lead::LeadershipContest;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::topic::Topic;

#[ComplexObject]
impl LeadershipContest {
    /// Who objects.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.contest.person).await
    }

    /// On which topic.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.contest.topic).map(|topic| Topic::from(topic.as_ref())))
    }
}
