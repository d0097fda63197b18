//! Questions about who leads what, asked of the archive: it collects the acts, the rules in `domain::lead` judge.

pub mod breadth;
pub mod leaders;
