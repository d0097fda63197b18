//! Scores of words: which ones sum up a time, and which ones will go on rising.
//!
//! Both compare the texts that use a word with what the past lets expect. Measured against release notes that people wrote and
//! against what came next, in `BENCHMARKS.md`.

use super::explanation::Explanation;
use super::window::{size, to_f64};

/// What is known of a word in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Use {
    /// Texts that use it, each once, perhaps weighed.
    pub texts: f64,
    /// Of these texts the share that has it in the title, 0 to 1.
    pub titled: f64,
    /// People who wrote them.
    pub people: f64,
    /// Texts that would use it if it were used as before.
    pub expected: f64,
}

/// How words are scored that sum up a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distinction {
    /// How many texts of one person count: what is beyond is a flood.
    pub texts_a_person: f64,
    /// Added to both sides of the comparison, so that a word used twice is no sensation. More of it forgets rare words.
    pub smoothing: f64,
    /// People who would have to use a word for it to count by half.
    pub half: f64,
    /// What a word counts that is in no title, against 1.5 for one that always is.
    pub untitled: f64,
    /// The half-life of the past that expectations come from, in days: two years.
    pub memory: f64,
}

impl Default for Distinction {
    fn default() -> Self {
        Self { texts_a_person: 8.0, smoothing: 0.5, half: 0.5, untitled: 0.5, memory: 730.0 }
    }
}

/// Version 1: `(1 + ln n) · ln((n + ½) / (e + ½)) · (½ + √t) · p / (p + ½)`, with `n` texts, at most eight a person, `e` expected, the share
/// `t` titled and `p` people. Keyness as in corpus linguistics (a log ratio, weighed by a sublinear frequency), with a bound on
/// what one person can do: used in one text more by one person it can rise to what three people reach together, and no further.
///
/// ```
/// use peerlead::domain::trend::word::{Distinction, Use, distinctive};
/// let score = |texts, people, expected| distinctive(&Use { texts, people, expected, titled: 0.0 }, &Distinction::default()).score();
/// assert!((score(4.0, 4.0, 1.0) - 2.386_294 * (4.5_f64 / 1.5).ln() * 0.5 * (4.0 / 4.5)).abs() < 1e-6);
/// assert!(score(4.0, 4.0, 1.0) > score(40.0, 40.0, 40.0), "what is always said says nothing");
/// assert_eq!(score(8.0, 1.0, 0.0), score(1_000.0, 1.0, 0.0), "a flood of one person");
/// assert!(score(1_000.0, 1.0, 0.0) < score(10.0, 10.0, 0.0));
/// ```
#[must_use]
pub fn distinctive(used: &Use, parameters: &Distinction) -> Explanation {
    let texts = used.texts.min(parameters.texts_a_person * used.people);
    let lift = ((texts + parameters.smoothing) / (used.expected + parameters.smoothing)).ln().max(0.0);
    Explanation::product(
        "words-distinctive-1",
        &[
            ("frequency", if texts > 0.0 { 1.0 + texts.max(1.0).ln() } else { 0.0 }),
            ("surprise", lift),
            ("titles", parameters.untitled + used.titled.sqrt()),
            ("people", used.people / (used.people + parameters.half)),
        ],
    )
}

/// Version 1: the texts that use a word, at most eight a person, for those who want the plain cloud.
#[must_use]
pub fn frequent(used: &Use, parameters: &Distinction) -> Explanation {
    Explanation::product("words-frequent-1", &[("texts", used.texts.min(parameters.texts_a_person * used.people))])
}

/// What is known of a word lately, each text forgotten by half in a half-life somewhat longer than the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Momentum {
    /// Texts that use it, forgotten so.
    pub texts: f64,
    /// Of these the share that has it in the title.
    pub titled: f64,
    /// People, each by their last use, forgotten so.
    pub people: f64,
    /// Its share of all texts lately, and in the long run.
    pub share: f64,
    pub long_share: f64,
    /// Texts of one window, as they come lately.
    pub window: f64,
}

/// How words are scored that will go on rising.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rise {
    /// Added to the window for the half-life of what counts as lately, in days.
    pub longer: f64,
    /// How many half-lives back something still counts.
    pub reach: f64,
    /// The half-life of the long run, in days.
    pub memory: f64,
    /// Texts, and standard deviations, from which on a word of the next window is rising.
    pub least: f64,
    pub sigma: f64,
    /// How much one more person steadies a word: each is one source that may speak again.
    pub steadiness: f64,
}

impl Default for Rise {
    fn default() -> Self {
        Self { longer: 28.0, reach: 6.0, memory: 730.0, least: 4.0, sigma: 3.0, steadiness: 0.1 }
    }
}

/// Version 1: how likely the next window has the word in at least `max(4, e + 3√(e + 1))` texts, times how far it is above what is
/// to be expected already, times a little for titles. The chance is that of a negative binomial distribution whose mean is what
/// the word has lately and whose spread shrinks with the people behind it. It ranks well and is no forecast: it says more than
/// comes true.
///
/// ```
/// use peerlead::domain::trend::word::{Momentum, Rise, rising};
/// let new = Momentum { texts: 6.0, titled: 0.0, people: 5.0, share: 0.02, long_share: 0.001, window: 300.0 };
/// let old = Momentum { long_share: 0.02, ..new };
/// let alone = Momentum { people: 1.0, ..new };
/// let score = |momentum| rising(&momentum, &Rise::default()).score();
/// assert!(score(new) > score(old) && score(new) > score(alone));
/// ```
#[must_use]
pub fn rising(lately: &Momentum, parameters: &Rise) -> Explanation {
    let (mean, expected) = (lately.share * lately.window, lately.long_share * lately.window);
    let needed = (expected + parameters.sigma * (expected + 1.0).sqrt()).max(parameters.least).ceil();
    let above = ((mean - expected) / (expected + 1.0).sqrt()).max(0.0);
    Explanation::product(
        "words-rising-1",
        &[
            ("chance", at_least(needed, mean, parameters.steadiness * lately.people)),
            ("above", (4.0 + above).log2()),
            ("titles", 4.0 + lately.titled),
        ],
    )
}

/// The chance that a negative binomial variable with this mean and shape is `least` or more, 0 to 1.
fn at_least(least: f64, mean: f64, shape: f64) -> f64 {
    if mean <= 0.0 || shape <= 0.0 {
        return 0.0;
    }
    let step = mean / (shape + mean);
    let mut chance = (shape * (shape / (shape + mean)).ln()).exp();
    let mut below = 0.0;
    let mut count = 0_i64;
    while to_f64(count) < least && count < 100_000 {
        below += chance;
        chance *= (to_f64(count) + shape) / (to_f64(count) + 1.0) * step;
        count += 1;
    }
    (1.0 - below).clamp(0.0, 1.0)
}

/// How tightly the words of a phrase hold together: normalised pointwise mutual information, -1 to 1 (Bouma 2009).
#[must_use]
pub fn cohesion(together: f64, alone: &[f64], texts: f64) -> f64 {
    if together <= 0.0 || texts <= 0.0 {
        return -1.0;
    }
    if together >= texts {
        return 1.0;
    }
    let apart: f64 = alone.iter().map(|count| (count / texts).ln()).sum();
    let joint = (together / texts).ln();
    let most = size(alone.len()) - 1.0;
    ((joint - apart) / (-joint * most)).clamp(-1.0, 1.0)
}

/// From which cohesion on words are a phrase, in how many texts, and from which share of its texts on a word is only part of one.
pub const COHESION: f64 = 0.5;
pub const PHRASE_TEXTS: f64 = 3.0;
pub const COVERED: f64 = 0.6;
