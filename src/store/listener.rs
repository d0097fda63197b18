//! Wake-up calls from other processes that write to the same PostgreSQL.

use std::time::Duration;

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::sqlx::{Error as Cause, Executor, PgPool};
use tokio::time::{sleep, timeout};

use super::error::Error;
use super::lent::timely;

/// The channel on which PostgreSQL says that there is news. It carries none itself, only the number of the last change.
pub(super) const CHANNEL: &str = "peerlead_change";
/// After how much silence the connection is asked whether it still lives. One whose machine is gone would stay silent for ever.
const SILENCE: Duration = Duration::from_secs(30);
/// How long to wait before a lost connection is made anew.
const AGAIN: Duration = Duration::from_secs(1);

/// Hears when another process has written.
#[derive(Debug)]
pub struct Listener {
    pool: PgPool,
    calls: PgListener,
}

impl Listener {
    /// Listens on a connection of its own.
    pub(super) async fn open(pool: PgPool) -> Result<Self, Error> {
        let calls = calls(&pool).await.map_err(|error| Error::Gone(error.to_string()))?;
        Ok(Self { pool, calls })
    }

    /// Waits for the next wake-up: the number of the last change that was written. A lost connection is one too, without a
    /// number: something may have been missed.
    pub async fn woken(&mut self) -> Option<i64> {
        loop {
            let error = match timeout(SILENCE, self.calls.recv()).await {
                Ok(Ok(call)) => return call.payload().parse().ok(),
                Ok(Err(error)) => error,
                Err(_) => match timely(self.calls.execute("SELECT 1")).await {
                    Ok(_) => continue,
                    Err(error) => error,
                },
            };
            tracing::warn!(%error, "the database's wake-up calls are interrupted; looking for news twice a second");
            sleep(AGAIN).await;
            if let Ok(calls) = calls(&self.pool).await {
                self.calls = calls;
            }
            return None;
        }
    }
}

async fn calls(pool: &PgPool) -> Result<PgListener, Cause> {
    let mut calls = PgListener::connect_with(pool).await?;
    timely(calls.listen(CHANNEL)).await?;
    Ok(calls)
}
