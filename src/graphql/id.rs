//! Opaque ids: a letter for the noun and its key, so that an id of a wrong kind is recognised.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::error::Error;
use crate::domain::id::{ContentId, EndorsementId, LeadershipId, MergeId, PersonId, RatingId, SourceId, TopicId};

/// A noun that has ids.
pub trait Key: Sized {
    /// The letter of its ids.
    const LETTER: char;
    /// What it is called when an id is of another kind.
    const NAME: &'static str;
    /// The stored key.
    fn number(self) -> i64;
    /// From the stored key.
    fn of(number: i64) -> Self;

    /// The opaque id.
    fn global(self) -> ID {
        ID(URL_SAFE_NO_PAD.encode(format!("{}{}", Self::LETTER, self.number())))
    }

    /// The key of an opaque id.
    ///
    /// # Errors
    /// `BAD_REQUEST` for an id of another noun, or for what is no id.
    fn parse(field: &str, id: &ID) -> Result<Self, Error> {
        match split(id) {
            Some((letter, number)) if letter == Self::LETTER => Ok(Self::of(number)),
            Some(_) => Err(Error::BadRequest(format!(
                "{field}: {:?} is the id of something else; it must be the id of a {}",
                id.0,
                Self::NAME
            ))),
            None => Err(Error::BadRequest(format!("{field}: {:?} is no id; take one from an id field", id.0))),
        }
    }
}

macro_rules! keys {
    ($($key:ident $letter:literal $name:literal),+ $(,)?) => {$(
        impl Key for $key {
            const LETTER: char = $letter;
            const NAME: &'static str = $name;
            fn number(self) -> i64 {
                self.0
            }
            fn of(number: i64) -> Self {
                Self(number)
            }
        }
    )+};
}

keys! {
    PersonId 'p' "person",
    SourceId 's' "source",
    TopicId 't' "topic",
    ContentId 'c' "content",
    RatingId 'r' "rating",
    LeadershipId 'l' "leadership",
    EndorsementId 'e' "endorsement",
    MergeId 'm' "merge",
}

/// The letter and the number of an id.
#[must_use]
pub fn split(id: &ID) -> Option<(char, i64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(&id.0).ok()?).ok()?;
    let letter = text.chars().next().filter(char::is_ascii_lowercase)?;
    let number = &text[1..];
    // Only the digits that we would write ourselves: one thing has one id.
    let parsed: i64 = number.parse().ok()?;
    (parsed > 0 && parsed.to_string() == number).then_some((letter, parsed))
}
