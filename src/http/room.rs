//! Room for large bodies: how much of them is in memory at once, of each client and in all.
//!
//! What is made of a body to be looked through takes some fifteen times its bytes, so room is counted in bytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::budget::Client;
use super::share::Shares;

/// In how many bytes room is counted.
const PIECE: usize = 1_024;
/// How many of the largest bodies are read and looked through at once.
const AT_ONCE: usize = 2;

/// Room for large bodies.
#[derive(Debug)]
pub struct Rooms {
    /// Pieces of the largest body.
    largest: usize,
    own: Shares,
    all: Arc<Semaphore>,
}

impl Rooms {
    /// Where no body has more bytes than this: so much of each client, and twice as much in all.
    #[must_use]
    pub fn new(largest: usize) -> Self {
        let largest = largest.div_ceil(PIECE).clamp(1, Semaphore::MAX_PERMITS / AT_ONCE);
        Self { largest, own: Shares::new(largest), all: Arc::new(Semaphore::new(AT_ONCE * largest)) }
    }

    /// Room to take in a body of a client, when there is some. Of their own only: who sends slowly keeps nobody else waiting.
    pub async fn to_arrive(&self, client: Client, bytes: u64) -> Option<OwnedSemaphorePermit> {
        self.own.of(client).acquire_many_owned(self.pieces(bytes)).await.ok()
    }

    /// Room to read one that has arrived.
    pub async fn to_be_read(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).acquire_many_owned(self.pieces(bytes)).await.ok()
    }

    /// More than the largest is not taken in, and less is made of it.
    fn pieces(&self, bytes: u64) -> u32 {
        let pieces = bytes.div_ceil(PIECE as u64).min(self.largest as u64);
        u32::try_from(pieces).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use futures_util::FutureExt;

    use super::*;

    const MANY: u64 = 1 << 20;

    fn client(number: u8) -> Client {
        Client::at(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
    }

    fn pieces(permit: Option<OwnedSemaphorePermit>) -> usize {
        permit.map_or(0, |permit| permit.num_permits())
    }

    #[tokio::test]
    async fn a_client_sends_one_of_the_largest_or_several_smaller_ones_at_once() {
        let rooms = Rooms::new(1 << 20);
        let largest = rooms.to_arrive(client(1), MANY).await;
        assert!(rooms.to_arrive(client(1), 1).now_or_never().is_none(), "there is room for the largest alone");
        assert_eq!(pieces(rooms.to_arrive(client(2), 1).await), 1, "another does not wait for it");
        drop(largest);
        let _smaller = rooms.to_arrive(client(1), MANY / 2).await;
        assert_eq!(pieces(rooms.to_arrive(client(1), MANY / 2).await), 512);
        assert!(rooms.to_arrive(client(1), MANY / 2 + 1).now_or_never().is_none());
    }

    #[tokio::test]
    async fn all_together_have_two_of_the_largest_read_at_once() {
        let rooms = Rooms::new(1 << 20);
        let first = rooms.to_be_read(MANY).await;
        let _second = rooms.to_be_read(u64::MAX).await;
        assert!(rooms.to_be_read(1).now_or_never().is_none());
        drop(first);
        assert_eq!(pieces(rooms.to_be_read(MANY).await), 1_024);
    }
}
