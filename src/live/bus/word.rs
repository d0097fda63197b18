//! A word on the bus: some changes as the log holds them, and how far the log had come.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::domain::change::Change;

/// What was heard.
#[derive(Debug)]
pub struct Word {
    /// The last change that was told on the bus, with this word. Without changes it says only that much.
    pub last: i64,
    pub changes: Vec<Change>,
}

/// Why a word is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nobody of us says such a thing, or a newer version does.
    Broken,
    /// It is about another database.
    Foreign,
}

/// A word to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    pub last: i64,
    pub payload: Bytes,
}

#[derive(Deserialize)]
struct Heard<'a> {
    #[serde(borrow)]
    database: Cow<'a, str>,
    last: i64,
    #[serde(borrow)]
    changes: Vec<&'a RawValue>,
}

#[derive(Serialize)]
struct Said<'a> {
    database: &'a str,
    last: i64,
    changes: &'a [Box<RawValue>],
}

impl Word {
    /// Reads a word about the database of this name.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(payload: &[u8], database: &str) -> Result<Self, Refused> {
        let broken = |_| Refused::Broken;
        let heard: Heard = serde_json::from_slice(payload).map_err(broken)?;
        if heard.database != database {
            return Err(Refused::Foreign);
        }
        let changes = heard.changes.iter().map(|change| serde_json::from_str(change.get()));
        Ok(Self { last: heard.last, changes: changes.collect::<Result<_, _>>().map_err(broken)? })
    }
}

impl Letter {
    fn new(database: &str, last: i64, changes: &[Box<RawValue>]) -> serde_json::Result<Self> {
        let said = Said { database, last, changes };
        Ok(Self { last, payload: serde_json::to_vec(&said)?.into() })
    }

    /// Says how far the bus has come, and nothing else.
    ///
    /// # Errors
    /// Never, unless the library cannot write a number.
    pub fn without_changes(database: &str, last: i64) -> serde_json::Result<Self> {
        Self::new(database, last, &[])
    }

    /// Changes that follow each other, in as few words as have room for them: `limit` bytes each. One that is longer by itself is
    /// only named; whoever hears that reads it from the log.
    ///
    /// # Errors
    /// When a change cannot be written.
    pub fn with(database: &str, changes: &[Arc<Change>], limit: usize) -> serde_json::Result<Vec<Self>> {
        let (mut letters, mut texts, mut bytes, mut last) = (Vec::new(), Vec::new(), 0, 0);
        for change in changes {
            let text = to_raw_value(&**change)?;
            let long = text.get().len();
            if !texts.is_empty() && bytes + long > limit {
                letters.push(Self::new(database, last, &texts)?);
                texts.clear();
                bytes = 0;
            }
            last = change.seq;
            if long > limit {
                letters.push(Self::without_changes(database, last)?);
                continue;
            }
            // A comma more.
            bytes += long + 1;
            texts.push(text);
        }
        if !texts.is_empty() {
            letters.push(Self::new(database, last, &texts)?);
        }
        Ok(letters)
    }
}

#[cfg(test)]
mod tests;
