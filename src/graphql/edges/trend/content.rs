//! Where a place in a ranking leads to.

use async_graphql::{ComplexObject, Context, Result};

use crate::graphql::context::{Desk, found};
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::trending::ContentTrend;

#[ComplexObject]
impl ContentTrend {
    /// The content; null when it has been hidden this very moment.
    async fn content(&self, ctx: &Context<'_>) -> Option<Result<Content>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let content = desk.loaders.content(desk, self.key).await;
        found(content.map(|content| content.map(|content| Content::from(content.as_ref()))))
    }
}
