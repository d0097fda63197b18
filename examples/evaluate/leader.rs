//! What people would use instead, for leadership: counts, ratings, votes, graphs, and the recommended decayed evidence.

use std::collections::{BTreeMap, HashMap};

use super::data::DAY;
use super::lead::{Item, ranked};

const MONTH: f64 = 30.44 * DAY;

type Scores = HashMap<u32, f64>;

/// What was before a cut, by topic.
pub struct Past<'a> {
    cut: f64,
    on: HashMap<u32, Vec<&'a Item>>,
    /// Decayed acts of everybody anywhere.
    all: Scores,
}

impl<'a> Past<'a> {
    pub fn of(items: &'a [Item], cut: f64) -> Self {
        let mut past = Self { cut, on: HashMap::new(), all: Scores::new() };
        for item in items.iter().filter(|item| item.at < cut) {
            item.topics.iter().for_each(|topic| past.on.entry(*topic).or_default().push(item));
            let weight = 0.5_f64.powf((cut - item.at) / (12.0 * MONTH));
            for who in item.authors.iter().chain(&item.approvers) {
                *past.all.entry(*who).or_default() += weight;
            }
        }
        past
    }

    /// Everybody who has anything to do with a topic, by each method.
    pub fn rankings(&self, topic: u32) -> Vec<(&'static str, Vec<u32>)> {
        let items = self.on.get(&topic).map(Vec::as_slice).unwrap_or_default();
        let (mut count, mut votes, mut given) = (Scores::new(), Scores::new(), Scores::new());
        let mut months: HashMap<(u32, bool, i64), f64> = HashMap::new();
        let mut edges: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for item in items {
            let month = ((self.cut - item.at) / MONTH) as i64;
            for author in &item.authors {
                *count.entry(*author).or_default() += 1.0;
                *votes.entry(*author).or_default() += item.approvers.len() as f64;
                *months.entry((*author, false, month)).or_default() += 1.0;
                for approver in &item.approvers {
                    *edges.entry((*author, *approver)).or_default() += 1.0;
                    *edges.entry((*approver, *author)).or_default() += 1.0;
                }
            }
            for approver in &item.approvers {
                *given.entry(*approver).or_default() += 1.0;
                *months.entry((*approver, true, month)).or_default() += 1.0;
            }
        }
        let mut evidence: Scores = count.keys().chain(given.keys()).map(|who| (*who, 0.0)).collect();
        let mut months: Vec<_> = months.into_iter().collect();
        months.sort_by_key(|month| month.0);
        for ((who, _, month), acts) in months {
            *evidence.entry(who).or_default() += 0.5_f64.powf(month as f64 / 12.0) * acts.ln_1p();
        }
        let everybody = |scores: &Scores| -> Vec<u32> {
            ranked(&evidence.keys().map(|who| (*who, scores.get(who).copied().unwrap_or_default())).collect())
        };
        let share = |(who, score): (&u32, &f64)| (*who, score * ((score + 1.0) / (self.all[who] + 10.0)).powf(0.3));
        vec![
            ("contributions", everybody(&count)),
            ("mean rating", everybody(&count.iter().map(|(who, count)| (*who, votes[who] / count)).collect())),
            ("votes", everybody(&votes)),
            ("judgements", everybody(&given)),
            (
                "contributions + votes",
                everybody(&count.iter().map(|(who, count)| (*who, votes[who] + count)).collect()),
            ),
            ("PageRank", everybody(&page_rank(&edges, &evidence))),
            ("HITS", everybody(&hits(&edges, &evidence))),
            ("recommended: evidence", everybody(&evidence)),
            ("recommended: evidence x share", everybody(&evidence.iter().map(share).collect())),
        ]
    }
}

fn page_rank(edges: &BTreeMap<(u32, u32), f64>, people: &Scores) -> Scores {
    let count = people.len() as f64;
    let mut out = Scores::new();
    for ((from, _), weight) in edges {
        *out.entry(*from).or_default() += weight;
    }
    let mut rank: BTreeMap<u32, f64> = people.keys().map(|who| (*who, 1.0 / count)).collect();
    for _ in 0..40 {
        let lost: f64 = rank.iter().filter(|(who, _)| !out.contains_key(who)).map(|(_, rank)| rank).sum();
        let mut next: BTreeMap<u32, f64> = rank.keys().map(|who| (*who, (0.15 + 0.85 * lost) / count)).collect();
        for ((from, to), weight) in edges {
            *next.entry(*to).or_default() += 0.85 * rank[from] * weight / out[from];
        }
        rank = next;
    }
    rank.into_iter().collect()
}

/// Authorities: whom those approve of who approve of authorities.
fn hits(edges: &BTreeMap<(u32, u32), f64>, people: &Scores) -> Scores {
    let mut authority: BTreeMap<u32, f64> = people.keys().map(|who| (*who, 1.0)).collect();
    for _ in 0..40 {
        let (mut hub, mut next) = (BTreeMap::<u32, f64>::new(), BTreeMap::<u32, f64>::new());
        for ((from, to), weight) in edges {
            *hub.entry(*from).or_default() += weight * authority[to];
        }
        for ((from, to), weight) in edges {
            *next.entry(*to).or_default() += weight * hub[from];
        }
        let length = next.values().map(|value| value * value).sum::<f64>().sqrt().max(1e-12);
        authority = people.keys().map(|who| (*who, next.get(who).copied().unwrap_or_default() / length)).collect();
    }
    authority.into_iter().collect()
}
