//! Documents that clients name instead of sending them: those that the operator trusts, and those that were sent before.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use async_graphql::{Request, ServerError, Value};
use sha2::{Digest, Sha256};

use super::request::{HASHED, NAMED};
use crate::graphql::error::refused;

/// How much is kept of what was sent before, in bytes.
const ROOM: u64 = 16 * 1024 * 1024;
/// What clients of automatic persisted queries look for in the message.
const NOT_FOUND: &str = "PersistedQueryNotFound";

/// Documents by name.
#[derive(Debug)]
pub struct Named {
    trusted: HashMap<String, Arc<str>>,
    /// Whether nothing but the trusted ones is run.
    only_trusted: bool,
    sent: moka::sync::Cache<String, Arc<str>>,
}

impl Default for Named {
    fn default() -> Self {
        Self::new(HashMap::new(), false)
    }
}

/// A document that is to be kept once it has been found to be one.
#[derive(Debug)]
pub struct Sent(Option<(String, Arc<str>)>);

impl Named {
    /// These trusted documents, and whether nothing else is run.
    #[must_use]
    pub fn new(trusted: HashMap<String, Arc<str>>, only_trusted: bool) -> Self {
        let weigh = |key: &String, text: &Arc<str>| u32::try_from(key.len() + text.len()).unwrap_or(u32::MAX);
        Self { trusted, only_trusted, sent: moka::sync::Cache::builder().max_capacity(ROOM).weigher(weigh).build() }
    }

    /// Reads a manifest: a JSON object of documents by name. Each may be named by the SHA-256 of its text too.
    ///
    /// # Errors
    /// What is wrong with it, for the operator.
    pub fn read(manifest: &str, only_trusted: bool) -> Result<Self, String> {
        let told: HashMap<String, String> = serde_json::from_str(manifest)
            .map_err(|error| format!("it must be an object of documents by name: {error}"))?;
        let mut trusted = HashMap::with_capacity(told.len() * 2);
        for (name, text) in told {
            let text: Arc<str> = text.into();
            trusted.insert(digest(&text), Arc::clone(&text));
            trusted.insert(name, text);
        }
        Ok(Self::new(trusted, only_trusted))
    }

    /// Puts the document of a request in the place of its name.
    ///
    /// # Errors
    /// `PERSISTED_QUERY_NOT_FOUND` for a name that nothing has, `FORBIDDEN` for a document that is not trusted where only those are
    /// run, `BAD_REQUEST` for a document that is not what it is called.
    pub fn resolve(&self, request: &mut Request) -> Result<Sent, ServerError> {
        let name = named(request)?;
        match name {
            None if self.only_trusted && !self.trusted.contains_key(&digest(&request.query)) => Err(refused(
                "FORBIDDEN",
                "this server runs only documents that it knows; send the name of one as documentId",
            )),
            None => Ok(Sent(None)),
            Some(name) if request.query.is_empty() => {
                let found = self.trusted.get(&name).cloned().or_else(|| self.sent.get(&name));
                let found = found.ok_or_else(|| refused("PERSISTED_QUERY_NOT_FOUND", NOT_FOUND))?;
                request.query = found.to_string();
                Ok(Sent(None))
            }
            Some(name) if digest(&request.query) != name => {
                Err(refused("BAD_REQUEST", "sha256Hash is not the SHA-256 of the query; leave one of the two out"))
            }
            Some(name) if self.only_trusted && !self.trusted.contains_key(&name) => {
                Err(refused("FORBIDDEN", "this server runs only documents that it knows"))
            }
            Some(name) => Ok(Sent(Some((name, request.query.as_str().into())))),
        }
    }

    /// Keeps a document that was found to be one.
    pub fn keep(&self, sent: Sent) {
        if let Sent(Some((name, text))) = sent {
            self.sent.insert(name, text);
        }
    }
}

/// The name that a request gives: a `documentId`, or the hash of automatic persisted queries.
fn named(request: &Request) -> Result<Option<String>, ServerError> {
    let wrong = |told: &str| Err(refused("BAD_REQUEST", told));
    if let Some(id) = request.extensions.get(NAMED) {
        return match id {
            Value::String(id) if request.query.is_empty() => Ok(Some(id.clone())),
            Value::String(_) => wrong("send a query or a documentId, not both"),
            _ => wrong("documentId must be a text"),
        };
    }
    let Some(told) = request.extensions.get(HASHED) else {
        return if request.query.is_empty() { wrong("query is missing") } else { Ok(None) };
    };
    let Value::Object(told) = told else { return wrong("extensions.persistedQuery must be an object") };
    match (told.get("version"), told.get("sha256Hash")) {
        (Some(Value::Number(version)), Some(Value::String(hash))) if version.as_u64() == Some(1) => {
            Ok(Some(hash.to_ascii_lowercase()))
        }
        _ => wrong("extensions.persistedQuery must have version 1 and a sha256Hash"),
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
fn digest(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing into a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
