//! How strongly somebody leads a topic, in one number and why.

use super::evidence::{Evidence, Parameters};
use crate::domain::trend::explanation::Explanation;

/// What somebody does in public anywhere in the organisation: contents that others acknowledged and judgements, older ones forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Presence {
    /// With a half-life of [`Parameters::recent`].
    pub recent: f64,
    /// With a half-life of [`Parameters::memory`].
    pub long: f64,
}

/// Acts that stand in for somebody of whom little is known.
const UNKNOWN_RECENT: f64 = 0.3;
const UNKNOWN_LONG: f64 = 1.0;
const UNKNOWN_FOCUS: (f64, f64) = (1.0, 3.0);
/// The strength that scores a half: own work acknowledged in about two months of three, over years.
pub const HALF: f64 = 10.0;

impl Evidence {
    /// The months, by kind: own work, judging, and a bonus for whoever does both. Their sum is (√own + √judging)².
    ///
    /// ```
    /// use peerlead::domain::lead::evidence::{Aspect, Evidence, Parameters};
    /// let sum = |own, judged| Evidence { own, judged, ..Evidence::default() }.sum(&Parameters::of(Aspect::Leading)).score();
    /// assert_eq!(sum(4.0, 0.0), 4.0);
    /// assert!((sum(4.0, 6.0) - 25.0).abs() < 1e-9, "4 + 1.5 * 6 + 2 * sqrt(4 * 9)");
    /// ```
    #[must_use]
    pub fn sum(&self, parameters: &Parameters) -> Explanation {
        let judging = parameters.judging * self.judged;
        let both = 2.0 * (self.own * judging).sqrt();
        Explanation::sum("evidence-1", &[("ownWork", self.own), ("judging", judging), ("both", both)])
    }

    /// Version 1 of the strength: evidence, times whether they are still there, times how much of what they do is this.
    ///
    /// ```
    /// use peerlead::domain::lead::evidence::{Aspect, Evidence, Parameters};
    /// use peerlead::domain::lead::strength::Presence;
    /// let evidence = Evidence { own: 6.0, judged: 2.0, ..Evidence::default() };
    /// let strength = |recent, long| evidence.strength(Presence { recent, long }, &Parameters::of(Aspect::Leading)).score();
    /// assert!(strength(1.0, 30.0) < strength(6.0, 30.0), "who goes away leads less");
    /// assert!(strength(60.0, 300.0) < strength(6.0, 30.0), "who does everything leads this less");
    /// assert_eq!(strength(9e9, 30.0), strength(99.0, 30.0), "a rush of acts is worth something, but no more");
    /// ```
    #[must_use]
    pub fn strength(&self, presence: Presence, parameters: &Parameters) -> Explanation {
        let evidence = self.sum(parameters).score();
        let steady = parameters.recent / parameters.memory;
        let present = (presence.recent + UNKNOWN_RECENT) / (presence.long + UNKNOWN_LONG) / steady;
        let focus = (evidence + UNKNOWN_FOCUS.0) / (presence.long + UNKNOWN_FOCUS.1);
        let parts = [
            ("evidence", evidence),
            ("presence", present.min(parameters.most_present).powf(parameters.presence)),
            ("focus", focus.powf(parameters.focus)),
        ];
        Explanation::product("leads-1", &parts)
    }
}

/// A strength as a score from 0 to 1. The same strength has the same score on every topic, so scores can be compared.
///
/// ```
/// use peerlead::domain::lead::strength::{HALF, score};
/// assert_eq!((score(0.0), score(HALF), score(3.0 * HALF)), (0.0, 0.5, 0.75));
/// ```
#[must_use]
pub fn score(strength: f64) -> f64 {
    strength / (strength + HALF)
}

/// The strength of everybody on a topic together, of which each has a share; never 0.
#[must_use]
pub fn all(strengths: impl Iterator<Item = f64>) -> f64 {
    strengths.sum::<f64>().max(f64::MIN_POSITIVE)
}

/// How many of the strongest people could leave before half of all strength were gone: a topic with 1 hangs on one person.
///
/// ```
/// use peerlead::domain::lead::strength::bus_factor;
/// assert_eq!(bus_factor(&[9.0, 4.0, 2.0]), 1);
/// assert_eq!(bus_factor(&[3.0, 3.0, 3.0, 3.0]), 2);
/// assert_eq!(bus_factor(&[]), 0);
/// ```
#[must_use]
pub fn bus_factor(strengths: &[f64]) -> usize {
    let mut strengths: Vec<f64> = strengths.iter().copied().filter(|strength| *strength > 0.0).collect();
    strengths.sort_by(|a, b| b.total_cmp(a));
    let half = strengths.iter().sum::<f64>() / 2.0;
    let mut gone = 0.0;
    for (count, strength) in strengths.iter().enumerate() {
        gone += strength;
        if gone >= half {
            return count + 1;
        }
    }
    0
}
