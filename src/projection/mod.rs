//! What is kept in memory, fed by the log in its order, the same in every process.

pub mod archive;
pub mod aside;
pub mod catalog;
pub mod directory;
pub mod keyring;
pub mod lead;
pub mod relations;
pub mod shelf;
pub mod trend;
