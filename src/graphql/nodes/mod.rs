//! Types with their own fields; what leads to other nouns is in `edges`.

pub mod audit;
pub mod change;
pub mod content;
pub mod endorsement;
pub mod lead;
pub mod leadership;
pub mod list;
pub mod merge;
pub mod node;
pub mod person;
pub mod rating;
pub mod source;
pub mod token;
pub mod topic;
pub mod trend;
pub mod trending;
