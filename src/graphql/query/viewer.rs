//! Who asks.

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::app::lead::View;
use crate::domain::rating;
use crate::graphql::context::{Desk, found};
use crate::graphql::nodes::lead::SeenByOthers;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::rating::{RATED, Rating, RatingConnection};
use crate::graphql::page::{PageArguments, Shown};

/// Who asks.
#[derive(Debug, Default)]
pub struct ViewerQuery;

/// The one who asks, and what they may do.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct Viewer {
    /// The person who acts; null when nobody does.
    person: Option<Person>,
    /// Whether they may do what operators do.
    is_operator: bool,
}

#[async_graphql::ComplexObject]
impl Viewer {
    /// What everybody can see of the viewer's leadership, with all evidence; null when nobody acts.
    async fn as_seen_by_others(&self, ctx: &Context<'_>) -> Result<Option<SeenByOthers>> {
        let person = ctx.desk()?.viewer.id();
        Ok(person.map(|person| SeenByOthers { person, view: View::default() }))
    }

    /// What the viewer rated, newest first. Nobody else sees this.
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
        desk.viewer.person()?;
        let look = async {
            let request = PageArguments { first, after, last, before }.request(RATED)?;
            desk.app.own_ratings(&desk.viewer, &request).await
        };
        found(look.await.map(|page| {
            Some(RatingConnection(Shown::of_some(&page, RATED, rating::Rating::place_of_rater, Rating::of)))
        }))
    }
}

#[Object]
impl ViewerQuery {
    /// The one who asks.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        let viewer = &ctx.desk()?.viewer;
        Ok(Viewer { person: viewer.person().map(|person| person.as_ref().into()), is_operator: viewer.is_operator() })
    }

    /// The place in the change log that everything asked in this operation is at least as new as: query, then subscribe
    /// `after` it, and nothing is missed.
    async fn cursor(&self, ctx: &Context<'_>) -> Result<String> {
        let desk = ctx.desk()?;
        Ok(desk.app.cursor(desk.head))
    }
}
