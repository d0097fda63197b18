//! Topics: read, made, changed. The forest stays one: no topic is its own ancestor, and a synonym has no topics below it.

use std::collections::HashSet;
use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use super::viewer::Viewer;
use crate::domain::change::{Fact, TopicFact};
use crate::domain::id::TopicId;
use crate::domain::invalid::Code;
use crate::domain::page::{Page, PageRequest};
use crate::domain::topic::{NewTopic, Topic, TopicFilter, TopicOrder, TopicPatch, TopicRef};
use crate::store::writing::Writing;

impl App {
    /// The topic somebody names, a synonym as itself.
    #[must_use]
    pub fn topic(&self, by: &TopicRef) -> Option<Arc<Topic>> {
        match by {
            TopicRef::Id(id) => self.directory.topic(*id),
            TopicRef::Slug(slug) => self.directory.topic_by_slug(slug),
        }
    }

    /// The topic with this id, a synonym as itself.
    #[must_use]
    pub fn topic_by_id(&self, id: TopicId) -> Option<Arc<Topic>> {
        self.directory.topic(id)
    }

    /// A topic and everything below it.
    #[must_use]
    pub fn subtree(&self, id: TopicId) -> HashSet<TopicId> {
        self.directory.subtree(id)
    }

    /// From the root down to the parent of a topic.
    #[must_use]
    pub fn ancestors(&self, id: TopicId) -> Vec<Arc<Topic>> {
        self.directory.ancestors(id)
    }

    /// One page for each request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topics_pages(
        &self,
        asked: &[(&TopicFilter, TopicOrder, &PageRequest)],
    ) -> Result<Vec<Page<Topic>>, Error> {
        Ok(self.store.topics_pages(asked).await?)
    }

    /// How many topics each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topics_counts(&self, filters: &[&TopicFilter]) -> Result<Vec<i64>, Error> {
        Ok(self.store.topics_counts(filters).await?)
    }

    /// Makes a topic. Admins only.
    ///
    /// # Errors
    /// `TAKEN`, `TOPIC_NOT_FOUND`, `IS_SYNONYM`, or what [`NewTopic::check`] says.
    pub async fn create_topic(
        &self,
        viewer: &Viewer,
        mut new: NewTopic,
        parent: Option<&TopicRef>,
        main: Option<&TopicRef>,
    ) -> Result<Topic, Error> {
        viewer.admin()?;
        new.parent = parent.map(|by| self.named_topic("parent", by)).transpose()?.map(|topic| topic.id);
        new.main = main.map(|by| self.named_topic("synonymOf", by)).transpose()?.map(|topic| topic.id);
        let mut writing = self.store.begin().await?;
        if writing.topic_by_slug(&new.slug).await?.is_some() {
            return refuse(Code::Taken, "slug", format!("the slug {:?} is taken", new.slug));
        }
        let topic = writing.insert_topic(&new, self.clock.now()).await?;
        check_place(&writing, &topic).await?;
        writing.note(Fact::Topic(TopicFact::of(topic.clone(), None)));
        self.commit(writing).await?;
        Ok(topic)
    }

    /// Changes a topic. Admins only.
    ///
    /// # Errors
    /// `TOPIC_NOT_FOUND`, `CYCLE`, `IS_SYNONYM`, `CONFLICT`, or what the checks say.
    pub async fn update_topic(&self, viewer: &Viewer, by: &TopicRef, patch: &TopicPatch) -> Result<Topic, Error> {
        viewer.admin()?;
        let Some(known) = self.topic(by) else {
            return refuse(Code::TopicNotFound, "topic", "there is no such topic");
        };
        let mut writing = self.store.begin().await?;
        let Some(topic) = writing.topic(known.id).await? else {
            return refuse(Code::TopicNotFound, "topic", "there is no such topic");
        };
        let changed = patch.apply(&topic)?;
        if changed == topic {
            return Ok(topic);
        }
        check_place(&writing, &changed).await?;
        writing.update_topic(&changed).await?;
        writing.note(Fact::Topic(TopicFact::of(changed.clone(), Some(&topic))));
        self.commit(writing).await?;
        Ok(changed)
    }

    /// Which topic one is in this transaction: while it waited for its turn it may have been merged.
    pub(super) async fn topic_now(&self, writing: &Writing<'_>, id: TopicId) -> Result<TopicId, Error> {
        let main = if self.knows_all(writing) {
            self.directory.topic(id).and_then(|topic| topic.main)
        } else {
            writing.topic(id).await?.and_then(|topic| topic.main)
        };
        Ok(main.unwrap_or(id))
    }

    /// The topic somebody names in an input; a synonym is its main topic.
    pub(super) fn named_topic(&self, field: &'static str, by: &TopicRef) -> Result<Arc<Topic>, Error> {
        let found = self.topic(by).map(|topic| topic.main.and_then(|main| self.directory.topic(main)).unwrap_or(topic));
        match found {
            Some(topic) => Ok(topic),
            None => refuse(Code::TopicNotFound, field, "there is no such topic"),
        }
    }
}

/// Checks where a topic stands among the others: its parent a main topic and not below it; as a synonym, of a main topic
/// and with nothing hanging on it.
pub(super) async fn check_place(writing: &Writing<'_>, topic: &Topic) -> Result<(), Error> {
    let mut above = topic.parent;
    let mut first = true;
    while let Some(id) = above {
        if id == topic.id {
            return refuse(Code::Cycle, "parent", "a topic cannot stand below itself");
        }
        let Some(parent) = writing.topic(id).await? else {
            return refuse(Code::TopicNotFound, "parent", "there is no such topic");
        };
        if first && parent.main.is_some() {
            return refuse(
                Code::IsSynonym,
                "parent",
                format!("{:?} is another word for a topic; name that one", parent.slug),
            );
        }
        first = false;
        above = parent.parent;
    }
    let Some(main) = topic.main else { return Ok(()) };
    if main == topic.id {
        return refuse(Code::Cycle, "synonymOf", "a topic cannot be another word for itself");
    }
    match writing.topic(main).await? {
        None => return refuse(Code::TopicNotFound, "synonymOf", "there is no such topic"),
        Some(main) if main.main.is_some() => {
            return refuse(
                Code::IsSynonym,
                "synonymOf",
                format!("{:?} is another word itself; name its main topic", main.slug),
            );
        }
        Some(_) => {}
    }
    let has_own =
        !writing.topic_children(topic.id).await?.is_empty() || !writing.topic_synonyms(topic.id).await?.is_empty();
    if has_own || topic.parent.is_some() || writing.is_topic_used(topic.id).await? {
        return refuse(
            Code::Conflict,
            "synonymOf",
            "this topic has a place or facts of its own; merge it instead (mergeTopics)",
        );
    }
    Ok(())
}
