//! What can be done. Outcomes that a caller can cause are data in the payload: null and `userErrors`.

pub mod content;
pub mod contest;
pub mod ingest;
pub mod leadership;
pub mod merge;
pub mod moderation;
pub mod payload;
pub mod person;
pub mod rating;
pub mod source;
pub mod token;
pub mod topic;

use async_graphql::MergedObject;

use self::content::ContentMutation;
use self::contest::ContestMutation;
use self::ingest::IngestMutation;
use self::leadership::LeadershipMutation;
use self::merge::MergeMutation;
use self::moderation::ModerationMutation;
use self::person::PersonMutation;
use self::rating::RatingMutation;
use self::source::SourceMutation;
use self::token::TokenMutation;
use self::topic::TopicMutation;

/// What can be done, one act each.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    RatingMutation,
    ContentMutation,
    LeadershipMutation,
    ContestMutation,
    PersonMutation,
    TopicMutation,
    SourceMutation,
    MergeMutation,
    IngestMutation,
    TokenMutation,
    ModerationMutation,
);
