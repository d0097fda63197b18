//! Scores of contents by how their peers rate them: now, in all, lately more, in two minds, not enough to tell.

use super::explanation::Explanation;
use super::fair::{Standard, Vote};
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
    /// In the order of time, with what each counts: all, or for a ranking that is about what happened lately those after
    /// [`Pace::forgotten`].
    pub votes: &'a [Vote],
    pub weights: &'a [f64],
    /// How many have rated it, those before among them.
    pub raters: usize,
    /// When something happened to it that does not say how anybody finds it: an answer, or a rating that cannot be told yet.
    pub silent: &'a [i64],
    pub published_at: i64,
    /// What is usual where it stands.
    pub standard: &'a Standard,
}

/// The share of the window after which a rating counts by half in `HOT`: what is hot now is about what will be rated next.
const HOT: f64 = 0.5;
/// How many windows back `HOT` looks for what was rated or answered: six half-lives.
const REACH: i64 = 3;
/// The same for the two paces that `RISING` compares.
const NOW: f64 = 0.125;
const BEFORE: f64 = 1.0;
/// After how many half-lives nothing is left that could be seen: a rating counts less than a billionth then.
const FORGOTTEN: f64 = 32.0;

/// What happened lately at the most, for a ranking that is about that: what it counts is never above the sum of these.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// What is looked for happened after this.
    pub from: i64,
    /// What happened up to this hardly counts any more.
    pub long_ago: i64,
    /// What happened up to this does not count at all.
    pub forgotten: i64,
    /// What an act of either moment counts: asked of every candidate.
    at_from: f64,
    at_long_ago: f64,
    to: i64,
    half_life: f64,
}

impl Pace {
    /// The pace of a ranking; `None` for one that is not about what happened lately.
    #[must_use]
    pub fn of(ranking: Ranking, window: Window) -> Option<Self> {
        let (share, slowest, windows) = match ranking {
            Ranking::Hot => (HOT, HOT, REACH),
            Ranking::Rising => (NOW, BEFORE, 1),
            _ => return None,
        };
        let from = window.to - window.length() * windows;
        #[expect(clippy::cast_possible_truncation, reason = "some dozens of windows")]
        let forgotten = window.to - (FORGOTTEN * slowest * to_f64(window.length())) as i64;
        let long_ago = from - window.length() * windows;
        let half_life = share * to_f64(window.length());
        let [at_from, at_long_ago] = [from, long_ago].map(|at| decay(window.to - at, half_life));
        Some(Self { from, long_ago, forgotten, at_from, at_long_ago, to: window.to, half_life })
    }

    /// What an act of a moment counts. No vote weighs more than one, and nothing is approved of by more than all.
    #[must_use]
    pub fn act(&self, at: i64) -> f64 {
        decay(self.to - at, self.half_life)
    }

    /// What so many acts of before then may count together.
    #[must_use]
    pub fn before(&self, acts: u32) -> f64 {
        f64::from(acts) * self.at_from
    }

    /// How much less that is when so many of them were long ago.
    #[must_use]
    pub fn less(&self, long_ago: u32) -> f64 {
        f64::from(long_ago) * (self.at_from - self.at_long_ago)
    }
}

/// What is said of how a few feel whom one could tell apart, and of what does not say: neither for nor against.
const NEITHER: f64 = 0.5;

impl Reception<'_> {
    /// How far a rating is for it: 0 against, 1 for.
    fn approval(&self, vote: &Vote) -> f64 {
        if self.raters < LEAST_RATERS { NEITHER } else { f64::midpoint(vote.value(), 1.0) }
    }

    /// Ratings and whatever else happened, each forgotten by half in a share of the window, and of that the part that is for it.
    fn lately(&self, window: Window, share: f64) -> (f64, f64) {
        let half_life = share * to_f64(window.length());
        let (mut all, mut approving) = (0.0, 0.0);
        for (vote, weight) in self.votes.iter().zip(self.weights) {
            // Whoever rates pays attention, newcomers too; the root keeps a crowd of them from being one.
            let counts = weight.sqrt() * decay(window.to - vote.at, half_life);
            all += counts;
            approving += counts * self.approval(vote);
        }
        for at in self.silent {
            let counts = decay(window.to - at, half_life);
            all += counts;
            approving += counts * NEITHER;
        }
        (all, approving)
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
                let fair = self.standard.weighed(self.votes, self.weights);
                Explanation::sum("contents-top-1", &[("usual", fair.usual), ("verdict", fair.verdict)])
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
                let unknown = self.standard.weighed(self.votes, self.weights).margin;
                Explanation::product("contents-undecided-1", &[("margin", unknown), ("freshness", fresh)])
            }
        }
    }
}
