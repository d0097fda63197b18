//! Where a content leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use super::list;
use super::list::shown;
use crate::domain::rating;
use crate::graphql::context::{Desk, found, given};
use crate::graphql::edges::link;
use crate::graphql::error::failed;
use crate::graphql::id::Key;
use crate::graphql::input::ContentFilter;
use crate::graphql::nodes::content::{Content, ContentConnection};
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::rating::{RATED, Rating, RatingConnection};
use crate::graphql::nodes::source::Source;
use crate::graphql::nodes::topic::Topic;
use crate::graphql::order::ContentOrder;
use crate::graphql::page::{PageArguments, Shown};

#[ComplexObject]
impl Content {
    /// Opaque and unique among everything; it never changes.
    pub async fn id(&self) -> ID {
        self.key.global()
    }

    /// Who wrote it, in the order they are named.
    async fn authors(&self, ctx: &Context<'_>) -> Option<Result<Vec<Person>>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let people = desk.loaders.people(desk, &self.author_keys).await;
        found(people.map(|people| Some(people.iter().map(|person| Person::from(person.as_ref())).collect())))
    }

    /// What it is about, in the order they are named.
    async fn topics(&self, ctx: &Context<'_>) -> Result<Vec<Topic>> {
        let app = &ctx.desk()?.app;
        Ok(self
            .topic_keys
            .iter()
            .filter_map(|id| app.topic_by_id(*id))
            .map(|topic| Topic::from(topic.as_ref()))
            .collect())
    }

    /// Where it was written.
    async fn source(&self, ctx: &Context<'_>) -> Result<Option<Source>> {
        Ok(ctx.desk()?.app.source_by_id(self.source_key).map(|source| Source::from(source.as_ref())))
    }

    /// What it replies to.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Result<Self>> {
        link::content(ctx, self.parent_key?).await
    }

    /// What was written in reply.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn replies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<ContentFilter>,
        #[graphql(desc = "How they are sorted: newest first when nothing is said.")] order_by: Option<ContentOrder>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<ContentConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(list::contents(ctx, filter, order_by, page, |filter| filter.parent = Some(self.key)).await)
    }

    /// What the viewer thinks of it; null without a rating, or when nobody acts.
    async fn viewer_rating(&self, ctx: &Context<'_>) -> Option<Result<Rating>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        found(desk.loaders.viewer_rating(desk, self.key).await.map(|rating| rating.as_ref().and_then(Rating::of)))
    }

    /// Who rated it how, newest first. Null where the viewer may not see the ratings of the source.
    async fn ratings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<RatingConnection>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        desk.app.source_by_id(self.source_key).filter(|source| desk.viewer.sees_ratings(source.visibility))?;
        let request = match given(PageArguments { first, after, last, before }.request(RATED)) {
            Ok(request) => request,
            Err(error) => return Some(Err(error)),
        };
        let page = desk.loaders.ratings_pages(desk, (self.key, request)).await;
        Some(
            page.map(|page| {
                RatingConnection(Shown::of_some(&page, RATED, rating::Rating::place_on_content, Rating::of))
            })
            .map_err(failed),
        )
    }
}
