//! What takes long, on threads that give way to those which do what is quick: where cores are few, a small question of one does not
//! wait for a large one of another.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// By how much these threads are nicer than others: they have a third of what others have who want the same core, and all of it
/// when nobody does.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;
/// Threads stay. What one has used and does not need any more is used again by it alone, so each new one would make the program larger.
const STAY: Duration = Duration::from_hours(24 * 365);

/// Some threads for what takes long.
#[derive(Debug)]
pub struct Aside(Option<Runtime>);

impl Aside {
    /// Up to so many threads, each from when it is needed. What is done on them may wait for nothing else that is to be done on them.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        let mut builder = Builder::new_current_thread();
        builder.max_blocking_threads(threads).thread_keep_alive(STAY).thread_name("aside").on_thread_start(give_way);
        Self(builder.build().ok())
    }

    /// Does something that takes long.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        match &self.0 {
            Some(threads) => threads.spawn_blocking(work),
            // The system gave us none of our own.
            None => tokio::task::spawn_blocking(work),
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Whoever is last must not wait for what nobody waits for any more.
        if let Some(threads) = self.0.take() {
            threads.shutdown_background();
        }
    }
}

/// Elsewhere than on Linux it would be the whole process that gives way.
fn give_way() {
    #[cfg(target_os = "linux")]
    // Whoever may not be nice does the same work all the same.
    let _ = rustix::process::nice(NICE);
}
