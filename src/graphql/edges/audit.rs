//! Where an entry of the audit log leads to.

use async_graphql::{ComplexObject, Context, Result};

use crate::graphql::context::{Desk, found};
use crate::graphql::nodes::audit::AuditEntry;
use crate::graphql::nodes::person::Person;

#[ComplexObject]
impl AuditEntry {
    /// Who did it; null when it was done by command.
    async fn actor(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let person = desk.loaders.person(desk, self.actor_key?).await;
        found(person.map(|person| person.map(|person| Person::from(person.as_ref()))))
    }
}
