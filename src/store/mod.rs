//! What is remembered: the only room that knows the database. SQL counts; it never judges.
//!
//! Names say what happens to facts: `people_pages` reads, `insert_person` writes. Reads are methods of [`Store`](crate::store::connection::Store),
//! writes are methods of [`Writing`](crate::store::writing::Writing), a transaction that holds the turn to write.

pub mod audit;
pub mod change;
pub mod claim;
pub mod connection;
pub mod content;
pub mod contest;
pub mod endorsement;
pub mod erasure;
pub mod error;
mod lane;
pub mod leadership;
mod lent;
pub mod link;
pub mod listener;
pub mod merge;
pub mod page;
mod pen;
pub mod person;
pub mod rating;
pub mod source;
pub mod sql;
pub mod token;
pub mod topic;
pub mod writing;
