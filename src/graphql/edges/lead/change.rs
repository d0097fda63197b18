//! Succession, and what changed.

use async_graphql::{ComplexObject, Context, Object, Result};

use crate::graphql::context::Desk;
use crate::graphql::edges::link;
use crate::graphql::nodes::lead::{ChapterLeader, LeadershipChapter, LeadershipShift, LeadershipShiftKind};
use crate::graphql::nodes::list::LeadersChange;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::topic::Topic;
use crate::graphql::scalar::DateTime;

/// Who led a topic in a quarter.
#[Object]
impl LeadershipChapter {
    /// The end of the quarter.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }
    /// The three people with the most evidence at its end; fewer where there are fewer.
    async fn leaders(&self) -> Vec<ChapterLeader> {
        let leader = |(person, evidence): &(_, f64)| ChapterLeader { person: *person, evidence: *evidence };
        self.0.leaders.iter().map(leader).collect()
    }
}

/// Somebody who led in a quarter.
#[Object]
impl ChapterLeader {
    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.person).await
    }
    /// The evidence at the end of the quarter: months of own work and of judging, older ones forgotten.
    async fn evidence(&self) -> f64 {
        self.evidence
    }
}

/// What changed about who leads a topic.
#[Object]
impl LeadershipShift {
    /// What.
    async fn kind(&self) -> LeadershipShiftKind {
        self.0.turn.into()
    }
    /// Who leads, led, or is said to.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.0.person).await
    }
    /// Which topic.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.0.topic).map(|topic| Topic::from(topic.as_ref())))
    }
    /// When; for what the facts show the end of the span that was asked about.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }
}

#[ComplexObject]
impl LeadersChange {
    /// What they lead.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.topic_key).map(|topic| Topic::from(topic.as_ref())))
    }
}
