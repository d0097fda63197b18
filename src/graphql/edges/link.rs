//! Links to one person or one content: fetched with all others of the same request, null where there is none to be seen.

use async_graphql::{Context, Result};

use crate::domain::id::{ContentId, PersonId};
use crate::graphql::context::{Desk, found};
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::person::Person;

/// A person.
pub(super) async fn person(ctx: &Context<'_>, id: PersonId) -> Option<Result<Person>> {
    let desk = match ctx.desk() {
        Ok(desk) => desk,
        Err(error) => return Some(Err(error)),
    };
    let person = desk.loaders.person(desk, id).await;
    found(person.map(|person| person.map(|person| Person::from(person.as_ref()))))
}

/// A content, if the viewer may see it.
pub(super) async fn content(ctx: &Context<'_>, id: ContentId) -> Option<Result<Content>> {
    let desk = match ctx.desk() {
        Ok(desk) => desk,
        Err(error) => return Some(Err(error)),
    };
    let content = desk.loaders.content(desk, id).await;
    found(content.map(|content| content.map(|content| Content::from(content.as_ref()))))
}
