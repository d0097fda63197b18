//! Where a person leads to.

use async_graphql::{ComplexObject, Context, ID, Result};

use super::list::shown;
use super::{lead, list};
use crate::domain::lead::following::Way;
use crate::graphql::context::{Desk, found};
use crate::graphql::id::Key;
use crate::graphql::input::{ContentFilter, EndorsementFilter, LeadershipFilter, TopicRef};
use crate::graphql::nodes::content::ContentConnection;
use crate::graphql::nodes::endorsement::EndorsementConnection;
use crate::graphql::nodes::lead::{FollowershipConnection, TopicLeaderConnection};
use crate::graphql::nodes::leadership::LeadershipConnection;
use crate::graphql::nodes::person::{Account, Person};
use crate::graphql::nodes::source::Source;
use crate::graphql::order::{ContentOrder, LeadershipOrder};
use crate::graphql::page::PageArguments;
use crate::graphql::scalar::{DateTime, Duration};

#[ComplexObject]
impl Person {
    /// Opaque and unique among everything; it never changes.
    pub async fn id(&self) -> ID {
        self.key.global()
    }

    /// Who they are in each source.
    async fn accounts(&self, ctx: &Context<'_>) -> Option<Result<Vec<Account>>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let accounts = desk.loaders.accounts(desk, self.key).await;
        found(accounts.map(|accounts| Some(accounts.iter().map(Into::into).collect())))
    }

    /// What they wrote, alone or with others.
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
        shown(list::contents(ctx, filter, order_by, page, |filter| filter.author = Some(self.key)).await)
    }

    /// What they lead, as they or the organisation say.
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
        shown(list::leaderships(ctx, filter, order_by, page, |filter| filter.person = Some(self.key)).await)
    }

    /// What peers say that they lead.
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
        shown(list::endorsements(ctx, filter, order_by, page, |filter| filter.person = Some(self.key)).await)
    }

    /// Whom they endorse.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn endorsements_given(
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
        shown(list::endorsements(ctx, filter, order_by, page, |filter| filter.endorser = Some(self.key)).await)
    }

    /// What they lead, strongest first: as the facts show it, and what they are only said to lead.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn leads(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The moment that is asked about: what was known and true then. Now when nothing is said; who has left leads nothing now."
        )]
        as_of: Option<DateTime>,
        #[graphql(
            desc = "Scores and contents are made only of the evidence of so long before that moment, from `P1D` to `P3660D`; of all when nothing is said. Then, and with subtopics, of the 100 topics on which they have most to show of all time."
        )]
        window: Option<Duration>,
        #[graphql(desc = "Whether evidence on the topics below each counts, too; it does not when nothing is said.")]
        with_subtopics: Option<bool>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<TopicLeaderConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(lead::page::leads(ctx, self.key, lead::page::view(as_of, window, with_subtopics, None), page).await)
    }

    /// The people who lead this person: whose work they answer, approve of by name or stand up for, and on which topics.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn leads_me(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to which moment; now when nothing is said.")] as_of: Option<DateTime>,
        #[graphql(desc = "On this topic only.")] topic: Option<TopicRef>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<FollowershipConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(lead::page::following(ctx, self.key, Way::Out, topic, as_of, page).await)
    }

    /// The people whom this person leads: who answer their work, approve of it by name or stand up for them, and on which topics.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn led_by_me(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to which moment; now when nothing is said.")] as_of: Option<DateTime>,
        #[graphql(desc = "On this topic only.")] topic: Option<TopicRef>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<FollowershipConnection>> {
        let page = PageArguments { first, after, last, before };
        shown(lead::page::following(ctx, self.key, Way::In, topic, as_of, page).await)
    }
}

#[ComplexObject]
impl Account {
    /// The source in which the person has this account.
    async fn source(&self, ctx: &Context<'_>) -> Result<Option<Source>> {
        Ok(ctx.desk()?.app.source_by_id(self.source_key).map(|source| Source::from(source.as_ref())))
    }
}
