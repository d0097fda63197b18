//! A connection while somebody waits for its answer.

use std::future::Future;
use std::io;
use std::time::Duration;

use sea_orm::DbErr;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{Database, Error};
use tokio::time::timeout;

/// How long a statement may take. Ours look at a bounded part of what there is and take a second at most; a database whose machine is gone, or from which a
/// firewall keeps us, never answers, and the system gives such a connection up after a quarter of an hour only.
const LONGEST: Duration = Duration::from_secs(30);

/// A connection that somebody waits for. Whoever fails at that, waits too long or goes away meanwhile does not know in which state it
/// is, and perhaps it holds the turn of all others; so it is closed, unless it was given back.
#[derive(Debug)]
pub(super) struct Lent<DB: Database>(Option<PoolConnection<DB>>);

impl<DB: Database> Lent<DB> {
    pub const fn new(connection: PoolConnection<DB>) -> Self {
        Self(Some(connection))
    }

    /// What may be asked.
    ///
    /// # Errors
    /// Never while it is lent.
    pub fn connection(&mut self) -> Result<&mut DB::Connection, DbErr> {
        self.0.as_deref_mut().ok_or_else(|| DbErr::Custom("the connection was given back".to_owned()))
    }

    /// Gives it back: it has answered.
    pub fn give_back(mut self) -> Option<PoolConnection<DB>> {
        self.0.take()
    }
}

impl<DB: Database> Drop for Lent<DB> {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}

/// Waits for an answer, and not for ever.
pub(super) async fn timely<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = || io::Error::new(io::ErrorKind::TimedOut, format!("it did not answer within {} s", LONGEST.as_secs()));
    timeout(LONGEST, answer).await.unwrap_or_else(|_| Err(Error::Io(late())))
}
