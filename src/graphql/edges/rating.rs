//! Where a rating leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use crate::graphql::edges::link;
use crate::graphql::id::Key;
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::rating::Rating;

#[ComplexObject]
impl Rating {
    /// Opaque and unique among everything; it never changes.
    pub async fn id(&self) -> ID {
        self.key.global()
    }

    /// What was rated.
    async fn content(&self, ctx: &Context<'_>) -> Option<Result<Content>> {
        link::content(ctx, self.key.content).await
    }

    /// Who rated it.
    async fn rater(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.key.rater).await
    }
}
