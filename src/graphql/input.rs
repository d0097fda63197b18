//! Inputs that more than one field takes: how one names a noun, and which of them. In which order is in `order`.

use async_graphql::{ID, InputObject, OneofObject};

use super::context::Request;
use super::edges::list::{named_topic, named_topics};
use super::id::Key;
use super::nodes::leadership::LeadershipKind;
use super::nodes::person::PersonKind;
use super::scalar::DateTime;
use crate::app::error::Error;
use crate::app::house::App;
use crate::app::trend::PartRef;
use crate::domain::change::{Branch, Interest};
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::{content, endorsement, leadership, person, source, topic};

/// A name in a source.
#[derive(Clone, Debug, InputObject)]
pub struct ExternalName {
    /// The slug of the source.
    pub source: String,
    /// How the source names it.
    pub external_id: String,
}

/// Names a person, in one of these ways.
#[derive(Clone, Debug, OneofObject)]
pub enum PersonRef {
    /// By id.
    Id(ID),
    /// By handle.
    Handle(String),
    /// By an account in a source.
    Account(ExternalName),
}

/// Names a topic, in one of these ways.
#[derive(Clone, Debug, OneofObject)]
pub enum TopicRef {
    /// By id.
    Id(ID),
    /// By slug; another word for a topic names that topic.
    Slug(String),
}

/// Names a source, in one of these ways.
#[derive(Clone, Debug, OneofObject)]
pub enum SourceRef {
    /// By id.
    Id(ID),
    /// By slug.
    Slug(String),
}

/// Names a content, in one of these ways.
#[derive(Clone, Debug, OneofObject)]
pub enum ContentRef {
    /// By id.
    Id(ID),
    /// By its source and how that names it.
    External(ExternalName),
}

impl PersonRef {
    /// The reference, its id checked. `field` says where it stands.
    ///
    /// # Errors
    /// `BAD_REQUEST` for an id of another noun.
    pub fn read(self, field: &str) -> Result<person::PersonRef, Error> {
        Ok(match self {
            Self::Id(id) => person::PersonRef::Id(PersonId::parse(field, &id)?),
            Self::Handle(handle) => person::PersonRef::Handle(handle),
            Self::Account(ExternalName { source, external_id }) => person::PersonRef::Account { source, external_id },
        })
    }
}

impl TopicRef {
    /// The reference, its id checked.
    ///
    /// # Errors
    /// `BAD_REQUEST` for an id of another noun.
    pub fn read(self, field: &str) -> Result<topic::TopicRef, Error> {
        Ok(match self {
            Self::Id(id) => topic::TopicRef::Id(TopicId::parse(field, &id)?),
            Self::Slug(slug) => topic::TopicRef::Slug(slug),
        })
    }
}

impl SourceRef {
    /// The reference, its id checked.
    ///
    /// # Errors
    /// `BAD_REQUEST` for an id of another noun.
    pub fn read(self, field: &str) -> Result<source::SourceRef, Error> {
        Ok(match self {
            Self::Id(id) => source::SourceRef::Id(SourceId::parse(field, &id)?),
            Self::Slug(slug) => source::SourceRef::Slug(slug),
        })
    }
}

impl ContentRef {
    /// The reference, its id checked.
    ///
    /// # Errors
    /// `BAD_REQUEST` for an id of another noun.
    pub fn read(self, field: &str) -> Result<content::ContentRef, Error> {
        Ok(match self {
            Self::Id(id) => content::ContentRef::Id(ContentId::parse(field, &id)?),
            Self::External(ExternalName { source, external_id }) => {
                content::ContentRef::External { source, external_id }
            }
        })
    }
}

/// The id of the person a filter names.
async fn person_id(desk: &Request, by: Option<PersonRef>, field: &str) -> Result<Option<PersonId>, Error> {
    let Some(by) = by else { return Ok(None) };
    match desk.app.person(&by.read(field)?).await? {
        Some(person) => Ok(Some(person.id)),
        None => Err(Error::BadRequest(format!("{field}: there is no such person"))),
    }
}

fn source_id(app: &App, by: Option<SourceRef>, field: &str) -> Result<Option<SourceId>, Error> {
    let Some(by) = by else { return Ok(None) };
    match app.source(&by.read(field)?) {
        Some(source) => Ok(Some(source.id)),
        None => Err(Error::BadRequest(format!("{field}: there is no such source"))),
    }
}

async fn content_id(desk: &Request, by: Option<ContentRef>, field: &str) -> Result<Option<ContentId>, Error> {
    let Some(by) = by else { return Ok(None) };
    match by.read(field)? {
        content::ContentRef::Id(id) => Ok(Some(id)),
        by @ content::ContentRef::External { .. } => match desk.app.content(&desk.viewer, &by).await? {
            Some(content) => Ok(Some(content.id)),
            None => Err(Error::BadRequest(format!("{field}: there is no such content"))),
        },
    }
}

/// Which people; everything given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PersonFilter {
    /// Humans or bots only.
    pub kind: Option<PersonKind>,
    /// Those who still belong to the organisation, or those who do not.
    pub active: Option<bool>,
    /// Those with an account in this source.
    pub source: Option<SourceRef>,
    /// Those whose handle or name starts so, in this case.
    pub starts_with: Option<String>,
}

impl PersonFilter {
    /// The filter, what it names looked up.
    ///
    /// # Errors
    /// `BAD_REQUEST` when something it names is not there.
    pub fn read(self, app: &App) -> Result<person::PersonFilter, Error> {
        Ok(person::PersonFilter {
            kind: self.kind.map(Into::into),
            active: self.active,
            source: source_id(app, self.source, "filter.source")?,
            starts_with: self.starts_with,
            ids: None,
        })
    }
}

/// Which topics; everything given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TopicFilter {
    /// This topic and everything below it.
    pub subtree_of: Option<TopicRef>,
    /// Those directly below this topic.
    pub parent: Option<TopicRef>,
    /// `true`: only those that stand below no other.
    #[graphql(default)]
    pub roots: bool,
    /// `true`: other words for topics too.
    #[graphql(default)]
    pub include_synonyms: bool,
    /// Those whose slug or name starts so, in this case.
    pub starts_with: Option<String>,
}

impl TopicFilter {
    /// The filter, what it names looked up.
    ///
    /// # Errors
    /// `BAD_REQUEST` when something it names is not there.
    pub fn read(self, app: &App) -> Result<topic::TopicFilter, Error> {
        let id = |by: Option<TopicRef>, field: &str| match by {
            None => Ok(None),
            Some(by) => match app.topic(&by.read(field)?) {
                Some(topic) => Ok(Some(topic.main.unwrap_or(topic.id))),
                None => Err(Error::BadRequest(format!("{field}: there is no such topic"))),
            },
        };
        let subtree = id(self.subtree_of, "filter.subtreeOf")?.map(|id| {
            let mut topics: Vec<TopicId> = app.subtree(id).into_iter().collect();
            topics.sort_unstable();
            topics
        });
        Ok(topic::TopicFilter {
            ids: subtree,
            parent: id(self.parent, "filter.parent")?,
            roots: self.roots,
            main: None,
            synonyms: self.include_synonyms,
            starts_with: self.starts_with,
        })
    }
}

/// Which contents; everything given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ContentFilter {
    /// Those on this topic.
    pub topic: Option<TopicRef>,
    /// `true`: those on the topics below it too.
    #[graphql(default)]
    pub include_subtopics: bool,
    /// Those this person wrote, alone or with others.
    pub author: Option<PersonRef>,
    /// Those of this source.
    pub source: Option<SourceRef>,
    /// Those of this kind, such as `post`.
    pub kind: Option<String>,
    /// Replies to this content.
    pub parent: Option<ContentRef>,
    /// `true`: only those that reply to nothing.
    #[graphql(default)]
    pub no_replies: bool,
    /// Those published at this moment or later.
    pub published_from: Option<DateTime>,
    /// Those published before this moment.
    pub published_before: Option<DateTime>,
    /// `true`: withdrawn and hidden ones too. Moderators only.
    #[graphql(default)]
    pub include_invisible: bool,
}

impl ContentFilter {
    /// The filter, what it names looked up.
    ///
    /// # Errors
    /// `BAD_REQUEST` when something it names is not there, or the interval is reversed.
    pub async fn read(self, desk: &Request) -> Result<content::ContentFilter, Error> {
        if self.published_from.zip(self.published_before).is_some_and(|(from, before)| before.0 < from.0) {
            return Err(Error::BadRequest("filter.publishedBefore: it lies before publishedFrom".to_owned()));
        }
        Ok(content::ContentFilter {
            topics: named_topics(desk, self.topic, self.include_subtopics)?,
            author: person_id(desk, self.author, "filter.author").await?,
            source: source_id(&desk.app, self.source, "filter.source")?,
            kind: self.kind,
            parent: content_id(desk, self.parent, "filter.parent").await?,
            no_replies: self.no_replies,
            published_from: self.published_from.map(|time| time.0),
            published_before: self.published_before.map(|time| time.0),
            invisible: self.include_invisible,
        })
    }
}

/// Which leaderships; everything given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LeadershipFilter {
    /// Those of this person.
    pub person: Option<PersonRef>,
    /// Those on this topic.
    pub topic: Option<TopicRef>,
    /// `true`: those on the topics below it too.
    #[graphql(default)]
    pub include_subtopics: bool,
    /// Appointed or declared ones only.
    pub kind: Option<LeadershipKind>,
    /// Those in this role.
    pub role: Option<String>,
    /// Those that hold at this moment.
    pub valid_at: Option<DateTime>,
}

impl LeadershipFilter {
    /// The filter, what it names looked up.
    ///
    /// # Errors
    /// `BAD_REQUEST` when something it names is not there.
    pub async fn read(self, desk: &Request) -> Result<leadership::LeadershipFilter, Error> {
        Ok(leadership::LeadershipFilter {
            ids: None,
            person: person_id(desk, self.person, "filter.person").await?,
            topics: named_topics(desk, self.topic, self.include_subtopics)?,
            kind: self.kind.map(Into::into),
            role: self.role,
            valid_at: self.valid_at.map(|time| time.0),
            here: false,
        })
    }
}

/// Which endorsements; everything given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct EndorsementFilter {
    /// Those that this person gave.
    pub endorser: Option<PersonRef>,
    /// Those that this person received.
    pub person: Option<PersonRef>,
    /// Those on this topic.
    pub topic: Option<TopicRef>,
    /// `true`: those on the topics below it too.
    #[graphql(default)]
    pub include_subtopics: bool,
    /// Those that hold at this moment: given, not expired, not taken back.
    pub valid_at: Option<DateTime>,
}

impl EndorsementFilter {
    /// The filter, what it names looked up.
    ///
    /// # Errors
    /// `BAD_REQUEST` when something it names is not there.
    pub async fn read(self, desk: &Request) -> Result<endorsement::EndorsementFilter, Error> {
        Ok(endorsement::EndorsementFilter {
            ids: None,
            endorser: person_id(desk, self.endorser, "filter.endorser").await?,
            person: person_id(desk, self.person, "filter.person").await?,
            topics: named_topics(desk, self.topic, self.include_subtopics)?,
            valid_at: self.valid_at.map(|time| time.0),
        })
    }
}

/// Which changes; everything given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ChangeFilter {
    /// Those of this content.
    pub content: Option<ContentRef>,
    /// Those on this topic. When it is merged into another one, those on that one from then on; so those on a topic that was merged
    /// into this one are among them, too.
    pub topic: Option<TopicRef>,
    /// `true`: those on the topics below it too. A subscription follows the tree: it hears of a topic as soon as it stands there, and
    /// no longer than that, just so where it catches up after a cursor.
    #[graphql(default)]
    pub include_subtopics: bool,
    /// Those of contents that this person wrote.
    pub author: Option<PersonRef>,
    /// Those of contents of this source.
    pub source: Option<SourceRef>,
    /// Leaderships of this person; endorsements of or by this person.
    pub person: Option<PersonRef>,
}

impl ChangeFilter {
    /// The interest, what it names looked up.
    ///
    /// # Errors
    /// `BAD_REQUEST` when something it names is not there.
    pub async fn read(self, desk: &Request) -> Result<Interest, Error> {
        Ok(Interest {
            nouns: None,
            content: content_id(desk, self.content, "filter.content").await?,
            topics: named_topic(desk, self.topic)?.map(|topic| Branch::of(topic.id, self.include_subtopics)),
            author: person_id(desk, self.author, "filter.author").await?,
            source: source_id(&desk.app, self.source, "filter.source")?,
            person: person_id(desk, self.person, "filter.person").await?,
        })
    }
}

/// The part of an organisation that is looked at, one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum TrendScope {
    /// A topic with everything below it.
    Topic(TopicRef),
    /// What was written in a source.
    Source(SourceRef),
    /// What a person and their circle wrote: those with whom they wrote together, whom they answered or who answered them within
    /// a year.
    CircleOf(PersonRef),
}

impl TrendScope {
    /// The part that it names.
    ///
    /// # Errors
    /// `BAD_REQUEST` for an id of another noun.
    pub fn read(self) -> Result<PartRef, Error> {
        Ok(match self {
            Self::Topic(topic) => PartRef::Topic(topic.read("scope.topic")?),
            Self::Source(source) => PartRef::Source(source.read("scope.source")?),
            Self::CircleOf(person) => PartRef::Circle(person.read("scope.circleOf")?),
        })
    }
}
