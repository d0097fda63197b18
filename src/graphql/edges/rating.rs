//! Where a rating leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use crate::graphql::context::{Desk, found};
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
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        found(
            desk.loaders
                .content(desk, self.key.content)
                .await
                .map(|content| content.map(|content| Content::from(content.as_ref()))),
        )
    }

    /// Who rated it.
    async fn rater(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        found(
            desk.loaders
                .person(desk, self.key.rater)
                .await
                .map(|person| person.map(|person| Person::from(person.as_ref()))),
        )
    }
}
