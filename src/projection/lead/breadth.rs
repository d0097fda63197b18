//! How many different people acknowledge each author on some topics, against how many chance would bring.
//!
//! This looks at who rated, so it is reckoned from what was known at midnight, and comes out in steps.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::domain::lead::breadth::{breadth, expected};
use crate::domain::lead::evidence::MONTH;
use crate::domain::trend::window::size;
use crate::projection::archive::breadths::Breadth;
use crate::projection::archive::day::Day;
use crate::projection::archive::facts::{Facts, Kept};

/// How far back acknowledgements are looked at.
const REACH: i64 = 36 * MONTH;
/// The fewest acknowledgements of which something can be said.
const LEAST: u32 = 10;

/// The breadth of everybody of whom it is not 1.
#[must_use]
pub fn breadths(facts: &Facts, day: &Day, topics: &[u32]) -> Arc<Breadth> {
    day.breadths.of(topics, || reckon(facts, day, topics))
}

fn reckon(facts: &Facts, day: &Day, topics: &[u32]) -> Breadth {
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for (_, kept) in facts.published_on(topics, day.at - REACH, day.at) {
        if !day.presences.vouches(kept.source) {
            each_acknowledger(facts, kept, day.at, |who| {
                pairs.extend(kept.authors.iter().map(|author| (*author, who)));
            });
        }
    }
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for (_, who) in &pairs {
        *counts.entry(*who).or_default() += 1;
    }
    pairs.sort_unstable();
    let mut found = Vec::new();
    for of_one in pairs.chunk_by(|a, b| a.0 == b.0) {
        let author = of_one[0].0;
        let acts = u32::try_from(of_one.len()).unwrap_or(u32::MAX);
        let people = u32::try_from(of_one.chunk_by(|a, b| a == b).count()).unwrap_or(u32::MAX);
        let bound = acts.min(u32::try_from(counts.len()).unwrap_or(u32::MAX));
        // Nobody can expect more than that, and most need not be reckoned.
        if acts < LEAST || 2 * people >= bound {
            continue;
        }
        let all = pairs.len() - usize::try_from(counts.get(&author).copied().unwrap_or_default()).unwrap_or_default();
        let others = counts.iter().filter(|(who, _)| **who != author);
        let mut shares: Vec<f64> = others.map(|(_, count)| f64::from(*count) / size(all.max(1))).collect();
        // So that sums come out the same each time.
        shares.sort_by(f64::total_cmp);
        let breadth = breadth(people, expected(&shares, acts));
        if breadth < 1.0 {
            found.push((author, breadth));
        }
    }
    found.into_iter().collect()
}

/// Everybody else who is for a content or answered it by a moment, once.
fn each_acknowledger(facts: &Facts, kept: &Kept, at: i64, tell: impl FnMut(u32)) {
    let votes = facts.told_at(kept, at);
    let raters = votes.iter().filter(|vote| vote.step > 0).map(|vote| vote.rater);
    let answers = facts.replies(kept.id).filter(|reply| reply.at <= at).flat_map(|reply| reply.authors.iter().copied());
    let mut who: Vec<u32> = raters.chain(answers.filter(|author| !facts.bots[*author as usize])).collect();
    who.retain(|who| !kept.is_by(*who));
    who.sort_unstable();
    who.dedup();
    who.into_iter().for_each(tell);
}
