//! Who leads some topics, with the acts that show it.

use hashbrown::HashMap;

use super::breadth::breadths;
use crate::domain::lead::evidence::{Act, Aspect, Deed, Evidence, Parameters, reckoned_at};
use crate::domain::lead::record::Record;
use crate::domain::trend::explanation::Explanation;
use crate::domain::trend::window::Window;
use crate::projection::archive::day::Day;
use crate::projection::archive::facts::{Facts, Kept};
use crate::projection::archive::presence::acknowledged;

/// A person, by their number, with what they have to show.
#[derive(Clone, Debug)]
pub struct Leader {
    pub person: u32,
    /// In the order of time.
    pub acts: Vec<Act>,
    pub record: Record,
    pub evidence: Evidence,
    /// What of their own work counts, by how many different people acknowledge it.
    pub breadth: f64,
    pub strength: Explanation,
}

/// Everybody who has something to show on one of these topics within a window, strongest first.
#[must_use]
pub fn leaders(facts: &Facts, day: &Day, topics: &[u32], window: Window, aspect: Aspect) -> Vec<Leader> {
    let parameters = Parameters::of(aspect);
    let breadths = breadths(facts, day, topics);
    let mut leaders: Vec<Leader> = acts(facts, day, topics, window)
        .into_iter()
        .map(|(person, acts)| {
            let breadth = breadths.of_person(person);
            let record = Record::of(&acts, reckoned_at(window.to), &parameters);
            let evidence = record.evidence(0, &parameters).narrowed(breadth);
            let strength = evidence.strength(day.presences.of_person(person), &parameters);
            Leader { person, acts, record, evidence, breadth, strength }
        })
        .collect();
    // Of equals whoever came first.
    leaders.sort_by(|a, b| {
        let strength = b.strength.score().total_cmp(&a.strength.score());
        strength.then_with(|| facts.people[a.person as usize].cmp(&facts.people[b.person as usize]))
    });
    leaders
}

/// What everybody did on one of these topics within a window, in the order of time.
#[must_use]
pub fn acts(facts: &Facts, day: &Day, topics: &[u32], window: Window) -> HashMap<u32, Vec<Act>> {
    let mut acts: HashMap<u32, Vec<Act>> = HashMap::new();
    let mut judges = Judges { facts, day, at: window.to, known: HashMap::new() };
    let mut tell = |person: u32, act: Act| acts.entry(person).or_default().push(act);
    for (slot, kept) in facts.published_on(topics, i64::MIN, window.to) {
        let count = kept.topics.len();
        each_act(&mut judges, (slot, kept), count, window, &mut tell);
        // An answer that names no topic is about what it answers.
        let answers = facts.replies(kept.id).filter(|reply| reply.topics.is_empty() && reply.at <= window.to);
        for answer in answers {
            if let Some(slot) = facts.slot(answer.id) {
                each_act(&mut judges, (slot, answer), count, window, &mut tell);
            }
        }
    }
    for acts in acts.values_mut() {
        acts.sort_by_key(|act| (act.at, act.content));
    }
    acts
}

/// What people did around one content.
fn each_act(
    judges: &mut Judges<'_>,
    (content, kept): (u32, &Kept),
    topics: usize,
    window: Window,
    tell: &mut impl FnMut(u32, Act),
) {
    let (facts, day) = (judges.facts, judges.day);
    let topics = u32::try_from(topics).unwrap_or(u32::MAX);
    let act = |at, deed| Act { at, deed, topics, content };
    if window.contains(kept.at) && (day.presences.vouches(kept.source) || acknowledged(facts, kept, window.to)) {
        for author in kept.authors.iter().filter(|author| !facts.bots[**author as usize]) {
            tell(*author, act(kept.at, Deed::Own));
        }
    }
    // A rating that is nobody else's business is no evidence about the one who gave it.
    if facts.is_public(kept.source) {
        let votes = facts.votes_at(kept, window.to);
        let judged = votes.iter().filter(|vote| window.contains(vote.at) && !kept.is_by(vote.rater));
        for vote in judged.filter(|vote| judges.have(vote.rater)) {
            tell(vote.rater, act(vote.at, Deed::Judged));
        }
    }
}

/// Whose judgement of others' work is evidence: that of everybody who wrote something that somebody else acknowledged, on whatever
/// topic. Who has nothing but their own judgements leads nothing, however many they are.
struct Judges<'a> {
    facts: &'a Facts,
    day: &'a Day,
    at: i64,
    known: HashMap<u32, bool>,
}

impl Judges<'_> {
    fn have(&mut self, person: u32) -> bool {
        let (facts, presences, at) = (self.facts, &self.day.presences, self.at);
        // What has happened since midnight counts at once.
        let is_recognised =
            |kept: &Kept| kept.at <= at && (presences.vouches(kept.source) || acknowledged(facts, kept, at));
        *self.known.entry(person).or_insert_with(|| {
            presences.recognises(person) || facts.written_by(person).any(|(_, kept)| is_recognised(kept))
        })
    }
}
