//! Who follows whom.

use async_graphql::{Context, Object, Result};

use crate::graphql::context::Desk;
use crate::graphql::edges::link;
use crate::graphql::nodes::lead::{Followership, TopicFollowership};
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::topic::Topic;
use crate::graphql::scalar::DateTime;

/// How many topics are told of.
const TOPICS: usize = 100;

/// A person who follows somebody, or whom somebody follows: answers them, approves of them by name, stands up for them.
#[Object]
impl Followership {
    /// The other one.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.0.person).await
    }
    /// How closely: public acts, half of them forgotten each 18 months.
    async fn weight(&self) -> f64 {
        self.0.weight
    }
    /// When they did so last.
    async fn last_at(&self) -> DateTime {
        DateTime(self.0.last)
    }
    /// On which topics, the strongest first; 100 at most.
    async fn topics(&self) -> Vec<TopicFollowership> {
        self.0.topics.iter().take(TOPICS).map(|topic| TopicFollowership(*topic)).collect()
    }
}

/// What is followed on one topic.
#[Object]
impl TopicFollowership {
    /// The topic; null for what is on none.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        let app = &ctx.desk()?.app;
        Ok(self.0.topic.and_then(|topic| app.topic_by_id(topic)).map(|topic| Topic::from(topic.as_ref())))
    }
    /// How closely: public acts, half of them forgotten each 18 months.
    async fn weight(&self) -> f64 {
        self.0.weight
    }
    /// Approvals by name.
    async fn approved(&self) -> i64 {
        self.0.approved.into()
    }
    /// Answers.
    async fn answered(&self) -> i64 {
        self.0.answered.into()
    }
    /// Endorsements that hold.
    async fn endorsed(&self) -> i64 {
        self.0.endorsed.into()
    }
    /// When it was last.
    async fn last_at(&self) -> DateTime {
        DateTime(self.0.last)
    }
}
