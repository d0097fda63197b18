//! What is done from the command line beside serving: data come in from a folder, and leave into one.

pub mod check;
pub mod demo;
pub mod error;
pub mod export;
pub mod folder;
pub mod health;
pub mod import;
pub mod item;
pub mod lines;
pub mod order;
pub mod origin;
pub mod person;
pub mod record;
pub mod report;
pub mod roll;
pub mod scribe;
pub mod token;
pub mod told;

#[cfg(test)]
mod tests;
