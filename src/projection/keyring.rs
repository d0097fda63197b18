//! The keyring: the tokens shown lately, so that a request need not ask the database who it is.
//!
//! What is kept is read again after a moment, which is how soon a token that another process revoked is worth nothing here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use crate::domain::id::{PersonId, TokenId};
use crate::domain::person::Person;
use crate::domain::token::Token;
use crate::store::connection::Store;
use crate::store::error::Error;

/// How long a token is believed before it is read again.
const FRESH: Duration = Duration::from_secs(2);
/// How long the use of a token is not written down again.
const NOTED: Duration = Duration::from_secs(30);
/// How long those who can wait do so for others.
const GATHERING: Duration = Duration::from_millis(100);
/// How many are kept, those that do not exist among them.
const KEPT: u64 = 10_000;

/// A token and the hash of its secret.
pub type Known = Option<Arc<(Token, String)>>;

/// Tokens at hand.
#[derive(Debug)]
pub struct Keyring {
    store: Arc<Store>,
    known: moka::sync::Cache<TokenId, Known>,
    /// What is to be read with others, and whose turn it is to do so.
    wanted: Mutex<Vec<TokenId>>,
    turn: tokio::sync::Mutex<()>,
    /// Those whose use was noted lately, so that many requests at once write it down once.
    noted: moka::sync::Cache<TokenId, ()>,
    /// Of people and the handles they have: the hash of how a provider writes it.
    claims: moka::sync::Cache<(PersonId, String), String>,
}

impl Keyring {
    /// An empty keyring.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Self {
        let known = moka::sync::Cache::builder().max_capacity(KEPT).time_to_live(FRESH).build();
        let noted = moka::sync::Cache::builder().max_capacity(KEPT).time_to_live(NOTED).build();
        let claims = moka::sync::Cache::builder().max_capacity(KEPT).time_to_live(NOTED).build();
        Self { store, known, wanted: Mutex::default(), turn: tokio::sync::Mutex::default(), noted, claims }
    }

    /// Whether the use of a token is to be written down now; true once in a while.
    #[must_use]
    pub fn take_note(&self, id: TokenId) -> bool {
        self.noted.entry(id).or_insert(()).is_fresh()
    }

    /// The token with this id, as it was a moment ago at the earliest.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token(&self, id: TokenId) -> Result<Known, Error> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known);
        }
        let found = self.store.tokens(&[id]).await?.pop().map(Arc::new);
        self.known.insert(id, found.clone());
        Ok(found)
    }

    /// The same for one who can wait: thousands of connections look every moment whether their tokens are still worth something,
    /// and all that are looked for at about the same time are read together.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token_with_others(&self, id: TokenId) -> Result<Known, Error> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known);
        }
        self.wanted().push(id);
        sleep(GATHERING).await;
        let _turn = self.turn.lock().await;
        if let Some(known) = self.known.get(&id) {
            return Ok(known);
        }
        let mut wanted = std::mem::take(&mut *self.wanted());
        wanted.sort_unstable();
        wanted.dedup();
        for some in wanted.chunks(1_000) {
            let mut found: HashMap<_, _> =
                self.store.tokens(some).await?.into_iter().map(|known| (known.0.id, Arc::new(known))).collect();
            for id in some {
                self.known.insert(*id, found.remove(id));
            }
        }
        // Not there when whoever took it along went away.
        self.token(id).await
    }

    fn wanted(&self) -> MutexGuard<'_, Vec<TokenId>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hash of how a provider writes a person's handle, if one ever did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self, person: &Person) -> Result<Option<String>, Error> {
        let key = (person.id, person.handle.clone());
        if let Some(known) = self.claims.get(&key) {
            return Ok(Some(known));
        }
        let found = self.store.claim(person).await?;
        if let Some(hash) = &found {
            self.claims.insert(key, hash.clone());
        }
        Ok(found)
    }

    /// Forgets a token that was changed here.
    pub fn forget(&self, id: TokenId) {
        self.known.invalidate(&id);
    }
}
