//! Where a source leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use super::list;
use super::list::shown;
use crate::graphql::id::Key;
use crate::graphql::input::{ContentFilter, PersonFilter};
use crate::graphql::nodes::content::ContentConnection;
use crate::graphql::nodes::person::PersonConnection;
use crate::graphql::nodes::source::Source;
use crate::graphql::order::{ContentOrder, PersonOrder};
use crate::graphql::page::PageArguments;

#[ComplexObject]
impl Source {
    /// Opaque and unique among everything; it never changes.
    pub async fn id(&self) -> ID {
        self.key.global()
    }

    /// What was written in it.
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
        shown(list::contents(ctx, filter, order_by, page, |filter| filter.source = Some(self.key)).await)
    }

    /// Who has an account in it.
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
        shown(list::people(ctx, filter, order_by, page, |filter| filter.source = Some(self.key)).await)
    }
}
