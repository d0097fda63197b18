//! An audience that is told at most once in an interval: one task brings its changes down for all of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::audience::Audience;
use super::coalesce::at_most;
use super::feed::Gap;
use super::interests::Hears;
use crate::domain::change::Change;

/// How long an interval's end waits for those who listen.
const PATIENCE: Duration = Duration::from_millis(100);

/// What the feed says: a change, or why there will be no more.
type Word = Result<Arc<Change>, Gap>;

/// Hands changes to the task.
#[derive(Debug)]
pub struct Pacer {
    changes: Mutex<Option<mpsc::Sender<Word>>>,
}

impl Pacer {
    /// Starts the task. It ends when there is nobody to hand it changes any more.
    pub fn start<P: Clone + Send + Sync + 'static>(
        audience: Arc<Audience<P>>,
        capacity: usize,
        interval: Duration,
    ) -> Self {
        let (changes, receiver) = mpsc::channel(capacity);
        let heard =
            stream::unfold(receiver, async |mut receiver: mpsc::Receiver<_>| Some((receiver.recv().await?, receiver)));
        tokio::spawn(async move {
            let mut paced = std::pin::pin!(at_most(heard, interval, capacity / 2));
            while let Some(item) = paced.next().await {
                match item {
                    Ok(told) => {
                        audience.push(&told);
                        leave_room(&audience).await;
                    }
                    Err(gap) => audience.end(&gap),
                }
            }
            // Without a word of the feed it came too fast, or nobody is left.
            audience.end(&Gap::Lagged { last: 0 });
        });
        Self { changes: Mutex::new(Some(changes)) }
    }

    fn send(&self, item: Word) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let over = item.is_err();
        let sent = changes.as_ref().map(|changes| changes.try_send(item));
        if over || matches!(sent, Some(Err(_))) {
            *changes = None;
        }
    }
}

/// What an interval held is told at its end all at once. Waits a moment for those who listen, but for none who takes nothing.
async fn leave_room<P: Clone + Send + Sync + 'static>(audience: &Audience<P>) {
    let until = Instant::now() + PATIENCE;
    while !audience.keeps_up() && Instant::now() < until {
        sleep(Duration::from_millis(1)).await;
    }
}

impl Hears for Pacer {
    fn hear(&self, change: &Arc<Change>) {
        // What is for few neither takes the place of what is for all nor delays it.
        if change.fact.is_for_all() {
            self.send(Ok(Arc::clone(change)));
        }
    }

    fn end(&self, gap: &Gap) {
        self.send(Err(gap.clone()));
    }
}
