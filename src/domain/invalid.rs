//! What a caller can do wrong: a code, the field and a sentence that says what would be right.

/// Why an act was refused. Each mutation lists those that it can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    AlreadyEnded,
    AlreadyMerged,
    AlreadyRevoked,
    AlreadyUndone,
    AlreadyWithdrawn,
    BotCannotRate,
    Conflict,
    ContentNotFound,
    ContestNotFound,
    Cycle,
    EndorsementNotFound,
    ForbiddenForViewer,
    InFuture,
    Inactive,
    IsSynonym,
    LeadershipNotFound,
    MergeNotFound,
    NotAuthor,
    NothingGiven,
    NotVisible,
    OffScale,
    OneselfEndorsed,
    OutOfRange,
    OwnContent,
    PersonNotFound,
    ReversedInterval,
    SameTwice,
    ScaleInUse,
    SourceNotFound,
    Stale,
    Taken,
    TextEmpty,
    TextInvalid,
    TextTooLong,
    TokenNotFound,
    TooMany,
    TopicNotFound,
}

/// One thing that is wrong with what a caller sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Invalid {
    /// Which rule.
    pub code: Code,
    /// Where in the input, a path of field names joined by dots.
    pub field: &'static str,
    /// What is wrong and what would be right, for a person to read.
    pub message: String,
}

impl Invalid {
    /// A refusal of `field` by the rule `code`.
    pub fn new(code: Code, field: &'static str, message: impl Into<String>) -> Self {
        Self { code, field, message: message.into() }
    }
}
