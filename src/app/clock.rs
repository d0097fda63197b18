//! The only place that reads the time of day.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::time::{Time, from_micros, micros, whole_micros};

/// Tells the time: the system's, or for tests one that is set.
#[derive(Debug, Default)]
pub struct Clock {
    /// Microseconds of a set time, 0 for the system's.
    set: AtomicI64,
}

impl Clock {
    /// Now, in whole microseconds.
    pub fn now(&self) -> Time {
        match self.set.load(Ordering::SeqCst) {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
            0 => whole_micros(chrono::Utc::now()),
            set => from_micros(set),
        }
    }

    /// Stops the clock at a moment.
    pub fn set(&self, time: Time) {
        self.set.store(micros(time), Ordering::SeqCst);
    }
}
