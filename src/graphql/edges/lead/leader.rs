//! A leader, with the evidence.

use async_graphql::{Context, Object, Result};

use super::page;
use crate::domain::lead::endorsed;
use crate::domain::lead::leading::Leading;
use crate::domain::lead::told::{Said, why};
use crate::graphql::context::{Desk, given};
use crate::graphql::edges::link;
use crate::graphql::edges::list::shown;
use crate::graphql::nodes::endorsement::Endorsement;
use crate::graphql::nodes::lead::{
    EvidenceContentConnection, LeadershipContest, LeadershipEvidence, LeadershipExplanation, LeadershipStanding,
    TopicLeader,
};
use crate::graphql::nodes::leadership::Leadership;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::topic::Topic;
use crate::graphql::nodes::trend::Explanation;
use crate::graphql::page::PageArguments;
use crate::graphql::scalar::DateTime;

/// Somebody who leads a topic, or is said to. Three kinds of evidence stand side by side: what is declared, what peers endorse,
/// and what the facts show. The score is that of the facts alone.
#[Object]
impl TopicLeader {
    /// Who leads.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.0.person).await
    }
    /// What they lead.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.0.topic).map(|topic| Topic::from(topic.as_ref())))
    }
    /// Their place among all who lead the topic, from 1.
    async fn rank(&self) -> i64 {
        i64::try_from(self.0.rank).unwrap_or(i64::MAX)
    }
    /// How strongly the facts show that they lead, from 0 to 1. The same strength has the same score on every topic: 0.5 is own
    /// work that others acknowledged in about two months of three, over years. Neither declaring nor endorsing moves it, and of
    /// ratings only those count that others gave.
    async fn score(&self) -> f64 {
        self.0.score()
    }
    /// What of the strength of all people on the topic is theirs, 0 to 1: how much would be lost with them.
    async fn share(&self) -> f64 {
        self.0.leading().map_or(0.0, |leading| leading.share)
    }
    /// Where they stand, by everything they have shown up to the moment, whatever the window is; null for who takes part without
    /// leading.
    async fn standing(&self) -> Option<LeadershipStanding> {
        self.0.standing.map(Into::into)
    }
    /// Since when there has been evidence without a break of more than a year, whatever the window is; null for who has nothing to
    /// show.
    async fn since(&self) -> Option<DateTime> {
        self.0.since.map(DateTime)
    }
    /// When there was evidence last, whatever the window is; null for who has nothing to show.
    async fn last_evidence_at(&self) -> Option<DateTime> {
        self.0.last.map(DateTime)
    }
    /// The evidence at the end of each of the last twelve months, the earliest first; empty for who has nothing to show.
    async fn sparkline(&self) -> &[f64] {
        self.0.leading().map_or(&[], |leading| leading.line.as_slice())
    }
    /// What they or the organisation said, as far as it holds.
    async fn declared(&self) -> Vec<Leadership> {
        self.0.declared.iter().map(Into::into).collect()
    }
    /// What peers said, as far as it holds: 100 endorsements at most.
    async fn endorsements(&self) -> Vec<Endorsement> {
        self.0.endorsements.iter().take(100).map(Into::into).collect()
    }
    /// How strongly peers endorse them, from 0 to 1. Three independent peers make 0.6. Who is endorsed back counts half, and peers
    /// who endorse each other count as few.
    async fn endorsed(&self) -> f64 {
        self.0.endorsed.score()
    }
    /// What the endorsements come to: the weight of the endorsers, and what bounds it.
    async fn endorsed_explanation(&self) -> Explanation {
        (&self.0.endorsed).into()
    }
    /// What they object to in what is shown of them here; null while they do not.
    async fn contest(&self) -> Option<LeadershipContest> {
        self.0.contest.as_ref().map(Into::into)
    }
    /// What the facts show, and the contents behind it; null for who has nothing to show.
    async fn evidence(&self) -> Option<LeadershipEvidence> {
        self.0.leading().is_some().then(|| LeadershipEvidence(self.0.clone()))
    }
    /// Why they are shown so.
    async fn explanation(&self, ctx: &Context<'_>) -> Result<LeadershipExplanation> {
        let desk = ctx.desk()?;
        let person = given(desk.loaders.person(desk, self.0.person).await)?;
        let name = person.as_ref().map_or("Somebody", |person| &person.name);
        let topic = desk.app.topic_by_id(self.0.topic);
        let topic = topic.as_ref().map_or("this topic", |topic| &topic.name);
        let leading = self.0.leading();
        let endorsers = endorsed::different(self.0.endorsements.iter().map(|word| word.endorser.0));
        let said = Said { declared: self.0.declared.len(), endorsers: endorsers.len() };
        Ok(LeadershipExplanation {
            text: why(name, topic, leading, said),
            strength: leading.map(|leading| (&leading.strength).into()),
            evidence: leading.map(|leading| (&leading.evidence).into()),
        })
    }
}

impl LeadershipEvidence {
    fn leading(&self) -> Option<&Leading> {
        self.0.leading()
    }
}

/// What the facts show of somebody on a topic, and the contents behind it.
#[Object]
impl LeadershipEvidence {
    /// Contents of theirs that others acknowledged: ratings are for them on the whole, or another person answered.
    async fn own_count(&self) -> i64 {
        count(self.leading().map_or(0, |leading| leading.own.len()))
    }
    /// Contents of others that they judged by name.
    async fn judged_count(&self) -> i64 {
        count(self.leading().map_or(0, |leading| leading.judged.len()))
    }
    /// Different months with evidence.
    async fn months(&self) -> i64 {
        self.leading().map_or(0, |leading| leading.months.into())
    }
    /// What of their own work counts: 1, or 0.5 or 0.25 where always the same few of many people acknowledge it.
    async fn breadth(&self) -> f64 {
        self.leading().map_or(1.0, |leading| leading.breadth)
    }
    /// The months that the score is made of.
    async fn explanation(&self) -> Option<Explanation> {
        self.leading().map(|leading| (&leading.evidence).into())
    }
    /// Their own contents that count, the latest first.
    async fn own_contents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<EvidenceContentConnection>> {
        let ids = self.leading().map(|leading| leading.own.as_slice()).unwrap_or_default();
        shown(Box::pin(page::contents(ctx, ids, PageArguments { first, after, last, before })).await)
    }
    /// The contents of others that they judged by name, the latest judgement first.
    async fn judged_contents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<EvidenceContentConnection>> {
        let ids = self.leading().map(|leading| leading.judged.as_slice()).unwrap_or_default();
        shown(Box::pin(page::contents(ctx, ids, PageArguments { first, after, last, before })).await)
    }
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
