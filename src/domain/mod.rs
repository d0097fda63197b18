//! What is true: the rules. Pure functions and checked types; no async, no I/O, and time is an argument.

pub mod access;
pub mod audit;
pub mod ballot;
pub mod change;
pub mod content;
pub mod contest;
pub mod endorsement;
pub mod id;
pub mod ingest;
pub mod invalid;
pub mod lead;
pub mod leadership;
pub mod merge;
pub mod page;
pub mod person;
pub mod rating;
pub mod source;
pub mod term;
pub mod text;
pub mod time;
pub mod token;
pub mod topic;
pub mod trend;
pub mod word;
