//! Where trends lead to.

mod content;
mod page;
mod person;
mod topic;
mod trends;
mod word;
