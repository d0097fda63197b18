//! The house as its users see it.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::float_cmp,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::items_after_statements,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, its numbers are small, and what it makes is its own"
)]

mod archive;
mod asking;
mod bad_input;
mod ballot;
mod body;
mod branch;
mod bus;
mod catalog;
mod coalesce;
mod content;
mod contest;
mod corpus;
mod crowd;
mod demo;
mod document;
mod door;
mod durability;
mod endorsement;
mod entities;
mod events;
mod fault;
mod fuzz;
mod hearing;
mod house;
mod http;
mod ingest;
mod integrator;
mod judging;
mod lapse;
mod lead;
mod leadership;
mod limits;
mod merge;
mod merge_race;
mod metrics;
mod moderation;
mod nats;
mod oidc;
mod outage;
mod overview;
mod packaging;
mod paging;
mod person;
mod picture;
mod privacy;
mod process;
mod program;
mod property;
mod relay;
mod resume;
mod retention;
mod roles;
mod rules;
mod schema;
mod secrecy;
mod several;
mod sharing;
mod spoil;
mod standing;
mod statements;
mod storm;
mod stray;
mod telling;
mod term;
mod token;
mod topic;
mod traces;
mod trend;
mod validation;
mod watching;
mod websocket;
mod word;
mod writing;
