//! Where an entry of the audit log leads to.

use async_graphql::{ComplexObject, Context, Result};

use crate::graphql::edges::link;
use crate::graphql::nodes::audit::AuditEntry;
use crate::graphql::nodes::person::Person;

#[ComplexObject]
impl AuditEntry {
    /// Who did it; null when it was done by command.
    async fn actor(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.actor_key?).await
    }
}
