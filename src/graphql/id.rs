//! Opaque ids: a letter for the noun and its key, so that an id of a wrong kind is recognised.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::error::Error;
use crate::domain::id::{
    ContentId, EndorsementId, LeadershipId, MergeId, PersonId, RatingId, SourceId, TokenId, TopicId,
};

/// A noun that has ids.
pub trait Key: Sized {
    /// The letter of its ids.
    const LETTER: char;
    /// What it is called when an id is of another kind.
    const NAME: &'static str;
    /// The stored key, written.
    fn write(self) -> String;
    /// Reads the stored key; `None` for what [`Key::write`] would not have written: one thing has one id.
    fn read(key: &str) -> Option<Self>;

    /// The opaque id.
    fn global(self) -> ID {
        ID(URL_SAFE_NO_PAD.encode(format!("{}{}", Self::LETTER, self.write())))
    }

    /// The key of an opaque id.
    ///
    /// # Errors
    /// `BAD_REQUEST` for an id of another noun, or for what is no id.
    fn parse(field: &str, id: &ID) -> Result<Self, Error> {
        match split(id) {
            Some((letter, key)) if letter == Self::LETTER => Self::read(&key).ok_or_else(|| no_id(field, id)),
            Some(_) => Err(Error::BadRequest(format!(
                "{field}: {:?} is the id of something else; it must be the id of a {}",
                id.0,
                Self::NAME
            ))),
            None => Err(no_id(field, id)),
        }
    }
}

fn no_id(field: &str, id: &ID) -> Error {
    Error::BadRequest(format!("{field}: {:?} is no id; take one from an id field", id.0))
}

/// A number as we would write it ourselves.
fn number(text: &str) -> Option<i64> {
    let parsed: i64 = text.parse().ok()?;
    (parsed > 0 && parsed.to_string() == text).then_some(parsed)
}

macro_rules! keys {
    ($($key:ident $letter:literal $name:literal),+ $(,)?) => {$(
        impl Key for $key {
            const LETTER: char = $letter;
            const NAME: &'static str = $name;
            fn write(self) -> String {
                self.0.to_string()
            }
            fn read(key: &str) -> Option<Self> {
                number(key).map(Self)
            }
        }
    )+};
}

keys! {
    PersonId 'p' "person",
    SourceId 's' "source",
    TopicId 't' "topic",
    ContentId 'c' "content",
    LeadershipId 'l' "leadership",
    EndorsementId 'e' "endorsement",
    MergeId 'm' "merge",
    TokenId 'k' "token",
}

impl Key for RatingId {
    const LETTER: char = 'r';
    const NAME: &'static str = "rating";
    fn write(self) -> String {
        format!("{}.{}", self.content.0, self.rater.0)
    }
    fn read(key: &str) -> Option<Self> {
        let (content, rater) = key.split_once('.')?;
        Some(Self { content: ContentId(number(content)?), rater: PersonId(number(rater)?) })
    }
}

/// The letter and the key of an id.
#[must_use]
pub fn split(id: &ID) -> Option<(char, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(&id.0).ok()?).ok()?;
    let letter = text.chars().next().filter(char::is_ascii_lowercase)?;
    let key = text[1..].to_owned();
    (number(&key).is_some() || RatingId::read(&key).is_some()).then_some((letter, key))
}
