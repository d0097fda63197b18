//! What stands out in a window, each with the reason.

use super::explanation::Explanation;
use super::fair::Fair;
use super::heat::Activity;
use crate::domain::id::ContentId;
use crate::domain::time::Time;

/// How many different people must have rated before something is told of what they think together.
pub const LEAST_RATERS: usize = 3;

/// A word or a phrase.
#[derive(Clone, Debug)]
pub struct TrendingWord {
    /// In the form in which it is written most.
    pub text: String,
    /// The score as a share of the best, above 0 up to 1.
    pub weight: f64,
    pub explanation: Explanation,
    /// Texts and people that use it within the window.
    pub texts: u32,
    pub people: u32,
    /// Texts that were to be expected, and how many times more there are.
    pub expected: f64,
    pub lift: f64,
    /// Texts in each part of the window, the earliest first.
    pub line: Vec<u32>,
    /// How peers rate the texts that use it, -1 to 1, where at least [`LEAST_RATERS`] do.
    pub rating: Option<f64>,
    /// The texts that use it, the newest first.
    pub contents: Vec<ContentId>,
    /// When it began to surge, if it does.
    pub surging_since: Option<Time>,
}

/// A content in a ranking.
#[derive(Clone, Debug)]
pub struct TrendingContent {
    pub content: ContentId,
    pub explanation: Explanation,
    pub fair: Fair,
    /// Ratings and replies within the window.
    pub ratings: u32,
    pub replies: u32,
}

/// A topic or a person around whom something happens, or was to be expected.
#[derive(Clone, Debug)]
pub struct Trending<Id> {
    pub id: Id,
    pub activity: Activity,
    /// Contents within the window: on the topic, or by the person.
    pub contents: u32,
    /// Ratings within the window, of these or earlier contents.
    pub ratings: u32,
    /// Acts in each part of the window, the earliest first.
    pub line: Vec<u32>,
}
