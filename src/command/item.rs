//! How the lines of each file become items of a batch.

use serde::de::DeserializeOwned;

use super::record::{
    ContentRecord, ContestRecord, EndorsementRecord, LeadershipRecord, PersonRecord, RatingRecord, TopicRecord,
};
use super::told::Id;
use crate::domain::ingest::{
    Batch, ContentItem, ContestItem, EndorsementItem, LeadershipItem, Outcome, PersonItem, RatingItem, Report,
    TopicItem,
};
use crate::domain::leadership::LeadershipKind;
use crate::domain::person::PersonKind;

/// The files of a folder, in the order in which they name each other.
pub const FILES: [&str; 7] = [
    PersonRecord::FILE,
    TopicRecord::FILE,
    ContentRecord::FILE,
    RatingRecord::FILE,
    LeadershipRecord::FILE,
    EndorsementRecord::FILE,
    ContestRecord::FILE,
];

/// A line of one of the files, and how it becomes an item of a batch.
pub trait Record: DeserializeOwned {
    /// The name of the file.
    const FILE: &'static str;
    /// What the fields of an item are called in the file, where that differs.
    const FIELDS: &'static [(&'static str, &'static str)];
    /// What a line becomes.
    type Item: Send;

    /// Turns a line into an item.
    ///
    /// # Errors
    /// What to report of the line.
    fn item(self) -> Result<Self::Item, String>;

    /// A batch of nothing but these items.
    fn batch(items: Vec<Self::Item>) -> Batch;

    /// What became of them.
    fn outcomes(report: Report) -> Vec<Outcome>;
}

impl Record for PersonRecord {
    const FILE: &'static str = "people.jsonl";
    const FIELDS: &'static [(&'static str, &'static str)] = &[("externalId", "id")];
    type Item = PersonItem;

    fn item(self) -> Result<PersonItem, String> {
        Ok(PersonItem {
            external_id: self.id.needed("id")?.0,
            handle: self.handle.given("handle")?.filter(said),
            name: self.name.given("name")?.filter(said),
            kind: self
                .kind
                .given("kind")?
                .map(|kind| word("kind", &kind, PersonKind::parse, "HUMAN or BOT"))
                .transpose()?,
            active: self.active.given("active")?,
            team: self.team.given("team")?,
        })
    }

    fn batch(people: Vec<PersonItem>) -> Batch {
        Batch { people, ..Batch::default() }
    }

    fn outcomes(report: Report) -> Vec<Outcome> {
        report.people
    }
}

impl Record for TopicRecord {
    const FILE: &'static str = "topics.jsonl";
    const FIELDS: &'static [(&'static str, &'static str)] =
        &[("slug", "id"), ("parent", "parent_id"), ("synonymOf", "synonym_of")];
    type Item = TopicItem;

    fn item(self) -> Result<TopicItem, String> {
        Ok(TopicItem {
            slug: self.id.needed("id")?.0,
            name: self.name.given("name")?.filter(said),
            description: self.description.given("description")?.or(self.mission.given("mission")?),
            parent: self.parent_id.given("parent_id")?.map(|id| id.0),
            synonym_of: self.synonym_of.given("synonym_of")?.map(|id| id.0),
            emergent: self.emergent_leadership.given("emergent_leadership")?,
        })
    }

    fn batch(topics: Vec<TopicItem>) -> Batch {
        Batch { topics, ..Batch::default() }
    }

    fn outcomes(report: Report) -> Vec<Outcome> {
        report.topics
    }
}

impl Record for ContentRecord {
    const FILE: &'static str = "content.jsonl";
    const FIELDS: &'static [(&'static str, &'static str)] = &[
        ("externalId", "id"),
        ("publishedAt", "created_at"),
        ("authors", "author_ids"),
        ("topics", "topic_ids"),
        ("language", "lang"),
        ("parent", "parent_id"),
        ("withdrawnAt", "withdrawn_at"),
        ("hiddenAt", "hidden_at"),
        ("hiddenReason", "hidden_reason"),
    ];
    type Item = ContentItem;

    fn item(self) -> Result<ContentItem, String> {
        let names = |ids: Vec<Id>| ids.into_iter().map(|id| id.0).collect();
        Ok(ContentItem {
            external_id: self.id.needed("id")?.0,
            kind: self.kind.needed("kind")?,
            title: self.title.given("title")?.unwrap_or_default(),
            body: self.body.given("body")?.unwrap_or_default(),
            url: self.url.given("url")?.filter(said),
            language: self.lang.given("lang")?.or(self.language.given("language")?).filter(said),
            authors: self.author_ids.given("author_ids")?.map(names).unwrap_or_default(),
            topics: self.topic_ids.given("topic_ids")?.map(names).unwrap_or_default(),
            parent: self.parent_id.given("parent_id")?.map(|id| id.0),
            published_at: self.created_at.needed("created_at")?.0,
            withdrawn_at: self.withdrawn_at.given("withdrawn_at")?.map(|at| at.0),
            hidden_at: self.hidden_at.given("hidden_at")?.map(|at| at.0),
            hidden_reason: self.hidden_reason.given("hidden_reason")?,
        })
    }

    fn batch(contents: Vec<ContentItem>) -> Batch {
        Batch { contents, ..Batch::default() }
    }

    fn outcomes(report: Report) -> Vec<Outcome> {
        report.contents
    }
}

impl Record for RatingRecord {
    const FILE: &'static str = "ratings.jsonl";
    const FIELDS: &'static [(&'static str, &'static str)] = &[("rater", "rater_id"), ("content", "content_id")];
    type Item = RatingItem;

    fn item(self) -> Result<RatingItem, String> {
        // Only a rating says something by `null`: it was withdrawn.
        if self.value.is_missing() {
            return Err("value: missing; null withdraws a rating".to_owned());
        }
        Ok(RatingItem {
            rater: self.rater_id.needed("rater_id")?.0,
            content: self.content_id.needed("content_id")?.0,
            value: self.value.given("value")?.map(|value| value.0),
            kind: self.kind.given("kind")?.filter(said),
            at: self.at.needed("at")?.0,
        })
    }

    fn batch(ratings: Vec<RatingItem>) -> Batch {
        Batch { ratings, ..Batch::default() }
    }

    fn outcomes(report: Report) -> Vec<Outcome> {
        report.ratings
    }
}

impl Record for LeadershipRecord {
    const FILE: &'static str = "leadership.jsonl";
    const FIELDS: &'static [(&'static str, &'static str)] = &[
        ("person", "person_id"),
        ("topic", "topic_id"),
        ("validFrom", "from"),
        ("validTo", "to"),
        ("evidenceText", "evidence_text"),
        ("evidenceUrl", "evidence_url"),
    ];
    type Item = LeadershipItem;

    fn item(self) -> Result<LeadershipItem, String> {
        let kind = self.kind.given("kind")?;
        let kind = kind.map(|kind| word("kind", &kind, LeadershipKind::parse, "APPOINTED or DECLARED")).transpose()?;
        Ok(LeadershipItem {
            person: self.person_id.needed("person_id")?.0,
            topic: self.topic_id.needed("topic_id")?.0,
            declared: kind == Some(LeadershipKind::Declared),
            role: self.role.given("role")?.filter(said),
            from: Some(self.from.needed("from")?.0),
            to: self.to.given("to")?.map(|at| at.0),
            evidence_text: self.evidence_text.given("evidence_text")?.filter(said),
            evidence_url: self.evidence_url.given("evidence_url")?.filter(said),
        })
    }

    fn batch(leaderships: Vec<LeadershipItem>) -> Batch {
        Batch { leaderships, ..Batch::default() }
    }

    fn outcomes(report: Report) -> Vec<Outcome> {
        report.leaderships
    }
}

impl Record for EndorsementRecord {
    const FILE: &'static str = "endorsements.jsonl";
    const FIELDS: &'static [(&'static str, &'static str)] = &[
        ("from", "from_id"),
        ("to", "to_id"),
        ("person", "to_id"),
        ("topic", "topic_id"),
        ("expiresAt", "expires_at"),
        ("withdrawnAt", "withdrawn_at"),
    ];
    type Item = EndorsementItem;

    fn item(self) -> Result<EndorsementItem, String> {
        Ok(EndorsementItem {
            from: self.from_id.needed("from_id")?.0,
            to: self.to_id.needed("to_id")?.0,
            topic: self.topic_id.needed("topic_id")?.0,
            text: self.text.given("text")?.unwrap_or_default(),
            at: self.at.needed("at")?.0,
            expires_at: self.expires_at.given("expires_at")?.map(|at| at.0),
            withdrawn_at: self.withdrawn_at.given("withdrawn_at")?.map(|at| at.0),
        })
    }

    fn batch(endorsements: Vec<EndorsementItem>) -> Batch {
        Batch { endorsements, ..Batch::default() }
    }

    fn outcomes(report: Report) -> Vec<Outcome> {
        report.endorsements
    }
}

impl Record for ContestRecord {
    const FILE: &'static str = "contests.jsonl";
    const FIELDS: &'static [(&'static str, &'static str)] =
        &[("person", "person_id"), ("topic", "topic_id"), ("withdrawnAt", "withdrawn_at")];
    type Item = ContestItem;

    fn item(self) -> Result<ContestItem, String> {
        Ok(ContestItem {
            person: self.person_id.needed("person_id")?.0,
            topic: self.topic_id.needed("topic_id")?.0,
            text: self.text.needed("text")?,
            at: self.at.needed("at")?.0,
            withdrawn_at: self.withdrawn_at.given("withdrawn_at")?.map(|at| at.0),
        })
    }

    fn batch(contests: Vec<ContestItem>) -> Batch {
        Batch { contests, ..Batch::default() }
    }

    fn outcomes(report: Report) -> Vec<Outcome> {
        report.contests
    }
}

/// A word of an enum, in capitals or not.
///
/// # Errors
/// What to report of another word.
pub fn word<T>(field: &str, word: &str, parse: impl Fn(&str) -> Option<T>, right: &str) -> Result<T, String> {
    parse(&word.trim().to_uppercase()).ok_or_else(|| format!("{field}: {word:?} is none; it must be {right}"))
}

/// Whether a text says anything: a blank one is as good as none.
#[expect(clippy::ptr_arg, reason = "it filters options of texts, which are strings")]
fn said(text: &String) -> bool {
    !text.trim().is_empty()
}
