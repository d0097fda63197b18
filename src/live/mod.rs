//! What is news: follows the change log and hands each change on, once and in order. Bounded everywhere.

pub mod coalesce;
pub mod feed;
