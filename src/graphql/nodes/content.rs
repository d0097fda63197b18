//! Contents.

use async_graphql::{Enum, SimpleObject};

use super::rating::Tally;
use crate::domain::content;
use crate::domain::content::ContentFilter;
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::graphql::page::connection;
use crate::graphql::scalar::{DateTime, Url};

/// Whether a content is shown. What is not shown counts nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ContentState {
    /// Everybody sees it.
    Visible,
    /// An author took it back.
    Withdrawn,
    /// A moderator hid it.
    Hidden,
}

/// Something somebody wrote, in any system: a post, a comment, a change, a proposal.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Content {
    #[graphql(skip)]
    pub key: ContentId,
    #[graphql(skip)]
    pub source_key: SourceId,
    #[graphql(skip)]
    pub parent_key: Option<ContentId>,
    #[graphql(skip)]
    pub author_keys: Vec<PersonId>,
    #[graphql(skip)]
    pub topic_keys: Vec<TopicId>,
    /// How its source names it; unique within the source.
    pub external_id: String,
    /// What it is, a word of its source such as `post`, `comment` or `commit`.
    pub kind: String,
    /// Its title; may be empty when there is a body.
    pub title: String,
    /// Its text; may be empty when there is a title.
    pub body: String,
    /// Where to read it in its source.
    pub url: Option<Url>,
    /// The language it is written in, as a BCP 47 tag such as `en` or `zh-Hant`, where it is known.
    pub language: Option<String>,
    /// When it was published in its source.
    pub published_at: DateTime,
    /// Whether it is shown. Only authors and moderators see what is not.
    pub state: ContentState,
    /// How its peers rate it.
    pub tally: Tally,
}

impl From<content::Content> for Content {
    fn from(content: content::Content) -> Self {
        let state = match (content.hidden_at, content.withdrawn_at) {
            (Some(_), _) => ContentState::Hidden,
            (None, Some(_)) => ContentState::Withdrawn,
            (None, None) => ContentState::Visible,
        };
        Self {
            key: content.id,
            source_key: content.source,
            parent_key: content.parent,
            author_keys: content.authors,
            topic_keys: content.topics,
            external_id: content.external_id,
            kind: content.kind,
            title: content.title,
            body: content.body,
            url: content.url.map(Url),
            language: content.language,
            published_at: DateTime(content.published_at),
            state,
            tally: content.tally.shown().into(),
        }
    }
}

impl From<&content::Content> for Content {
    fn from(content: &content::Content) -> Self {
        content.clone().into()
    }
}

connection!(
    /// A page of contents.
    ContentConnection,
    /// A content on a page.
    ContentEdge,
    Content,
    ContentFilter,
    contents_counts
);
