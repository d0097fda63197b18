//! Evidence that somebody leads: months in which others acknowledged their work, and months in which they judged others' work by name.
//!
//! A month counts, not each act in it: who floods a topic for a month has one good month, and who cares for it steadily has many.

use crate::domain::trend::window::{DAY, HOUR};

/// A month in microseconds: 30.44 days.
pub const MONTH: i64 = DAY / 100 * 3_044;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Wrote something that somebody else acknowledged.
    Own,
    /// Judged somebody else's work by name.
    Judged,
}

/// One act that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Act {
    /// Microseconds.
    pub at: i64,
    pub deed: Deed,
    /// How many topics its content has: an act on many topics counts less on each.
    pub topics: u32,
    /// The number of the content.
    pub content: u32,
}

/// The numbers that evidence is counted with.
///
/// Fixed once, for all organisations, on two sets of real projects with dated lists of who was in charge: each lies on a plateau,
/// halving or doubling one of them moves the mean by about a hundredth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// The half-life of evidence, in months.
    pub memory: f64,
    /// Acts after which a month counts by half.
    pub month: f64,
    /// How much judging counts beside own work.
    pub judging: f64,
    /// An act on `n` topics counts `n^-spread` on each.
    pub spread: f64,
    /// The exponent of presence, its half-life in months, and its upper bound.
    pub presence: f64,
    pub recent: f64,
    pub most_present: f64,
    /// The exponent of focus.
    pub focus: f64,
}

/// What is asked about leading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// Who leads this topic: those count more who care for it rather than for everything.
    #[default]
    Leading,
    /// Whose work and judgement the topic will see most of: whatever else they do.
    Active,
}

impl Parameters {
    /// The parameters for a question.
    #[must_use]
    pub const fn of(aspect: Aspect) -> Self {
        let (spread, focus) = match aspect {
            Aspect::Leading => (0.5, 0.2),
            Aspect::Active => (0.0, 0.0),
        };
        Self { memory: 18.0, month: 3.0, judging: 1.5, spread, presence: 0.6, recent: 4.0, most_present: 2.0, focus }
    }
}

/// What somebody has to show on a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Months of own work, each 0 to 1, older ones forgotten; times the breadth of those who acknowledged it.
    pub own: f64,
    /// Months of judging, alike.
    pub judged: f64,
    /// Different months with any evidence, none forgotten.
    pub months: u32,
    /// Acts of either deed.
    pub own_acts: u32,
    pub judging_acts: u32,
    /// The last act, in microseconds.
    pub last: Option<i64>,
}

impl Evidence {
    /// The same when own work counts less, because always the same few acknowledge it.
    #[must_use]
    pub fn narrowed(self, breadth: f64) -> Self {
        Self { own: self.own * breadth, ..self }
    }

    /// Since when there has been evidence without a break of more than a year, up to `at`.
    ///
    /// ```
    /// use peerlead::domain::lead::evidence::{Act, Deed, Evidence, MONTH};
    /// let act = |month: i64| Act { at: month * MONTH, deed: Deed::Judged, topics: 1, content: 0 };
    /// assert_eq!(Evidence::since(&[act(1), act(20), act(30)], 40 * MONTH), Some(20 * MONTH));
    /// assert_eq!(Evidence::since(&[act(50)], 40 * MONTH), None);
    /// ```
    #[must_use]
    pub fn since(acts: &[Act], at: i64) -> Option<i64> {
        let mut times: Vec<i64> = acts.iter().map(|act| act.at).filter(|act| *act <= at).collect();
        times.sort_unstable();
        let mut since = times.pop()?;
        while let Some(time) = times.pop().filter(|time| since - time <= BREAK) {
            since = time;
        }
        Some(since)
    }
}

/// The moment as of which evidence is reckoned: the end of the hour. Within an hour nothing is forgotten, so what was counted of a
/// topic can be used again until something happens on it.
///
/// ```
/// use peerlead::domain::lead::evidence::reckoned_at;
/// use peerlead::domain::trend::window::HOUR;
/// assert_eq!((reckoned_at(2 * HOUR), reckoned_at(2 * HOUR + 1)), (2 * HOUR, 3 * HOUR));
/// ```
#[must_use]
pub const fn reckoned_at(at: i64) -> i64 {
    at.div_euclid(HOUR).saturating_mul(HOUR).saturating_add(if at.rem_euclid(HOUR) == 0 { 0 } else { HOUR })
}

/// How long nothing may happen before it begins anew: a year.
pub const BREAK: i64 = 366 * DAY;
