//! What an organisation talks about and cares about.

use std::time::Duration as StdDuration;

use async_graphql::{Context, Object, Result};

use crate::graphql::context::{Desk, found};
use crate::graphql::input::TrendScope;
use crate::graphql::nodes::trend::Trends;
use crate::graphql::scalar::{DateTime, Duration};

/// What an organisation talks about and cares about.
#[derive(Debug, Default)]
pub struct TrendQuery;

#[Object]
impl TrendQuery {
    /// What people talk about and care about: words, topics, contents and people that stand out in a window against what was
    /// to be expected. Fresh within a second, and true of any past moment too.
    async fn trends(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How long the window is that ends at `asOf`, from `PT1H` to `P366D`; a week when nothing is said."
        )]
        window: Option<Duration>,
        #[graphql(
            desc = "The moment that is asked about: what was known and true then. Now when nothing is said. What has been withdrawn or hidden since is left out."
        )]
        as_of: Option<DateTime>,
        #[graphql(desc = "Which part of the organisation is looked at; everything when nothing is said.")]
        scope: Option<TrendScope>,
    ) -> Option<Result<Trends>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let window = window.map_or(StdDuration::from_hours(7 * 24), |window| window.0);
        let look = async {
            let part = scope.map(TrendScope::read).transpose()?.unwrap_or_default();
            desk.app.sight(window, as_of.map(|at| at.0), &part, desk.head.seq).await
        };
        found(look.await.map(|sight| Some(Trends { sight, is_past: as_of.is_some() })))
    }
}
