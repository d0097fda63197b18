//! What stands out in a window: words, topics, contents, people, each with its reason.

use async_graphql::{Enum, SimpleObject};

use super::trending::{ContentTrend, PersonTrend, TopicTrend, WordTrend};
use crate::domain::trend::content::Ranking;
use crate::domain::trend::explanation;
use crate::domain::trend::heat::Direction;
use crate::domain::trend::question::{Sight, Weighing, WordRanking};
use crate::graphql::nodes::content::Content;
use crate::graphql::page::ranking;

/// Which words come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "WordRanking")]
pub enum WordOrder {
    /// What sums up the window: used much more than the past lets expect. For word clouds.
    Distinctive,
    /// What is likely to be used even more in the next window. Known favourites and single voices come last.
    Rising,
    /// What is used most, stop words left out. Names the subject of an organisation rather than its news.
    Frequent,
}

/// What counts as a use of a word. `RISING` has a rule of its own for that, which looks at texts and people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Weighing")]
pub enum WordWeighting {
    /// Each text once, however often it has the word.
    Mentions,
    /// Each person once.
    People,
    /// Each text once, by how its peers rate it: nothing for one that all are against, double for one that all are for.
    Ratings,
}

/// Which contents come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Ranking")]
pub enum ContentTrendOrder {
    /// What is rated and answered now: each act counts by half after half of the window.
    Hot,
    /// The best of what was published in the window by its fair rating. Only what at least three people have rated.
    Top,
    /// What is rated and answered much more now than earlier in the window.
    Rising,
    /// What many are for and many against. Only what at least three people have rated.
    Controversial,
    /// Of what too little is known: few ratings so far, and still fresh. Worth asking people for.
    Undecided,
}

/// Which way something goes, against what was to be expected at these hours of these days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Direction")]
pub enum TrendDirection {
    /// Clearly more than was to be expected.
    Rising,
    /// About what was to be expected.
    Steady,
    /// Clearly less than was to be expected.
    Falling,
}

/// How the parts of a score make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "explanation::Combination")]
pub enum Combination {
    /// The score is the product of its parts.
    Product,
    /// The score is the sum of its parts.
    Sum,
}

/// A number that a score is made of.
#[derive(Clone, Debug, SimpleObject)]
pub struct ExplanationPart {
    /// What it stands for.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// Why a score is what it is: put the parts together and there it is.
#[derive(Clone, Debug, SimpleObject)]
pub struct Explanation {
    /// The formula and its version. Another version may give another score for the same facts.
    pub formula_version: String,
    /// Whether the parts are multiplied or added.
    pub combination: Combination,
    /// The parts.
    pub parts: Vec<ExplanationPart>,
}

impl From<&explanation::Explanation> for Explanation {
    fn from(explained: &explanation::Explanation) -> Self {
        let part = |part: &explanation::Part| ExplanationPart { name: part.name.to_owned(), value: part.value };
        Self {
            formula_version: explained.formula.to_owned(),
            combination: explained.combination.into(),
            parts: explained.parts.iter().map(part).collect(),
        }
    }
}

/// What an organisation talks about and cares about in a window. Only what everybody may see counts, and bots never do.
#[derive(Clone, Debug)]
pub struct Trends {
    pub sight: Sight,
    /// Whether a past moment is asked about, at which people were there who have left since.
    pub is_past: bool,
}

ranking!(
    /// A page of words, best first.
    WordTrendConnection,
    /// A word on a page.
    WordTrendEdge,
    WordTrend
);
ranking!(
    /// A page of contents that use a word.
    WordContentConnection,
    /// A content on a page.
    WordContentEdge,
    Content
);
ranking!(
    /// A page of topics, the hottest first.
    TopicTrendConnection,
    /// A topic on a page.
    TopicTrendEdge,
    TopicTrend
);
ranking!(
    /// A page of contents in a ranking.
    ContentTrendConnection,
    /// A content on a page.
    ContentTrendEdge,
    ContentTrend
);
ranking!(
    /// A page of people, most above what was to be expected first.
    PersonTrendConnection,
    /// A person on a page.
    PersonTrendEdge,
    PersonTrend
);
