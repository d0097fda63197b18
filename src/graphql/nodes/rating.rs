//! Ratings and tallies.

use async_graphql::{Object, SimpleObject};

use crate::domain::ballot::Told;
use crate::domain::id::RatingId;
use crate::domain::rating;
use crate::graphql::page::{PageInfo, Placed, Shown};
use crate::graphql::scalar::DateTime;

/// A value on the scale of its source, and the same on the common measure.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct RatingValue {
    /// As the rater gave it: stars 1 to 5, a vote -1, 0 or 1, a like 1.
    pub raw: i32,
    /// From -1, against, to 1, for.
    pub normalised: f64,
}

impl From<rating::Mark> for RatingValue {
    fn from(mark: rating::Mark) -> Self {
        Self { raw: i32::from(mark.value), normalised: mark.normalised() }
    }
}

/// What one person thinks of one content. Shown to the rater, and to others only where the source made ratings public acts.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Rating {
    #[graphql(skip)]
    pub key: RatingId,
    /// The value.
    pub value: RatingValue,
    /// What the source calls this act, such as `reviewed` or `acked`.
    pub kind: Option<String>,
    /// When it was given, or last changed.
    pub rated_at: DateTime,
}

impl Rating {
    /// The node of a rating; `None` for one that was withdrawn.
    #[must_use]
    pub fn of(rating: &rating::Rating) -> Option<Self> {
        Some(Self {
            key: rating.id(),
            value: rating.mark?.into(),
            kind: rating.kind.clone(),
            rated_at: DateTime(rating.rated_at),
        })
    }
}

/// How often a content was rated with each normalised value.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct TallyBin {
    /// -1, -0.5, 0, 0.5 or 1.
    pub normalised: f64,
    /// Ratings with this value.
    pub count: i64,
}

/// How peers rate a content, in numbers that tell nobody who: while too few have rated it, only how many they are, and later it
/// moves only when as many have moved it.
#[derive(Clone, Copy, Debug)]
pub struct Tally(Told);

impl From<Told> for Tally {
    fn from(told: Told) -> Self {
        Self(told)
    }
}

/// How peers rate a content, in numbers that tell nobody who: while too few have rated it, only how many they are, and later it
/// moves only when as many have moved it.
#[Object]
impl Tally {
    /// Ratings counted.
    async fn count(&self) -> i64 {
        self.0.count
    }
    /// Sum of the normalised values; null while too few have rated.
    async fn sum(&self) -> Option<f64> {
        self.0.tally.map(|tally| tally.sum())
    }
    /// Mean of the normalised values, -1 to 1; null without ratings, or while too few have rated.
    async fn mean(&self) -> Option<f64> {
        self.0.tally.and_then(|tally| tally.mean())
    }
    /// The fair score, -1 to 1: the mean, drawn towards 0 by five neutral ratings, so that two votes never beat two hundred.
    /// It is `sum / (count + 5)`. Contents are sorted by it with `SCORE`. Null while too few have rated; such contents are sorted
    /// as if it were 0.
    async fn score(&self) -> Option<f64> {
        self.0.tally.map(|tally| tally.score())
    }
    /// The five bins from -1 to 1; null while too few have rated.
    async fn histogram(&self) -> Option<Vec<TallyBin>> {
        let bins = [-1.0, -0.5, 0.0, 0.5, 1.0].into_iter().zip(self.0.tally?.0);
        Some(bins.map(|(normalised, count)| TallyBin { normalised, count: count.into() }).collect())
    }
}

/// A page of ratings, newest first.
#[derive(Debug)]
pub struct RatingConnection(pub Shown<Rating>);

/// A rating on a page.
#[derive(Debug)]
pub struct RatingEdge<'a>(&'a Placed<Rating>);

/// A page of ratings, newest first.
#[Object]
impl RatingConnection {
    /// The items of this page with their cursors.
    async fn edges(&self) -> Vec<RatingEdge<'_>> {
        self.0.edges.iter().map(RatingEdge).collect()
    }
    /// The items of this page.
    async fn nodes(&self) -> Vec<&Rating> {
        self.0.edges.iter().map(|edge| &edge.node).collect()
    }
    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        self.0.info()
    }
}

/// A rating on a page.
#[Object]
impl RatingEdge<'_> {
    /// The place of this item, to go on from with `after` or `before`.
    async fn cursor(&self) -> String {
        self.0.place.encode(RATED)
    }
    /// The item.
    async fn node(&self) -> &Rating {
        &self.0.node
    }
}

/// The order of ratings, as their cursors name it.
pub const RATED: &str = "rated";
