//! The map of leadership: people and topics as nodes, leading and following as weighted edges.

use std::collections::{HashMap, HashSet};

use super::View;
use crate::app::error::Error;
use crate::app::house::App;
use crate::app::trend::PARTS;
use crate::domain::id::{PersonId, TopicId};
use crate::domain::lead::evidence::reckoned_at;
use crate::domain::lead::following::Way;
use crate::domain::lead::leading::{Brief, TopicLeaders};
use crate::domain::lead::standing::{self, Standing};
use crate::domain::lead::strength::{self, score};
use crate::domain::time::{Time, from_micros, micros};
use crate::domain::trend::question::{Part, Sight};
use crate::domain::trend::window::{DAY, Window};

/// The most topics on one map, and the most leaders of each.
pub const MOST_TOPICS: usize = 500;
pub const MOST_LEADERS: usize = 10;
/// The most people between whom following is shown.
const MOST_FOLLOWERS: usize = 200;
/// The window from which heat is told: four weeks.
pub(super) const HEAT: i64 = 28 * DAY;

/// What is wanted of the map.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// These topics only, sorted; all when nothing is said.
    pub topics: Option<Vec<TopicId>>,
    /// These people only.
    pub people: Option<HashSet<PersonId>>,
    /// People of this team only.
    pub team: Option<String>,
    /// At least this score, or declared.
    pub least: f64,
    /// At most so many leaders of each topic.
    pub leaders: usize,
    /// The part of the topics, in the order of heat.
    pub first: usize,
    pub skip: usize,
    pub following: bool,
}

/// A person on the map.
#[derive(Clone, Copy, Debug)]
pub struct PersonNode {
    pub person: PersonId,
    /// The sum of the scores of what they lead.
    pub weight: f64,
    pub topics: usize,
}

/// A topic on the map.
#[derive(Clone, Copy, Debug)]
pub struct TopicNode {
    pub topic: TopicId,
    /// 0 or above: how much more happens than was to be expected.
    pub heat: f64,
    pub people: usize,
    pub bus_factor: usize,
}

/// That a person leads a topic.
#[derive(Clone, Copy, Debug)]
pub struct Leads {
    pub person: PersonId,
    pub topic: TopicId,
    pub score: f64,
    pub share: f64,
    pub standing: Option<Standing>,
    pub is_declared: bool,
    pub is_endorsed: bool,
}

/// That a person follows another.
#[derive(Clone, Debug)]
pub struct Follows {
    pub from: PersonId,
    pub to: PersonId,
    pub weight: f64,
    pub topics: Vec<TopicId>,
}

/// A part of the map.
#[derive(Clone, Debug, Default)]
pub struct Map {
    pub at: Time,
    pub people: Vec<PersonNode>,
    pub topics: Vec<TopicNode>,
    pub leading: Vec<Leads>,
    pub following: Vec<Follows>,
    /// How many topics there are in all.
    pub all_topics: usize,
}

impl App {
    /// The map, hottest topics first.
    ///
    /// # Errors
    /// `IN_FUTURE`, or when the database fails.
    pub async fn leadership_map(&self, wanted: &Wanted, view: &View, head: i64) -> Result<Map, Error> {
        let at = self.span(view, head).await?.to;
        let overview = self.overview(at).await;
        let said = self.relations.said().await?;
        let when = from_micros(at);
        let by_topic: HashMap<TopicId, &TopicLeaders> =
            overview.iter().map(|topic| (topic.topic, topic.as_ref())).collect();
        let mut declared: HashSet<(PersonId, TopicId)> = HashSet::new();
        for relation in said.leaderships().iter().filter(|relation| relation.is_valid_at(when)) {
            declared.insert((relation.person, relation.topic));
        }
        let words = said.endorsements().iter().filter(|word| word.is_valid_at(when));
        let endorsed: HashSet<(PersonId, TopicId)> = words.map(|word| (word.person, word.topic)).collect();
        let contests = self.contests(&said, when);
        let heat = self.heats(at).await;
        let hot = |topic: TopicId| heat.get(&topic).copied().unwrap_or_default();
        let mut topics: Vec<TopicId> =
            by_topic.keys().copied().chain(declared.iter().map(|(_, topic)| *topic)).collect();
        topics.sort_unstable();
        topics.dedup();
        topics.retain(|topic| wanted.topics.as_ref().is_none_or(|wanted| wanted.binary_search(topic).is_ok()));
        topics.sort_by(|a, b| hot(*b).total_cmp(&hot(*a)).then(a.cmp(b)));
        let mut map = Map { at: when, all_topics: topics.len(), ..Map::default() };
        let mut by_person: HashMap<PersonId, (f64, usize)> = HashMap::new();
        for topic in topics.into_iter().skip(wanted.skip).take(wanted.first) {
            let briefs = by_topic.get(&topic).map(|topic| topic.leaders.as_slice()).unwrap_or_default();
            let seen = briefs.iter().filter(|brief| view.as_of.is_some() || self.is_here(brief.person));
            let strengths: Vec<f64> = seen.map(|brief| brief.strength).collect();
            let node = TopicNode {
                topic,
                heat: hot(topic),
                people: strengths.len(),
                bus_factor: strength::bus_factor(&strengths),
            };
            map.topics.push(node);
            let mut edges = edges((topic, when), briefs, (&declared, &endorsed));
            for edge in edges.iter_mut().filter(|edge| contests.contains_key(&(edge.person, topic))) {
                edge.standing = Some(Standing::Contested);
            }
            edges.retain(|edge| self.is_wanted(wanted, edge, view));
            edges.truncate(wanted.leaders);
            for edge in &edges {
                let (weight, count) = by_person.entry(edge.person).or_default();
                *weight += edge.score;
                *count += 1;
            }
            map.leading.extend(edges);
        }
        let node = |(person, (weight, topics)): (PersonId, (f64, usize))| PersonNode { person, weight, topics };
        map.people = by_person.into_iter().map(node).collect();
        map.people.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.person.cmp(&b.person)));
        if wanted.following {
            map.following = self.follows(&map, at).await?;
        }
        Ok(map)
    }

    /// How hot topics are, 0 or above.
    pub(super) async fn heats(&self, at: i64) -> HashMap<TopicId, f64> {
        let sight = Sight { window: Window { from: at - HEAT, to: at }, part: Part::Everything };
        let trends = self.answers.topics(&sight, PARTS).await;
        let happened = trends.iter().filter(|trend| trend.activity.acts > 0.0);
        happened.map(|trend| (trend.id, trend.activity.heat().score().max(0.0))).collect()
    }

    fn is_wanted(&self, wanted: &Wanted, edge: &Leads, view: &View) -> bool {
        let person = self.person_at_hand(edge.person);
        let in_team = |team: &String| person.as_ref().is_some_and(|person| person.team.as_ref() == Some(team));
        (edge.is_declared || edge.score >= wanted.least)
            && (view.as_of.is_some() || self.is_here(edge.person))
            && wanted.people.as_ref().is_none_or(|people| people.contains(&edge.person))
            && wanted.team.as_ref().is_none_or(in_team)
    }

    /// Who of the people on a map follows whom of them.
    async fn follows(&self, map: &Map, at: i64) -> Result<Vec<Follows>, Error> {
        let people: Vec<PersonId> = map.people.iter().take(MOST_FOLLOWERS).map(|node| node.person).collect();
        let shown: HashSet<PersonId> = people.iter().copied().collect();
        let mut edges = self.leading.follow(people, Way::Out, at).await;
        self.add_endorsements(&mut edges, at, |from, _| shown.contains(&from)).await?;
        let mut follows: HashMap<(PersonId, PersonId), Follows> = HashMap::new();
        for edge in edges.into_iter().filter(|edge| shown.contains(&edge.to)) {
            let new = || Follows { from: edge.from, to: edge.to, weight: 0.0, topics: Vec::new() };
            let follow = follows.entry((edge.from, edge.to)).or_insert_with(new);
            follow.weight += edge.weight;
            follow.topics.extend(edge.topic);
        }
        let mut follows: Vec<Follows> = follows.into_values().collect();
        follows.sort_by(|a, b| b.weight.total_cmp(&a.weight).then((a.from, a.to).cmp(&(b.from, b.to))));
        follows.truncate(super::MOST);
        Ok(follows)
    }
}

type Pairs = HashSet<(PersonId, TopicId)>;

/// Who leads a topic, as the facts show it and then as it is only said.
fn edges((topic, at): (TopicId, Time), briefs: &[Brief], (declared, endorsed): (&Pairs, &Pairs)) -> Vec<Leads> {
    let edge = |person, score, share, standing| Leads {
        person,
        topic,
        score,
        share,
        standing,
        is_declared: declared.contains(&(person, topic)),
        is_endorsed: endorsed.contains(&(person, topic)),
    };
    let known: HashSet<PersonId> = briefs.iter().map(|brief| brief.person).collect();
    let standing = |brief: &Brief| {
        let is_declared = declared.contains(&(brief.person, topic));
        standing::told(brief.standing, brief.last.map(micros), reckoned_at(micros(at)), is_declared)
    };
    let all = strength::all(briefs.iter().map(|brief| brief.strength));
    let shown =
        briefs.iter().map(|brief| edge(brief.person, score(brief.strength), brief.strength / all, standing(brief)));
    let mut edges: Vec<Leads> = shown.collect();
    let mut said: Vec<PersonId> = declared.iter().filter(|(_, on)| *on == topic).map(|(person, _)| *person).collect();
    said.retain(|person| !known.contains(person));
    said.sort_unstable();
    edges.extend(said.into_iter().map(|person| edge(person, 0.0, 0.0, Some(Standing::Dormant))));
    edges
}
