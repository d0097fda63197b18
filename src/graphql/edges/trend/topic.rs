//! A topic that heats up or cools down, with what drives it and who leads it.

use async_graphql::{Context, Object, Result};

use super::page::{WordArguments, contents, whole, words};
use crate::domain::id::TopicId;
use crate::domain::time::from_micros;
use crate::domain::trend::question::{Part, Sight};
use crate::domain::trend::trending::Trending;
use crate::graphql::context::Desk;
use crate::graphql::edges::list;
use crate::graphql::edges::list::{shown, topics_of};
use crate::graphql::nodes::leadership::LeadershipConnection;
use crate::graphql::nodes::topic::Topic;
use crate::graphql::nodes::trend::{
    ContentTrendConnection, ContentTrendOrder, Explanation, TopicTrend, TrendDirection, WordOrder, WordTrendConnection,
    WordWeighting,
};
use crate::graphql::page::PageArguments;

impl TopicTrend {
    fn trend(&self) -> &Trending<TopicId> {
        &self.list[self.rank]
    }

    /// The same window onto this topic and everything below it.
    fn within(&self, ctx: &Context<'_>) -> Result<Sight> {
        let topics = ctx.desk()?.app.topics_below(self.trend().id);
        Ok(Sight { window: self.sight.window, part: Part::Topics(topics) })
    }
}

/// A topic on which something happens, or was to be expected.
#[Object]
impl TopicTrend {
    /// The topic.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.trend().id).map(|topic| Topic::from(topic.as_ref())))
    }
    /// How hot it is: above 0 when more happens than was to be expected, the more so the more people take part; below 0 when less.
    async fn heat(&self) -> f64 {
        self.trend().activity.heat().score()
    }
    /// Which way it goes.
    async fn direction(&self) -> TrendDirection {
        self.trend().activity.direction().into()
    }
    /// What happened: days on which somebody wrote, answered or rated on it, counted for each person.
    async fn activity(&self) -> i64 {
        whole(self.trend().activity.acts)
    }
    /// As much activity as was to be expected at these hours of these days.
    async fn expected(&self) -> f64 {
        self.trend().activity.expected
    }
    /// Different people who wrote, answered or rated on it.
    async fn people_count(&self) -> i64 {
        whole(self.trend().activity.people)
    }
    /// Contents on it that were published in the window.
    async fn content_count(&self) -> i64 {
        self.trend().contents.into()
    }
    /// Ratings in the window of contents on it.
    async fn rating_count(&self) -> i64 {
        self.trend().ratings.into()
    }
    /// Acts on it in each of 24 equal parts of the window, the earliest first.
    async fn sparkline(&self) -> &[u32] {
        &self.trend().line
    }
    /// Why it is as hot as it is.
    async fn explanation(&self) -> Explanation {
        (&self.trend().activity.heat()).into()
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

    /// Who led it at that moment, as they or the organisation say. Empty for a topic without a leader.
    async fn leaders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<LeadershipConnection>> {
        let page = PageArguments { first, after, last, before };
        let at = from_micros(self.sight.window.to);
        shown(
            list::leaderships(ctx, None, None, page, |filter| {
                filter.topics = topics_of(ctx, self.trend().id, false);
                filter.valid_at = Some(at);
            })
            .await,
        )
    }
}
