//! The span of time that is looked at: it ends at a moment and is as long as somebody wants to know.

use chrono::TimeDelta;

use crate::domain::invalid::{Code, Invalid};
use crate::domain::time::{Time, micros};

/// Microseconds in an hour and in a day.
pub const HOUR: i64 = 3_600_000_000;
pub const DAY: i64 = 24 * HOUR;

/// From a moment, not itself within, to a moment that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Microseconds, exclusive.
    pub from: i64,
    /// Microseconds, inclusive: what happened later is not known yet.
    pub to: i64,
}

impl Window {
    /// The window of some length that ends `at`.
    ///
    /// # Errors
    /// `OUT_OF_RANGE` for less than an hour or more than 366 days, `IN_FUTURE` when it ends after `now`.
    pub fn check(length: TimeDelta, at: Time, now: Time) -> Result<Self, Invalid> {
        if length < TimeDelta::hours(1) || length > TimeDelta::days(366) {
            return Err(Invalid::new(Code::OutOfRange, "window", "it must lie between PT1H and P366D"));
        }
        let to = known(at, now)?;
        Ok(Self { from: to - length.num_microseconds().unwrap_or(DAY), to })
    }

    /// Everything up to a moment, or what lies within a span before it, of a day to ten years.
    ///
    /// # Errors
    /// `OUT_OF_RANGE`, or `IN_FUTURE` when it ends after `now`.
    pub fn up_to(at: Time, length: Option<TimeDelta>, now: Time) -> Result<Self, Invalid> {
        let to = known(at, now)?;
        let from = match length {
            None => i64::MIN,
            Some(length) if length < TimeDelta::days(1) || length > TimeDelta::days(3_660) => {
                return Err(Invalid::new(Code::OutOfRange, "window", "it must lie between P1D and P3660D"));
            }
            Some(length) => to - length.num_microseconds().unwrap_or(DAY),
        };
        Ok(Self { from, to })
    }

    /// Its length in microseconds.
    #[must_use]
    pub const fn length(self) -> i64 {
        self.to - self.from
    }

    /// Its length in days.
    #[must_use]
    pub fn days(self) -> f64 {
        to_f64(self.length()) / to_f64(DAY)
    }

    #[must_use]
    pub const fn contains(self, at: i64) -> bool {
        self.from < at && at <= self.to
    }

    /// Which of `count` equal parts a moment within it lies in.
    #[must_use]
    pub fn part(self, at: i64, count: usize) -> usize {
        let share = to_f64(at - self.from - 1) / to_f64(self.length().max(1));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number, never below zero")]
        let part = (share.max(0.0) * size(count)) as usize;
        part.min(count.saturating_sub(1))
    }
}

/// A moment that has come, in microseconds.
fn known(at: Time, now: Time) -> Result<i64, Invalid> {
    if at > now {
        return Err(Invalid::new(Code::InFuture, "asOf", format!("{at} lies in the future; it is {now} now")));
    }
    match micros(at) {
        at if at < 0 => Err(Invalid::new(Code::OutOfRange, "asOf", "a time must lie between the years 1970 and 9999")),
        at => Ok(at),
    }
}

/// How much something counts that is `age` old when half of it is forgotten each `half_life`.
#[must_use]
pub fn decay(age: i64, half_life: f64) -> f64 {
    (-to_f64(age.max(0)) / half_life).exp2()
}

/// Counts and spans stay far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "they stay far below 2^53")]
#[must_use]
pub const fn to_f64(number: i64) -> f64 {
    number as f64
}

/// The same of how many there are of something.
#[must_use]
pub fn size(count: usize) -> f64 {
    to_f64(i64::try_from(count).unwrap_or(i64::MAX))
}
