//! Questions about who leads what, asked of the archive: it collects the acts, the rules in `domain::lead` judge.

pub mod answers;
pub mod breadth;
pub mod follow;
pub mod leaders;
pub mod tell;
