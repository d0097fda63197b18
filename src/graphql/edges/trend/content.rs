//! A content in a ranking.

use async_graphql::{Context, Object, Result};

use crate::domain::trend::trending::{LEAST_RATERS, TrendingContent};
use crate::graphql::context::{Desk, found};
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::trend::{ContentTrend, Explanation};

impl ContentTrend {
    fn trend(&self) -> &TrendingContent {
        &self.list[self.rank]
    }
}

/// A content that stands out.
#[Object]
impl ContentTrend {
    /// The content; null when it has been hidden this very moment.
    async fn content(&self, ctx: &Context<'_>) -> Option<Result<Content>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let content = desk.loaders.content(desk, self.trend().content).await;
        found(content.map(|content| content.map(|content| Content::from(content.as_ref()))))
    }
    /// Its score in this ranking.
    async fn score(&self) -> f64 {
        self.trend().explanation.score()
    }
    /// How its peers rate it, -1 to 1, freed of how generous or harsh each of them is, and drawn towards what is usual in its
    /// source while few have rated it; newcomers and teams who come together count less. Null below three raters.
    async fn rating(&self) -> Option<f64> {
        let fair = &self.trend().fair;
        (fair.count >= LEAST_RATERS).then(|| fair.rating())
    }
    /// Half the width of the interval in which the rating lies in two of three cases.
    async fn margin(&self) -> f64 {
        self.trend().fair.margin
    }
    /// Ratings within the window.
    async fn rating_count(&self) -> i64 {
        self.trend().ratings.into()
    }
    /// Replies within the window.
    async fn reply_count(&self) -> i64 {
        self.trend().replies.into()
    }
    /// Why its score is what it is.
    async fn explanation(&self) -> Explanation {
        (&self.trend().explanation).into()
    }
}
