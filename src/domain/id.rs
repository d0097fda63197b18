//! Keys of the nouns, each a type of its own, so that none can be taken for another.

use serde::{Deserialize, Serialize};

macro_rules! key {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    )+};
}

/// Names a rating: what was rated, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RatingId {
    pub content: ContentId,
    pub rater: PersonId,
}

key! {
    /// Names a person.
    PersonId,
    /// Names an account: a person in one source.
    AccountId,
    /// Names a source.
    SourceId,
    /// Names a topic.
    TopicId,
    /// Names a content.
    ContentId,
    /// Names a declared or appointed leadership.
    LeadershipId,
    /// Names an endorsement.
    EndorsementId,
    /// Names an objection to what is shown of somebody.
    ContestId,
    /// Names a merge of two people or of two topics.
    MergeId,
    /// Names an API token.
    TokenId,
}
