//! Moments. Everything is UTC with the precision that both databases keep: microseconds.

use chrono::{DateTime, Utc};

use super::invalid::{Code, Invalid};

/// A moment in UTC, in whole microseconds.
pub type Time = DateTime<Utc>;

/// How far ahead of our clock a told time may lie, because clocks differ: five minutes.
const SKEW: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// Microseconds since 1970, as stored.
#[must_use]
pub fn micros(time: Time) -> i64 {
    time.timestamp_micros()
}

/// The moment of stored microseconds. Values out of the calendar's range become its nearest end.
#[must_use]
pub fn from_micros(micros: i64) -> Time {
    DateTime::from_timestamp_micros(micros).unwrap_or(if micros < 0 { Time::MIN_UTC } else { Time::MAX_UTC })
}

/// Cuts what is finer than a microsecond; a leap second is the first second after it, as it will be stored.
#[must_use]
pub fn whole_micros(time: Time) -> Time {
    from_micros(micros(time))
}

/// A time that was told to us: cut to microseconds, from 1970 on, and not in the future.
///
/// # Errors
/// `IN_FUTURE` when it lies more than five minutes after `now`, `OUT_OF_RANGE` before 1970.
pub fn check_past(field: &'static str, time: Time, now: Time) -> Result<Time, Invalid> {
    if time > now + SKEW {
        return Err(Invalid::new(Code::InFuture, field, format!("{time} lies in the future; it is {now} now")));
    }
    in_range(field, time)
}

/// A time that may lie in the future, from 1970 to 9999.
///
/// # Errors
/// `OUT_OF_RANGE` outside of these years.
pub fn in_range(field: &'static str, time: Time) -> Result<Time, Invalid> {
    let year = chrono::Datelike::year(&time);
    if (1970..=9999).contains(&year) {
        Ok(whole_micros(time))
    } else {
        Err(Invalid::new(Code::OutOfRange, field, "a time must lie between the years 1970 and 9999"))
    }
}
