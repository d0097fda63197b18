//! The house as its users see it.

mod events;
mod hearing;
mod house;
mod resume;
