//! What is known of how broadly people are acknowledged on some topics, reckoned once for a day and only of what is asked about.

use std::sync::Arc;

use hashbrown::HashMap;
use moka::sync::Cache;

/// How many sets of topics are remembered.
const KEPT: u64 = 10_000;

/// By the number of a person, what of their own work counts; 1 for who is not among them.
pub type Breadth = HashMap<u32, f64>;

/// By sorted numbers of topics.
#[derive(Debug)]
pub struct Breadths(Cache<Vec<u32>, Arc<Breadth>>);

impl Default for Breadths {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Breadths {
    /// What is known of some topics, or what comes out now, once for all who ask.
    pub fn of(&self, topics: &[u32], reckon: impl FnOnce() -> Breadth) -> Arc<Breadth> {
        self.0.get_with_by_ref(topics, || Arc::new(reckon()))
    }
}
