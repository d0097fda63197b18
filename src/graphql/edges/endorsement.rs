//! Where an endorsement leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use crate::graphql::context::Desk;
use crate::graphql::edges::link;
use crate::graphql::id::Key;
use crate::graphql::nodes::endorsement::Endorsement;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::topic::Topic;

#[ComplexObject]
impl Endorsement {
    /// Opaque and unique among everything; it never changes.
    pub async fn id(&self) -> ID {
        self.key.global()
    }

    /// Who endorses.
    async fn endorser(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.endorser_key).await
    }

    /// Who is endorsed.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.person_key).await
    }

    /// On what.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.topic_key).map(|topic| Topic::from(topic.as_ref())))
    }
}
