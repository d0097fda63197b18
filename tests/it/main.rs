//! The house as its users see it.

mod asking;
mod bad_input;
mod coalesce;
mod content;
mod durability;
mod entities;
mod events;
mod fault;
mod hearing;
mod house;
mod http;
mod ingest;
mod leadership;
mod merge;
mod paging;
mod person;
mod privacy;
mod process;
mod property;
mod resume;
mod rules;
mod schema;
mod statements;
mod telling;
mod topic;
mod websocket;
