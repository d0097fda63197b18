//! The house as its users see it.

mod coalesce;
mod durability;
mod events;
mod fault;
mod hearing;
mod house;
mod http;
mod process;
mod resume;
mod websocket;
