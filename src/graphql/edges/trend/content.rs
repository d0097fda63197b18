//! Where a place in a ranking leads to.

use async_graphql::{ComplexObject, Context, Result};

use crate::graphql::edges::link;
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::trending::ContentTrend;

#[ComplexObject]
impl ContentTrend {
    /// The content; null when it has been hidden this very moment.
    async fn content(&self, ctx: &Context<'_>) -> Option<Result<Content>> {
        link::content(ctx, self.key).await
    }
}
