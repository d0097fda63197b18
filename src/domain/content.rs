//! Contents: what people write, in any system.

use serde::{Deserialize, Serialize};

use super::ballot::Ballot;
use super::id::{ContentId, PersonId, SourceId, TopicId};
use super::invalid::{Code, Invalid};
use super::page::Direction;
use super::source::kind_of;
use super::text;
use super::time::{self, Time};

/// The most authors or topics a content may have.
pub const LINKS: usize = 100;

/// Something somebody wrote, with its tally.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    pub id: ContentId,
    pub source: SourceId,
    pub external_id: String,
    pub kind: String,
    pub title: String,
    pub body: String,
    pub url: Option<String>,
    pub language: Option<String>,
    pub parent: Option<ContentId>,
    pub published_at: Time,
    pub withdrawn_at: Option<Time>,
    pub hidden_at: Option<Time>,
    pub hidden_reason: Option<String>,
    /// In the order they were named.
    pub authors: Vec<PersonId>,
    /// In the order they were named.
    pub topics: Vec<TopicId>,
    pub tally: Ballot,
}

impl Content {
    /// Neither withdrawn nor hidden: it counts, and everybody may see it.
    #[must_use]
    pub const fn is_visible(&self) -> bool {
        self.withdrawn_at.is_none() && self.hidden_at.is_none()
    }
}

/// A content with what one may filter its news by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub content: ContentId,
    pub source: SourceId,
    pub authors: Vec<PersonId>,
    pub topics: Vec<TopicId>,
    /// Neither withdrawn nor hidden.
    pub visible: bool,
}

/// All of a content but its text: what lists and scores are made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    #[serde(flatten)]
    pub subject: Subject,
    pub external_id: String,
    pub kind: String,
    pub parent: Option<ContentId>,
    pub published_at: Time,
    pub tally: Ballot,
}

impl From<&Content> for Card {
    fn from(content: &Content) -> Self {
        Self {
            subject: Subject {
                content: content.id,
                source: content.source,
                authors: content.authors.clone(),
                topics: content.topics.clone(),
                visible: content.is_visible(),
            },
            external_id: content.external_id.clone(),
            kind: content.kind.clone(),
            parent: content.parent,
            published_at: content.published_at,
            tally: content.tally.clone(),
        }
    }
}

/// A content to be written down, its texts checked, its links known to exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewContent {
    pub source: SourceId,
    pub external_id: String,
    pub text: ContentText,
    pub parent: Option<ContentId>,
    pub published_at: Time,
    pub authors: Vec<PersonId>,
    pub topics: Vec<TopicId>,
}

/// What a content says, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentText {
    pub kind: String,
    pub title: String,
    pub body: String,
    pub url: Option<String>,
    pub language: Option<String>,
}

impl ContentText {
    /// # Errors
    /// When title and body are both empty, or a text is too long or of the wrong form.
    pub fn check(
        kind: &str,
        title: &str,
        body: &str,
        url: Option<&str>,
        language: Option<&str>,
    ) -> Result<Self, Invalid> {
        let checked = Self {
            kind: kind_of("kind", kind)?,
            title: text::optional("title", title, text::LINE)?,
            body: text::optional("body", body, text::BODY)?,
            url: url.map(|url| text::address("url", url)).transpose()?,
            language: language.map(|language| text::language("language", language)).transpose()?,
        };
        if checked.title.is_empty() && checked.body.is_empty() {
            return Err(Invalid::new(Code::TextEmpty, "body", "a content needs a title or a body"));
        }
        Ok(checked)
    }
}

/// Checks the links of a content: their number, and that none is named twice.
///
/// # Errors
/// `TOO_MANY` or `SAME_TWICE`.
pub fn check_links<T: PartialEq>(field: &'static str, links: &[T]) -> Result<(), Invalid> {
    if links.len() > LINKS {
        return Err(Invalid::new(Code::TooMany, field, format!("at most {LINKS} may be named")));
    }
    if links.iter().enumerate().any(|(at, link)| links[..at].contains(link)) {
        return Err(Invalid::new(Code::SameTwice, field, "each may be named only once"));
    }
    Ok(())
}

/// The time of a content: not in the future.
///
/// # Errors
/// `IN_FUTURE` or `OUT_OF_RANGE`.
pub fn check_published(at: Time, now: Time) -> Result<Time, Invalid> {
    time::check_past("publishedAt", at, now)
}

/// How one names a content.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContentRef {
    Id(ContentId),
    External { source: String, external_id: String },
}

/// Which contents; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContentFilter {
    /// Of at least one of these topics.
    pub topics: Option<Vec<TopicId>>,
    pub author: Option<PersonId>,
    pub source: Option<SourceId>,
    pub kind: Option<String>,
    /// Replies to this content.
    pub parent: Option<ContentId>,
    /// `true`: only contents that are no reply.
    pub no_replies: bool,
    pub published_from: Option<Time>,
    pub published_before: Option<Time>,
    /// Withdrawn and hidden ones too.
    pub invisible: bool,
}

/// What contents are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentOrderField {
    Published,
    Score,
}

/// How contents are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentOrder {
    pub field: ContentOrderField,
    pub direction: Direction,
}
