//! Topics: a forest of subjects, some of them only other words for one.

use serde::{Deserialize, Serialize};

use super::id::TopicId;
use super::invalid::Invalid;
use super::page::{Direction, Key, Place};
use super::text;
use super::time::{Time, micros};

/// A subject that people write about and lead on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    pub id: TopicId,
    pub slug: String,
    pub name: String,
    pub description: String,
    pub parent: Option<TopicId>,
    /// The topic that this one is another word for.
    pub main: Option<TopicId>,
    /// Whether it is told who leads it as the facts show it.
    #[serde(default = "yes")]
    pub emergent: bool,
    pub created_at: Time,
}

/// Where a topic stands in the tree: below which one, or as another word for which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub parent: Option<TopicId>,
    pub main: Option<TopicId>,
}

impl Topic {
    /// Where it stands in the tree.
    #[must_use]
    pub const fn position(&self) -> Position {
        Position { parent: self.parent, main: self.main }
    }

    /// Where a topic stands in a list of this order.
    #[must_use]
    pub fn place(&self, field: TopicOrderField) -> Place {
        let key = match field {
            TopicOrderField::Slug => Key::Text(self.slug.clone()),
            TopicOrderField::Name => Key::Text(self.name.clone()),
            TopicOrderField::Created => Key::Number(micros(self.created_at)),
        };
        Place { key, id: self.id.0 }
    }
}

/// A topic to be made, checked. Its parent or main topic is already known to exist.
#[derive(Clone, Debug)]
pub struct NewTopic {
    pub slug: String,
    pub name: String,
    pub description: String,
    pub parent: Option<TopicId>,
    pub main: Option<TopicId>,
}

impl NewTopic {
    /// # Errors
    /// When the slug is none, the name empty or a text too long.
    pub fn check(slug: &str, name: &str, description: &str) -> Result<Self, Invalid> {
        Ok(Self {
            slug: text::slug("slug", slug)?,
            name: text::required("name", name, text::LINE)?,
            description: text::optional("description", description, text::BODY)?,
            parent: None,
            main: None,
        })
    }
}

/// What shall change of a topic; `None` leaves a field as it is, `Some(None)` clears it.
#[derive(Clone, Debug, Default)]
pub struct TopicPatch {
    pub name: Option<String>,
    pub description: Option<String>,
    pub parent: Option<Option<TopicId>>,
    pub main: Option<Option<TopicId>>,
    pub emergent: Option<bool>,
}

const fn yes() -> bool {
    true
}

impl TopicPatch {
    /// The topic after the change, cycles not yet looked for.
    ///
    /// # Errors
    /// When a text is empty or too long.
    pub fn apply(&self, topic: &Topic) -> Result<Topic, Invalid> {
        let mut changed = topic.clone();
        if let Some(name) = &self.name {
            changed.name = text::required("name", name, text::LINE)?;
        }
        if let Some(description) = &self.description {
            changed.description = text::optional("description", description, text::BODY)?;
        }
        changed.parent = self.parent.unwrap_or(topic.parent);
        changed.main = self.main.unwrap_or(topic.main);
        changed.emergent = self.emergent.unwrap_or(topic.emergent);
        Ok(changed)
    }
}

/// How one names a topic. A synonym's slug names its main topic wherever something is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TopicRef {
    Id(TopicId),
    Slug(String),
}

/// Which topics; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TopicFilter {
    /// These topics only.
    pub ids: Option<Vec<TopicId>>,
    /// Direct children of this topic.
    pub parent: Option<TopicId>,
    /// Topics without a parent.
    pub roots: bool,
    /// Synonyms of this topic.
    pub main: Option<TopicId>,
    /// Synonyms too, which are left out otherwise.
    pub synonyms: bool,
    /// Slugs or names that start so.
    pub starts_with: Option<String>,
}

/// What topics are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TopicOrderField {
    Slug,
    Name,
    Created,
}

/// How topics are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TopicOrder {
    pub field: TopicOrderField,
    pub direction: Direction,
}
