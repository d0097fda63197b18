//! Scores of contents by how their peers rate them: now, in all, lately more, in two minds, not enough to tell.

use super::explanation::Explanation;
use super::fair::{Fair, Vote};
use super::trending::LEAST_RATERS;
use super::window::{Window, decay, to_f64};

/// What contents are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ranking {
    /// Rated and answered now.
    Hot,
    /// The best, in all.
    Top,
    /// Rated more than it was.
    Rising,
    /// Many for and many against.
    Controversial,
    /// Not enough to tell.
    Undecided,
}

/// What happened to a content up to the end of a window.
#[derive(Clone, Copy, Debug)]
pub struct Reception<'a> {
    /// In the order of time, with what each counts.
    pub votes: &'a [Vote],
    pub weights: &'a [f64],
    /// When it was answered.
    pub replies: &'a [i64],
    pub published_at: i64,
    pub fair: Fair,
}

/// The share of the window after which a rating counts by half in `HOT`: what is hot now is about what will be rated next.
const HOT: f64 = 0.5;
/// The same for the two paces that `RISING` compares.
const NOW: f64 = 0.125;
const BEFORE: f64 = 1.0;

/// What is said of how a few feel whom one could tell apart, and of answers, which do not say: neither for nor against.
const NEITHER: f64 = 0.5;

impl Reception<'_> {
    /// How far a rating is for it: 0 against, 1 for.
    fn approval(&self, vote: &Vote) -> f64 {
        if self.votes.len() < LEAST_RATERS { NEITHER } else { f64::midpoint(vote.value(), 1.0) }
    }

    /// Ratings and replies, each forgotten by half in a share of the window, and of that the part that is for it.
    fn lately(&self, window: Window, share: f64) -> (f64, f64) {
        let half_life = share * to_f64(window.length());
        let (mut all, mut approving) = (0.0, 0.0);
        for (vote, weight) in self.votes.iter().zip(self.weights) {
            // Whoever rates pays attention, newcomers too; the root keeps a crowd of them from being one.
            let counts = weight.sqrt() * decay(window.to - vote.at, half_life);
            all += counts;
            approving += counts * self.approval(vote);
        }
        for at in self.replies {
            let counts = decay(window.to - at, half_life);
            all += counts;
            approving += counts * NEITHER;
        }
        (all, approving)
    }

    /// What the score in a ranking cannot be above, reckoned from the votes alone, which is much less work.
    #[must_use]
    pub fn bound(ranking: Ranking, window: Window, votes: &[Vote], replies: &[i64]) -> f64 {
        if ranking != Ranking::Hot {
            return f64::INFINITY;
        }
        let half_life = HOT * to_f64(window.length());
        let times = votes.iter().map(|vote| vote.at).chain(replies.iter().copied());
        // No vote weighs more than one, and nothing is approved of more than by all. A little more, for what rounding does.
        times.map(|at| decay(window.to - at, half_life)).sum::<f64>() * (1.0 + 1e-9)
    }

    /// Its score in a ranking; zero or below for what has no place in it.
    #[must_use]
    pub fn score(&self, ranking: Ranking, window: Window) -> Explanation {
        match ranking {
            Ranking::Hot => {
                let (all, approving) = self.lately(window, HOT);
                let share = if all > 0.0 { approving / all } else { 0.0 };
                // What many object to is hot, too, if less than what they like.
                Explanation::product("contents-hot-1", &[("attention", all), ("approval", (2.0 + share) / 3.0)])
            }
            Ranking::Top => {
                Explanation::sum("contents-top-1", &[("usual", self.fair.usual), ("verdict", self.fair.verdict)])
            }
            Ranking::Rising => {
                let ((now, approving), (before, _)) = (self.lately(window, NOW), self.lately(window, BEFORE));
                let expected = before * NOW / BEFORE;
                let share = if now > 0.0 { approving / now } else { 0.0 };
                let surprise = ((now - expected) / (expected + 1.0).sqrt()).max(0.0);
                Explanation::product("contents-rising-1", &[("surprise", surprise), ("approval", share)])
            }
            Ranking::Controversial => {
                let weighed = |side: fn(&Vote) -> bool| -> f64 {
                    let of = self.votes.iter().zip(self.weights);
                    of.filter(|(vote, _)| side(vote)).map(|(_, weight)| weight).sum()
                };
                let (up, down) = (weighed(|vote| vote.step > 0), weighed(|vote| vote.step < 0));
                let balance = if up > 0.0 && down > 0.0 { up.min(down) / up.max(down) } else { 0.0 };
                Explanation::product(
                    "contents-controversial-1",
                    &[("votes", (1.0 + up + down).log2()), ("balance", balance)],
                )
            }
            Ranking::Undecided => {
                let fresh = decay(window.to - self.published_at, to_f64(window.length()));
                let unknown = self.fair.margin;
                Explanation::product("contents-undecided-1", &[("margin", unknown), ("freshness", fresh)])
            }
        }
    }
}
