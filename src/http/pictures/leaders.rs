//! Who leads what, as a map of people and topics.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::ask;
use super::wanted::{Wanted, moment};
use crate::http::picture::{Link, MOST_TOPICS, Map, PersonNode, Standing, TopicNode, leadership_map};
use crate::http::server::Hall;

const QUERY: &str = "query($filter: LeadershipMapFilter, $asOf: DateTime, $leadersPerTopic: Int, $first: Int) {
  leadershipMap(filter: $filter, asOf: $asOf, leadersPerTopic: $leadersPerTopic, first: $first) {
    asOf totalCount
    people { id weight person { name } }
    topics { id heat topic { name } }
    leading { personId topicId score standing isDeclared }
  }
}";

/// How many topics are drawn when nothing is said.
const DRAWN: i64 = 30;

/// The map of the hottest topics and those who lead them.
pub async fn show(
    State(hall): State<Hall>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    let draw = |told: &Told, wanted: &Wanted| {
        let day = moment(&told.as_of).format("%-d %B %Y").to_string();
        leadership_map(&told.map(), &wanted.frame(day))
    };
    let wanted = Wanted::read(parameters, DRAWN, MOST_TOPICS, &["topic", "leadersPerTopic"]);
    ask::show(&hall, (&headers, peer), ("leadershipMap", QUERY), wanted, draw).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    as_of: String,
    total_count: usize,
    people: Vec<PersonTold>,
    topics: Vec<TopicTold>,
    leading: Vec<LeadingTold>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct PersonTold {
    id: String,
    weight: f64,
    person: Option<Named>,
}

#[derive(Deserialize)]
struct TopicTold {
    id: String,
    heat: f64,
    topic: Option<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeadingTold {
    person_id: String,
    topic_id: String,
    score: f64,
    standing: Option<String>,
    is_declared: bool,
}

impl Told {
    fn map(&self) -> Map {
        let name = |named: &Option<Named>| named.as_ref().map(|named| named.name.clone()).unwrap_or_default();
        // Who only takes part is not drawn.
        let drawn: HashSet<&str> =
            self.leading.iter().filter(|told| told.standing().is_some()).map(|told| &*told.person_id).collect();
        let shown: Vec<&PersonTold> = self.people.iter().filter(|told| drawn.contains(&*told.id)).collect();
        let people: HashMap<&str, usize> = shown.iter().zip(0..).map(|(told, at)| (&*told.id, at)).collect();
        let topics: HashMap<&str, usize> = self.topics.iter().zip(0..).map(|(told, at)| (&*told.id, at)).collect();
        let link = |told: &LeadingTold| {
            let (person, topic) = (*people.get(&*told.person_id)?, *topics.get(&*told.topic_id)?);
            Some(Link { person, topic, weight: told.score, standing: told.standing()?, declared: told.is_declared })
        };
        let links: Vec<Link> = self.leading.iter().filter_map(link).collect();
        Map {
            people: shown.iter().map(|told| PersonNode { name: name(&told.person), weight: told.weight }).collect(),
            topics: self.topics.iter().map(|told| TopicNode { name: name(&told.topic), heat: told.heat }).collect(),
            more_people: self.people.len() - shown.len(),
            more_topics: self.total_count.saturating_sub(self.topics.len()),
            more_links: self.leading.len() - links.len(),
            links,
        }
    }
}

impl LeadingTold {
    /// How it is drawn; `None` for who only takes part.
    fn standing(&self) -> Option<Standing> {
        match self.standing.as_deref() {
            Some("LEADS") => Some(Standing::Leads),
            Some("EMERGING") => Some(Standing::Emerging),
            Some("FADING") => Some(Standing::Fading),
            Some("DORMANT") => Some(Standing::Dormant),
            Some("CONTESTED") => Some(Standing::Contested),
            // Only said to lead.
            None if self.is_declared => Some(Standing::Dormant),
            _ => None,
        }
    }
}
