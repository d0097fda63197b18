//! Where a token leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use crate::graphql::context::Desk;
use crate::graphql::edges::link;
use crate::graphql::id::Key;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::source::Source;
use crate::graphql::nodes::token::Token;
use crate::graphql::nodes::topic::Topic;

#[ComplexObject]
impl Token {
    /// Names the token, to revoke it.
    async fn id(&self) -> ID {
        self.key.global()
    }

    /// Whom it acts for.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.person_key).await
    }

    /// The only source of which it may change anything; null when it is not limited to one.
    async fn source(&self, ctx: &Context<'_>) -> Option<Result<Source>> {
        match ctx.desk() {
            Ok(desk) => desk.app.source_by_id(self.source_key?).map(|source| Ok(Source::from(source.as_ref()))),
            Err(error) => Some(Err(error)),
        }
    }

    /// The only topic, with those below it, on which it may change anything; null when it is not limited to one.
    async fn topic(&self, ctx: &Context<'_>) -> Option<Result<Topic>> {
        match ctx.desk() {
            Ok(desk) => desk.app.topic_by_id(self.topic_key?).map(|topic| Ok(Topic::from(topic.as_ref()))),
            Err(error) => Some(Err(error)),
        }
    }
}
