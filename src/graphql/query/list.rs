//! Lists of everything.

use async_graphql::{Context, Object, Result};

use crate::graphql::context::Desk;
use crate::graphql::edges::list;
use crate::graphql::edges::list::shown;
use crate::graphql::input::{ContentFilter, EndorsementFilter, LeadershipFilter, PersonFilter, TopicFilter};
use crate::graphql::nodes::content::ContentConnection;
use crate::graphql::nodes::endorsement::EndorsementConnection;
use crate::graphql::nodes::leadership::LeadershipConnection;
use crate::graphql::nodes::person::PersonConnection;
use crate::graphql::nodes::source::Source;
use crate::graphql::nodes::topic::TopicConnection;
use crate::graphql::order::{ContentOrder, LeadershipOrder, PersonOrder, TopicOrder};
use crate::graphql::page::PageArguments;

/// Lists of everything.
#[derive(Debug, Default)]
pub struct ListQuery;

#[Object]
impl ListQuery {
    /// People of the organisation; those who were merged into others are left out.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<PersonFilter>,
        #[graphql(desc = "How they are sorted: by handle when nothing is said.")] order_by: Option<PersonOrder>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<PersonConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(list::people(ctx, filter, order_by, page, |_| {}).await)
    }

    /// Topics; other words for topics are left out unless the filter says otherwise.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn topics(
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
        shown(list::topics(ctx, filter, order_by, page, |_| {}).await)
    }

    /// What people wrote; what was withdrawn or hidden is left out.
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
        shown(list::contents(ctx, filter, order_by, page, |_| {}).await)
    }

    /// Who leads what, as they or the organisation say.
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
        shown(list::leaderships(ctx, filter, order_by, page, |_| {}).await)
    }

    /// Who endorses whom on what.
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
        shown(list::endorsements(ctx, filter, order_by, page, |_| {}).await)
    }

    /// Every source, by slug; there are few.
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<Source>> {
        Ok(ctx.desk()?.app.sources().iter().map(|source| Source::from(source.as_ref())).collect())
    }
}
