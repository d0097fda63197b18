//! The change log, for integrators who copy what happens.

use async_graphql::{Context, Object, Result};

use crate::app::error::Error;
use crate::domain::change;
use crate::domain::page::CAP;
use crate::graphql::context::{Desk, found};
use crate::graphql::input::ChangeFilter;
use crate::graphql::nodes::change::{ChangeConnection, ChangeEdge, ChangeNoun};
use crate::graphql::page::PageInfo;
use crate::graphql::subscription::told;

/// The change log.
#[derive(Debug, Default)]
pub struct LogQuery;

#[Object]
impl LogQuery {
    /// Everything that happened after a cursor, in order, a page at a time. Start without `after`, go on with
    /// `pageInfo.endCursor`, and when `pageInfo.hasNextPage` is false subscribe to `changes` after it.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cursor to go on after; from the start of the log when it is missing.")] after: Option<
            String,
        >,
        #[graphql(desc = "How many changes, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only changes of these nouns.")] nouns: Option<Vec<ChangeNoun>>,
        #[graphql(desc = "Which of them.")] filter: Option<ChangeFilter>,
    ) -> Option<Result<ChangeConnection>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let look = async {
            let first = first.map_or(Ok(20), usize::try_from).ok().filter(|first| (1..=CAP).contains(first));
            let first = first.ok_or_else(|| Error::BadRequest(format!("first: it must lie between 1 and {CAP}")))?;
            let mut interest = filter.unwrap_or_default().read(desk).await?;
            interest.nouns =
                nouns.filter(|nouns| !nouns.is_empty()).map(|nouns| nouns.into_iter().map(Into::into).collect());
            let (page, end) = desk.app.changes(&desk.viewer, after.as_deref(), first, &interest).await?;
            let told = |change: &change::Change| {
                Some(ChangeEdge { cursor: desk.app.cursor(change.point()), node: told(desk, change, 1)? })
            };
            let edges: Vec<ChangeEdge> = page.items.iter().filter_map(told).collect();
            let page_info = PageInfo {
                has_next_page: page.has_next,
                has_previous_page: page.has_previous,
                start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                end_cursor: end.map(|end| desk.app.cursor(end)),
            };
            let nodes = edges.iter().map(|edge| edge.node.clone()).collect();
            Ok(Some(ChangeConnection { edges, nodes, page_info }))
        };
        found(look.await)
    }
}
