//! Contents of a batch: new ones are written together, known ones brought to what the source says now.

use super::{Checked, Desk, external_id, outcome, unique};
use crate::app::error::{Error, refuse};
use crate::app::rating::write_recounted;
use crate::domain::change::{ContentAct, ContentFact, Fact};
use crate::domain::content::{Card, Content, ContentText, NewContent, check_links, check_published};
use crate::domain::id::{ContentId, PersonId, RatingId};
use crate::domain::ingest::{ContentItem, Outcome};
use crate::domain::invalid::Code;
use crate::domain::rating::Rating;
use crate::domain::text;
use crate::domain::time::check_past;

impl Desk<'_, '_> {
    pub(super) async fn take_contents(&mut self, items: &[ContentItem]) -> Result<Vec<Outcome>, Error> {
        let ids = unique(items.iter().map(|item| item.external_id.as_str()));
        let known = self.writing.contents_by_external(self.source.id, &ids).await?;
        let mut outcomes = Vec::with_capacity(items.len());
        // New contents gather and are written together, before the first one that needs them to be there.
        let mut fresh: Vec<(NewContent, &ContentItem)> = Vec::new();
        for item in items {
            let waits = |(new, _): &(NewContent, &ContentItem)| {
                new.external_id == item.external_id || Some(&new.external_id) == item.parent.as_ref()
            };
            if fresh.iter().any(waits) {
                self.write_fresh(&mut fresh).await?;
            }
            let written = self.contents.contains_key(&item.external_id) && !known.contains_key(&item.external_id);
            let outcome = match self.new_content(item).await {
                Err(Error::Invalid(invalid)) => Outcome::Refused(invalid),
                Err(error) => return Err(error),
                Ok(new) if written => match self.writing.content(self.contents[&item.external_id]).await? {
                    Some(content) => outcome(self.change_content(&content, &new, item).await)?,
                    None => Outcome::Unchanged,
                },
                Ok(new) => match known.get(&item.external_id) {
                    Some(content) => outcome(self.change_content(content, &new, item).await)?,
                    None => {
                        fresh.push((new, item));
                        Outcome::Created
                    }
                },
            };
            outcomes.push(outcome);
        }
        self.write_fresh(&mut fresh).await?;
        Ok(outcomes)
    }

    async fn new_content(&mut self, item: &ContentItem) -> Checked<NewContent> {
        let text =
            ContentText::check(&item.kind, &item.title, &item.body, item.url.as_deref(), item.language.as_deref())?;
        let authors: Vec<PersonId> =
            item.authors.iter().map(|id| Ok(self.known_person("authors", id)?.id)).collect::<Checked<_>>()?;
        // Two accounts of one person are one author, two words for one topic one topic.
        let authors = once(authors);
        let mut topics = Vec::with_capacity(item.topics.len());
        for slug in &item.topics {
            topics.push(self.topic_id("topics", slug).await?);
        }
        let topics = once(topics);
        check_links("authors", &authors)?;
        check_links("topics", &topics)?;
        let parent = match &item.parent {
            None => None,
            Some(parent) if *parent == item.external_id => {
                return refuse(Code::Cycle, "parent", "a content is no reply to itself");
            }
            Some(parent) => match self.contents.get(parent) {
                Some(id) => Some(*id),
                None => {
                    return refuse(Code::ContentNotFound, "parent", format!("this source has no content {parent:?}"));
                }
            },
        };
        let external_id = external_id(&item.external_id)?;
        item.hidden_reason.as_deref().map(|reason| text::optional("hiddenReason", reason, text::REMARK)).transpose()?;
        let published_at = check_published(item.published_at, self.now)?;
        for (field, time) in [("withdrawnAt", item.withdrawn_at), ("hiddenAt", item.hidden_at)] {
            if let Some(time) = time {
                check_past(field, time, self.now)?;
            }
        }
        Ok(NewContent { source: self.source.id, external_id, text, parent, published_at, authors, topics })
    }

    async fn write_fresh(&mut self, fresh: &mut Vec<(NewContent, &ContentItem)>) -> Result<(), Error> {
        let (new, items): (Vec<NewContent>, Vec<&ContentItem>) = fresh.drain(..).unzip();
        let ids = self.writing.insert_contents(&new).await?;
        for (new, item) in new.iter().zip(items) {
            let Some(id) = ids.get(&new.external_id).copied() else { continue };
            self.contents.insert(new.external_id.clone(), id);
            crate::app::content::note(self.writing, id, new, ContentAct::Published);
            if (item.withdrawn_at.is_some() || item.hidden_at.is_some())
                && let Some(content) = self.writing.content(id).await?
            {
                self.change_state(&content, item).await?;
            }
        }
        Ok(())
    }

    async fn change_content(&mut self, known: &Content, new: &NewContent, item: &ContentItem) -> Checked<Outcome> {
        if new.parent != known.parent {
            self.check_reply(known.id, new.parent).await?;
        }
        let state = self.change_state(known, item).await?;
        let kept;
        let new = match (new.parent, known.parent) {
            (None, Some(parent)) if self.is_elsewhere(parent).await? => {
                kept = NewContent { parent: Some(parent), ..new.clone() };
                &kept
            }
            _ => new,
        };
        let text = ContentText {
            kind: known.kind.clone(),
            title: known.title.clone(),
            body: known.body.clone(),
            url: known.url.clone(),
            language: known.language.clone(),
        };
        let same = text == new.text
            && known.parent == new.parent
            && known.published_at == new.published_at
            && known.authors == new.authors
            && known.topics == new.topics;
        if same {
            return Ok(if state { Outcome::Changed } else { Outcome::Unchanged });
        }
        self.writing.update_content(known.id, new).await?;
        if known.authors != new.authors {
            self.drop_own_ratings(known.id, &new.authors).await?;
        }
        if let Some(content) = self.writing.content(known.id).await? {
            self.writing.note(Fact::Content(ContentFact { act: ContentAct::Edited, card: Card::from(&content) }));
        }
        Ok(Outcome::Changed)
    }

    /// A content is no reply to what replies to it.
    async fn check_reply(&self, content: ContentId, parent: Option<ContentId>) -> Checked<()> {
        let mut above = parent;
        while let Some(id) = above {
            if id == content {
                return refuse(Code::Cycle, "parent", "a content is no reply to what replies to it");
            }
            above = self.writing.content(id).await?.and_then(|content| content.parent);
        }
        Ok(())
    }

    /// Whether a content is of another source. That one replies to it this source cannot say, so its silence takes nothing back.
    async fn is_elsewhere(&self, content: ContentId) -> Result<bool, Error> {
        Ok(self.writing.content(content).await?.is_some_and(|content| content.source != self.source.id))
    }

    /// Ratings of those who turn out to be authors do not stay: nobody rates their own content.
    async fn drop_own_ratings(&mut self, content: ContentId, authors: &[PersonId]) -> Result<(), Error> {
        let pairs: Vec<(PersonId, ContentId)> = authors.iter().map(|author| (*author, content)).collect();
        let own: Vec<RatingId> = self.writing.current_ratings(&pairs).await?.values().map(Rating::id).collect();
        if !own.is_empty() {
            self.writing.delete_ratings(&own).await?;
            write_recounted(self.app, self.writing, &[content], authors).await?;
        }
        Ok(())
    }

    /// Brings a content's withdrawal and hiding to what the source says. What the source does not mention stays: it may not
    /// know what was decided here.
    async fn change_state(&mut self, known: &Content, item: &ContentItem) -> Result<bool, Error> {
        let mut content = known.clone();
        content.withdrawn_at = known.withdrawn_at.or(item.withdrawn_at);
        if known.hidden_at.is_none() && item.hidden_at.is_some() {
            content.hidden_at = item.hidden_at;
            content.hidden_reason = item.hidden_reason.clone();
        }
        if content == *known {
            return Ok(false);
        }
        self.writing.update_content_state(&content).await?;
        let act = if content.hidden_at == known.hidden_at { ContentAct::Withdrawn } else { ContentAct::Hidden };
        self.writing.note(Fact::Content(ContentFact { act, card: Card::from(&content) }));
        Ok(true)
    }
}

/// Each item once, in the order of their first appearance.
fn once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut seen = Vec::with_capacity(items.len());
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}
