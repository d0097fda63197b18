//! The queue in which ratings wait for a commit that they share.
//!
//! Whoever writes takes all that wait, judges each by the rule and commits them together. While a commit waits for the disk the next
//! ones gather, so that many raters cost hardly more commits than one.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::{Rated, pairs, rate_knowing, rated_contents};
use crate::app::error::Error;
use crate::app::house::App;
use crate::domain::id::PersonId;
use crate::domain::invalid::Invalid;
use crate::domain::rating::RatingDraft;
use crate::store::rating::Current;
use crate::store::writing::Writing;

/// How many ratings may wait; more have to wait for a place.
pub(in crate::app) const QUEUE: usize = 1_024;
/// How many are committed together at most.
const TOGETHER: usize = 512;
/// How long a rating waits for others at most.
const PATIENCE: Duration = Duration::from_millis(10);

/// A rating on its way, and the one who waits for it.
#[derive(Debug)]
pub(in crate::app) struct Job {
    pub draft: RatingDraft,
    pub reply: oneshot::Sender<Result<Rated, Error>>,
}

/// Who rates at the same time, as the last commit saw it: those it answered, and those who came while it was at work.
///
/// Without it they fall into two halves: while one is committed the other gathers, and each waits for both. Many who rate do so
/// again when they are answered, so the next commit waits for as many, no longer than the last one took. Who rates alone waits for
/// nobody.
#[derive(Clone, Copy, Debug, Default)]
struct Crowd {
    size: usize,
    patience: Duration,
}

impl Crowd {
    /// Takes the ratings of the next commit. None when nobody is left who could rate.
    async fn gather<T>(self, jobs: &mut mpsc::Receiver<T>, waiting: &mut Vec<T>) -> usize {
        let mut come = jobs.recv_many(waiting, TOGETHER).await;
        let until = Instant::now() + self.patience;
        while come > 0 && waiting.len() < self.size.min(TOGETHER) {
            let more = jobs.recv_many(waiting, TOGETHER - waiting.len());
            come = timeout_at(until, more).await.unwrap_or_default();
        }
        waiting.len()
    }
}

/// Writes what waits in the queue, until the app is gone.
pub(in crate::app) async fn write_jobs(app: Weak<App>, mut jobs: mpsc::Receiver<Job>) {
    let (mut crowd, mut waiting) = (Crowd::default(), Vec::new());
    while crowd.gather(&mut jobs, &mut waiting).await > 0 {
        let Some(app) = app.upgrade() else { return };
        let (began, together) = (Instant::now(), waiting.len());
        let turn = app.store.begin_rating(&pairs(waiting.iter().map(|job| &job.draft))).await;
        // Who waited too long was told that nothing is written, so nothing is.
        waiting.retain(|job| !job.reply.is_closed());
        let (mut drafts, replies): (Vec<_>, Vec<_>) = waiting.drain(..).map(|job| (job.draft, job.reply)).unzip();
        let written = match turn {
            Ok((writing, current)) => write_together(&app, writing, current, &mut drafts).await,
            Err(error) => Err(error.into()),
        };
        crowd = Crowd { size: together + jobs.len(), patience: began.elapsed().min(PATIENCE) };
        match written {
            Ok(outcomes) => {
                for (reply, outcome) in replies.into_iter().zip(outcomes) {
                    // A caller who went away hears nothing; the rating stands.
                    let _ = reply.send(outcome.map_err(Error::Invalid));
                }
            }
            Err(error) => {
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }
}

async fn write_together(
    app: &Arc<App>,
    mut writing: Writing<'_>,
    mut current: Current,
    drafts: &mut [RatingDraft],
) -> Result<Vec<Result<Rated, Invalid>>, Error> {
    if follow_merges(app, &writing, drafts).await? {
        current = writing.current_ratings(&pairs(&*drafts)).await?;
    }
    let contents = rated_contents(app, &writing, drafts).await?;
    let mut outcomes = rate_knowing(app, &mut writing, drafts, contents, current).await?;
    let mut changes = app.commit(writing).await?.into_iter();
    for outcome in outcomes.iter_mut().flatten().filter(|outcome| outcome.changed) {
        outcome.point = changes.next().map(|change| change.point());
    }
    Ok(outcomes)
}

/// Names the raters as they are in this transaction: while their words waited in the queue some may have been merged. Says
/// whether one was.
async fn follow_merges(app: &App, writing: &Writing<'_>, drafts: &mut [RatingDraft]) -> Result<bool, Error> {
    let mut raters: Vec<PersonId> = drafts.iter().map(|draft| draft.rater).collect();
    raters.sort_unstable();
    raters.dedup();
    let merged = if app.knows_all(writing) {
        let is_merged = |id: &PersonId| app.person_at_hand(*id).is_some_and(|person| person.merged_into.is_some());
        raters.into_iter().filter(is_merged).collect()
    } else {
        writing.merged_among(&raters).await?
    };
    for draft in drafts.iter_mut().filter(|draft| merged.contains(&draft.rater)) {
        draft.rater = app.person_now(writing, draft.rater).await?;
    }
    Ok(!merged.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn gathered(crowd: Crowd, coming: usize) -> usize {
        let (sender, mut jobs) = mpsc::channel(QUEUE);
        let raters = tokio::spawn(async move {
            for _ in 0..coming {
                sender.send(()).await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            // They stay, and say no more.
            std::future::pending::<()>().await;
        });
        let mut waiting = Vec::new();
        let gathering = crowd.gather(&mut jobs, &mut waiting);
        let count = tokio::time::timeout(Duration::from_mins(1), gathering).await.unwrap();
        raters.abort();
        count
    }

    #[tokio::test]
    async fn those_who_rate_at_the_same_time_share_a_commit() {
        assert_eq!(gathered(Crowd { size: 3, patience: Duration::from_mins(2) }, 3).await, 3);
    }

    #[tokio::test]
    async fn who_rates_alone_waits_for_nobody() {
        assert_eq!(gathered(Crowd { size: 1, patience: Duration::from_mins(2) }, 1).await, 1);
        assert_eq!(gathered(Crowd::default(), 1).await, 1);
    }

    #[tokio::test]
    async fn nobody_waits_long_for_one_who_went_away() {
        assert_eq!(gathered(Crowd { size: 3, patience: Duration::from_millis(20) }, 1).await, 1);
    }
}
