//! `/pictures`: trends and leaders as SVG, for wikis and mails. A picture is a client of the schema like any other: it asks a query,
//! with the arguments of its address as variables, and draws the answer.

mod ask;
pub mod leaders;
pub mod topics;
mod wanted;
pub mod words;
