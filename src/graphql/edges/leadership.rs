//! Where a leadership leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use crate::graphql::context::Desk;
use crate::graphql::edges::link;
use crate::graphql::id::Key;
use crate::graphql::nodes::leadership::Leadership;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::topic::Topic;

#[ComplexObject]
impl Leadership {
    /// Opaque and unique among everything; it never changes.
    pub async fn id(&self) -> ID {
        self.key.global()
    }

    /// Who leads.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.person_key).await
    }

    /// What they lead.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.topic_key).map(|topic| Topic::from(topic.as_ref())))
    }

    /// Who said so; null where it was imported.
    async fn told_by(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.told_by_key?).await
    }
}
