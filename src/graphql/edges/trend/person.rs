//! Whose work it is around which things happen.

use async_graphql::{ComplexObject, Context, Result};

use crate::graphql::context::{Desk, found};
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::trending::PersonTrend;

#[ComplexObject]
impl PersonTrend {
    /// The person.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let person = desk.loaders.person(desk, self.key).await;
        found(person.map(|person| person.map(|person| Person::from(person.as_ref()))))
    }
}
