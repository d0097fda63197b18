//! Who acts: by a bearer token, or, without configured identity and on loopback only, whoever the header says.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::budget::{Client, Refused};
use super::oidc::Oidc;
use super::server::Hall;
use crate::app::error::Error;
use crate::app::house::App;
use crate::app::viewer::{Proof, Viewer};

/// The header, and the key in `connection_init`, that says who acts where everybody is believed.
pub const HEADER: &str = "Peerlead-Person";
/// How often it is looked whether somebody on a connection that stays is still whom they showed to be.
const LOOK: Duration = Duration::from_secs(2);

/// How this server knows who acts.
#[derive(Clone, Debug, Default)]
pub enum Identity {
    /// By their word, and by tokens of ours: for one machine alone.
    #[default]
    Word,
    /// By tokens alone.
    Tokens {
        /// The provider whose tokens are taken beside our own.
        provider: Option<Arc<Oidc>>,
        /// Whether those who show no token may read what everybody may.
        anonymous: bool,
    },
}

/// What a request shows of the one who sends it.
struct Shown<'a> {
    bearer: Option<&'a str>,
    handle: Option<&'a str>,
}

/// Why it is not known who somebody is.
#[derive(Debug)]
pub enum Unknown {
    /// What they showed is worth nothing.
    Unrecognised(Error),
    /// They were not looked up: the budget of their address is spent.
    Unpaid(Refused),
}

/// The one who acts by a request's headers, which came from an address: it pays for each who is not recognised.
///
/// # Errors
/// `RATE_LIMITED` when its budget is spent by such; `UNAUTHENTICATED` for a token that is worth nothing, or for none where one is needed; `BAD_REQUEST` for a handle that nobody
/// has, or that nobody is asked for.
pub async fn of_headers(hall: &Hall, headers: &HeaderMap, address: IpAddr) -> Result<Viewer, Unknown> {
    paid(hall, address, by_headers(hall, headers)).await
}

async fn by_headers(hall: &Hall, headers: &HeaderMap) -> Result<Viewer, Error> {
    let text = |name: &str| match headers.get(name).map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(Error::BadRequest(format!("the header {name} must be plain ASCII"))),
    };
    let authorization = text(header::AUTHORIZATION.as_str())?;
    recognise(hall, &Shown { bearer: bearer(authorization)?, handle: text(HEADER)? }).await
}

/// The one who acts by the payload of `connection_init`, whose keys are header names in any case.
///
/// # Errors
/// As [`of_headers`].
pub async fn of_init(hall: &Hall, payload: Option<&Map<String, Value>>, address: IpAddr) -> Result<Viewer, Unknown> {
    paid(hall, address, by_init(hall, payload)).await
}

async fn by_init(hall: &Hall, payload: Option<&Map<String, Value>>) -> Result<Viewer, Error> {
    let entry = |name: &str| {
        let mut entries = payload.into_iter().flatten();
        entries.find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
    };
    recognise(hall, &Shown { bearer: bearer(entry("Authorization"))?, handle: entry(HEADER) }).await
}

/// A guess costs a lookup or the check of a signature, so whoever guesses pays like one who asks.
async fn paid(
    hall: &Hall,
    address: IpAddr,
    looking: impl Future<Output = Result<Viewer, Error>>,
) -> Result<Viewer, Unknown> {
    let Some(budgets) = &hall.budgets else { return looking.await.map_err(Unknown::Unrecognised) };
    let address = Client::at(address);
    budgets.admit(&address).map_err(Unknown::Unpaid)?;
    looking.await.map_err(|error| {
        // A database that does not answer is nobody's guess.
        if matches!(error, Error::Unauthenticated(_) | Error::BadRequest(_)) {
            budgets.note_stranger(address, hall.executor.app().clock());
        }
        Unknown::Unrecognised(error)
    })
}

fn bearer(authorization: Option<&str>) -> Result<Option<&str>, Error> {
    let Some(text) = authorization else { return Ok(None) };
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") && !token.trim().is_empty() => {
            Ok(Some(token.trim()))
        }
        _ => Err(Error::Unauthenticated("the header Authorization must be Bearer and a token")),
    }
}

async fn recognise(hall: &Hall, shown: &Shown<'_>) -> Result<Viewer, Error> {
    let app = hall.executor.app();
    match (&hall.settings.identity, shown) {
        (_, Shown { bearer: Some(_), handle: Some(_) }) => {
            Err(Error::BadRequest(format!("send a token or the header {HEADER}, not both")))
        }
        (_, Shown { bearer: Some(token), .. }) if App::is_own_token(token) => app.viewer_by_token(token).await,
        (Identity::Tokens { provider: Some(provider), .. }, Shown { bearer: Some(token), .. }) => {
            app.viewer_by_claims(&*provider.claims(token).await?).await
        }
        (_, Shown { bearer: Some(_), .. }) => Err(Error::Unauthenticated("this server takes no tokens but its own")),
        (Identity::Word, Shown { handle, .. }) => app.viewer(*handle).await,
        (Identity::Tokens { .. }, Shown { handle: Some(_), .. }) => {
            Err(Error::BadRequest(format!("this server believes tokens, not the header {HEADER}")))
        }
        (Identity::Tokens { anonymous: true, .. }, _) => Ok(Viewer::default()),
        (Identity::Tokens { .. }, _) => Err(Error::Unauthenticated("send a token in the header Authorization")),
    }
}

/// Whether what somebody showed can expire or be revoked.
#[must_use]
pub fn may_lapse(viewer: &Viewer) -> bool {
    viewer.proof() != Proof::Word
}

/// Waits until somebody is no longer whom they showed to be: their token expired or was revoked, or they left.
pub async fn lapsed(app: Arc<App>, viewer: Viewer) {
    if !may_lapse(&viewer) {
        return std::future::pending().await;
    }
    loop {
        tokio::time::sleep(LOOK).await;
        // A database that does not answer takes nobody's rights away.
        if matches!(app.still_holds(&viewer).await, Ok(false)) {
            return;
        }
    }
}
