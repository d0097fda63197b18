//! What everybody can see of somebody.

use async_graphql::{Context, Object, Result};

use super::page;
use crate::app::lead::gap::Sought;
use crate::graphql::context::{Desk, given};
use crate::graphql::edges::list::shown;
use crate::graphql::nodes::lead::{LeadershipGap, SeenByOthers, TopicLeaderConnection};
use crate::graphql::page::PageArguments;

/// What everybody can see of the viewer.
#[Object]
impl SeenByOthers {
    /// What they are shown or said to lead, strongest first, with all evidence.
    async fn leads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<TopicLeaderConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(page::leads(ctx, self.person, self.view, page).await)
    }

    /// The gaps in which they are named.
    async fn gaps(&self, ctx: &Context<'_>) -> Result<Vec<LeadershipGap>> {
        let desk = ctx.desk()?;
        let sought = Sought { person: Some(self.person), ..Sought::default() };
        let gaps = given(desk.app.leadership_gaps(&sought, &self.view, desk.head.seq).await)?;
        Ok(gaps.into_iter().map(LeadershipGap).collect())
    }
}
