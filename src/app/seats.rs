//! How many may listen at once, so that nobody takes all the room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::Error;
use crate::domain::id::PersonId;

/// How many subscriptions one person may have, on all connections together.
pub const PER_PERSON: usize = 1_000;
/// How many subscriptions one process serves; what is more belongs to another one beside it.
pub const ALL: usize = 100_000;

/// Who listens, counted.
#[derive(Debug, Default)]
pub struct Seats(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    people: HashMap<PersonId, usize>,
}

/// A seat; dropped, it is free again.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    person: Option<PersonId>,
}

impl Seats {
    /// A seat for somebody, or for nobody in particular.
    ///
    /// # Errors
    /// `COST_EXCEEDED` when there is none left.
    pub fn take(self: &Arc<Self>, person: Option<PersonId>) -> Result<Seat, Error> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= ALL {
            return Err(Error::TooMany(format!(
                "this server has {ALL} subscriptions, and takes no more; try another one"
            )));
        }
        if let Some(person) = person {
            let own = taken.people.entry(person).or_default();
            if *own >= PER_PERSON {
                let told = format!("a person has at most {PER_PERSON} subscriptions at once; end some of them");
                return Err(Error::TooMany(told));
            }
            *own += 1;
        }
        taken.all += 1;
        Ok(Seat { seats: Arc::clone(self), person })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(1);
        let Some(person) = self.person else { return };
        if let Some(own) = taken.people.get_mut(&person) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.people.remove(&person);
            }
        }
    }
}
