//! Where leadership leads to.

mod change;
mod contest;
mod follow;
mod gap;
mod leader;
mod map;
pub mod page;
mod seen;
