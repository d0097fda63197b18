//! Leaderships, endorsements and objections of a batch.

use super::{Checked, Desk, Say};
use crate::app::error::refuse;
use crate::app::leadership::{check_leads, check_overlap};
use crate::domain::change::{ContestAct, EndorsementAct, Fact, LeadershipAct};
use crate::domain::contest::Contest;
use crate::domain::endorsement::{Endorsement, NewEndorsement, Told};
use crate::domain::id::{ContestId, PersonId, TopicId};
use crate::domain::ingest::{ContestItem, EndorsementItem, LeadershipItem, Outcome};
use crate::domain::invalid::Code;
use crate::domain::leadership::{Leadership, LeadershipDraft, LeadershipKind, NewLeadership};
use crate::domain::person::PersonKind;
use crate::domain::text;
use crate::domain::time::{check_past, in_range};

impl Desk<'_, '_> {
    pub(super) async fn leadership(&mut self, item: &LeadershipItem) -> Checked<Outcome> {
        let person = self.known_person("person", &item.person)?;
        check_leads("person", person)?;
        let person = person.id;
        let topic = self.topic_id("topic", &item.topic).await?;
        let kind = if item.declared { LeadershipKind::Declared } else { LeadershipKind::Appointed };
        let draft = LeadershipDraft {
            role: item.role.clone(),
            valid_from: item.from,
            valid_to: item.to,
            evidence_text: item.evidence_text.clone(),
            evidence_url: item.evidence_url.clone(),
        };
        let Some(from) = item.from else {
            return refuse(Code::NothingGiven, "from", "an imported leadership needs its start");
        };
        let terms = draft.check(from)?;
        let same = |l: &&Leadership| l.kind == kind && l.role == terms.role && l.valid_from == terms.valid_from;
        let known = self.writing.leaderships_between(person, topic).await?;
        let Some(known) = known.iter().find(same) else {
            let new = NewLeadership { person, topic, kind, told_by: None, terms };
            if self.say == Say::Own {
                check_overlap(self.writing, &new).await?;
            }
            let leadership = self.writing.insert_leadership(&new).await?;
            let act = if item.declared { LeadershipAct::Declared } else { LeadershipAct::Appointed };
            self.writing.note(Fact::Leadership { act, leadership });
            return Ok(Outcome::Created);
        };
        // What a moderator rejected counts for no moment, whatever its source goes on to say.
        if known.valid_to == Some(known.valid_from) {
            return Ok(Outcome::Unchanged);
        }
        let changed = Leadership {
            // Who says nothing of an end does not take back that it was ended here.
            valid_to: terms.valid_to.or(known.valid_to),
            evidence_text: terms.evidence_text,
            evidence_url: terms.evidence_url,
            ..known.clone()
        };
        if changed == *known {
            return Ok(Outcome::Unchanged);
        }
        self.writing.update_leadership(&changed).await?;
        let act = if changed.valid_to == known.valid_to { LeadershipAct::Edited } else { LeadershipAct::Ended };
        self.writing.note(Fact::Leadership { act, leadership: changed });
        Ok(Outcome::Changed)
    }

    pub(super) async fn endorsement(&mut self, item: &EndorsementItem) -> Checked<Outcome> {
        let (from, to) = (self.known_person("from", &item.from)?, self.known_person("to", &item.to)?);
        if from.kind == PersonKind::Bot {
            return refuse(Code::BotCannotRate, "from", "bots neither rate nor endorse");
        }
        check_leads("to", to)?;
        let (from, to) = (from.id, to.id);
        let topic = self.topic_id("topic", &item.topic).await?;
        let at = check_past("at", item.at, self.now)?;
        let withdrawn_at = item.withdrawn_at.map(|at| in_range("withdrawnAt", at)).transpose()?;
        if withdrawn_at.is_some_and(|withdrawn| withdrawn < at) {
            return refuse(Code::ReversedInterval, "withdrawnAt", "an endorsement is taken back after it was given");
        }
        let life = self.app.settings.endorsement_life;
        let new = NewEndorsement::check((from, to, topic), &item.text, at, item.expires_at, life)?;
        let told = Endorsement { withdrawn_at, ..new.endorsement() };
        let act = if told.withdrawn_at.is_some() { EndorsementAct::Withdrawn } else { EndorsementAct::Renewed };
        let known = self.writing.endorsements_between(from, to, topic).await?;
        let (act, endorsement, outcome) = match told.clone().told(&known) {
            Told::Same => return Ok(Outcome::Unchanged),
            Told::Stale => return Ok(Outcome::Stale),
            Told::New => {
                let endorsement = self.writing.insert_endorsement(&told).await?;
                (EndorsementAct::Endorsed, endorsement, Outcome::Created)
            }
            Told::Changed(endorsement) => {
                self.writing.update_endorsement(&endorsement).await?;
                (act, endorsement, Outcome::Changed)
            }
        };
        self.writing.note(Fact::Endorsement { act, endorsement });
        Ok(outcome)
    }

    pub(super) async fn contest(&mut self, item: &ContestItem) -> Checked<Outcome> {
        let person = self.known_person("person", &item.person)?.id;
        let topic = self.topic_id("topic", &item.topic).await?;
        let told = Contest {
            id: ContestId(0),
            person,
            topic,
            text: text::required("text", &item.text, text::REMARK)?,
            contested_at: check_past("at", item.at, self.now)?,
            withdrawn_at: item.withdrawn_at.map(|at| check_past("withdrawnAt", at, self.now)).transpose()?,
        };
        let known = self.known_contest(person, topic).await?;
        let told = match &known {
            Some(known) => Contest { id: known.id, person: known.person, topic: known.topic, ..told },
            None => told,
        };
        // The last thing that was said counts.
        let last = |c: &Contest| c.withdrawn_at.unwrap_or(c.contested_at).max(c.contested_at);
        let outcome = match &known {
            Some(known) if *known == told => return Ok(Outcome::Unchanged),
            Some(known) if last(known) > last(&told) => return Ok(Outcome::Stale),
            Some(_) => Outcome::Changed,
            None => Outcome::Created,
        };
        let contest = self.writing.put_contest(&told).await?;
        let act = if contest.withdrawn_at.is_some() { ContestAct::Withdrawn } else { ContestAct::Contested };
        self.writing.note(Fact::Contest { act, contest });
        Ok(outcome)
    }

    /// What somebody objected to on a topic, also before they, or the topic, were merged into what they are now.
    async fn known_contest(&self, person: PersonId, topic: TopicId) -> Checked<Option<Contest>> {
        if let Some(known) = self.writing.contest_of(person, topic).await? {
            return Ok(Some(known));
        }
        let said = self.app.relations.said().await?;
        Ok(said.contests().iter().find(|contest| self.app.contested(contest) == (person, topic)).cloned())
    }
}
