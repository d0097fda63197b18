//! Contents: read, published, withdrawn, hidden.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use super::viewer::Viewer;
use crate::domain::audit::{AuditAct, AuditSubject, NewAudit};
use crate::domain::ballot::Ballot;
use crate::domain::change::{ContentAct, ContentFact, Fact};
use crate::domain::content::{
    Card, Content, ContentFilter, ContentOrder, ContentRef, ContentText, NewContent, Subject, check_links,
    check_published,
};
use crate::domain::id::{ContentId, PersonId, TopicId};
use crate::domain::invalid::Code;
use crate::domain::page::{Page, PageRequest, Place};
use crate::domain::person::PersonRef;
use crate::domain::source::{NATIVE, SourceRef};
use crate::domain::text;
use crate::domain::time::Time;
use crate::domain::topic::TopicRef;
use crate::store::writing::Writing;

/// A content and where it stands in a list.
pub type Standing = (Place, Arc<Content>);

/// A content as somebody publishes it.
#[derive(Clone, Debug)]
pub struct ContentDraft {
    /// The native source when it is missing.
    pub source: Option<SourceRef>,
    /// Made up when it is missing.
    pub external_id: Option<String>,
    pub kind: String,
    pub title: String,
    pub body: String,
    pub url: Option<String>,
    pub language: Option<String>,
    /// The viewer alone when it is missing; others only by admins, or together with the viewer.
    pub authors: Option<Vec<PersonRef>>,
    pub topics: Vec<TopicRef>,
    pub parent: Option<ContentRef>,
    pub published_at: Option<Time>,
}

impl App {
    /// The content somebody names, whatever its state: ask [`Viewer::sees_content`] before it is shown.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn content_ref(&self, by: &ContentRef) -> Result<Option<Arc<Content>>, Error> {
        match by {
            ContentRef::Id(id) => Ok(self.shelf.contents(&[*id]).await?.remove(id)),
            ContentRef::External { source, external_id } => match self.directory.source_by_slug(source) {
                Some(source) => Ok(self.shelf.content_by_external(source.id, external_id).await?),
                None => Ok(None),
            },
        }
    }

    /// The id of the content somebody names; one that is named by its id may not be there.
    pub(super) async fn content_id(&self, by: &ContentRef) -> Result<Option<ContentId>, Error> {
        match by {
            ContentRef::Id(id) => Ok(Some(*id)),
            ContentRef::External { source, external_id } => match self.directory.source_by_slug(source) {
                Some(source) => match self.catalog.named(source.id, external_id) {
                    Some(id) => Ok(Some(id)),
                    // Another process may have published it a moment ago.
                    None => Ok(self.content_ref(by).await?.map(|content| content.id)),
                },
                None => Ok(None),
            },
        }
    }

    /// The content somebody names, if the viewer may see it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn content(&self, viewer: &Viewer, by: &ContentRef) -> Result<Option<Arc<Content>>, Error> {
        Ok(self.content_ref(by).await?.filter(|content| viewer.sees_content(content)))
    }

    /// The contents with these ids that the viewer may see.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents(
        &self,
        viewer: &Viewer,
        ids: &[ContentId],
    ) -> Result<HashMap<ContentId, Arc<Content>>, Error> {
        let mut found = self.shelf.contents(ids).await?;
        found.retain(|_, content| viewer.sees_content(content));
        Ok(found)
    }

    /// One page for each request; what is withdrawn or hidden is left out for all but moderators who ask for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_pages(
        &self,
        viewer: &Viewer,
        asked: &[(&ContentFilter, ContentOrder, &PageRequest)],
    ) -> Result<Vec<Page<Standing>>, Error> {
        check_invisible(viewer, asked.iter().map(|(filter, ..)| *filter))?;
        self.catalog.ready().await;
        let pages: Vec<Page<Place>> =
            asked.iter().map(|(filter, order, request)| self.catalog.page(filter, *order, request)).collect();
        let ids: Vec<ContentId> =
            pages.iter().flat_map(|page| page.items.iter().map(|place| ContentId(place.id))).collect();
        let found = self.shelf.contents(&ids).await?;
        let pages = pages.into_iter().zip(asked).map(|(page, (filter, ..))| {
            page.filter_map(|place| {
                // What was hidden since the list was made is in it no more.
                let content = found.get(&ContentId(place.id));
                let content = content.filter(|content| filter.invisible || viewer.sees_content(content))?;
                Some((place, Arc::clone(content)))
            })
        });
        Ok(pages.collect())
    }

    /// How many contents each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contents_counts(&self, viewer: &Viewer, filters: &[&ContentFilter]) -> Result<Vec<i64>, Error> {
        check_invisible(viewer, filters.iter().copied())?;
        self.catalog.ready().await;
        Ok(filters.iter().map(|filter| i64::try_from(self.catalog.count(filter)).unwrap_or(i64::MAX)).collect())
    }

    /// Publishes a content.
    ///
    /// # Errors
    /// What the checks say, `TAKEN`, or the noun that was not found.
    pub async fn publish(&self, viewer: &Viewer, draft: ContentDraft) -> Result<Content, Error> {
        let actor = viewer.member()?.id;
        let now = self.clock.now();
        let text = ContentText::check(
            &draft.kind,
            &draft.title,
            &draft.body,
            draft.url.as_deref(),
            draft.language.as_deref(),
        )?;
        let source =
            self.named_source("source", &draft.source.unwrap_or_else(|| SourceRef::Slug(NATIVE.to_owned())))?;
        let authors = self.named_authors(viewer, actor, draft.authors.as_deref()).await?;
        let topics = self.named_topics(&draft.topics)?;
        viewer.check_reach(self, Some(source.id), &topics)?;
        let parent = match &draft.parent {
            Some(by) => Some(self.seen_content(viewer, "parent", by).await?.id),
            None => None,
        };
        #[expect(clippy::disallowed_methods, reason = "an external id of our own has to be unique and nothing else")]
        let made_up = || uuid::Uuid::now_v7().simple().to_string();
        let external_id = match &draft.external_id {
            Some(id) => text::required("externalId", id, text::LINE)?,
            None => made_up(),
        };
        let published_at = check_published(draft.published_at.unwrap_or(now), now)?;
        let mut new = NewContent { source: source.id, external_id, text, parent, published_at, authors, topics };
        let mut writing = self.store.begin().await?;
        self.follow_merges(&writing, &mut new).await?;
        if writing.is_external_id_taken(new.source, &new.external_id).await? {
            return refuse(Code::Taken, "externalId", "this source has a content with this external id");
        }
        let ids = writing.insert_contents(std::slice::from_ref(&new)).await?;
        let id = ids.get(&new.external_id).copied().unwrap_or(ContentId(0));
        note(&mut writing, id, &new, ContentAct::Published);
        let content = writing.content(id).await?;
        self.commit(writing).await?;
        content.ok_or_else(|| Error::BadRequest("the content is gone".to_owned()))
    }

    /// Withdraws a content: its authors and admins. What was withdrawn counts nowhere.
    ///
    /// # Errors
    /// `CONTENT_NOT_FOUND`, `NOT_AUTHOR`, `ALREADY_WITHDRAWN`.
    pub async fn withdraw_content(&self, viewer: &Viewer, by: &ContentRef) -> Result<Content, Error> {
        let actor = viewer.member()?.id;
        let known = self.seen_content(viewer, "content", by).await?;
        if !known.authors.contains(&actor) && !viewer.is_admin() {
            return refuse(Code::NotAuthor, "content", "only its authors withdraw a content");
        }
        viewer.check_reach(self, Some(known.source), &known.topics)?;
        let now = self.clock.now();
        self.change_state(known.id, ContentAct::Withdrawn, None, |content| match content.withdrawn_at {
            Some(_) => refuse(Code::AlreadyWithdrawn, "content", "this content was withdrawn before"),
            None => {
                content.withdrawn_at = Some(now);
                Ok(())
            }
        })
        .await
    }

    /// Hides a content, or shows it again, for a reason. Moderators only.
    ///
    /// # Errors
    /// `CONTENT_NOT_FOUND`, `CONFLICT` when it is in that state, or a text of the wrong form.
    pub async fn set_hidden(
        &self,
        viewer: &Viewer,
        by: &ContentRef,
        hidden: bool,
        reason: &str,
    ) -> Result<Content, Error> {
        viewer.moderator()?;
        let actor = viewer.id();
        let known = self.seen_content(viewer, "content", by).await?;
        viewer.check_reach(self, Some(known.source), &known.topics)?;
        let reason = text::required("reason", reason, text::REMARK)?;
        let now = self.clock.now();
        let (act, done, told) = if hidden {
            (ContentAct::Hidden, AuditAct::ContentHidden, "this content is hidden already")
        } else {
            (ContentAct::Restored, AuditAct::ContentRestored, "this content is not hidden")
        };
        let subject = AuditSubject::Content(known.id);
        let entry = NewAudit { actor, act: done, subject, reason: Some(reason.clone()) };
        self.change_state(known.id, act, Some(entry), |content| {
            if content.hidden_at.is_some() == hidden {
                return refuse(Code::Conflict, "content", told);
            }
            content.hidden_at = hidden.then_some(now);
            content.hidden_reason = hidden.then_some(reason);
            Ok(())
        })
        .await
    }

    async fn change_state(
        &self,
        id: ContentId,
        act: ContentAct,
        entry: Option<NewAudit>,
        change: impl FnOnce(&mut Content) -> Result<(), Error>,
    ) -> Result<Content, Error> {
        let mut writing = self.store.begin().await?;
        let Some(mut content) = writing.content(id).await? else {
            return refuse(Code::ContentNotFound, "content", "there is no such content");
        };
        change(&mut content)?;
        writing.update_content_state(&content).await?;
        if let Some(entry) = entry {
            writing.insert_audit(entry, self.clock.now()).await?;
        }
        writing.note(Fact::Content(ContentFact { act, card: Card::from(&content) }));
        self.commit(writing).await?;
        Ok(content)
    }

    /// The content somebody names in an input, as far as the viewer may see it.
    pub(super) async fn seen_content(
        &self,
        viewer: &Viewer,
        field: &'static str,
        by: &ContentRef,
    ) -> Result<Arc<Content>, Error> {
        match self.content(viewer, by).await? {
            Some(content) => Ok(content),
            None => refuse(Code::ContentNotFound, field, "there is no such content"),
        }
    }

    /// Names the authors and topics of a content as they are in this transaction, each once.
    async fn follow_merges(&self, writing: &Writing<'_>, new: &mut NewContent) -> Result<(), Error> {
        let (mut authors, mut topics) = (Vec::new(), Vec::new());
        for author in &new.authors {
            let author = self.person_now(writing, *author).await?;
            if !authors.contains(&author) {
                authors.push(author);
            }
        }
        for topic in &new.topics {
            let topic = self.topic_now(writing, *topic).await?;
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        (new.authors, new.topics) = (authors, topics);
        Ok(())
    }

    async fn named_authors(
        &self,
        viewer: &Viewer,
        actor: PersonId,
        named: Option<&[PersonRef]>,
    ) -> Result<Vec<PersonId>, Error> {
        let Some(named) = named else { return Ok(vec![actor]) };
        let mut authors = Vec::with_capacity(named.len());
        for by in named.iter().take(crate::domain::content::LINKS + 1) {
            authors.push(self.named_person("authors", by).await?.id);
        }
        check_links("authors", &authors)?;
        if !authors.contains(&actor) && !viewer.is_admin() {
            return refuse(
                Code::NotAuthor,
                "authors",
                "you publish only what you wrote; name yourself among the authors",
            );
        }
        Ok(authors)
    }

    fn named_topics(&self, named: &[TopicRef]) -> Result<Vec<TopicId>, Error> {
        let found = named.iter().map(|by| Ok(self.named_topic("topics", by)?.id));
        let topics: Vec<TopicId> = found.collect::<Result<_, Error>>()?;
        check_links("topics", &topics)?;
        Ok(topics)
    }
}

fn check_invisible<'a>(viewer: &Viewer, mut filters: impl Iterator<Item = &'a ContentFilter>) -> Result<(), Error> {
    if filters.any(|filter| filter.invisible) { viewer.moderator().map(drop) } else { Ok(()) }
}

/// Notes what happened to a content that was just written down.
pub(super) fn note(writing: &mut Writing<'_>, id: ContentId, new: &NewContent, act: ContentAct) {
    let subject = Subject {
        content: id,
        source: new.source,
        authors: new.authors.clone(),
        topics: new.topics.clone(),
        visible: true,
    };
    let card = Card {
        subject,
        external_id: new.external_id.clone(),
        kind: new.text.kind.clone(),
        parent: new.parent,
        published_at: new.published_at,
        tally: Ballot::default(),
    };
    writing.note(Fact::Content(ContentFact { act, card }));
}

/// Notes what happened to contents, as they stand in the database now.
pub(super) async fn note_all(
    writing: &mut Writing<'_>,
    contents: impl IntoIterator<Item = ContentId>,
    act: ContentAct,
) -> Result<(), Error> {
    let mut ids: Vec<ContentId> = contents.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    for card in writing.cards(&ids).await? {
        writing.note(Fact::Content(ContentFact { act, card }));
    }
    Ok(())
}
