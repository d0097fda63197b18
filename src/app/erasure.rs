//! People who go: what is known of them is handed out, and taken away.

use super::error::{Error, refuse};
use super::house::App;
use super::rating::recount;
use super::viewer::Viewer;
use crate::domain::audit::{AuditAct, AuditSubject, NewAudit};
use crate::domain::change::{ContestAct, EndorsementAct, Fact, LeadershipAct};
use crate::domain::content::Content;
use crate::domain::contest::Contest;
use crate::domain::endorsement::Endorsement;
use crate::domain::id::{ContentId, PersonId};
use crate::domain::invalid::Code;
use crate::domain::leadership::Leadership;
use crate::domain::person::{Account, Person, PersonRef};
use crate::domain::rating::{PastRating, Rating};
use crate::domain::time::Time;
use crate::store::writing::Writing;

/// Everything that is known of somebody.
#[derive(Clone, Debug)]
pub struct PersonalData {
    pub person: Person,
    pub accounts: Vec<Account>,
    pub contents: Vec<Content>,
    pub ratings: Vec<Rating>,
    /// What they thought before they changed their mind or took it back.
    pub past_ratings: Vec<PastRating>,
    pub leaderships: Vec<Leadership>,
    /// Those they gave and those they were given.
    pub endorsements: Vec<Endorsement>,
    /// What they objected to.
    pub contests: Vec<Contest>,
}

impl App {
    /// Everything that is known of somebody, for those who have the database anyway: the commands.
    ///
    /// # Errors
    /// `PERSON_NOT_FOUND`.
    pub async fn personal_data(&self, by: &PersonRef) -> Result<PersonalData, Error> {
        let id = self.named_person("person", by).await?.id;
        let accounts = self.store.accounts(&[id]).await?;
        let writing = self.store.begin().await?;
        let Some(person) = writing.person(id).await? else {
            return refuse(Code::PersonNotFound, "person", "there is no such person");
        };
        let mut contents = Vec::new();
        for (content, _) in writing.authored(id).await? {
            contents.extend(writing.content(content).await?);
        }
        // Neither is moved by a merge, so those who were found to be them have some too.
        let (mut past_ratings, mut contests) = (Vec::new(), Vec::new());
        for own in writing.merged_into(id).await?.into_iter().chain([id]) {
            past_ratings.extend(writing.past_ratings_of(own).await?);
            contests.extend(writing.contests_of(own).await?);
        }
        Ok(PersonalData {
            person,
            accounts,
            contents,
            ratings: writing.all_ratings_of(id).await?,
            leaderships: writing.leaderships_of(id).await?,
            past_ratings,
            endorsements: writing.endorsements_of(id).await?,
            contests,
        })
    }

    /// Makes somebody unrecognisable: names, accounts, ratings, the words of endorsements, objections and evidence go, from the log too.
    /// What they wrote stays without a name; withdraw it before if it must go. Admins, and everybody for themselves.
    ///
    /// # Errors
    /// `PERSON_NOT_FOUND`, `FORBIDDEN`.
    pub async fn erase_person(&self, viewer: &Viewer, by: &PersonRef) -> Result<Person, Error> {
        let actor = viewer.member()?.id;
        viewer.unlimited()?;
        let id = self.named_person("person", by).await?.id;
        if actor != id {
            viewer.admin()?;
        }
        self.erase(id, Some(actor)).await
    }

    /// The same, for those who have the database anyway: the commands.
    ///
    /// # Errors
    /// `PERSON_NOT_FOUND`.
    pub async fn erase_named(&self, by: &PersonRef) -> Result<Person, Error> {
        let id = self.named_person("person", by).await?.id;
        self.erase(id, None).await
    }

    async fn erase(&self, id: PersonId, actor: Option<PersonId>) -> Result<Person, Error> {
        let now = self.clock.now();
        let mut writing = self.store.begin().await?;
        let Some(person) = writing.person(id).await? else {
            return refuse(Code::PersonNotFound, "person", "there is no such person");
        };
        let mut rated: Vec<ContentId> = writing.all_ratings_of(id).await?.iter().map(|rating| rating.content).collect();
        for other in writing.merged_into(id).await? {
            if let Some(other) = writing.person(other).await? {
                rated.extend(erase_one(&mut writing, &other, now).await?);
            }
        }
        rated.extend(erase_one(&mut writing, &person, now).await?);
        rated.sort_unstable();
        rated.dedup();
        recount(self, &mut writing, &rated, &[id]).await?;
        let (act, subject) = (AuditAct::PersonErased, AuditSubject::Person(id));
        writing.insert_audit(NewAudit { actor, act, subject, reason: None }, now).await?;
        self.commit(writing).await?;
        Ok(person.erased())
    }
}

/// Takes away what is known of one person. The contents on which something of their ratings was still told.
async fn erase_one(writing: &mut Writing<'_>, person: &Person, now: Time) -> Result<Vec<ContentId>, Error> {
    erase_relations(writing, person.id, now).await?;
    let erased = person.erased();
    writing.erase_traces(person.id, now).await?;
    writing.update_person(&erased).await?;
    writing.scrub_log(&erased).await?;
    writing.scrub_journals(person.id).await?;
    let told = writing.scrub_tallies(person.id).await?;
    writing.note(Fact::Person(erased));
    Ok(told)
}

/// Ends what still holds, and takes the words out of all.
async fn erase_relations(writing: &mut Writing<'_>, id: PersonId, now: Time) -> Result<(), Error> {
    for known in writing.leaderships_of(id).await? {
        let end = known.valid_to.filter(|end| *end <= now).unwrap_or_else(|| now.max(known.valid_from));
        let leadership = Leadership { valid_to: Some(end), evidence_text: None, evidence_url: None, ..known };
        writing.update_leadership(&leadership).await?;
        writing.note(Fact::Leadership { act: LeadershipAct::Ended, leadership });
    }
    for known in writing.endorsements_of(id).await? {
        let withdrawn_at = known.withdrawn_at.or(Some(now));
        let endorsement = Endorsement { text: String::new(), withdrawn_at, ..known };
        writing.update_endorsement(&endorsement).await?;
        writing.note(Fact::Endorsement { act: EndorsementAct::Withdrawn, endorsement });
    }
    for known in writing.contests_of(id).await? {
        let withdrawn_at = known.withdrawn_at.or(Some(now));
        let contest = writing.put_contest(&Contest { text: String::new(), withdrawn_at, ..known }).await?;
        writing.note(Fact::Contest { act: ContestAct::Withdrawn, contest });
    }
    Ok(())
}
