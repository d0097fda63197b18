//! Where a topic leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use super::list::{shown, topics_of};
use super::{lead, list};
use crate::app::error::Error;
use crate::app::lead::change::CHAPTERS;
use crate::graphql::context::{Desk, given};
use crate::graphql::id::Key;
use crate::graphql::input::{ContentFilter, EndorsementFilter, LeadershipFilter, TopicFilter};
use crate::graphql::nodes::content::ContentConnection;
use crate::graphql::nodes::endorsement::EndorsementConnection;
use crate::graphql::nodes::lead::{LeadershipAspect, LeadershipChapter, TopicLeaderConnection};
use crate::graphql::nodes::leadership::LeadershipConnection;
use crate::graphql::nodes::topic::{Topic, TopicConnection};
use crate::graphql::order::{ContentOrder, LeadershipOrder, TopicOrder};
use crate::graphql::page::PageArguments;
use crate::graphql::scalar::{DateTime, Duration};

#[ComplexObject]
impl Topic {
    /// Opaque and unique among everything; it never changes.
    pub async fn id(&self) -> ID {
        self.key.global()
    }

    /// The topic that this one belongs to.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let app = &ctx.desk()?.app;
        Ok(self.parent_key.and_then(|id| app.topic_by_id(id)).map(|topic| Self::from(topic.as_ref())))
    }

    /// From the root of its tree down to its parent.
    async fn ancestors(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        Ok(ctx.desk()?.app.ancestors(self.key).iter().map(|topic| Self::from(topic.as_ref())).collect())
    }

    /// The topic that this one is only another word for; null for a topic of its own.
    async fn synonym_of(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let app = &ctx.desk()?.app;
        Ok(self.main_key.and_then(|id| app.topic_by_id(id)).map(|topic| Self::from(topic.as_ref())))
    }

    /// The topics directly below it.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<TopicFilter>,
        #[graphql(desc = "How they are sorted: by slug when nothing is said.")] order_by: Option<TopicOrder>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<TopicConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(list::topics(ctx, filter, order_by, page, |filter| filter.parent = Some(self.key)).await)
    }

    /// Other words for it.
    async fn synonyms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How they are sorted: by slug when nothing is said.")] order_by: Option<TopicOrder>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<TopicConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(list::topics(ctx, None, order_by, page, |filter| filter.main = Some(self.key)).await)
    }

    /// What was written on it; with `includeSubtopics` in the filter also on the topics below it.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn contents(
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
        let subtopics = filter.as_ref().is_some_and(|filter| filter.include_subtopics);
        shown(
            list::contents(ctx, filter, order_by, page, |filter| filter.topics = topics_of(ctx, self.key, subtopics))
                .await,
        )
    }

    /// Who leads it, as they or the organisation say.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn leaderships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<LeadershipFilter>,
        #[graphql(desc = "How they are sorted: the latest first when nothing is said.")] order_by: Option<
            LeadershipOrder,
        >,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<LeadershipConnection>> {
        let page = PageArguments { first, after, last, before };
        let subtopics = filter.as_ref().is_some_and(|filter| filter.include_subtopics);
        shown(
            list::leaderships(ctx, filter, order_by, page, |filter| {
                filter.topics = topics_of(ctx, self.key, subtopics);
            })
            .await,
        )
    }

    /// Whom peers endorse on it.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn endorsements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<EndorsementFilter>,
        #[graphql(desc = "How they are sorted: the latest first when nothing is said.")] order_by: Option<
            LeadershipOrder,
        >,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<EndorsementConnection>> {
        let page = PageArguments { first, after, last, before };
        let subtopics = filter.as_ref().is_some_and(|filter| filter.include_subtopics);
        shown(
            list::endorsements(ctx, filter, order_by, page, |filter| {
                filter.topics = topics_of(ctx, self.key, subtopics);
            })
            .await,
        )
    }

    /// Who leads it: what is declared, what peers endorse and what the facts show, side by side; strongest first.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn leaders(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The moment that is asked about: what was known and true then. Now when nothing is said, and then without people who have left."
        )]
        as_of: Option<DateTime>,
        #[graphql(
            desc = "Scores and contents are made only of the evidence of so long before that moment, from `P1D` to `P3660D`; of all when nothing is said. Where people stand, and since when, is judged by everything in any case."
        )]
        window: Option<Duration>,
        #[graphql(desc = "Whether evidence on the topics below it counts, too; it does not when nothing is said.")]
        with_subtopics: Option<bool>,
        #[graphql(desc = "What is asked: `LEADING` when nothing is said.")] aspect: Option<LeadershipAspect>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<TopicLeaderConnection>> {
        let page = PageArguments { first, after, last, before };
        let topic = self.main_key.unwrap_or(self.key);
        shown(lead::page::leaders(ctx, topic, lead::page::view(as_of, window, with_subtopics, aspect), page).await)
    }

    /// Who led it in each of the last quarters, the earliest first.
    async fn leadership_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to which moment; now when nothing is said.")] as_of: Option<DateTime>,
        #[graphql(desc = "How many quarters, 1 to 40; 8 when nothing is said.")] quarters: Option<i32>,
    ) -> Result<Vec<LeadershipChapter>> {
        let desk = ctx.desk()?;
        let count = usize::try_from(quarters.unwrap_or(8)).ok().filter(|count| (1..=CHAPTERS).contains(count));
        let count = count.ok_or_else(|| Error::BadRequest(format!("quarters: it must lie between 1 and {CHAPTERS}")));
        let view = lead::page::view(as_of, None, None, None);
        let topic = self.main_key.unwrap_or(self.key);
        let chapters = given(desk.app.leadership_history(topic, given(count)?, &view, desk.head.seq).await)?;
        Ok(chapters.into_iter().map(LeadershipChapter).collect())
    }
}
