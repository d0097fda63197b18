//! Where an endorsement leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use crate::graphql::context::{Desk, found};
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
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        found(
            desk.loaders
                .person(desk, self.endorser_key)
                .await
                .map(|person| person.map(|person| Person::from(person.as_ref()))),
        )
    }

    /// Who is endorsed.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        found(
            desk.loaders
                .person(desk, self.person_key)
                .await
                .map(|person| person.map(|person| Person::from(person.as_ref()))),
        )
    }

    /// On what.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.topic_key).map(|topic| Topic::from(topic.as_ref())))
    }
}
