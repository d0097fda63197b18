//! The links between nouns: the only fields that fetch.

pub mod audit;
pub mod change;
pub mod content;
pub mod endorsement;
pub mod lead;
pub mod leadership;
mod link;
pub mod list;
pub mod merge;
pub mod person;
pub mod rating;
pub mod source;
pub mod token;
pub mod topic;
pub mod trend;
