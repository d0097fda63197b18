//! Why an act was not done, told to the one who can mend it.

use std::sync::Arc;

use crate::domain::invalid::{Code, Invalid};
use crate::live::feed::Gap;
use crate::store;

/// Everything that can keep an act or a question from its answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The caller can mend it: an outcome of valid use.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// What the client sent can never be right.
    #[error("{0}")]
    BadRequest(String),
    /// Nobody said who acts, or what was shown is worth nothing.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The one who acts may not.
    #[error("{0}")]
    Forbidden(&'static str),
    /// There is no room for more of it.
    #[error("{0}")]
    TooMany(String),
    /// The log does not hold what follows a cursor.
    #[error("the log no longer holds what follows this cursor; query the state, then subscribe from its cursor")]
    CursorExpired,
    /// A subscriber was too slow.
    #[error("this subscription was too slow for its buffer; subscribe again after the cursor in the extensions")]
    Lagged { cursor: String },
    /// The server stops.
    #[error("the server is stopping; reconnect and subscribe again after the last cursor")]
    Stopping,
    /// What was written is still being read into memory.
    #[error("the server has just started and is still reading what was written; try again in a moment")]
    Starting,
    /// The database, which the operator can mend.
    #[error("the database is not available now; try again later")]
    Unavailable(Arc<store::error::Error>),
    /// The identity provider cannot be asked.
    #[error("the identity provider does not answer; try again later")]
    ProviderGone,
    /// The system gives no random numbers, without which no secret can be made.
    #[error("the system has no random numbers to give; try again later")]
    NoRandomness,
    /// A fault of ours.
    #[error("an internal fault")]
    Internal(Arc<store::error::Error>),
}

impl From<store::error::Error> for Error {
    fn from(error: store::error::Error) -> Self {
        Arc::new(error).into()
    }
}

impl From<Arc<store::error::Error>> for Error {
    fn from(error: Arc<store::error::Error>) -> Self {
        use store::error::Error as Cause;
        match *error {
            Cause::Locked(_) | Cause::Full(_) | Cause::Gone(_) => Self::Unavailable(error),
            _ => Self::Internal(error),
        }
    }
}

impl Error {
    /// What is told of a change could not be made.
    pub(super) fn broken() -> Self {
        store::error::Error::Inconsistent(Gap::Broken.to_string()).into()
    }
}

/// A refusal, short to write.
pub(super) fn refuse<T>(code: Code, field: &'static str, message: impl Into<String>) -> Result<T, Error> {
    Err(Error::Invalid(Invalid::new(code, field, message)))
}
