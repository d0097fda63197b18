//! Sources: the systems that contents and ratings come from.

use serde::{Deserialize, Serialize};

use super::id::SourceId;
use super::invalid::{Code, Invalid};
use super::text;
use super::time::Time;
use super::word::worded;

/// The source of what is told to Peerlead itself, made at the first start.
pub const NATIVE: &str = "peerlead";

/// The values that a source's ratings may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scale {
    /// 1 to 5.
    Stars,
    /// -1, 0 or 1.
    Vote,
    /// 1.
    Like,
}

worded!(Scale { Stars = "STARS", Vote = "VOTE", Like = "LIKE" });

/// Who may see who rated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Visibility {
    /// The rater alone.
    Private,
    /// The rater and moderators.
    Moderators,
    /// Everybody: the source's ratings are public acts, such as named approvals.
    Public,
}

worded!(Visibility { Private = "PRIVATE", Moderators = "MODERATORS", Public = "PUBLIC" });

/// A system that contents and ratings come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub id: SourceId,
    pub slug: String,
    pub name: String,
    /// Free text in capitals, such as `FORUM`, `BLOG`, `CHAT` or `CODE_REVIEW`.
    pub kind: String,
    pub scale: Scale,
    pub visibility: Visibility,
    pub created_at: Time,
}

/// A source to be made, checked.
#[derive(Clone, Debug)]
pub struct NewSource {
    pub slug: String,
    pub name: String,
    pub kind: String,
    pub scale: Scale,
    pub visibility: Visibility,
}

impl NewSource {
    /// # Errors
    /// When a text is empty, too long or of the wrong form.
    pub fn check(slug: &str, name: &str, kind: &str, scale: Scale, visibility: Visibility) -> Result<Self, Invalid> {
        Ok(Self {
            slug: text::slug("slug", slug)?,
            name: text::required("name", name, text::LINE)?,
            kind: kind_of("kind", kind)?,
            scale,
            visibility,
        })
    }
}

/// What shall change of a source; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct SourcePatch {
    pub name: Option<String>,
    pub kind: Option<String>,
    pub scale: Option<Scale>,
    pub visibility: Option<Visibility>,
}

impl SourcePatch {
    /// The source after the change.
    ///
    /// # Errors
    /// When a text is empty, too long or of the wrong form.
    pub fn apply(&self, source: &Source) -> Result<Source, Invalid> {
        let mut changed = source.clone();
        if let Some(name) = &self.name {
            changed.name = text::required("name", name, text::LINE)?;
        }
        if let Some(kind) = &self.kind {
            changed.kind = kind_of("kind", kind)?;
        }
        changed.scale = self.scale.unwrap_or(source.scale);
        changed.visibility = self.visibility.unwrap_or(source.visibility);
        Ok(changed)
    }
}

/// How one names a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SourceRef {
    Id(SourceId),
    Slug(String),
}

/// A kind of source or content: 1 to 50 letters, digits, hyphens or underscores.
///
/// # Errors
/// `TEXT_EMPTY`, `TEXT_TOO_LONG` or `TEXT_INVALID`.
pub fn kind_of(field: &'static str, kind: &str) -> Result<String, Invalid> {
    let kind = text::required(field, kind, 50)?;
    if kind.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        Ok(kind)
    } else {
        Err(Invalid::new(Code::TextInvalid, field, "it must consist of letters, digits, hyphens, dots and underscores"))
    }
}
