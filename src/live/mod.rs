//! What is news: follows the change log and hands each change on, once and in order. Bounded everywhere.

pub mod audience;
pub mod audiences;
pub mod bus;
pub mod coalesce;
pub mod feed;
pub mod interests;
pub mod pacer;
mod reading;
pub mod watches;
