//! Facts as the lines that an import reads.

use super::record::{
    ContentRecord, ContestRecord, EndorsementRecord, LeadershipRecord, PersonRecord, RatingRecord, SourceRecord,
    TopicRecord,
};
use super::roll::Roll;
use super::told::{Id, Stamp, Told, Whole};
use crate::app::house::App;
use crate::domain::content::Content;
use crate::domain::contest::Contest;
use crate::domain::endorsement::Endorsement;
use crate::domain::id::{PersonId, TopicId};
use crate::domain::leadership::Leadership;
use crate::domain::person::Person;
use crate::domain::rating::Rating;
use crate::domain::source::Source;
use crate::domain::time::Time;
use crate::domain::topic::Topic;

/// Writes facts in the names of one folder. A fact that names somebody who is not in the folder has no line in it.
#[derive(Clone, Copy, Debug)]
pub struct Scribe<'a> {
    /// Where topics are known.
    pub app: &'a App,
    /// Who is in the folder.
    pub roll: &'a Roll,
}

impl Scribe<'_> {
    /// A content; `parent` is the external id of what it replies to.
    #[must_use]
    pub fn content(self, content: Content, parent: Option<String>) -> ContentRecord {
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        ContentRecord {
            id: Id(content.external_id).into(),
            kind: content.kind.into(),
            created_at: Stamp(content.published_at).into(),
            author_ids: content.authors.iter().filter_map(|author| self.person(*author)).collect::<Vec<Id>>().into(),
            topic_ids: content.topics.iter().filter_map(|topic| self.topic(*topic)).collect::<Vec<Id>>().into(),
            title: text(content.title).into(),
            body: text(content.body).into(),
            url: content.url.into(),
            lang: content.language.into(),
            language: Told::Missing,
            parent_id: parent.map(Id).into(),
            withdrawn_at: stamp(content.withdrawn_at),
            hidden_at: stamp(content.hidden_at),
            hidden_reason: content.hidden_reason.into(),
        }
    }

    /// A rating of the content with this external id. A bot's rating has no line: it does not count, and an import refuses it.
    #[must_use]
    pub fn rating(self, rating: &Rating, content: &str) -> Option<RatingRecord> {
        let rater = self.person(rating.rater).filter(|_| !self.roll.is_bot(rating.rater))?;
        Some(RatingRecord {
            rater_id: rater.into(),
            content_id: Id(content.to_owned()).into(),
            kind: rating.kind.clone().into(),
            value: rating.mark.map_or(Told::Null, |mark| Told::Given(Whole(i64::from(mark.value)))),
            at: Stamp(rating.rated_at).into(),
        })
    }

    /// A leadership, unless it is one of a bot.
    #[must_use]
    pub fn leadership(self, leadership: Leadership) -> Option<LeadershipRecord> {
        Some(LeadershipRecord {
            person_id: self.person(leadership.person).filter(|_| !self.roll.is_bot(leadership.person))?.into(),
            topic_id: self.topic(leadership.topic)?.into(),
            kind: leadership.kind.as_str().to_owned().into(),
            role: leadership.role.into(),
            from: Stamp(leadership.valid_from).into(),
            to: stamp(leadership.valid_to),
            evidence_text: leadership.evidence_text.into(),
            evidence_url: leadership.evidence_url.into(),
        })
    }

    /// An endorsement, unless a bot gave or got it.
    #[must_use]
    pub fn endorsement(self, endorsement: Endorsement) -> Option<EndorsementRecord> {
        let from = self.person(endorsement.endorser).filter(|_| !self.roll.is_bot(endorsement.endorser))?;
        Some(EndorsementRecord {
            from_id: from.into(),
            to_id: self.person(endorsement.person).filter(|_| !self.roll.is_bot(endorsement.person))?.into(),
            topic_id: self.topic(endorsement.topic)?.into(),
            text: endorsement.text.into(),
            at: Stamp(endorsement.endorsed_at).into(),
            expires_at: Stamp(endorsement.expires_at).into(),
            withdrawn_at: stamp(endorsement.withdrawn_at),
        })
    }

    /// An objection.
    #[must_use]
    pub fn contest(self, contest: Contest) -> Option<ContestRecord> {
        Some(ContestRecord {
            person_id: self.person(contest.person)?.into(),
            topic_id: self.topic(contest.topic)?.into(),
            text: contest.text.into(),
            at: Stamp(contest.contested_at).into(),
            withdrawn_at: stamp(contest.withdrawn_at),
        })
    }

    fn person(self, person: PersonId) -> Option<Id> {
        self.roll.name(person).map(|name| Id(name.to_owned()))
    }

    fn topic(self, topic: TopicId) -> Option<Id> {
        slug(self.app, topic)
    }
}

/// A person under the name they have in a folder. The handle is always there, so that one person in two folders stays one.
#[must_use]
pub fn person(name: &str, person: &Person) -> PersonRecord {
    PersonRecord {
        id: Id(name.to_owned()).into(),
        handle: person.handle.clone().into(),
        name: person.name.clone().into(),
        kind: person.kind.as_str().to_owned().into(),
        active: person.active.into(),
        team: person.team.clone().into(),
    }
}

/// A topic.
#[must_use]
pub fn topic(app: &App, topic: Topic) -> TopicRecord {
    TopicRecord {
        id: Id(topic.slug).into(),
        name: topic.name.into(),
        description: topic.description.into(),
        mission: Told::Missing,
        parent_id: topic.parent.and_then(|parent| slug(app, parent)).into(),
        synonym_of: topic.main.and_then(|main| slug(app, main)).into(),
        emergent_leadership: if topic.emergent { Told::Missing } else { Told::Given(false) },
    }
}

/// A source.
#[must_use]
pub fn source(source: &Source) -> SourceRecord {
    SourceRecord {
        id: Id(source.slug.clone()).into(),
        name: source.name.clone().into(),
        kind: source.kind.clone().into(),
        scale: source.scale.as_str().to_owned().into(),
        visibility: source.visibility.as_str().to_owned().into(),
    }
}

fn slug(app: &App, topic: TopicId) -> Option<Id> {
    app.topic_by_id(topic).map(|topic| Id(topic.slug.clone()))
}

fn stamp(time: Option<Time>) -> Told<Stamp> {
    time.map(Stamp).into()
}
