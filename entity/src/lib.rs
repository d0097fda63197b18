//! Rows, one file a table. No rules and no queries: those are in the rooms that use them.

pub mod account;
pub mod audit;
pub mod change;
pub mod claim;
pub mod content;
pub mod content_author;
pub mod content_topic;
pub mod contest;
pub mod endorsement;
pub mod instance;
pub mod leadership;
pub mod merge;
pub mod past_rating;
pub mod person;
pub mod rating;
pub mod source;
pub mod tally;
pub mod token;
pub mod topic;
