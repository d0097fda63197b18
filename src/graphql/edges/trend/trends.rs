//! What stands out in a window.

use async_graphql::{Context, Object, Result};

use super::page::{MOST, WordArguments, contents, words};
use crate::domain::time::from_micros;
use crate::graphql::context::{Desk, given};
use crate::graphql::edges::list::shown;
use crate::graphql::nodes::trend::{
    ContentTrendConnection, ContentTrendOrder, PersonTrendConnection, TopicTrendConnection, Trends, WordOrder,
    WordTrendConnection, WordWeighting,
};
use crate::graphql::nodes::trending::{PersonTrend, TopicTrend};
use crate::graphql::page::{PageArguments, Ranking};
use crate::graphql::scalar::{DateTime, Duration};

/// What an organisation talks about and cares about in a window. Only what everybody may see counts, and bots never do.
#[Object]
impl Trends {
    /// The moment of which this is true, the end of the window. Give it as `asOf` to see the same again.
    async fn as_of(&self) -> DateTime {
        DateTime(from_micros(self.sight.window.to))
    }

    /// When the window begins.
    async fn since(&self) -> DateTime {
        DateTime(from_micros(self.sight.window.from))
    }

    /// How long the window is.
    async fn window(&self) -> Duration {
        Duration(std::time::Duration::from_micros(self.sight.window.length().unsigned_abs()))
    }

    /// Words and phrases that stand out, for a word cloud.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn words(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which come first: `DISTINCTIVE` when nothing is said.")] order_by: Option<WordOrder>,
        #[graphql(desc = "What counts as a use: `MENTIONS` when nothing is said.")] weighting: Option<WordWeighting>,
        #[graphql(desc = "Whether words that stand together are shown as a phrase; they are when nothing is said.")]
        phrases: Option<bool>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<WordTrendConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(words(ctx, self.sight.clone(), WordArguments { order: order_by, weighting, phrases, page }).await)
    }

    /// Topics, the hottest first.
    async fn topics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<TopicTrendConnection>> {
        let page = PageArguments { first, after, last, before };
        let look = async {
            let request = given(page.request("topics"))?;
            let list = ctx.desk()?.app.trending_topics(&self.sight).await;
            let node = |rank: usize| TopicTrend::of(&list[rank], self.clone());
            Ok(TopicTrendConnection(Ranking::of(list.len().min(MOST), &request, "topics", node)))
        };
        shown(Box::pin(look).await)
    }

    /// Contents that stand out.
    async fn contents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which come first: `HOT` when nothing is said.")] order_by: Option<ContentTrendOrder>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<ContentTrendConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(contents(ctx, self.sight.clone(), order_by, page).await)
    }

    /// People around whose work others do something, most above what was to be expected first.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<PersonTrendConnection>> {
        let page = PageArguments { first, after, last, before };
        let look = async {
            let request = given(page.request("people"))?;
            let list = ctx.desk()?.app.trending_people(&self.sight).await;
            let node = |rank: usize| PersonTrend::of(&list[rank]);
            Ok(PersonTrendConnection(Ranking::of(list.len().min(MOST), &request, "people", node)))
        };
        shown(Box::pin(look).await)
    }
}
