//! Trends: what is talked about more than was to be expected, and what peers think of it. Every score explains itself.

pub mod company;
pub mod content;
pub mod explanation;
pub mod fair;
pub mod heat;
pub mod question;
pub mod surge;
pub mod trending;
pub mod window;
pub mod word;
