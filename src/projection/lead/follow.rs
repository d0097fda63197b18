//! Who answers whom and approves of whom, counted from public acts alone: no edge is ever made of a private rating.

use std::collections::BTreeMap;

use crate::domain::id::PersonId;
use crate::domain::lead::evidence::{Aspect, MONTH, Parameters};
use crate::domain::lead::following::{Following, Way};
use crate::domain::time::from_micros;
use crate::domain::trend::window::{decay, to_f64};
use crate::projection::archive::facts::{Facts, Kept};

type Edges = BTreeMap<(u32, u32, Option<u32>), Following>;

/// What somebody did for others up to a moment, or others for them, by person and topic.
#[must_use]
pub fn follow(facts: &Facts, person: PersonId, way: Way, at: i64) -> Vec<Following> {
    let Some(person) = facts.number_of(person) else { return Vec::new() };
    let mut edges = Edges::new();
    match way {
        Way::Out => {
            for (_, kept) in facts.rated_by(person).filter(|(_, kept)| facts.is_public(kept.source)) {
                approve(facts, &mut edges, kept, at, |rater| rater == person);
            }
            for (_, kept) in facts.written_by(person).filter(|(_, kept)| kept.at <= at) {
                if let Some(parent) = kept.parent.and_then(|parent| facts.content(parent)) {
                    answer(facts, &mut edges, kept, parent, at, (|who| who == person, |_| true));
                }
            }
        }
        Way::In => {
            for (_, kept) in facts.written_by(person).filter(|(_, kept)| kept.at <= at) {
                if facts.is_public(kept.source) {
                    approve(facts, &mut edges, kept, at, |_| true);
                }
                for reply in facts.replies(kept.id).filter(|reply| reply.at <= at) {
                    answer(facts, &mut edges, reply, kept, at, (|_| true, |whom| whom == person));
                }
            }
            edges.retain(|(_, to, _), _| *to == person);
        }
    }
    edges.into_values().collect()
}

fn approve(facts: &Facts, edges: &mut Edges, kept: &Kept, at: i64, is_wanted: impl Fn(u32) -> bool) {
    let votes = facts.votes_at(kept, at);
    for vote in votes.iter().filter(|vote| vote.step > 0 && is_wanted(vote.rater)) {
        let is_other = |author: &&u32| **author != vote.rater && !facts.bots[**author as usize];
        for author in kept.authors.iter().filter(is_other) {
            each_topic(&kept.topics, |topic| {
                let edge = edge(facts, edges, (vote.rater, *author, topic), vote.at, at);
                edge.approved += 1;
            });
        }
    }
}

fn answer(
    facts: &Facts,
    edges: &mut Edges,
    reply: &Kept,
    parent: &Kept,
    at: i64,
    (is_who, is_whom): (impl Fn(u32) -> bool, impl Fn(u32) -> bool),
) {
    if !parent.counts() {
        return;
    }
    let topics = if reply.topics.is_empty() { &parent.topics } else { &reply.topics };
    for who in reply.authors.iter().filter(|who| is_who(**who) && !facts.bots[**who as usize]) {
        for whom in parent.authors.iter().filter(|whom| *whom != who && is_whom(**whom) && !facts.bots[**whom as usize])
        {
            each_topic(topics, |topic| {
                let edge = edge(facts, edges, (*who, *whom, topic), reply.at, at);
                edge.answered += 1;
            });
        }
    }
}

fn each_topic(topics: &[u32], mut tell: impl FnMut(Option<u32>)) {
    if topics.is_empty() {
        tell(None);
    }
    for topic in topics {
        tell(Some(*topic));
    }
}

/// The edge, with one act more.
fn edge<'a>(
    facts: &Facts,
    edges: &'a mut Edges,
    (from, to, topic): (u32, u32, Option<u32>),
    then: i64,
    at: i64,
) -> &'a mut Following {
    let edge = edges.entry((from, to, topic)).or_insert_with(|| Following {
        from: facts.people[from as usize],
        to: facts.people[to as usize],
        topic: topic.map(|topic| facts.topics[topic as usize]),
        approved: 0,
        answered: 0,
        endorsed: 0,
        weight: 0.0,
        last: from_micros(then),
    });
    edge.weight += decay(at - then, Parameters::of(Aspect::Leading).memory * to_f64(MONTH));
    edge.last = edge.last.max(from_micros(then));
    edge
}
