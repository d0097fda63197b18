//! Where a word leads to.

use async_graphql::{ComplexObject, Context, Result};

use crate::graphql::context::{Desk, given};
use crate::graphql::edges::list::shown;
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::trend::WordContentConnection;
use crate::graphql::nodes::trending::WordTrend;
use crate::graphql::page::{PageArguments, Ranking};

#[ComplexObject]
impl WordTrend {
    /// The texts in the window that use it, the newest first, 1,000 at most.
    async fn contents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<WordContentConnection>> {
        let page = PageArguments { first, after, last, before };
        let look = async {
            let desk = ctx.desk()?;
            let request = given(page.request("uses"))?;
            let (list, rank) = &self.place;
            let ids = &list[*rank].contents;
            let wanted = Ranking::of(ids.len(), &request, "uses", |rank| ids[rank]);
            let fetch = wanted.shown.edges.iter().map(|edge| desk.loaders.content(desk, edge.node));
            let contents = given(futures_util::future::try_join_all(fetch).await)?;
            // What was hidden a moment ago is not there any more.
            let found = contents.into_iter().map(|content| content.map(|content| Content::from(content.as_ref())));
            Ok(WordContentConnection(wanted.with(found)))
        };
        shown(Box::pin(look).await)
    }
}
