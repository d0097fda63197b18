//! Who follows whom, and on what: answers, named approvals and endorsements, never a private rating.

use std::collections::HashMap;

use super::View;
use crate::app::error::Error;
use crate::app::house::App;
use crate::domain::id::{PersonId, TopicId};
use crate::domain::lead::following::{Following, Way};
use crate::domain::time::{Time, from_micros};

/// One person whom another follows, on all topics on which they do, the strongest first.
#[derive(Clone, Debug)]
pub struct Follow {
    pub person: PersonId,
    pub weight: f64,
    pub topics: Vec<Following>,
    pub last: Time,
}

impl App {
    /// Whom somebody follows, or who follows them, the closest first; on one topic or on all.
    ///
    /// # Errors
    /// `IN_FUTURE`, or when the database fails.
    pub async fn following(
        &self,
        person: PersonId,
        way: Way,
        topic: Option<TopicId>,
        view: &View,
        head: i64,
    ) -> Result<Vec<Follow>, Error> {
        let at = self.span(view, head).await?.to;
        let mut edges = self.leading.follow(vec![person], way, at).await;
        self.add_endorsements(&mut edges, at, |from, to| match way {
            Way::Out => from == person,
            Way::In => to == person,
        })
        .await?;
        let mut follows: HashMap<PersonId, Follow> = HashMap::new();
        for edge in edges.into_iter().filter(|edge| topic.is_none() || edge.topic == topic) {
            let other = if way == Way::Out { edge.to } else { edge.from };
            let new = || Follow { person: other, weight: 0.0, topics: Vec::new(), last: edge.last };
            let follow = follows.entry(other).or_insert_with(new);
            follow.weight += edge.weight;
            follow.last = follow.last.max(edge.last);
            follow.topics.push(edge);
        }
        let mut follows: Vec<Follow> = follows.into_values().filter(|follow| self.is_here(follow.person)).collect();
        for follow in &mut follows {
            follow.topics.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.topic.cmp(&b.topic)));
        }
        follows.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.person.cmp(&b.person)));
        follows.truncate(super::MOST);
        Ok(follows)
    }

    /// Adds endorsements that hold, each worth one act.
    pub(super) async fn add_endorsements(
        &self,
        edges: &mut Vec<Following>,
        at: i64,
        is_wanted: impl Fn(PersonId, PersonId) -> bool,
    ) -> Result<(), Error> {
        let said = self.relations.said().await?;
        let mut places: HashMap<(PersonId, PersonId, Option<TopicId>), usize> =
            edges.iter().enumerate().map(|(place, edge)| ((edge.from, edge.to, edge.topic), place)).collect();
        let words = said.endorsements().iter().filter(|word| word.is_valid_at(from_micros(at)));
        for word in words.filter(|word| is_wanted(word.endorser, word.person)) {
            let place = *places.entry((word.endorser, word.person, Some(word.topic))).or_insert_with(|| {
                edges.push(Following {
                    from: word.endorser,
                    to: word.person,
                    topic: Some(word.topic),
                    approved: 0,
                    answered: 0,
                    endorsed: 0,
                    weight: 0.0,
                    last: word.endorsed_at,
                });
                edges.len() - 1
            });
            let edge = &mut edges[place];
            edge.endorsed += 1;
            edge.weight += 1.0;
            edge.last = edge.last.max(word.endorsed_at);
        }
        Ok(())
    }
}
