//! Leaderships: read, declared, appointed, ended.

use super::error::{Error, refuse};
use super::house::App;
use super::viewer::Viewer;
use crate::domain::change::{Fact, LeadershipAct};
use crate::domain::id::{LeadershipId, PersonId};
use crate::domain::invalid::Code;
use crate::domain::leadership::{
    Leadership, LeadershipDraft, LeadershipFilter, LeadershipKind, LeadershipOrder, NewLeadership, check_end,
};
use crate::domain::page::{Page, PageRequest};
use crate::domain::person::{Person, PersonKind, PersonRef};
use crate::domain::time::Time;
use crate::domain::topic::TopicRef;
use crate::store::writing::Writing;

impl App {
    /// One page for each request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaderships_pages(
        &self,
        asked: &[(&LeadershipFilter, LeadershipOrder, &PageRequest)],
    ) -> Result<Vec<Page<Leadership>>, Error> {
        Ok(self.store.leaderships_pages(asked).await?)
    }

    /// How many relations each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaderships_counts(&self, filters: &[&LeadershipFilter]) -> Result<Vec<i64>, Error> {
        Ok(self.store.leaderships_counts(filters).await?)
    }

    /// The relation with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leadership(&self, id: LeadershipId) -> Result<Option<Leadership>, Error> {
        let filter = LeadershipFilter { ids: Some(vec![id]), ..LeadershipFilter::default() };
        let order = LeadershipOrder { direction: crate::domain::page::Direction::Ascending };
        let pages = self.store.leaderships_pages(&[(&filter, order, &PageRequest::first(1))]).await?;
        Ok(pages.into_iter().flat_map(|page| page.items).next())
    }

    /// The viewer says that they lead a topic.
    ///
    /// # Errors
    /// `TOPIC_NOT_FOUND`, `CONFLICT`, or what the checks say.
    pub async fn declare_leadership(
        &self,
        viewer: &Viewer,
        topic: &TopicRef,
        draft: &LeadershipDraft,
    ) -> Result<Leadership, Error> {
        let person = viewer.human()?.id;
        self.write_leadership(viewer, person, topic, LeadershipKind::Declared, draft).await
    }

    /// The organisation says that somebody leads a topic. Admins only.
    ///
    /// # Errors
    /// `PERSON_NOT_FOUND`, `TOPIC_NOT_FOUND`, `INACTIVE`, `BOT_CANNOT_RATE`, `CONFLICT`, or what the checks say.
    pub async fn appoint_leader(
        &self,
        viewer: &Viewer,
        person: &PersonRef,
        topic: &TopicRef,
        draft: &LeadershipDraft,
    ) -> Result<Leadership, Error> {
        viewer.admin()?;
        let person = self.named_person("person", person).await?;
        if !person.active {
            return refuse(Code::Inactive, "person", "this person is not active any more");
        }
        check_leads("person", &person)?;
        self.write_leadership(viewer, person.id, topic, LeadershipKind::Appointed, draft).await
    }

    async fn write_leadership(
        &self,
        viewer: &Viewer,
        person: PersonId,
        topic: &TopicRef,
        kind: LeadershipKind,
        draft: &LeadershipDraft,
    ) -> Result<Leadership, Error> {
        let topic = self.named_topic("topic", topic)?.id;
        viewer.check_reach(self, None, &[topic])?;
        let terms = draft.check(self.clock.now())?;
        let mut writing = self.store.begin().await?;
        let (person, topic) = (self.person_now(&writing, person).await?, self.topic_now(&writing, topic).await?);
        let new = NewLeadership { person, topic, kind, told_by: viewer.id(), terms };
        check_overlap(&writing, &new).await?;
        let leadership = writing.insert_leadership(&new).await?;
        let act = if kind == LeadershipKind::Declared { LeadershipAct::Declared } else { LeadershipAct::Appointed };
        writing.note(Fact::Leadership { act, leadership: leadership.clone() });
        self.commit(writing).await?;
        Ok(leadership)
    }

    /// Ends a relation: people what they declared, admins everything.
    ///
    /// # Errors
    /// `LEADERSHIP_NOT_FOUND`, `ALREADY_ENDED`, `REVERSED_INTERVAL`, `FORBIDDEN`.
    pub async fn end_leadership(
        &self,
        viewer: &Viewer,
        id: LeadershipId,
        at: Option<Time>,
    ) -> Result<Leadership, Error> {
        let actor = viewer.member()?.id;
        let now = self.clock.now();
        let mut writing = self.store.begin().await?;
        let Some(mut leadership) = writing.leadership(id).await? else {
            return refuse(Code::LeadershipNotFound, "leadership", "there is no such leadership");
        };
        // One's own leadership is one's own to lay down, whoever said it first.
        if leadership.person != actor {
            viewer.admin()?;
        }
        viewer.check_reach(self, None, &[leadership.topic])?;
        if leadership.valid_to.is_some_and(|end| end <= now) {
            return refuse(Code::AlreadyEnded, "leadership", "this leadership has ended already");
        }
        leadership.valid_to =
            Some(check_end(leadership.valid_from, at.unwrap_or_else(|| now.max(leadership.valid_from)))?);
        writing.update_leadership(&leadership).await?;
        writing.note(Fact::Leadership { act: LeadershipAct::Ended, leadership: leadership.clone() });
        self.commit(writing).await?;
        Ok(leadership)
    }
}

/// Bots lead nothing, whoever says so.
///
/// # Errors
/// `BOT_CANNOT_RATE` in `field`.
pub(super) fn check_leads(field: &'static str, person: &Person) -> Result<(), Error> {
    match person.kind {
        PersonKind::Human => Ok(()),
        PersonKind::Bot => refuse(Code::BotCannotRate, field, "this is a bot, and bots lead nothing; name a person"),
    }
}

/// The same person does not lead the same topic in the same role twice at a time.
pub(super) async fn check_overlap(writing: &Writing<'_>, new: &NewLeadership) -> Result<(), Error> {
    let (from, to) = (new.terms.valid_from, new.terms.valid_to);
    for known in writing.leaderships_between(new.person, new.topic).await? {
        let same = known.kind == new.kind && known.role == new.terms.role;
        let apart = known.valid_to.is_some_and(|end| end <= from) || to.is_some_and(|end| end <= known.valid_from);
        if same && (!apart || known.valid_from == from) {
            return refuse(Code::Conflict, "topic", "this leadership is known for that time already; end it first");
        }
    }
    Ok(())
}
