//! What is known of how broadly people are acknowledged on some topics, reckoned once for a day and only of what is asked about.

use std::sync::Arc;

use moka::sync::Cache;

/// How many sets of topics are remembered.
const KEPT: u64 = 10_000;

/// What of people's own work counts, by their numbers, sorted; 1 for who is not among them.
#[derive(Debug, Default)]
pub struct Breadth(Box<[(u32, f32)]>);

impl FromIterator<(u32, f32)> for Breadth {
    /// From people in the order of their numbers.
    fn from_iter<I: IntoIterator<Item = (u32, f32)>>(people: I) -> Self {
        Self(people.into_iter().collect())
    }
}

impl Breadth {
    /// What of a person's own work counts.
    #[must_use]
    pub fn of_person(&self, person: u32) -> f64 {
        self.0.binary_search_by_key(&person, |(person, _)| *person).map_or(1.0, |place| f64::from(self.0[place].1))
    }
}

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
