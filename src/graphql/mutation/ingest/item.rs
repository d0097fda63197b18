//! The items of a batch as clients write them.

use async_graphql::InputObject;

use crate::domain::ingest;
use crate::graphql::nodes::leadership::LeadershipKind;
use crate::graphql::nodes::person::PersonKind;
use crate::graphql::scalar::{DateTime, Url};

/// A person as the source knows them.
///
/// A handle that somebody has already makes this a further account of that person, and nothing else. Name, handle, kind, team and
/// whether they are active are then taken only from the source for whose account the person was made, and from admins; of others
/// they are ignored.
#[derive(Clone, Debug, InputObject)]
pub struct PersonItemInput {
    /// How the source names them.
    pub external_id: String,
    /// Names one person across sources; made from the external id when it is missing.
    pub handle: Option<String>,
    /// The name people know them by; the external id when it is missing.
    pub name: Option<String>,
    /// Human when it is missing.
    pub kind: Option<PersonKind>,
    /// Whether they still belong to the organisation.
    pub active: Option<bool>,
    /// The unit of the organisation they belong to; an empty text takes them out of it.
    pub team: Option<String>,
}

impl From<PersonItemInput> for ingest::PersonItem {
    fn from(item: PersonItemInput) -> Self {
        Self {
            external_id: item.external_id,
            handle: item.handle,
            name: item.name,
            kind: item.kind.map(Into::into),
            active: item.active,
            team: item.team,
        }
    }
}

/// A topic. Topics are shared by all sources, so one that is there is changed by admins only; what others say of it is ignored.
#[derive(Clone, Debug, InputObject)]
pub struct TopicItemInput {
    /// Its name; turned into lower case without blanks.
    pub slug: String,
    /// The name people know it by.
    pub name: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// The slug of the topic it belongs to.
    pub parent: Option<String>,
    /// The slug of the topic that it is only another word for.
    pub synonym_of: Option<String>,
}

impl From<TopicItemInput> for ingest::TopicItem {
    fn from(item: TopicItemInput) -> Self {
        Self {
            slug: item.slug,
            name: item.name,
            description: item.description,
            parent: item.parent,
            synonym_of: item.synonym_of,
            // An operator's word, not an integrator's.
            emergent: None,
        }
    }
}

/// A content.
#[derive(Clone, Debug, InputObject)]
pub struct ContentItemInput {
    /// How the source names it.
    pub external_id: String,
    /// What it is, such as `post`.
    pub kind: String,
    /// Its title.
    pub title: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// Where to read it.
    pub url: Option<Url>,
    /// The language it is written in, as a BCP 47 tag.
    pub language: Option<String>,
    /// The external ids of those who wrote it.
    pub authors: Option<Vec<String>>,
    /// The slugs of what it is about.
    pub topics: Option<Vec<String>>,
    /// The external id of what it replies to.
    pub parent: Option<String>,
    /// When it was published.
    pub published_at: DateTime,
    /// When an author took it back.
    pub withdrawn_at: Option<DateTime>,
    /// When a moderator hid it.
    pub hidden_at: Option<DateTime>,
    /// Why it was hidden.
    pub hidden_reason: Option<String>,
}

impl From<ContentItemInput> for ingest::ContentItem {
    fn from(item: ContentItemInput) -> Self {
        Self {
            external_id: item.external_id,
            kind: item.kind,
            title: item.title.unwrap_or_default(),
            body: item.body.unwrap_or_default(),
            url: item.url.map(|url| url.0),
            language: item.language,
            authors: item.authors.unwrap_or_default(),
            topics: item.topics.unwrap_or_default(),
            parent: item.parent,
            published_at: item.published_at.0,
            withdrawn_at: item.withdrawn_at.map(|time| time.0),
            hidden_at: item.hidden_at.map(|time| time.0),
            hidden_reason: item.hidden_reason,
        }
    }
}

/// A rating. The latest word of a person on a content counts, whatever the order of arrival.
#[derive(Clone, Debug, InputObject)]
pub struct RatingItemInput {
    /// The external id of the rater.
    pub rater: String,
    /// The external id of what was rated.
    pub content: String,
    /// The value on the scale of the source; null takes the rating back.
    pub value: Option<i32>,
    /// What the source calls this act.
    pub kind: Option<String>,
    /// When it was given.
    pub at: DateTime,
}

impl From<RatingItemInput> for ingest::RatingItem {
    fn from(item: RatingItemInput) -> Self {
        Self {
            rater: item.rater,
            content: item.content,
            value: item.value.map(i64::from),
            kind: item.kind,
            at: item.at.0,
        }
    }
}

/// A leadership; the same person, topic, kind, role and start name the same one.
#[derive(Clone, Debug, InputObject)]
pub struct LeadershipItemInput {
    /// The external id of who leads.
    pub person: String,
    /// The slug of what they lead.
    pub topic: String,
    /// Appointed when it is missing.
    pub kind: Option<LeadershipKind>,
    /// As what; `lead` when it is missing.
    pub role: Option<String>,
    /// Since when.
    pub from: DateTime,
    /// Until when. When it is missing, an end that was told before, here or by an earlier batch, stays.
    pub to: Option<DateTime>,
    /// Why, in words.
    pub evidence_text: Option<String>,
    /// Where it can be read.
    pub evidence_url: Option<Url>,
}

impl From<LeadershipItemInput> for ingest::LeadershipItem {
    fn from(item: LeadershipItemInput) -> Self {
        Self {
            person: item.person,
            topic: item.topic,
            declared: item.kind == Some(LeadershipKind::Declared),
            role: item.role,
            from: Some(item.from.0),
            to: item.to.map(|time| time.0),
            evidence_text: item.evidence_text,
            evidence_url: item.evidence_url.map(|url| url.0),
        }
    }
}

/// An endorsement. The same people and topic name the same one while it holds; told with a time at which the earlier one had
/// ended, it is another one.
#[derive(Clone, Debug, InputObject)]
pub struct EndorsementItemInput {
    /// The external id of who endorses.
    pub from: String,
    /// The external id of who is endorsed.
    pub to: String,
    /// The slug of the topic.
    pub topic: String,
    /// Why.
    pub text: Option<String>,
    /// Since when.
    pub at: DateTime,
    /// When it stops to count; a year later when it is missing.
    pub expires_at: Option<DateTime>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime>,
}

impl From<EndorsementItemInput> for ingest::EndorsementItem {
    fn from(item: EndorsementItemInput) -> Self {
        Self {
            from: item.from,
            to: item.to,
            topic: item.topic,
            text: item.text.unwrap_or_default(),
            at: item.at.0,
            expires_at: item.expires_at.map(|time| time.0),
            withdrawn_at: item.withdrawn_at.map(|time| time.0),
        }
    }
}
