//! Tokens of an `OpenID` Connect provider: JSON Web Tokens, held against the keys that the provider publishes.
//!
//! Every signature is checked by the `jsonwebtoken` crate. What is decided here is which keys and algorithms may be used at
//! all: only those that the operator allows, never `none`, and never a secret that is shared with everybody.

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::jwks::{Jwks, Key};
use crate::app::claims::{Claims, SKEW};
use crate::app::error::Error;
use crate::domain::access::Role;

/// The longest token that is looked at, in bytes.
const LENGTH: usize = 16 * 1024;
/// How long a token that was checked is believed without being checked again.
const CHECKED: Duration = Duration::from_mins(1);
/// How many checked tokens are kept.
const KEPT: u64 = 10_000;

/// What everybody hears whose token is worth nothing.
const WORTHLESS: Error = Error::Unauthenticated("this token is not valid here: it may be expired, or meant for others");

/// Which provider is believed, and how its tokens are read.
#[derive(Clone, Debug)]
pub struct OidcSettings {
    /// The issuer, exactly as it stands in tokens; its configuration is found below it.
    pub issuer: String,
    /// The audiences that tokens may be meant for.
    pub audiences: Vec<String>,
    /// The algorithms that tokens may be signed with; secret ones are left out.
    pub algorithms: Vec<Algorithm>,
    /// The claim that holds the handle of the person.
    pub person_claim: String,
    /// The claim that holds the name of the person.
    pub name_claim: String,
    /// Where the roles stand: names of claims within one another, joined by dots.
    pub roles_claim: String,
    /// The words for our roles, the strongest first.
    pub roles: Vec<(String, Role)>,
    /// Whether people who are unknown are made at first sight.
    pub create_people: bool,
    /// How soon the keys may be fetched again because one is unknown.
    pub refetch: Duration,
}

/// A provider.
#[derive(Debug)]
pub struct Oidc {
    settings: OidcSettings,
    keys: Jwks,
    checked: moka::sync::Cache<[u8; 32], Arc<Claims>>,
}

impl Oidc {
    /// A provider whose keys are fetched when the first token comes.
    ///
    /// # Errors
    /// What is wrong with the settings, for the operator.
    pub fn new(mut settings: OidcSettings) -> Result<Self, String> {
        settings.algorithms.retain(|algorithm| !is_secret(*algorithm));
        if settings.algorithms.is_empty() {
            return Err("no algorithm is left that signs with a key of which only half is public".to_owned());
        }
        if settings.audiences.is_empty() {
            return Err("name the audience of the tokens: without it every program of the organisation could act as \
                        whoever signed in to it"
                .to_owned());
        }
        let keys = Jwks::new(&settings.issuer, settings.refetch)?;
        let checked = moka::sync::Cache::builder().max_capacity(KEPT).time_to_live(CHECKED).build();
        Ok(Self { settings, keys, checked })
    }

    /// What a token says, if it is valid here.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for one that is not, `UNAVAILABLE` when the provider cannot be asked for its keys.
    pub async fn claims(&self, token: &str) -> Result<Arc<Claims>, Error> {
        if token.len() > LENGTH {
            return Err(WORTHLESS);
        }
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(claims) = self.checked.get(&digest) {
            return Ok(claims);
        }
        let header = decode_header(token).map_err(|_| WORTHLESS)?;
        // An extension that must be understood is not.
        if header.crit.is_some() || !self.settings.algorithms.contains(&header.alg) {
            return Err(WORTHLESS);
        }
        let key = self.keys.find(header.kid.as_deref(), header.alg).await?.ok_or(WORTHLESS)?;
        let claims = Arc::new(self.checked_claims(token, &header, &key)?);
        self.checked.insert(digest, Arc::clone(&claims));
        Ok(claims)
    }

    fn checked_claims(&self, token: &str, header: &Header, key: &Key) -> Result<Claims, Error> {
        let mut validation = Validation::new(header.alg);
        validation.leeway = SKEW.num_seconds().unsigned_abs();
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&self.settings.audiences);
        let told = decode::<Map<String, Value>>(token, &key.decoding, &validation).map_err(|error| {
            // What is no JSON of the right form is not told, because it is about somebody.
            let is_text = matches!(error.kind(), ErrorKind::Json(_) | ErrorKind::Utf8(_));
            let reason = if is_text { "no claims".to_owned() } else { error.to_string() };
            tracing::debug!(reason, "a token was refused");
            WORTHLESS
        })?;
        self.read(&told.claims)
    }

    /// What claims that were checked come to.
    fn read(&self, claims: &Map<String, Value>) -> Result<Claims, Error> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(handle) = text(&self.settings.person_claim) else {
            return Err(Error::Unauthenticated(
                "this token does not say whose it is, in the claim that this server reads",
            ));
        };
        let seconds = claims.get("exp").and_then(Value::as_f64).unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the end of the calendar")]
        let end = DateTime::from_timestamp(seconds as i64, 0).unwrap_or(DateTime::<chrono::Utc>::MAX_UTC);
        Ok(Claims {
            handle,
            name: text(&self.settings.name_claim),
            role: self.role(claims),
            until: end,
            create: self.settings.create_people,
        })
    }

    /// The strongest role that the claims name. Somebody without one is a member.
    fn role(&self, claims: &Map<String, Value>) -> Role {
        let mut at: Option<&Value> = None;
        for name in self.settings.roles_claim.split('.') {
            at = match at {
                None => claims.get(name),
                Some(Value::Object(fields)) => fields.get(name),
                Some(_) => None,
            };
            if at.is_none() {
                return Role::Member;
            }
        }
        let told: Vec<&str> = match at {
            Some(Value::Array(roles)) => roles.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(roles)) => roles.split_whitespace().collect(),
            _ => Vec::new(),
        };
        let named = self.settings.roles.iter().find(|(word, _)| told.contains(&word.as_str()));
        named.map_or(Role::Member, |(_, role)| *role)
    }
}

/// Whether an algorithm signs with a secret that whoever checks would have to know.
const fn is_secret(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)
}
