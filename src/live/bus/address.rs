//! Where the bus is, and what is ours on it.

use std::path::Path;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, ServerAddr};
use percent_encoding::percent_decode_str;

/// How long the bus has for an answer of any kind.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// How many words wait for us before some are left out, which is found by their numbers.
const QUEUE: usize = 256;
/// How long a prefix may be.
const LONGEST: usize = 64;

/// Why an address is none.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    #[error("--nats-url: {0}")]
    Url(std::io::Error),
    #[error("--nats-credentials {0}: {1}")]
    Credentials(String, std::io::Error),
    #[error("--nats-prefix: up to {LONGEST} letters, digits, - and _")]
    Prefix,
}

/// Where the bus is, who we are there, and how the names of what is ours begin.
#[derive(Clone)]
pub struct Address {
    servers: Vec<ServerAddr>,
    options: ConnectOptions,
    prefix: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The rest may hold passwords.
        f.debug_struct("Address").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Address {
    /// Checks an address: URLs of the servers of one bus, separated by commas, and perhaps a file of credentials. The first URL may
    /// hold a user and a password, or a token, for all of them. Nobody has to answer there yet.
    ///
    /// # Errors
    /// When one of them is none.
    pub async fn new(urls: &str, credentials: Option<&Path>, prefix: &str) -> Result<Self, Wrong> {
        let servers: Vec<ServerAddr> =
            urls.split(',').map(|url| url.trim().parse()).collect::<Result<_, _>>().map_err(Wrong::Url)?;
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        if prefix.is_empty() || prefix.len() > LONGEST || !prefix.chars().all(allowed) {
            return Err(Wrong::Prefix);
        }
        // Two providers of cryptography are in the tree, so somebody has to choose. Somebody else may have.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut options = ConnectOptions::new()
            .name("peerlead")
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            .subscription_capacity(QUEUE)
            // Once around after a broken connection. Whoever stays away longer is asked anew by us, who say so.
            .max_reconnects(servers.len());
        options = named(options, &servers);
        if let Some(path) = credentials {
            let failed = |error| Wrong::Credentials(path.display().to_string(), error);
            options = options.credentials_file(path).await.map_err(failed)?;
        }
        Ok(Self { servers, options, prefix: prefix.to_owned() })
    }

    /// A connection of its own.
    ///
    /// # Errors
    /// When nobody answers, or not to us.
    pub async fn connect(&self) -> Result<Client, async_nats::ConnectError> {
        self.options.clone().connect(&self.servers[..]).await
    }

    /// The name of the stream of a database.
    #[must_use]
    pub fn stream(&self, database: &str) -> String {
        format!("{}-{database}", self.prefix)
    }

    /// The subject of all that is told of a database.
    #[must_use]
    pub fn subject(&self, database: &str) -> String {
        format!("{}.{database}.changes", self.prefix)
    }
}

/// Who we are, as the first URL says: the library does not look for it there.
fn named(options: ConnectOptions, servers: &[ServerAddr]) -> ConnectOptions {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let Some(server) = servers.first() else { return options };
    match (server.username().map(plain), server.password().map(plain)) {
        (Some(user), Some(password)) => options.user_and_password(user, password),
        (Some(token), None) => options.token(token),
        (None, _) => options,
    }
}
