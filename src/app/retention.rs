//! What of the change log is kept. What is old goes in small pieces, between the turns of those who write.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::error::Error;
use super::house::App;
use crate::domain::change::Retention;

/// How many rows one turn takes away.
const PIECE: i64 = 500;
/// How long the others have between two pieces.
const PAUSE: Duration = Duration::from_millis(50);
/// How often somebody looks whether there is something to take away.
const ROUND: Duration = Duration::from_secs(30);

impl App {
    /// Takes away a piece of the log's start that need not be kept: how many rows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_some(&self) -> Result<usize, Error> {
        let (retention, now) = (self.settings.retention, self.clock.now());
        let (_, last) = self.store.log_ends().await?;
        let rows = self.store.log_start(PIECE).await?;
        let old: Vec<i64> = rows
            .into_iter()
            .take_while(|(seq, at)| retention.lets_go(*seq, *at, last, now))
            .map(|(seq, _)| seq)
            .collect();
        if let Some(seq) = old.last() {
            self.store.forget_changes(*seq).await?;
        }
        Ok(old.len())
    }
}

/// Keeps the log as short as it has to be, until the app is gone.
pub(super) async fn keep(app: Weak<App>, retention: Retention) {
    if retention == Retention::default() {
        return;
    }
    while let Some(app) = Weak::upgrade(&app) {
        let done = app.forget_some().await;
        drop::<Arc<App>>(app);
        let pause = match done {
            Ok(0) => ROUND,
            Ok(rows) => {
                tracing::debug!(rows, "rows of the change log were taken away");
                PAUSE
            }
            Err(error) => {
                tracing::warn!(%error, "the change log could not be shortened; trying again later");
                ROUND
            }
        };
        tokio::time::sleep(pause).await;
    }
}
