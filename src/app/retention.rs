//! What of the change log is kept. What is old goes in small pieces, between the turns of those who write.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::error::Error;
use super::house::App;
use crate::domain::change::{KEPT_AT_LEAST, Retention};

/// How many rows one turn takes away.
const PIECE: i64 = 500;
/// How long the others have between two pieces.
const PAUSE: Duration = Duration::from_millis(50);
/// How often somebody looks whether there is something to take away.
const ROUND: Duration = Duration::from_secs(30);

impl App {
    /// Takes away a piece of the log's start that need not be kept, nothing after the row `seen`: how many rows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_some(&self, seen: i64) -> Result<usize, Error> {
        let (retention, now) = (self.settings.retention, self.clock.now());
        let (_, last) = self.store.log_ends().await?;
        let rows = self.store.log_start(PIECE).await?;
        let old: Vec<i64> = rows
            .into_iter()
            .take_while(|(seq, at)| *seq <= seen && retention.lets_go(*seq, *at, last, now))
            .map(|(seq, _)| seq)
            .collect();
        if let Some(seq) = old.last() {
            self.store.forget_changes(*seq).await?;
            self.pruned.fetch_add(old.len() as u64, Ordering::Relaxed);
        }
        Ok(old.len())
    }
}

/// Where the log stood, by a clock that never jumps: nobody loses what they have not read yet because the time of day was set anew.
#[derive(Debug, Default)]
struct Stood(VecDeque<(Instant, i64)>);

impl Stood {
    /// Notes where it stands now: the last row that has been there for so long that it may go.
    fn long_ago(&mut self, head: i64, now: Instant) -> i64 {
        if self.0.back().is_none_or(|(at, _)| now - *at >= ROUND) {
            self.0.push_back((now, head));
        }
        while self.0.get(1).is_some_and(|(at, _)| now - *at > KEPT_AT_LEAST) {
            self.0.pop_front();
        }
        self.0.front().filter(|(at, _)| now - *at > KEPT_AT_LEAST).map_or(0, |(_, seq)| *seq)
    }
}

/// Keeps the log as short as it has to be, until the app is gone.
pub(super) async fn keep(app: Weak<App>, retention: Retention) {
    if retention == Retention::default() {
        return;
    }
    let mut stood = Stood::default();
    while let Some(app) = Weak::upgrade(&app) {
        let done = app.forget_some(stood.long_ago(app.head().seq, Instant::now())).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_lately_stays_whatever_the_time_of_day_is() {
        let (mut stood, began) = (Stood::default(), Instant::now());
        let mut long_ago =
            |minutes: u64, head| stood.long_ago(head, began + Duration::from_secs(minutes * 60 + minutes));
        assert_eq!(long_ago(0, 5), 0, "how old it is nobody has seen");
        assert_eq!(long_ago(5, 9), 0);
        assert_eq!(long_ago(10, 12), 5);
        assert_eq!(long_ago(15, 20), 9);
        assert_eq!(long_ago(60, 20), 20);
    }
}
