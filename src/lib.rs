//! Peerlead: the open backend for an organisation of peers. It models people, topics, contents, ratings and leadership,
//! answers what concerns people and who leads what, and tells live what changes.
//!
//! One rating goes through the rooms in this order; `ARCHITECTURE.md` walks along with it.

// The schema is one deeply nested type.
#![recursion_limit = "256"]

/// What is done: permissions and transactions, one file per noun.
pub mod app;
/// What is done from a terminal: import, export, the demo.
pub mod command;
/// Every knob.
pub mod config;
/// What is true: the rules, pure.
pub mod domain;
/// How it is asked: the GraphQL schema.
pub mod graphql;
/// How it arrives: routes, transports, who acts.
pub mod http;
/// What is news: the change log, handed on.
pub mod live;
/// What is kept in memory, fed by the log.
pub mod projection;
/// What is remembered: the only room that knows the database.
pub mod store;
/// Logs and traces.
pub mod telemetry;
