//! What drives a topic that heats up or cools down, and who leads it.

use async_graphql::{ComplexObject, Context, Result};

use super::page::{WordArguments, contents, words};
use crate::domain::time::from_micros;
use crate::domain::trend::question::{Part, Sight};
use crate::graphql::context::Desk;
use crate::graphql::edges::list::{shown, topics_of};
use crate::graphql::edges::{lead, list};
use crate::graphql::nodes::lead::TopicLeaderConnection;
use crate::graphql::nodes::leadership::LeadershipConnection;
use crate::graphql::nodes::topic::Topic;
use crate::graphql::nodes::trend::{
    ContentTrendConnection, ContentTrendOrder, WordOrder, WordTrendConnection, WordWeighting,
};
use crate::graphql::nodes::trending::TopicTrend;
use crate::graphql::page::PageArguments;

impl TopicTrend {
    /// The same window onto this topic and everything below it.
    fn within(&self, ctx: &Context<'_>) -> Result<Sight> {
        let topics = ctx.desk()?.app.topics_below(self.key);
        Ok(Sight { window: self.trends.sight.window, part: Part::Topics(topics) })
    }
}

#[ComplexObject]
impl TopicTrend {
    /// The topic.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.key).map(|topic| Topic::from(topic.as_ref())))
    }

    /// The words that drive it, against its own past; of what is below it, too.
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
        let sight = match self.within(ctx) {
            Ok(sight) => sight,
            Err(error) => return Some(Err(error)),
        };
        shown(words(ctx, sight, WordArguments { order: order_by, weighting, phrases, page }).await)
    }

    /// The contents that drive it; of what is below it, too.
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
        let sight = match self.within(ctx) {
            Ok(sight) => sight,
            Err(error) => return Some(Err(error)),
        };
        shown(contents(ctx, sight, order_by, page).await)
    }

    /// Who led it at the end of the window, as they or the organisation say; see `leading` for what the facts show. Without people who
    /// have left, unless a past moment is asked about.
    async fn leaders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<LeadershipConnection>> {
        let page = PageArguments { first, after, last, before };
        let at = from_micros(self.trends.sight.window.to);
        shown(
            list::leaderships(ctx, None, None, page, |filter| {
                filter.topics = topics_of(ctx, self.key, false);
                filter.valid_at = Some(at);
                filter.here = !self.trends.is_past;
            })
            .await,
        )
    }

    /// Who led it at the end of the window, as the facts show it: those whose standing is `LEADS`, strongest first. A topic on which this
    /// and `leaders` are both empty has no leader. Without people who have left, unless a past moment is asked about.
    async fn leading(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<TopicLeaderConnection>> {
        let page = PageArguments { first, after, last, before };
        let at = from_micros(self.trends.sight.window.to);
        shown(lead::page::leading(ctx, self.key, (at, self.trends.is_past), page).await)
    }
}
