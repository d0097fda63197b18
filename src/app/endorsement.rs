//! Endorsements: read, given, renewed, withdrawn.

use super::error::{Error, refuse};
use super::house::App;
use super::leadership::check_leads;
use super::viewer::Viewer;
use crate::domain::change::{EndorsementAct, Fact};
use crate::domain::endorsement::{Endorsement, EndorsementFilter, NewEndorsement};
use crate::domain::id::EndorsementId;
use crate::domain::invalid::Code;
use crate::domain::leadership::LeadershipOrder;
use crate::domain::page::{Direction, Page, PageRequest};
use crate::domain::person::PersonRef;
use crate::domain::time::Time;
use crate::domain::topic::TopicRef;

impl App {
    /// One page for each request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsements_pages(
        &self,
        asked: &[(&EndorsementFilter, LeadershipOrder, &PageRequest)],
    ) -> Result<Vec<Page<Endorsement>>, Error> {
        Ok(self.store.endorsements_pages(asked).await?)
    }

    /// How many endorsements each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsements_counts(&self, filters: &[&EndorsementFilter]) -> Result<Vec<i64>, Error> {
        Ok(self.store.endorsements_counts(filters).await?)
    }

    /// The endorsement with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsement(&self, id: EndorsementId) -> Result<Option<Endorsement>, Error> {
        let filter = EndorsementFilter { ids: Some(vec![id]), ..EndorsementFilter::default() };
        let order = LeadershipOrder { direction: Direction::Ascending };
        let pages = self.store.endorsements_pages(&[(&filter, order, &PageRequest::first(1))]).await?;
        Ok(pages.into_iter().flat_map(|page| page.items).next())
    }

    /// The viewer stands up for somebody on a topic; what was said before is renewed.
    ///
    /// # Errors
    /// `PERSON_NOT_FOUND`, `TOPIC_NOT_FOUND`, `INACTIVE`, `BOT_CANNOT_RATE`, or what the checks say.
    pub async fn endorse(
        &self,
        viewer: &Viewer,
        person: &PersonRef,
        topic: &TopicRef,
        text: &str,
        expires_at: Option<Time>,
    ) -> Result<Endorsement, Error> {
        let endorser = viewer.human()?.id;
        let person = self.named_person("person", person).await?;
        if !person.active {
            return refuse(Code::Inactive, "person", "this person is not active any more");
        }
        check_leads("person", &person)?;
        let topic = self.named_topic("topic", topic)?.id;
        viewer.check_reach(self, None, &[topic])?;
        let (now, life) = (self.clock.now(), self.settings.endorsement_life);
        let check = |people_and_topic| NewEndorsement::check(people_and_topic, text, now, expires_at, life);
        check((endorser, person.id, topic))?;
        let mut writing = self.store.begin().await?;
        // While this waited for its turn the two may have turned out to be one.
        let (endorser, person) =
            (self.person_now(&writing, endorser).await?, self.person_now(&writing, person.id).await?);
        let new = check((endorser, person, self.topic_now(&writing, topic).await?))?;
        let known = writing.endorsements_between(new.endorser, new.person, new.topic).await?;
        let told = new.endorsement();
        let (act, endorsement) = match known.into_iter().rfind(|known| known.meets(&told)) {
            None => (EndorsementAct::Endorsed, writing.insert_endorsement(&told).await?),
            Some(known) => {
                let renewed = Endorsement { id: known.id, endorsed_at: known.endorsed_at, ..told };
                writing.update_endorsement(&renewed).await?;
                (EndorsementAct::Renewed, renewed)
            }
        };
        writing.note(Fact::Endorsement { act, endorsement: endorsement.clone() });
        self.commit(writing).await?;
        Ok(endorsement)
    }

    /// The viewer takes an endorsement back; admins any.
    ///
    /// # Errors
    /// `ENDORSEMENT_NOT_FOUND`, `ALREADY_WITHDRAWN`, `FORBIDDEN`.
    pub async fn withdraw_endorsement(&self, viewer: &Viewer, id: EndorsementId) -> Result<Endorsement, Error> {
        let actor = viewer.member()?.id;
        let mut writing = self.store.begin().await?;
        let Some(mut endorsement) = writing.endorsement(id).await? else {
            return refuse(Code::EndorsementNotFound, "endorsement", "there is no such endorsement");
        };
        viewer.check_reach(self, None, &[endorsement.topic])?;
        if endorsement.endorser != actor {
            viewer.admin()?;
        }
        if endorsement.withdrawn_at.is_some() {
            return refuse(Code::AlreadyWithdrawn, "endorsement", "this endorsement was withdrawn before");
        }
        endorsement.withdrawn_at = Some(self.clock.now());
        writing.update_endorsement(&endorsement).await?;
        writing.note(Fact::Endorsement { act: EndorsementAct::Withdrawn, endorsement: endorsement.clone() });
        self.commit(writing).await?;
        Ok(endorsement)
    }
}
