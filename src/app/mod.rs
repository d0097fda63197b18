//! What is done: one file per noun. Permissions and transactions are here; the only door for `graphql`, `http` and the commands.

pub mod ahead;
pub mod allowance;
pub mod change;
pub mod check;
pub mod claims;
pub mod clock;
pub mod content;
pub mod contest;
pub mod endorsement;
pub mod erasure;
pub mod error;
pub mod export;
pub mod house;
pub mod ingest;
pub mod lead;
pub mod leadership;
pub mod listening;
pub mod merge;
pub mod moderation;
pub mod person;
pub mod rating;
pub mod retention;
pub mod seats;
mod secret;
pub mod source;
pub mod token;
pub mod topic;
pub mod trend;
pub mod viewer;
pub mod watching;
pub mod who;

pub use crate::projection::aside;
