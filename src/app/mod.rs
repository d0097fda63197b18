//! What is done: one file per noun. Permissions and transactions are here; the only door for `graphql`, `http` and the commands.

pub mod change;
pub mod check;
pub mod clock;
pub mod content;
pub mod contest;
pub mod endorsement;
pub mod error;
pub mod export;
pub mod house;
pub mod ingest;
pub mod lead;
pub mod leadership;
pub mod listening;
pub mod merge;
pub mod person;
pub mod rating;
pub mod retention;
pub mod seats;
pub mod source;
pub mod topic;
pub mod trend;
pub mod viewer;
pub mod who;
