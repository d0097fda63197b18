//! What was counted, with the names that everybody knows.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::leaders::{Leader, acts, leaders};
use crate::domain::id::{ContentId, TopicId};
use crate::domain::lead::evidence::{Aspect, Deed, Evidence, Parameters, reckoned_at};
use crate::domain::lead::leading::{Brief, Leading, MONTHS, Question, TopicLeaders};
use crate::domain::lead::standing::{Case, Standing};
use crate::domain::lead::strength;
use crate::domain::lead::succession::Chapter;
use crate::domain::time::from_micros;
use crate::domain::trend::window::Window;
use crate::projection::archive::day::Day;
use crate::projection::archive::facts::Facts;

/// How many contents of each kind are told of.
const CONTENTS: usize = 1_000;

/// Everybody who has something to show on these topics, strongest first.
#[must_use]
pub fn tell(facts: &Facts, day: &Day, question: &Question) -> Vec<Leading> {
    let topics: Vec<u32> = question.topics.iter().filter_map(|topic| facts.topic_number(*topic)).collect();
    let window = Window { from: question.from, to: question.at };
    let parameters = Parameters::of(question.aspect);
    let found = leaders(facts, day, &topics, window, question.aspect);
    let strongest = strongest(&found);
    let all = strength::all(found.iter().map(|leader| leader.strength.score()));
    let at = reckoned_at(question.at);
    let one = |leader: Leader| Leading {
        person: facts.people[leader.person as usize],
        share: leader.strength.score() / all,
        standing: standing(&leader, at, strongest, &parameters),
        since: Evidence::since(&leader.acts, at).map(from_micros),
        last: leader.evidence.last.map(from_micros),
        months: leader.evidence.months,
        own: contents(facts, &leader, Deed::Own),
        judged: contents(facts, &leader, Deed::Judged),
        line: line(&leader, &parameters),
        evidence: leader.evidence.sum(&parameters),
        strength: leader.strength,
        breadth: leader.breadth,
    };
    found.into_iter().map(one).collect()
}

/// What was counted of each topic, and of which state of it: its stamp, its day and its hour.
pub type Counted = HashMap<TopicId, ((u64, u64, i64), Arc<TopicLeaders>)>;

/// Everybody who leads anything, by topic, in the order of the topics' ids. What is known of a topic and is still true is not
/// counted again, which is the same as if it were.
#[must_use]
pub fn overview(facts: &Facts, day: &Day, at: i64, counted: &mut Counted) -> Vec<Arc<TopicLeaders>> {
    let mut topics: Vec<(u32, _)> = (0..).zip(facts.topics.iter().copied()).collect();
    topics.sort_unstable_by_key(|(_, id)| *id);
    let mut of_one = |(number, topic)| {
        let state = (facts.stamp_of(number), day.serial, reckoned_at(at));
        let is_past = facts.is_past(number, at);
        match counted.get(&topic) {
            Some((known, leaders)) if is_past && *known == state => Arc::clone(leaders),
            _ => {
                let leaders = Arc::new(topic_leaders(facts, day, (number, topic), at));
                // Only of the whole past: asked about an earlier moment it is another answer.
                if is_past {
                    counted.insert(topic, (state, Arc::clone(&leaders)));
                }
                leaders
            }
        }
    };
    topics.into_iter().map(&mut of_one).filter(|topic| !topic.leaders.is_empty()).collect()
}

fn topic_leaders(facts: &Facts, day: &Day, (number, topic): (u32, TopicId), at: i64) -> TopicLeaders {
    let parameters = Parameters::of(Aspect::Leading);
    let found = leaders(facts, day, &[number], Window { from: i64::MIN, to: at }, Aspect::Leading);
    let strongest = strongest(&found);
    let at = reckoned_at(at);
    let brief = |leader: &Leader| Brief {
        person: facts.people[leader.person as usize],
        strength: leader.strength.score(),
        standing: standing(leader, at, strongest, &parameters),
        last: leader.evidence.last.map(from_micros),
    };
    TopicLeaders { topic, leaders: found.iter().map(brief).collect() }
}

/// Who had most to show on a topic at each of some moments, `count` people at most.
#[must_use]
pub fn history(facts: &Facts, day: &Day, topic: TopicId, moments: &[i64], count: usize) -> Vec<Chapter> {
    let parameters = Parameters::of(Aspect::Leading);
    let topics: Vec<u32> = facts.topic_number(topic).into_iter().collect();
    moments
        .iter()
        .map(|at| {
            let acts = acts(facts, day, &topics, Window { from: i64::MIN, to: *at });
            let evidence = |(person, acts): (u32, Vec<_>)| {
                (facts.people[person as usize], Evidence::of(&acts, *at, &parameters).sum(&parameters).score())
            };
            let mut leaders: Vec<_> = acts.into_iter().map(evidence).collect();
            leaders.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            leaders.truncate(count);
            Chapter { at: from_micros(*at), leaders }
        })
        .collect()
}

/// The strength of the strongest.
fn strongest(found: &[Leader]) -> f64 {
    found.first().map_or(0.0, |first| first.strength.score())
}

fn standing(leader: &Leader, at: i64, strongest: f64, parameters: &Parameters) -> Option<Standing> {
    let strength = leader.strength.score();
    Case { record: &leader.record, at, strength, strongest }.standing(parameters)
}

/// The contents of acts of a kind, the latest first, each once.
fn contents(facts: &Facts, leader: &Leader, deed: Deed) -> Vec<ContentId> {
    let acts = leader.acts.iter().rev().filter(|act| act.deed == deed);
    let mut seen = HashSet::new();
    let ids = acts.map(|act| facts.contents[act.content as usize].id).filter(|id| seen.insert(*id));
    ids.take(CONTENTS).collect()
}

fn line(leader: &Leader, parameters: &Parameters) -> Vec<f64> {
    let months = i64::try_from(MONTHS).unwrap_or_default();
    let before = (0..months).rev().map(|back| leader.record.evidence(back, parameters));
    before.map(|evidence| evidence.narrowed(leader.breadth).sum(parameters).score()).collect()
}
