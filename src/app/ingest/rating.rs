//! Ratings of a batch: the latest word of a person on a content counts, whatever the order of arrival.

use std::collections::HashSet;

use super::Desk;
use crate::app::error::Error;
use crate::app::rating::{Rated, rate_all, rate_among};
use crate::domain::id::{ContentId, PersonId};
use crate::domain::ingest::{Outcome, RatingItem};
use crate::domain::invalid::{Code, Invalid};
use crate::domain::person::PersonKind;
use crate::domain::rating::{Rating, RatingDraft};
use crate::domain::text;
use crate::domain::time::check_past;

impl Desk<'_, '_> {
    /// `fresh`: whether the batch has written nothing before.
    pub(super) async fn take_ratings(&mut self, items: &[RatingItem], fresh: bool) -> Result<Vec<Outcome>, Error> {
        let checked: Vec<Result<RatingDraft, Invalid>> = items.iter().map(|item| self.rating_draft(item)).collect();
        let drafts: Vec<RatingDraft> = checked.iter().flatten().cloned().collect();
        let mut remembered = self.remember_withdrawals(&drafts).await?;
        let mut done =
            if drafts.is_empty() { Vec::new() } else { self.rate(&drafts, fresh && remembered.is_empty()).await? }
                .into_iter();
        let outcomes = checked.into_iter().map(|checked| {
            let remembered = checked.as_ref().is_ok_and(|draft| remembered.remove(&(draft.rater, draft.content)));
            match checked.and_then(|_| done.next().transpose()) {
                Err(invalid) => Outcome::Refused(invalid),
                Ok(_) if remembered => Outcome::Created,
                Ok(Some(rated)) if rated.stale => Outcome::Stale,
                Ok(Some(rated)) if !rated.changed => Outcome::Unchanged,
                Ok(Some(rated)) if rated.before.is_none() => Outcome::Created,
                Ok(_) => Outcome::Changed,
            }
        });
        Ok(outcomes.collect())
    }

    async fn rate(&mut self, drafts: &[RatingDraft], fresh: bool) -> Result<Vec<Result<Rated, Invalid>>, Error> {
        if fresh {
            return rate_all(self.app, self.writing, drafts).await;
        }
        let mut wanted: Vec<ContentId> = drafts.iter().map(|draft| draft.content).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let contents = self.writing.rated_contents(&wanted).await?;
        rate_among(self.app, self.writing, drafts, contents).await
    }

    /// Writes down that something was withdrawn before we heard that it had been given: told later, the earlier word must
    /// not come back. Nothing counted changes, so the log has nothing to tell.
    async fn remember_withdrawals(&self, drafts: &[RatingDraft]) -> Result<HashSet<(PersonId, ContentId)>, Error> {
        let mut seen = HashSet::new();
        let mut first: Vec<&RatingDraft> =
            drafts.iter().filter(|draft| seen.insert((draft.rater, draft.content))).collect();
        first.retain(|draft| draft.value.is_none());
        if first.is_empty() {
            return Ok(HashSet::new());
        }
        let pairs: Vec<(PersonId, ContentId)> = first.iter().map(|draft| (draft.rater, draft.content)).collect();
        let known = self.writing.current_ratings(&pairs).await?;
        let contents =
            self.writing.rated_contents(&pairs.iter().map(|(_, content)| *content).collect::<Vec<_>>()).await?;
        let own = |draft: &RatingDraft| {
            contents.get(&draft.content).is_none_or(|content| content.authors.contains(&draft.rater))
        };
        first.retain(|draft| !known.contains_key(&(draft.rater, draft.content)) && !own(draft));
        let gone = first.iter().map(|draft| Rating {
            content: draft.content,
            rater: draft.rater,
            mark: None,
            kind: draft.kind.clone(),
            rated_at: draft.at,
        });
        let gone: Vec<Rating> = gone.collect();
        self.writing.upsert_ratings(&gone).await?;
        Ok(gone.iter().map(|rating| (rating.rater, rating.content)).collect())
    }

    fn rating_draft(&self, item: &RatingItem) -> Result<RatingDraft, Invalid> {
        let not_found =
            |code, field, what: &str| Invalid::new(code, field, format!("this source has no {field} {what:?}"));
        let rater =
            self.people.get(&item.rater).ok_or_else(|| not_found(Code::PersonNotFound, "rater", &item.rater))?;
        if rater.kind == PersonKind::Bot {
            return Err(Invalid::new(Code::BotCannotRate, "rater", "bots neither rate nor endorse"));
        }
        let content = *self
            .contents
            .get(&item.content)
            .ok_or_else(|| not_found(Code::ContentNotFound, "content", &item.content))?;
        let kind = item.kind.as_deref().map(|kind| text::required("kind", kind, 50)).transpose()?;
        let at = check_past("at", item.at, self.now)?;
        Ok(RatingDraft { rater: rater.id, content, value: item.value, kind, at, imported: true })
    }
}
