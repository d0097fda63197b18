//! What each client has of something that there is only so much of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Semaphore;

use super::budget::Client;

/// The shares of all clients, each as large as the others.
#[derive(Debug)]
pub struct Shares {
    size: usize,
    used: Mutex<HashMap<Client, Weak<Semaphore>>>,
}

impl Shares {
    /// None is used yet.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self { size, used: Mutex::default() }
    }

    /// The share of a client, known as long as some of it is used.
    #[must_use]
    pub fn of(&self, client: Client) -> Arc<Semaphore> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = used.get(&client).and_then(Weak::upgrade) {
            return own;
        }
        used.retain(|_, own| own.strong_count() > 0);
        let own = Arc::new(Semaphore::new(self.size));
        used.insert(client, Arc::downgrade(&own));
        own
    }
}
