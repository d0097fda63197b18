//! Where a change leads to. Own fields of a change never ask the database; these do, when they are selected.

use async_graphql::{ComplexObject, Context, Result};

use crate::graphql::edges::link;
use crate::graphql::nodes::change::{
    ContentChange, LeadershipChange, MergeChange, PersonChange, RatingChange, Relation, SourceChange, TopicChange,
};
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::endorsement::Endorsement;
use crate::graphql::nodes::lead::LeadershipContest;
use crate::graphql::nodes::leadership::Leadership;
use crate::graphql::nodes::merge::Merge;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::source::Source;
use crate::graphql::nodes::topic::Topic;

#[ComplexObject]
impl RatingChange {
    /// What was rated; null when the viewer may not see it any more.
    async fn content(&self, ctx: &Context<'_>) -> Option<Result<Content>> {
        link::content(ctx, self.fact.subject.content).await
    }

    /// Who rated; null when the viewer may not see it, or when several changes are told as one.
    async fn rater(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, if self.seen { self.fact.rater } else { return None }).await
    }

    /// What the source calls this act, such as `reviewed`; null when the viewer may not see it.
    async fn kind(&self) -> Option<&str> {
        self.fact.kind.as_deref().filter(|_| self.seen)
    }
}

#[ComplexObject]
impl ContentChange {
    /// The content as it is now; null when the viewer may not see it any more.
    async fn content(&self, ctx: &Context<'_>) -> Option<Result<Content>> {
        link::content(ctx, self.subject.content).await
    }
}

#[ComplexObject]
impl LeadershipChange {
    /// The objection after the change; null for anything else.
    async fn contest(&self) -> Option<LeadershipContest> {
        if let Relation::Contest(contest) = &self.relation { Some(contest.as_ref().into()) } else { None }
    }

    /// The leadership after the change; null for anything else.
    async fn leadership(&self) -> Option<Leadership> {
        if let Relation::Leadership(leadership) = &self.relation { Some(leadership.as_ref().into()) } else { None }
    }

    /// The endorsement after the change; null for anything else.
    async fn endorsement(&self) -> Option<Endorsement> {
        if let Relation::Endorsement(endorsement) = &self.relation { Some(endorsement.as_ref().into()) } else { None }
    }
}

#[ComplexObject]
impl PersonChange {
    /// The person after the change.
    async fn person(&self) -> Person {
        (&self.noun).into()
    }
}

#[ComplexObject]
impl TopicChange {
    /// The topic after the change.
    async fn topic(&self) -> Topic {
        (&self.noun).into()
    }
}

#[ComplexObject]
impl SourceChange {
    /// The source after the change.
    async fn source(&self) -> Source {
        (&self.noun).into()
    }
}

#[ComplexObject]
impl MergeChange {
    /// The merge after the change.
    async fn merge(&self) -> Merge {
        (&self.noun).into()
    }
}
