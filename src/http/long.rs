//! What takes long: large bodies, long documents and dear operations. They run on threads of their own, a few at a time and fewer
//! of each client, so that the small questions of others go on meanwhile.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::budget::Client;
use super::share::Shares;
use crate::app::aside::Aside;

/// From how many points on an operation takes long.
pub const DEAR: u64 = 1_000;
/// From how many bytes on a document takes long to be understood.
pub const DOCUMENT: usize = 8 * 1024;
/// From how many bytes on a body takes long to be read; from there on each kibibyte costs a point.
pub const BODY: usize = 64 * 1024;
/// How much of one client runs at once; the rest of it waits.
const EACH: usize = 2;

/// Turns to do what takes long.
#[derive(Debug)]
pub struct Long {
    all: Arc<Semaphore>,
    own: Shares,
    aside: Aside,
}

impl Default for Long {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        Self::with(cores)
    }
}

impl Long {
    /// As much at once as there are `turns`.
    fn with(turns: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(turns)), own: Shares::new(EACH), aside: Aside::new(turns) }
    }

    /// Does something of a client when it is its turn. What nobody waits for any more is given up where it waits itself; `None` when
    /// it panics.
    pub async fn run<T: Send + 'static>(
        &self,
        client: Client,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let turn = self.turn(client).await?;
        let (_waiting, left) = oneshot::channel::<()>();
        let handle = Handle::current();
        let done = self.aside.run(move || {
            let _turn = turn;
            handle.block_on(async {
                tokio::select! {
                    done = work => Some(done),
                    _ = left => None,
                }
            })
        });
        done.await.ok().flatten()
    }

    /// One of the client's turns first: who waits for their own keeps nobody else waiting.
    async fn turn(&self, client: Client) -> Option<[OwnedSemaphorePermit; 2]> {
        let own = self.own.of(client).acquire_owned().await.ok()?;
        let any = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some([own, any])
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn client(number: u8) -> Client {
        Client::at(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
    }

    #[tokio::test]
    async fn one_client_has_two_turns_and_another_does_not_wait_for_it() {
        let long = Arc::new(Long::with(3));
        let (began, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let mut rude = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (long, began, stop) = (Arc::clone(&long), Arc::clone(&began), Arc::clone(&stop));
            rude.spawn(async move {
                let work = async move {
                    began.fetch_add(1, Ordering::SeqCst);
                    drop(stop.acquire().await);
                };
                long.run(client(1), work).await
            });
        }
        assert_eq!(long.run(client(2), async { 17 }).await, Some(17));
        while began.load(Ordering::SeqCst) < EACH {
            tokio::task::yield_now().await;
        }
        assert_eq!(long.run(client(2), async { 18 }).await, Some(18));
        assert_eq!(began.load(Ordering::SeqCst), EACH);
        stop.add_permits(10);
        assert_eq!(rude.join_all().await, [Some(()); 10]);
        assert_eq!((began.load(Ordering::SeqCst), long.all.available_permits()), (10, 3));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_gives_its_turn_back() {
        let long = Long::with(1);
        let never = long.run(client(1), std::future::pending::<()>());
        assert!(tokio::time::timeout(std::time::Duration::from_millis(50), never).await.is_err());
        assert_eq!(long.run(client(1), async { 1 }).await, Some(1));
        assert_eq!(long.run::<()>(client(1), async { panic!("a fault") }).await, None);
        assert_eq!(long.run(client(2), async { 2 }).await, Some(2));
    }
}
