//! Whose work it is around which things happen.

use async_graphql::{ComplexObject, Context, Result};

use crate::graphql::edges::link;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::trending::PersonTrend;

#[ComplexObject]
impl PersonTrend {
    /// The person.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.key).await
    }
}
