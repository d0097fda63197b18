//! What can go wrong with the database, told so that the operator knows what to do.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else holds the database for too long.
    #[error("the database is locked by another program: {0}")]
    Locked(String),
    /// Nothing more fits on the disk.
    #[error("the disk of the database is full: {0}")]
    Full(String),
    /// It does not answer.
    #[error("the database cannot be reached: {0}")]
    Gone(String),
    /// It was migrated by a newer program.
    #[error("the database was migrated by a newer version of Peerlead ({0}); run that version, or restore a backup")]
    Newer(String),
    /// It has not been migrated yet, and this program was told not to.
    #[error("the database lacks migrations ({0}); run `peerlead migrate`, or start without --no-migrate")]
    Older(String),
    /// A row that our own rules forbid.
    #[error("the database holds what it must not: {0}")]
    Inconsistent(String),
    /// Anything else, a fault of ours.
    #[error("the database refused a statement: {0}")]
    Fault(#[source] DbErr),
}

impl Error {
    /// A text in a row that is no JSON of ours. It may be about somebody, and errors are logged, so only where it broke is told.
    pub(super) fn unreadable(what: impl std::fmt::Display, error: &serde_json::Error) -> Self {
        Self::Inconsistent(format!("{what} cannot be read from byte {} on", error.column()))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let told = error.to_string();
        let connecting = matches!(error, DbErr::Conn(_));
        let cause = match &error {
            DbErr::Conn(RuntimeErr::SqlxError(e))
            | DbErr::Exec(RuntimeErr::SqlxError(e))
            | DbErr::Query(RuntimeErr::SqlxError(e)) => e,
            DbErr::ConnectionAcquire(_) => return Self::Gone(told),
            _ => return Self::Fault(error),
        };
        match cause.as_ref() {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Gone(told)
            }
            // What answers there is no database, such as a proxy that has lost its own.
            sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) if connecting => Self::Gone(told),
            sqlx::Error::Database(e) => {
                match e.code().as_deref().map(|code| (code, code.parse::<u32>().map(|n| n & 0xff))) {
                    // SQLite's primary result codes: BUSY and LOCKED, FULL, then what a vanished or unreadable file gives.
                    Some((code, Ok(5 | 6))) if code.len() < 5 => Self::Locked(told),
                    Some((code, Ok(13))) if code.len() < 5 => Self::Full(told),
                    Some((code, Ok(8 | 10 | 11 | 14 | 26))) if code.len() < 5 => Self::Gone(told),
                    // PostgreSQL's classes: lock not available, disk full, shutting down or refusing connections, idle for too long.
                    Some(("55P03", _)) => Self::Locked(told),
                    Some(("53100", _)) => Self::Full(told),
                    Some((code, _))
                        if code.starts_with("08") || code.starts_with("57P") || ["53300", "25P03"].contains(&code) =>
                    {
                        Self::Gone(told)
                    }
                    _ => Self::Fault(error),
                }
            }
            _ => Self::Fault(error),
        }
    }
}
