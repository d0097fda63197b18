//! Sources.

use async_graphql::{Enum, SimpleObject};

use crate::domain::id::SourceId;
use crate::domain::source;
use crate::graphql::scalar::DateTime;

/// The values that a source's ratings may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "source::Scale")]
pub enum Scale {
    /// 1, 2, 3, 4 or 5; normalised to -1, -0.5, 0, 0.5 and 1.
    Stars,
    /// -1, 0 or 1: against, pass, for.
    Vote,
    /// 1 alone.
    Like,
}

/// Who may see who gave a rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "source::Visibility")]
pub enum Visibility {
    /// The rater alone; everybody sees tallies.
    Private,
    /// The rater and moderators; everybody else sees tallies.
    Moderators,
    /// Everybody: ratings of this source are public acts, such as named approvals in code review.
    Public,
}

/// A system that contents and ratings come from: a forum, a blog, a chat, a code review.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Source {
    #[graphql(skip)]
    pub key: SourceId,
    /// The name that is used in addresses and references. Unique, and never changes.
    pub slug: String,
    /// The name people know it by.
    pub name: String,
    /// What kind of system it is, a word such as `FORUM`, `BLOG`, `CHAT` or `CODE_REVIEW`.
    pub kind: String,
    /// The values that its ratings have.
    pub scale: Scale,
    /// Whether its ratings are private, or public acts.
    pub visibility: Visibility,
    /// When Peerlead first heard of it.
    pub created_at: DateTime,
}

impl From<&source::Source> for Source {
    fn from(source: &source::Source) -> Self {
        Self {
            key: source.id,
            slug: source.slug.clone(),
            name: source.name.clone(),
            kind: source.kind.clone(),
            scale: source.scale.into(),
            visibility: source.visibility.into(),
            created_at: DateTime(source.created_at),
        }
    }
}
