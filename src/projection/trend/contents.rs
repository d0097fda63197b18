//! Which contents are hot, best, rising, controversial or undecided.

use std::borrow::Cow;
use std::collections::BinaryHeap;

use super::Question;
use crate::domain::trend::company::Company;
use crate::domain::trend::content::{Pace, Ranking, Reception};
use crate::domain::trend::explanation::Explanation;
use crate::domain::trend::fair::{Parameters, Vote, weights};
use crate::domain::trend::trending::{LEAST_RATERS, TrendingContent};
use crate::projection::archive::day::Day;
use crate::projection::archive::facts::{Facts, Kept};
use crate::projection::archive::marks::Marks;

/// For how many acts in a row it is said together what they count at the most.
const TOGETHER: usize = 32;

/// The first `count` contents of a ranking.
#[must_use]
pub fn contents(facts: &Facts, day: &Day, question: &Question, ranking: Ranking, count: usize) -> Vec<TrendingContent> {
    let mut ranked: Vec<Placed<'_>> = Vec::new();
    let (mut best, mut company): (Vec<f64>, _) = (Vec::new(), Company::new(day.grouping));
    let pace = Pace::of(ranking, question.window);
    let mut candidates = candidates(facts, question, pace.as_ref());
    while let Some((bound, slot)) = candidates.next() {
        let is_too_low = |bound: f64| best.len() == count && best.last().is_none_or(|last| bound < *last);
        // Nobody further down can be among the first any more.
        if is_too_low(bound) {
            break;
        }
        let kept = &facts.contents[slot as usize];
        // Most of what was rated much was rated long ago, and to look is quicker than to weigh.
        let less = pace.as_ref().map_or(0.0, |pace| pace.less(number(kept.votes_up_to(pace.long_ago).len())));
        if is_too_low(bound - less) || !kept.counts() || kept.at > question.window.to || !question.scope.has(kept) {
            continue;
        }
        let placed = Known::of(facts, question, kept).place(day, question, ranking, pace.as_ref(), &mut company);
        if let Some(placed) = placed.filter(|placed| !is_too_low(placed.explanation.score())) {
            let score = placed.explanation.score();
            best.insert(best.partition_point(|other| *other >= score), score);
            best.truncate(count);
            ranked.push(placed);
        }
    }
    let better = |a: &Placed<'_>, b: &Placed<'_>| {
        b.explanation.score().total_cmp(&a.explanation.score()).then(b.known.kept.id.cmp(&a.known.kept.id))
    };
    ranked.sort_by(better);
    ranked.truncate(count);
    ranked.into_iter().map(|placed| placed.described(day, question, &mut company)).collect()
}

/// What is known of a content at the end of a window.
struct Known<'a> {
    facts: &'a Facts,
    kept: &'a Kept,
    told: Cow<'a, [Vote]>,
    /// Of what was never told, everybody may know how many rated, and so when; afterwards nothing shows before it is told.
    untold: Cow<'a, [Vote]>,
    replies: Vec<i64>,
}

/// A content that has a place in a ranking.
struct Placed<'a> {
    known: Known<'a>,
    explanation: Explanation,
}

impl<'a> Known<'a> {
    fn of(facts: &'a Facts, question: &Question, kept: &'a Kept) -> Self {
        let told = facts.told_at(kept, question.window.to);
        let untold = if told.is_empty() { facts.votes_at(kept, question.window.to) } else { Cow::default() };
        let replies = facts.replies(kept.id).map(|reply| reply.at).filter(|at| *at <= question.window.to).collect();
        Self { facts, kept, told, untold, replies }
    }

    /// Its place in a ranking, if it has one.
    fn place(
        self,
        day: &Day,
        question: &Question,
        ranking: Ranking,
        pace: Option<&Pace>,
        company: &mut Company,
    ) -> Option<Placed<'a>> {
        // What was taken back since was not to bring it here.
        let silent: Vec<i64> = self.replies.iter().copied().chain(self.untold.iter().map(|vote| vote.at)).collect();
        let is_new = |at: i64| self.told.last().is_some_and(|vote| vote.at > at) || silent.iter().any(|act| *act > at);
        if pace.is_some_and(|pace| !is_new(pace.from)) {
            return None;
        }
        let (standard, rater) = (day.standard(self.kept.source), |rater| day.rater(self.facts, rater));
        let first = pace.map_or(0, |pace| self.told.partition_point(|vote| vote.at <= pace.forgotten));
        let (votes, shares) = (&self.told[first..], company.shares(&self.told, first, rater, &Parameters::default()));
        let reception = Reception {
            votes,
            weights: &weights(votes, &shares, rater, &Parameters::default()),
            raters: self.told.len(),
            silent: &silent,
            published_at: self.kept.at,
            standard,
        };
        let explanation = reception.score(ranking, question.window);
        let has_place = match ranking {
            // What a few think whom one could tell apart is not told.
            Ranking::Top => self.told.len() >= LEAST_RATERS,
            Ranking::Controversial => self.told.len() >= LEAST_RATERS && explanation.score() > 0.0,
            Ranking::Hot | Ranking::Rising | Ranking::Undecided => explanation.score() > 0.0,
        };
        has_place.then_some(Placed { known: self, explanation })
    }
}

impl Placed<'_> {
    /// With all that is shown beside it.
    fn described(self, day: &Day, question: &Question, company: &mut Company) -> TrendingContent {
        let Known { facts, kept, told, untold, replies } = self.known;
        let (standard, rater) = (day.standard(kept.source), |rater| day.rater(facts, rater));
        let within = |at: i64| question.window.contains(at);
        let told_within = facts.told_within(kept, question.window.from, question.window.to).len();
        TrendingContent {
            content: kept.id,
            explanation: self.explanation,
            fair: standard.fair(&told, rater, company, &Parameters::default()),
            ratings: number(told_within + untold.iter().filter(|vote| within(vote.at)).count()),
            replies: number(replies.iter().filter(|at| within(**at)).count()),
        }
    }
}

/// Numbers of contents that may have a place, each with what its score cannot be above. Few are looked at, so they are not sorted.
/// Both in one number: the bits of numbers that are not negative are in their order.
struct Candidates(BinaryHeap<u64>);

impl Candidates {
    fn of(bounds: impl Iterator<Item = (f64, u32)>) -> Self {
        // A little above them, for what rounding does.
        #[expect(clippy::cast_possible_truncation, reason = "so that both have room in a number")]
        let above = |bound: f64| (bound * (1.0 + 1e-6)) as f32;
        Self(bounds.map(|(bound, slot)| u64::from(above(bound).to_bits()) << 32 | u64::from(!slot)).collect())
    }

    /// The one with the highest bound of those that are left.
    #[expect(clippy::cast_possible_truncation, reason = "either half of the number")]
    fn next(&mut self) -> Option<(f64, u32)> {
        self.0.pop().map(|both| (f64::from(f32::from_bits((both >> 32) as u32)), !(both as u32)))
    }
}

fn candidates(facts: &Facts, question: &Question, pace: Option<&Pace>) -> Candidates {
    let window = question.window;
    let Some(pace) = pace else {
        return Candidates::of(facts.published(window.from, window.to).map(|(slot, _)| (f64::INFINITY, slot)));
    };
    let (mut sums, mut found) = (vec![0.0; facts.contents.len()], Marks::new(facts.contents.len()));
    let mut add = |slot: u32, most: f64| {
        sums[slot as usize] += most;
        found.mark(slot);
    };
    for some in facts.casts(pace.from, window.to).chunks(TOGETHER) {
        // The last of them counts most.
        let most = some.last().map_or(0.0, |last| pace.act(last.at));
        for cast in some {
            add(cast.slot, most);
        }
    }
    for (_, reply) in facts.published(pace.from, window.to) {
        if let Some(slot) = reply.parent.and_then(|parent| facts.slot(parent)) {
            add(slot, pace.act(reply.at));
        }
    }
    Candidates::of(found.marked().map(|slot| (sums[slot as usize] + pace.before(facts.acts_on(slot)), slot)))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
