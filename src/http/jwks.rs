//! The keys of an `OpenID` Connect provider: found by discovery, kept, and fetched again when one is unknown or all are old.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::StreamExt;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::app::error::Error;

/// How old keys may get before they are fetched anew, so that one that was withdrawn is not believed for long.
const AGE: Duration = Duration::from_mins(15);
/// How long the provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer of a provider, in bytes.
const ANSWER: usize = 1024 * 1024;
/// How many keys of a provider are kept.
const KEYS: usize = 100;

/// A public key.
#[derive(Clone)]
pub struct Key {
    name: Option<String>,
    /// What it is for, when the provider says so.
    algorithm: Option<Algorithm>,
    pub decoding: DecodingKey,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Key {
    /// The key of a JSON Web Key; `None` for one that signs nothing, or with a secret.
    fn of(jwk: &Jwk) -> Option<Self> {
        let signs = !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
        let is_public = !matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_));
        if !signs || !is_public {
            return None;
        }
        let algorithm = match jwk.common.key_algorithm {
            Some(algorithm) => Some(algorithm.to_string().parse().ok()?),
            None => None,
        };
        Some(Self { name: jwk.common.key_id.clone(), algorithm, decoding: DecodingKey::from_jwk(jwk).ok()? })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        let family = self.decoding.family();
        let signs = family != AlgorithmFamily::Hmac && family.algorithms().contains(&algorithm);
        signs && self.algorithm.is_none_or(|own| own == algorithm)
    }
}

#[derive(Debug)]
struct Known {
    keys: Arc<Vec<Key>>,
    at: Instant,
}

/// The keys of one provider.
#[derive(Debug)]
pub struct Jwks {
    issuer: String,
    refetch: Duration,
    client: reqwest::Client,
    known: RwLock<Option<Known>>,
    /// When the provider was last asked; whoever asks holds it, so that many who miss a key ask once.
    asked: Mutex<Option<Instant>>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

impl Jwks {
    /// The keys of the provider with this issuer, which are fetched when they are needed.
    ///
    /// # Errors
    /// When the issuer is no address that may be trusted.
    pub fn new(issuer: &str, refetch: Duration) -> Result<Self, String> {
        check_address(issuer)?;
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { issuer: issuer.to_owned(), refetch, client, known: RwLock::new(None), asked: Mutex::new(None) })
    }

    /// The key with this name for this algorithm. Without a name there must be only one that fits.
    ///
    /// # Errors
    /// `UNAVAILABLE` when no keys are known and the provider does not give any.
    pub async fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Result<Option<Key>, Error> {
        let (found, old) = match self.known() {
            Some((keys, at)) => (pick(&keys, name, algorithm), at.elapsed() > AGE),
            None => (None, true),
        };
        if found.is_some() && !old {
            return Ok(found);
        }
        self.fetch_unless_lately().await;
        match self.known() {
            Some((keys, _)) => Ok(pick(&keys, name, algorithm)),
            None => Err(Error::ProviderGone),
        }
    }

    fn known(&self) -> Option<(Arc<Vec<Key>>, Instant)> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|known| (Arc::clone(&known.keys), known.at))
    }

    /// Asks the provider, unless somebody did a moment ago. A provider that does not answer leaves the keys as they are.
    async fn fetch_unless_lately(&self) {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < self.refetch) {
            return;
        }
        *asked = Some(Instant::now());
        match self.fetch().await {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "the keys of the identity provider are known");
                let known = Known { keys: Arc::new(keys), at: Instant::now() };
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
            }
            Err(error) => tracing::warn!(error, "the keys of the identity provider cannot be fetched"),
        }
    }

    async fn fetch(&self) -> Result<Vec<Key>, String> {
        let place = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let discovery: Discovery = self.get(&place).await?;
        if discovery.issuer != self.issuer {
            return Err(format!("the provider calls itself {:?}, not {:?}", discovery.issuer, self.issuer));
        }
        check_address(&discovery.jwks_uri)?;
        let published: Published = self.get(&discovery.jwks_uri).await?;
        // Each by itself: a key of a kind that nobody here knows does no harm to the others.
        let keys = published.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        Ok(keys.filter_map(|jwk| Key::of(&jwk)).take(KEYS).collect())
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, address: &str) -> Result<T, String> {
        let failed = |error: reqwest::Error| format!("{address}: {error}");
        let answer = self.client.get(address).send().await.and_then(reqwest::Response::error_for_status);
        let mut pieces = answer.map_err(failed)?.bytes_stream();
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            bytes.extend_from_slice(&piece.map_err(failed)?);
            if bytes.len() > ANSWER {
                return Err(format!("{address}: the answer has more than {ANSWER} bytes"));
            }
        }
        serde_json::from_slice(&bytes).map_err(|error| format!("{address}: {error}"))
    }
}

fn pick(keys: &[Key], name: Option<&str>, algorithm: Algorithm) -> Option<Key> {
    let mut fitting = keys.iter().filter(|key| key.fits(algorithm) && (name.is_none() || key.name.as_deref() == name));
    let first = fitting.next()?;
    fitting.next().is_none().then(|| first.clone())
}

/// Whoever can read or change what a provider says can make tokens, so it comes encrypted, or from this machine.
fn check_address(address: &str) -> Result<(), String> {
    let url = reqwest::Url::parse(address).map_err(|error| format!("{address:?} is no address: {error}"))?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let is_local = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_local => Ok(()),
        _ => Err(format!(
            "{address:?} must begin with https://, since whoever changes what it says could act as anybody"
        )),
    }
}
