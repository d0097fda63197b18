//! What an operation costs, and what is left of what its client may spend.

use crate::domain::time::Time;

/// The cost of an operation and the budget it was taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Points that the operation costs.
    pub cost: u64,
    /// What is left; `None` where nobody counts.
    pub budget: Option<Budget>,
}

/// What a client may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Points that may be spent in a minute, and at once when nothing was spent before.
    pub limit: u32,
    /// Points that are left.
    pub remaining: u32,
    /// When all of them are there again, if nothing is spent until then.
    pub reset_at: Time,
}
