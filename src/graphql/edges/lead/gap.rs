//! Gaps of leadership.

use async_graphql::{Context, Object, Result};

use crate::domain::lead::gap::GapKind;
use crate::graphql::context::{Desk, found, given};
use crate::graphql::edges::link;
use crate::graphql::nodes::lead::{LeadershipGap, LeadershipGapKind, LeadershipSuggestion};
use crate::graphql::nodes::leadership::Leadership;
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::topic::Topic;

/// Where what is said of leadership and what the facts show do not meet, with what could be done.
#[Object]
impl LeadershipGap {
    /// What is missing.
    async fn kind(&self) -> LeadershipGapKind {
        self.0.kind.into()
    }
    /// How much it matters among gaps of its kind; see there by what it is weighed.
    async fn weight(&self) -> f64 {
        self.0.weight
    }
    /// The topic; null where it is about a person alone.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        let app = &ctx.desk()?.app;
        Ok(self.0.topic.and_then(|topic| app.topic_by_id(topic)).map(|topic| Topic::from(topic.as_ref())))
    }
    /// Whom it is about; for a topic without a leader who comes closest. Null where there is nobody.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.0.person?).await
    }
    /// The declaration or appointment it is about, where it is about one.
    async fn leadership(&self, ctx: &Context<'_>) -> Option<Result<Leadership>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let leadership = desk.app.leadership(self.0.leadership?).await;
        found(leadership.map(|leadership| leadership.map(|leadership| (&leadership).into())))
    }
    /// An act that would close it, with `person`, `topic` and `leadership` as its arguments; null where none is at hand.
    async fn suggestion(&self) -> Option<LeadershipSuggestion> {
        self.0.suggestion.map(Into::into)
    }
    /// Why, in words.
    async fn reason(&self, ctx: &Context<'_>) -> Result<String> {
        let desk = ctx.desk()?;
        let person = match self.0.person {
            Some(person) => given(desk.loaders.person(desk, person).await)?,
            None => None,
        };
        let person = person.as_ref().map_or("Somebody", |person| &person.name);
        let topic = self.0.topic.and_then(|topic| desk.app.topic_by_id(topic));
        let topic = topic.as_ref().map_or("this topic", |topic| &topic.name);
        let weight = self.0.weight;
        Ok(match self.0.kind {
            GapKind::NoLeader if self.0.person.is_some() => {
                format!("People are active on {topic} (heat {weight:.1}), and nobody leads it; {person} comes closest.")
            }
            GapKind::NoLeader => format!("People are active on {topic} (heat {weight:.1}), and nobody leads it."),
            GapKind::InNameOnly => {
                format!("{person} is said to lead {topic} and has shown nothing on it for {weight:.1} years.")
            }
            GapKind::Unrecognised => {
                format!("{person} leads {topic} with a score of {weight:.2}, and nobody has said so.")
            }
            GapKind::BusFactor => {
                format!("{topic} hangs on {person}: {:.0} % of what people do for it would be lost.", weight * 100.0)
            }
            GapKind::Contested => format!("{person} objects to what is shown of them on {topic}."),
            GapKind::Overloaded => format!("{person} leads {weight:.0} topics."),
        })
    }
}
