//! Who asks.

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::app::lead::View;
use crate::domain::rating;
use crate::graphql::context::{Desk, found};
use crate::graphql::nodes::lead::SeenByOthers;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::rating::{RATED, Rating, RatingConnection};
use crate::graphql::nodes::token::{Role, Scope};
use crate::graphql::page::{PageArguments, Shown};
use crate::graphql::scalar::DateTime;

/// Who asks.
#[derive(Debug, Default)]
pub struct ViewerQuery;

/// The one who asks, and what they may do.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct Viewer {
    /// The person who acts; null when nobody does.
    person: Option<Person>,
    /// Whether they may do everything: the role `ADMIN`.
    is_operator: bool,
    /// What they are to this server.
    role: Role,
    /// What they may do; for somebody with a token, what the token may.
    scopes: Vec<Scope>,
}

/// What an operation costs, and what is left of what its client may spend in a minute, in points. It costs a point for each item
/// that it may give, one for being asked, and ten for an act.
#[derive(Debug, SimpleObject)]
pub struct RateLimit {
    /// Points that this operation costs, known before it runs.
    cost: i32,
    /// Points that may be spent in a minute; null where nobody counts.
    limit: Option<i32>,
    /// Points that are left; null where nobody counts.
    remaining: Option<i32>,
    /// When all points are there again, if none is spent until then; null where nobody counts.
    reset_at: Option<DateTime>,
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
        Ok(Viewer {
            person: viewer.person().map(|person| person.as_ref().into()),
            is_operator: viewer.is_admin(),
            role: viewer.scopes().role().into(),
            scopes: viewer.scopes().iter().map(Into::into).collect(),
        })
    }

    /// What this operation costs, and what is left of what one may spend in a minute. Every answer tells the same in its
    /// extensions.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Result<RateLimit> {
        let allowance = ctx.desk()?.allowance;
        let number = |points: u32| i32::try_from(points).unwrap_or(i32::MAX);
        Ok(RateLimit {
            cost: i32::try_from(allowance.cost).unwrap_or(i32::MAX),
            limit: allowance.budget.map(|budget| number(budget.limit)),
            remaining: allowance.budget.map(|budget| number(budget.remaining)),
            reset_at: allowance.budget.map(|budget| DateTime(budget.reset_at)),
        })
    }

    /// The place in the change log that everything asked in this operation is at least as new as: query, then subscribe
    /// `after` it, and nothing is missed.
    async fn cursor(&self, ctx: &Context<'_>) -> Result<String> {
        let desk = ctx.desk()?;
        Ok(desk.app.cursor(desk.head))
    }
}
