//! Whether what is counted is what the facts say: every tally against the ratings that it stands for.

use super::content::note_all;
use super::error::Error;
use super::house::App;
use crate::domain::change::ContentAct;
use crate::domain::content::Card;
use crate::domain::id::ContentId;
use crate::domain::rating::Tally;

/// How many contents are looked at in one turn to write, so that others get theirs.
const CHUNK: i64 = 500;

/// A tally that is not what the ratings say.
#[derive(Clone, Debug)]
pub struct Drift {
    pub content: ContentId,
    pub external_id: String,
    /// Ratings, as the tally has them and as there are.
    pub told: i64,
    pub counted: i64,
    /// The sums of their normalised values.
    pub told_sum: f64,
    pub counted_sum: f64,
}

impl App {
    /// Counts every tally anew and tells those that differ; with `repair` they are set right, and the log says so. What comes back is
    /// how many contents were looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check_tallies(&self, repair: bool, mut tell: impl FnMut(Drift) + Send) -> Result<u64, Error> {
        let (mut after, mut looked) = (ContentId(0), 0);
        loop {
            let ids: Vec<ContentId> = self.store.content_ids_after(after, CHUNK).await?;
            let Some(last) = ids.last() else { return Ok(looked) };
            after = *last;
            looked += ids.len() as u64;
            // Within a turn to write nobody rates, so both counts are of the same moment.
            let mut writing = self.store.begin().await?;
            let counted = writing.recount(&ids).await?.into_iter().collect();
            let cards = writing.cards(&ids).await?;
            let drifts = drifts(&cards, &counted);
            let wrong: Vec<ContentId> = drifts.iter().map(|drift| drift.content).collect();
            drifts.into_iter().for_each(&mut tell);
            if repair && !wrong.is_empty() {
                let right = cards.into_iter().filter(|card| wrong.contains(&card.subject.content)).map(|card| {
                    let id = card.subject.content;
                    let is = counted.get(&id).copied().unwrap_or_default();
                    (id, card.tally.repaired(is, self.quorum(card.subject.source)))
                });
                writing.update_tallies(&right.collect::<Vec<_>>()).await?;
                note_all(&mut writing, wrong, ContentAct::Recounted).await?;
                self.commit(writing).await?;
            }
        }
    }
}

fn drifts(cards: &[Card], counted: &std::collections::HashMap<ContentId, Tally>) -> Vec<Drift> {
    let drift = |card: &Card| {
        let is = counted.get(&card.subject.content).copied().unwrap_or_default();
        (card.tally.all != is).then(|| Drift {
            content: card.subject.content,
            external_id: card.external_id.clone(),
            told: card.tally.all.count(),
            counted: is.count(),
            told_sum: card.tally.all.sum(),
            counted_sum: is.sum(),
        })
    };
    let mut found: Vec<Drift> = cards.iter().filter_map(drift).collect();
    found.sort_unstable_by_key(|drift| drift.content);
    found
}
