//! Why a command ended before its work was done.

use std::path::{Path, PathBuf};

use crate::app::error::Error;

/// What keeps a command from going on. A single bad line never does.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The folder holds nothing that an import reads.
    #[error("there is nothing to import in {}: looked for {looked_for}", folder.display())]
    NothingThere { folder: PathBuf, looked_for: String },
    /// The description of the source cannot be used.
    #[error("{}: {reason}", path.display())]
    BadSource { path: PathBuf, reason: String },
    /// There is no such source to export.
    #[error("there is no source {slug:?}; there are {known}")]
    NoSource { slug: String, known: String },
    /// An export would overwrite what it did not write.
    #[error("{} is not empty and holds no earlier export (no source.json); name another folder", folder.display())]
    Occupied { folder: PathBuf },
    /// A file or a folder refuses.
    #[error("{}: {cause}", path.display())]
    File {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// The app refuses, or its database fails.
    #[error("{}", told(.0))]
    App(#[from] Error),
}

impl CommandError {
    /// A failure of the file or folder at `path`.
    pub(super) fn of_file(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |cause| Self::File { path: path.to_path_buf(), cause }
    }
}

/// Whoever runs a command is the operator, who is told the cause that a client would not be.
fn told(error: &Error) -> String {
    match error {
        Error::Unavailable(cause) | Error::Internal(cause) => cause.to_string(),
        other => other.to_string(),
    }
}
