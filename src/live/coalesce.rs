//! At most one telling per interval: what falls between is brought down to the latest state of each subject.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio::time::Instant;

use super::feed::Gap;
use crate::domain::change::{Change, Noun, Told};

/// How many subjects may wait to be told together, at most.
const WAITING: usize = 10_000;

/// Tells a change at once when the last interval is over, and otherwise the latest of each subject at its end, in the
/// order of the log. So the first and the last state are always told, and every cursor is safe to go on from. With more than
/// `most` subjects the interval ends early.
pub fn at_most(
    feed: impl Stream<Item = Result<Arc<Change>, Gap>> + Send + 'static,
    interval: Duration,
    most: usize,
) -> impl Stream<Item = Result<Told, Gap>> + Send {
    let most = most.clamp(1, WAITING);
    async_stream::stream! {
        let mut feed = std::pin::pin!(feed);
        let mut waiting: HashMap<_, Told> = HashMap::new();
        let mut open = Instant::now();
        loop {
            let item = tokio::select! {
                item = feed.next(), if waiting.len() < most => item,
                () = tokio::time::sleep_until(open), if !waiting.is_empty() => {
                    for told in drain(&mut waiting) {
                        yield Ok(told);
                    }
                    open = Instant::now() + interval;
                    continue;
                }
            };
            match item {
                Some(Ok(change)) if waiting.is_empty() && Instant::now() >= open => {
                    open = Instant::now() + interval;
                    yield Ok(Told { change, changes: 1 });
                }
                Some(Ok(change)) => {
                    wait(&mut waiting, change);
                    if waiting.len() >= most {
                        open = Instant::now();
                    }
                }
                last => {
                    for told in drain(&mut waiting) {
                        yield Ok(told);
                    }
                    if let Some(Err(gap)) = last {
                        yield Err(gap);
                    }
                    return;
                }
            }
        }
    }
}

/// Tells all of what has an end as the latest of each subject, in the order of the log; of very many subjects in several parts.
pub fn together(
    feed: impl Stream<Item = Result<Arc<Change>, Gap>> + Send + 'static,
) -> impl Stream<Item = Result<Told, Gap>> + Send {
    async_stream::stream! {
        let mut feed = std::pin::pin!(feed);
        let (mut waiting, mut end) = (HashMap::new(), None);
        while let Some(item) = feed.next().await {
            match item {
                Ok(change) => wait(&mut waiting, change),
                Err(gap) => {
                    end = Some(gap);
                    break;
                }
            }
            if waiting.len() >= WAITING {
                for told in drain(&mut waiting) {
                    yield Ok(told);
                }
            }
        }
        for told in drain(&mut waiting) {
            yield Ok(told);
        }
        if let Some(gap) = end {
            yield Err(gap);
        }
    }
}

fn wait(waiting: &mut HashMap<(Noun, i64), Told>, change: Arc<Change>) {
    let subject = change.fact.subject();
    let changes = waiting.get(&subject).map_or(0, |told| told.changes) + 1;
    waiting.insert(subject, Told { change, changes });
}

fn drain<K>(waiting: &mut HashMap<K, Told>) -> Vec<Told> {
    let mut all: Vec<Told> = std::mem::take(waiting).into_values().collect();
    all.sort_by_key(|told| told.change.seq);
    all
}
