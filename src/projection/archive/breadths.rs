//! What is known of how broadly people are acknowledged on some topics, reckoned once for a day and only of what is asked about.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;

/// How many sets of topics are remembered.
const KEPT: usize = 10_000;

/// By the number of a person, what of their own work counts; 1 for who is not among them.
pub type Breadth = HashMap<u32, f64>;

/// By sorted numbers of topics.
#[derive(Debug, Default)]
pub struct Breadths {
    known: Mutex<HashMap<Box<[u32]>, Arc<Breadth>>>,
}

impl Breadths {
    /// What is known of some topics, or what comes out now.
    pub fn of(&self, topics: &[u32], reckon: impl FnOnce() -> Breadth) -> Arc<Breadth> {
        if let Some(known) = self.known().get(topics) {
            return Arc::clone(known);
        }
        // Without the lock: others ask about other topics meanwhile.
        let reckoned = Arc::new(reckon());
        let mut known = self.known();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(topics.into(), Arc::clone(&reckoned));
        reckoned
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Box<[u32]>, Arc<Breadth>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
