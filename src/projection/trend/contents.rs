//! Which contents are hot, best, rising, controversial or undecided.

use std::collections::HashMap;

use super::Question;
use crate::domain::trend::content::{Ranking, Reception};
use crate::domain::trend::fair::{Parameters, Rater, Standard};
use crate::domain::trend::trending::{LEAST_RATERS, TrendingContent};
use crate::projection::archive::day::Day;
use crate::projection::archive::facts::{Facts, Kept};

/// How many windows back `HOT` still remembers a rating: six half-lives.
const REACH: i64 = 3;

/// The first `count` contents of a ranking.
#[must_use]
pub fn contents(facts: &Facts, day: &Day, question: &Question, ranking: Ranking, count: usize) -> Vec<TrendingContent> {
    let raters = facts.raters_at(question.window.to);
    let mut likely: Vec<(f64, &Kept, Vec<i64>)> = candidates(facts, question, ranking)
        .into_values()
        .map(|kept| {
            let replies: Vec<i64> =
                facts.replies(kept.id).map(|reply| reply.at).filter(|at| *at <= question.window.to).collect();
            let votes = facts.votes_at(kept, question.window.to);
            (Reception::bound(ranking, question.window, &votes, &replies), kept, replies)
        })
        .collect();
    likely.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.id.cmp(&a.1.id)));
    let mut ranked: Vec<TrendingContent> = Vec::new();
    let mut best: Vec<f64> = Vec::new();
    for (bound, kept, replies) in likely {
        // Nobody further down can be among the first any more.
        if best.len() == count && best.last().is_none_or(|last| bound < *last) {
            break;
        }
        if let Some(found) = place(facts, day, question, ranking, &raters, kept, &replies) {
            let score = found.explanation.score();
            best.insert(best.partition_point(|other| *other >= score), score);
            best.truncate(count);
            ranked.push(found);
        }
    }
    let better = |a: &TrendingContent, b: &TrendingContent| {
        b.explanation.score().total_cmp(&a.explanation.score()).then(b.content.cmp(&a.content))
    };
    if ranked.len() > count && count > 0 {
        ranked.select_nth_unstable_by(count - 1, better);
        ranked.truncate(count);
    }
    ranked.sort_by(better);
    ranked
}

/// The place of a content in a ranking, if it has one.
fn place(
    facts: &Facts,
    day: &Day,
    question: &Question,
    ranking: Ranking,
    raters: &[Rater],
    kept: &Kept,
    replies: &[i64],
) -> Option<TrendingContent> {
    let votes = facts.votes_at(kept, question.window.to);
    let unknown = Standard { prior: Parameters::default().unknown_prior, ..Standard::default() };
    let standard = day.standards.get(&kept.source).unwrap_or(&unknown);
    let (parameters, published_at) = (Parameters::default(), kept.at);
    let weights = standard.weights(&votes, raters, &parameters);
    let fair = standard.weighed(&votes, &weights);
    let reception = Reception { votes: &votes, weights: &weights, replies, published_at, fair };
    let explanation = reception.score(ranking, question.window);
    let has_place = match ranking {
        // What a few think whom one could tell apart is not told.
        Ranking::Top => votes.len() >= LEAST_RATERS,
        Ranking::Controversial => votes.len() >= LEAST_RATERS && explanation.score() > 0.0,
        Ranking::Hot | Ranking::Rising | Ranking::Undecided => explanation.score() > 0.0,
    };
    let within = |at: &i64| question.window.contains(*at);
    has_place.then(|| TrendingContent {
        content: kept.id,
        explanation,
        fair,
        ratings: number(votes.iter().filter(|vote| within(&vote.at)).count()),
        replies: number(replies.iter().filter(|at| within(at)).count()),
    })
}

fn candidates<'a>(facts: &'a Facts, question: &Question, ranking: Ranking) -> HashMap<u32, &'a Kept> {
    let window = question.window;
    let published = facts.published(window.from, window.to);
    let mut found: HashMap<u32, &Kept> = match ranking {
        Ranking::Top | Ranking::Controversial | Ranking::Undecided => published.collect(),
        Ranking::Hot | Ranking::Rising => {
            let from = window.to - window.length() * if ranking == Ranking::Hot { REACH } else { 1 };
            // A later vote must not bring back what had none in this time.
            let rated = facts.rated(from).filter(|(_, kept)| {
                let votes = facts.votes_at(kept, window.to);
                votes.last().is_some_and(|vote| vote.at > from)
            });
            let answered = facts.published(from, window.to).filter_map(|(_, kept)| {
                let parent = kept.parent?;
                Some((facts.slot(parent)?, facts.content(parent).filter(|parent| facts.counts(parent))?))
            });
            rated.filter(|(_, kept)| kept.at <= window.to).chain(answered).collect()
        }
    };
    found.retain(|_, kept| question.scope.has(kept));
    found
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
