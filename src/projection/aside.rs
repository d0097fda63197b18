//! What takes long, on threads that give way to those which do what is quick: where cores are few, a small question of one does not
//! wait for a large one of another.

use std::cell::Cell;

use tokio::task::JoinHandle;

/// By how much these threads are nicer than others: they have a third of what others have who want the same core, and all of it
/// when nobody does.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

thread_local! {
    static GIVES_WAY: Cell<bool> = const { Cell::new(false) };
}

/// Does something that takes long.
pub fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    tokio::task::spawn_blocking(move || {
        if !GIVES_WAY.replace(true) {
            give_way();
        }
        work()
    })
}

/// Elsewhere than on Linux it would be the whole process that gives way.
fn give_way() {
    #[cfg(target_os = "linux")]
    // Whoever may not be nice does the same work all the same.
    let _ = rustix::process::nice(NICE);
}
