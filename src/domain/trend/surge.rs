//! Surges: the moment from which on people suddenly use a word, found as early as few false alarms allow.
//!
//! Texts are looked at one by one in the order of time. Each use counts for its person: the first one of a while fully, further ones
//! much less, and of somebody who keeps coming back to the word less too. A surge is when that is far above what the last months
//! let expect. Bursts of one person are not found, on purpose.

use std::collections::HashMap;

use super::window::{DAY, decay, to_f64};

/// How surges are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// Half-lives of now and of the usual, in days.
    pub fast: f64,
    pub slow: f64,
    /// After so many days without a use a person begins anew.
    pub pause: f64,
    /// What each further use counts against the one before it.
    pub again: f64,
    /// How many earlier whiles halve a person's use, and the half-life of that habit in days.
    pub habit: f64,
    pub habit_memory: f64,
    /// What a word counts in a text in which another one stands out more: one story, one alarm.
    pub beside: f64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { fast: 2.5, slow: 90.0, pause: 7.0, again: 0.4, habit: 10.0, habit_memory: 365.0, beside: 0.6 }
    }
}

/// From which strength on something is called a surge: about one false alarm a day among forty thousand words.
pub const THRESHOLD: f64 = 1.5;

#[derive(Clone, Copy, Debug, Default)]
struct Level {
    fast: f64,
    slow: f64,
    at: i64,
}

#[derive(Clone, Copy, Debug)]
struct Habit {
    last: i64,
    uses: i32,
    whiles: f64,
    at: i64,
}

/// Watches a stream of texts. Words and people are numbers.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    parameters: Parameters,
    all: Level,
    words: HashMap<u32, Level>,
    people: HashMap<(u32, u32), Habit>,
}

impl Watch {
    /// How far each word of a text stands above the usual, in standard deviations. Times are microseconds and never go back.
    pub fn hear(&mut self, at: i64, person: u32, words: &[u32]) -> Vec<f64> {
        let p = self.parameters;
        let (fast, slow) = (p.fast * to_f64(DAY), p.slow * to_f64(DAY));
        let faded = |level: Level| (level.fast * decay(at - level.at, fast), level.slow * decay(at - level.at, slow));
        let (all_fast, all_slow) = faded(self.all);
        self.all = Level { fast: all_fast + 1.0, slow: all_slow + 1.0, at };
        let mut strengths: Vec<f64> = Vec::with_capacity(words.len());
        for word in words {
            let gain = self.gain(at, person, *word);
            let (now, usual) = faded(self.words.get(word).copied().unwrap_or_default());
            self.words.insert(*word, Level { fast: now + gain, slow: usual + gain, at });
            let expected = usual / self.all.slow * self.all.fast;
            strengths.push((now + gain - expected) / (expected + 1.0).sqrt());
        }
        let strongest = strengths.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for strength in &mut strengths {
            if *strength < strongest {
                *strength *= p.beside;
            }
        }
        strengths
    }

    /// How far a word stands above the usual at a moment after the last text.
    #[must_use]
    pub fn strength(&self, at: i64, word: u32) -> f64 {
        let Some(level) = self.words.get(&word) else { return 0.0 };
        let (fast, slow) = (self.parameters.fast * to_f64(DAY), self.parameters.slow * to_f64(DAY));
        let usual = level.slow * decay(at - level.at, slow) / (self.all.slow * decay(at - self.all.at, slow)).max(1e-9);
        let expected = usual * self.all.fast * decay(at - self.all.at, fast);
        (level.fast * decay(at - level.at, fast) - expected) / (expected + 1.0).sqrt()
    }

    /// What one more use by a person counts.
    fn gain(&mut self, at: i64, person: u32, word: u32) -> f64 {
        let p = self.parameters;
        let habit = self.people.entry((word, person)).or_insert(Habit { last: i64::MIN / 2, uses: 0, whiles: 0.0, at });
        let whiles = habit.whiles * decay(at - habit.at, p.habit_memory * to_f64(DAY));
        let pauses = to_f64(at - habit.last) > p.pause * to_f64(DAY);
        habit.uses = if pauses { 1 } else { habit.uses + 1 };
        if pauses {
            (habit.whiles, habit.at) = (whiles + 1.0, at);
        }
        habit.last = at;
        p.again.powi(habit.uses - 1) / (1.0 + whiles / p.habit)
    }
}
