//! How many connections stay open, in all and for each client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::budget::Client;

/// Connections that stay.
#[derive(Debug)]
pub struct Seats {
    all: usize,
    each: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_client: HashMap<Client, usize>,
}

/// A connection that stays, until this is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    client: Client,
}

impl Seats {
    /// So many in all, and so many for one client.
    #[must_use]
    pub fn new(all: usize, each: usize) -> Self {
        Self { all, each, taken: Mutex::default() }
    }

    /// A seat for a client; `None` when there is none.
    #[must_use]
    pub fn take(self: &Arc<Self>, client: Client) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.by_client.get(&client).copied().unwrap_or_default();
        if taken.all >= self.all || own >= self.each {
            return None;
        }
        taken.all += 1;
        taken.by_client.insert(client, own + 1);
        Some(Seat { seats: Arc::clone(self), client })
    }

    /// How many are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Seat {
    /// Whose it is.
    #[must_use]
    pub const fn client(&self) -> Client {
        self.client
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        match taken.by_client.get_mut(&self.client) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(taken.by_client.remove(&self.client)),
        }
    }
}
