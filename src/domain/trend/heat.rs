//! Heat of topics and people: what happens around them against what was to be expected at these hours of these days.

use super::explanation::Explanation;
use super::window::{DAY, HOUR, Window, to_f64};

/// Hours of a week, Monday 0 o'clock UTC first.
pub const HOURS: usize = 168;

/// What happened around a topic or a person in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Activity {
    /// Days on which somebody did something, counted once for each of these people: a day's flood of one person is one.
    pub acts: f64,
    /// Different people who wrote, and different people who rated.
    pub people: f64,
    /// As many acts as the past lets expect in this window.
    pub expected: f64,
}

/// Which way something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    Rising,
    Steady,
    Falling,
}

/// The half-life of the past that expectations come from, in days.
pub const MEMORY: f64 = 90.0;
/// From how many standard deviations on something is said to rise or fall.
const TELLING: f64 = 1.0;

impl Activity {
    /// How far it is above or below what was to be expected, in standard deviations of a Poisson variable.
    #[must_use]
    pub fn surprise(&self) -> f64 {
        (self.acts - self.expected) / (self.expected + 1.0).sqrt()
    }

    /// Which way it goes.
    #[must_use]
    pub fn direction(&self) -> Direction {
        match self.surprise() {
            surprise if surprise >= TELLING => Direction::Rising,
            surprise if surprise <= -TELLING => Direction::Falling,
            _ => Direction::Steady,
        }
    }

    /// Version 1: surprise times `log2(1 + people)`. What cools down is surprise alone, below zero: there, few people are no comfort.
    ///
    /// ```
    /// use peerlead::domain::trend::heat::Activity;
    /// let heat = |acts, people, expected| Activity { acts, people, expected }.heat().score();
    /// assert_eq!(heat(8.0, 3.0, 3.0), 2.5 * 2.0);
    /// assert!(heat(8.0, 7.0, 3.0) > heat(8.0, 3.0, 3.0), "more people, more heat");
    /// assert!(heat(1.0, 1.0, 3.0) < 0.0);
    /// ```
    #[must_use]
    pub fn heat(&self) -> Explanation {
        let surprise = self.surprise();
        let people = if surprise > 0.0 { (1.0 + self.people).log2() } else { 1.0 };
        Explanation::product("heat-1", &[("surprise", surprise), ("people", people)])
    }
}

/// How busy an organisation is in each hour of the week; 1 on average.
#[derive(Clone, Debug, PartialEq)]
pub struct Week([f64; HOURS]);

impl Default for Week {
    fn default() -> Self {
        Self([1.0; HOURS])
    }
}

/// Acts that are added to each hour before anything is known.
const UNKNOWN: f64 = 5.0;

impl Week {
    /// The week of so many acts in each hour.
    #[must_use]
    pub fn of(acts: &[f64; HOURS]) -> Self {
        let mean = acts.iter().sum::<f64>() / to_f64(168);
        Self(acts.map(|acts| (acts + UNKNOWN) / (mean + UNKNOWN)))
    }

    /// The hour of the week of a moment in microseconds.
    #[must_use]
    pub fn hour(at: i64) -> usize {
        // 1970 began on a Thursday.
        usize::try_from((at.div_euclid(HOUR) + 72).rem_euclid(168)).unwrap_or_default()
    }

    /// How many average days a window is worth.
    ///
    /// ```
    /// use peerlead::domain::trend::heat::{HOURS, Week};
    /// use peerlead::domain::trend::window::{DAY, Window};
    /// let mut acts = [0.0; HOURS];
    /// acts[..120].fill(100.0);
    /// let week = Week::of(&acts);
    /// let saturday = 16_074 * DAY;
    /// let days = |from: i64, days: i64| week.days(Window { from, to: from + days * DAY });
    /// assert!((days(saturday - 5 * DAY, 7) - 7.0).abs() < 1e-6);
    /// assert!(days(saturday, 1) < 0.2 && days(saturday - 2 * DAY, 1) > 1.2);
    /// ```
    #[must_use]
    pub fn days(&self, window: Window) -> f64 {
        let whole = window.length().div_euclid(7 * DAY);
        let mut days = to_f64(whole) * self.0.iter().sum::<f64>() / 24.0;
        let mut at = window.from + whole * 7 * DAY;
        while at < window.to {
            let next = ((at.div_euclid(HOUR) + 1) * HOUR).min(window.to);
            days += self.0[Self::hour(at)] * to_f64(next - at) / to_f64(DAY);
            at = next;
        }
        days
    }
}
