//! Secrets of API tokens: made, written and compared. All cryptography is that of well-kept crates.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::Error;
use crate::domain::id::TokenId;

/// What every token of ours begins with, so that scanners for leaked secrets find it.
const PREFIX: &str = "peerlead_";

/// A secret of 256 random bits. It is told once and then forgotten.
pub(super) struct Secret([u8; 32]);

impl Secret {
    /// A new one, of the system's randomness.
    ///
    /// # Errors
    /// When the system has none.
    pub fn new() -> Result<Self, Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
        Ok(Self(bytes))
    }

    /// Reads a token as a client shows it: which it is, and its secret.
    pub fn read(text: &str) -> Option<(TokenId, Self)> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let id = id.parse().ok().filter(|number: &i64| *number > 0 && number.to_string() == id)?;
        let bytes = URL_SAFE_NO_PAD.decode(secret).ok()?;
        Some((TokenId(id), Self(bytes.try_into().ok()?)))
    }

    /// The token as its holder shows it.
    pub fn told(&self, id: TokenId) -> String {
        format!("{PREFIX}{}_{}", id.0, URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What is stored. The secret is as random as the hash, so no salt and no slow hash are needed.
    pub fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0))
    }

    /// Whether it is the one with this hash, in a time that tells nothing about it.
    pub fn fits(&self, hash: &str) -> bool {
        self.hash().as_bytes().ct_eq(hash.as_bytes()).into()
    }
}

/// Whether a bearer token claims to be one of ours.
pub(super) fn is_ours(text: &str) -> bool {
    text.starts_with(PREFIX)
}
