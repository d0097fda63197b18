//! A word, and the contents behind it.

use async_graphql::{Context, Object, Result};

use crate::domain::trend::trending::TrendingWord;
use crate::graphql::context::{Desk, given};
use crate::graphql::edges::list::shown;
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::trend::{Explanation, WordContentConnection, WordTrend};
use crate::graphql::page::{PageArguments, Ranking};
use crate::graphql::scalar::DateTime;

impl WordTrend {
    fn word(&self) -> &TrendingWord {
        &self.list[self.rank]
    }
}

/// A word or a phrase that stands out, in the language it was written in.
#[Object]
impl WordTrend {
    /// The word in the form in which it is written most; the words of a phrase in their order.
    async fn text(&self) -> &str {
        &self.word().text
    }
    /// Its score as a share of the best of the ranking, above 0 up to 1: ready for the size of a font.
    async fn weight(&self) -> f64 {
        self.word().weight
    }
    /// Its score in this ranking.
    async fn score(&self) -> f64 {
        self.word().explanation.score()
    }
    /// Texts in the window that use it.
    async fn count(&self) -> i64 {
        self.word().texts.into()
    }
    /// Different people in the window who use it.
    async fn authors(&self) -> i64 {
        self.word().people.into()
    }
    /// Texts that were to be expected to use it, from its past.
    async fn expected(&self) -> f64 {
        self.word().expected
    }
    /// How many times more it is used than was to be expected.
    async fn lift(&self) -> f64 {
        self.word().lift
    }
    /// How peers rate the texts in the window that use it, -1 to 1; null where fewer than three people have rated them.
    async fn rating(&self) -> Option<f64> {
        self.word().rating
    }
    /// Texts that use it in each of 24 equal parts of the window, the earliest first.
    async fn sparkline(&self) -> &[u32] {
        &self.word().line
    }
    /// Since when it surges: people suddenly use it far more than in the months before. Null for what does not surge.
    async fn surging_since(&self) -> Option<DateTime> {
        self.word().surging_since.map(DateTime)
    }
    /// Why its score is what it is.
    async fn explanation(&self) -> Explanation {
        (&self.word().explanation).into()
    }
    /// The texts in the window that use it, the newest first, 1,000 at most.
    async fn contents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<WordContentConnection>> {
        let page = PageArguments { first, after, last, before };
        let look = async {
            let desk = ctx.desk()?;
            let request = given(page.request("uses"))?;
            let ids = &self.word().contents;
            let wanted = Ranking::of(ids.len(), &request, "uses", |rank| ids[rank]);
            let fetch = wanted.shown.edges.iter().map(|edge| desk.loaders.content(desk, edge.node));
            let contents = given(futures_util::future::try_join_all(fetch).await)?;
            // What was hidden a moment ago is not there any more.
            let found = contents.into_iter().map(|content| content.map(|content| Content::from(content.as_ref())));
            Ok(WordContentConnection(wanted.with(found)))
        };
        shown(Box::pin(look).await)
    }
}
