//! The map of leadership.

use async_graphql::{Context, ID, Object, Result};

use crate::graphql::context::Desk;
use crate::graphql::edges::link;
use crate::graphql::id::Key;
use crate::graphql::nodes::lead::{LeadershipMap, LeadershipStanding, MapFollowing, MapLeading, MapPerson, MapTopic};
use crate::graphql::nodes::person::Person;
use crate::graphql::nodes::topic::Topic;
use crate::graphql::page::PageInfo;
use crate::graphql::scalar::DateTime;

/// A part of the map of leadership, ready to be laid out: people and topics are nodes, and edges name them by id.
#[Object]
impl LeadershipMap {
    /// The moment of which it is true. Ask for the next part with the same `asOf`.
    async fn as_of(&self) -> DateTime {
        DateTime(self.map.at)
    }
    /// People who lead a topic of this part, who lead most first.
    async fn people(&self) -> Vec<MapPerson> {
        self.map.people.iter().copied().map(MapPerson).collect()
    }
    /// The topics of this part, the hottest first.
    async fn topics(&self) -> Vec<MapTopic> {
        self.map.topics.iter().copied().map(MapTopic).collect()
    }
    /// Who leads which topic, by topic, strongest first.
    async fn leading(&self) -> Vec<MapLeading> {
        self.map.leading.iter().copied().map(MapLeading).collect()
    }
    /// Who of these people follows whom of them, the closest first: 1,000 edges at most, among the first 200 people.
    async fn following(&self) -> Vec<MapFollowing> {
        self.map.following.iter().cloned().map(MapFollowing).collect()
    }
    /// Where this part lies among the topics.
    async fn page_info(&self) -> PageInfo {
        self.page.clone()
    }
    /// How many topics the whole map has.
    async fn total_count(&self) -> i64 {
        i64::try_from(self.map.all_topics).unwrap_or(i64::MAX)
    }
}

/// A person on the map.
#[Object]
impl MapPerson {
    /// The id of the person, by which edges name this node.
    async fn id(&self) -> ID {
        self.0.person.global()
    }
    /// Who it is.
    async fn person(&self, ctx: &Context<'_>) -> Option<Result<Person>> {
        link::person(ctx, self.0.person).await
    }
    /// How much they lead: the sum of their scores on this part of the map.
    async fn weight(&self) -> f64 {
        self.0.weight
    }
    /// How many of these topics they lead.
    async fn topic_count(&self) -> i64 {
        i64::try_from(self.0.topics).unwrap_or(i64::MAX)
    }
}

/// A topic on the map.
#[Object]
impl MapTopic {
    /// The id of the topic, by which edges name this node.
    async fn id(&self) -> ID {
        self.0.topic.global()
    }
    /// Which it is.
    async fn topic(&self, ctx: &Context<'_>) -> Result<Option<Topic>> {
        Ok(ctx.desk()?.app.topic_by_id(self.0.topic).map(|topic| Topic::from(topic.as_ref())))
    }
    /// The id of the topic it belongs to, null for a root.
    async fn parent_id(&self, ctx: &Context<'_>) -> Result<Option<ID>> {
        let topic = ctx.desk()?.app.topic_by_id(self.0.topic);
        Ok(topic.and_then(|topic| topic.parent).map(Key::global))
    }
    /// How hot it is in these four weeks; 0 for what is as usual or below.
    async fn heat(&self) -> f64 {
        self.0.heat
    }
    /// People who have something to show on it.
    async fn people_count(&self) -> i64 {
        i64::try_from(self.0.people).unwrap_or(i64::MAX)
    }
    /// How many of the strongest people could leave before half of all strength were gone; 0 where nobody has any.
    async fn bus_factor(&self) -> i64 {
        i64::try_from(self.0.bus_factor).unwrap_or(i64::MAX)
    }
}

/// An edge of the map: a person leads a topic.
#[Object]
impl MapLeading {
    /// The person's node.
    async fn person_id(&self) -> ID {
        self.0.person.global()
    }
    /// The topic's node.
    async fn topic_id(&self) -> ID {
        self.0.topic.global()
    }
    /// The score, 0 to 1: the weight of the edge. 0 for who is only said to lead.
    async fn score(&self) -> f64 {
        self.0.score
    }
    /// What of the strength of all people on the topic is theirs, 0 to 1.
    async fn share(&self) -> f64 {
        self.0.share
    }
    /// Where they stand; null for who takes part without leading.
    async fn standing(&self) -> Option<LeadershipStanding> {
        self.0.standing.map(Into::into)
    }
    /// Whether they or the organisation say so.
    async fn is_declared(&self) -> bool {
        self.0.is_declared
    }
    /// Whether a peer says so.
    async fn is_endorsed(&self) -> bool {
        self.0.is_endorsed
    }
}

/// An edge of the map: a person follows another.
#[Object]
impl MapFollowing {
    /// The node of who follows.
    async fn from_id(&self) -> ID {
        self.0.from.global()
    }
    /// The node of who is followed.
    async fn to_id(&self) -> ID {
        self.0.to.global()
    }
    /// How closely: public acts, half of them forgotten each 18 months.
    async fn weight(&self) -> f64 {
        self.0.weight
    }
    /// On which topics: their ids, 20 at most.
    async fn topic_ids(&self) -> Vec<ID> {
        self.0.topics.iter().take(20).map(|topic| topic.global()).collect()
    }
}
