//! Merges.

use async_graphql::SimpleObject;

use crate::domain::id::MergeId;
use crate::domain::merge;
use crate::graphql::scalar::DateTime;

/// Two people who were found to be one human, or two topics that were found to be one subject.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Merge {
    #[graphql(skip)]
    pub key: MergeId,
    #[graphql(skip)]
    pub merged: merge::Merged,
    /// When it was done.
    pub merged_at: DateTime,
    /// When it was undone, null while it was not.
    pub undone_at: Option<DateTime>,
}

impl From<&merge::Merge> for Merge {
    fn from(merge: &merge::Merge) -> Self {
        Self {
            key: merge.id,
            merged: merge.merged.clone(),
            merged_at: DateTime(merge.merged_at),
            undone_at: merge.undone_at.map(DateTime),
        }
    }
}
