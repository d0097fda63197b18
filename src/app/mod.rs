//! What is done: one file per noun. Permissions and transactions are here; the only door for `graphql`, `http` and the commands.

pub mod allowance;
pub mod change;
pub mod check;
pub mod claims;
pub mod clock;
pub mod content;
pub mod endorsement;
pub mod erasure;
pub mod error;
pub mod export;
pub mod house;
pub mod ingest;
pub mod leadership;
pub mod merge;
pub mod moderation;
pub mod person;
pub mod rating;
mod secret;
pub mod source;
pub mod token;
pub mod topic;
pub mod trend;
pub mod viewer;
