//! Pages of rankings: how far a ranking has to be reckoned, and what of it.

use async_graphql::{Context, Lookahead};

use crate::app::trend::PARTS;
use crate::domain::trend::content::Ranking as ContentRanking;
use crate::domain::trend::question::{Detail, Sight, WordQuestion};
use crate::graphql::context::{Desk, given};
use crate::graphql::edges::list::Listing;
use crate::graphql::nodes::trend::{
    ContentTrendConnection, ContentTrendOrder, WordOrder, WordTrendConnection, WordWeighting,
};
use crate::graphql::nodes::trending::{ContentTrend, WordTrend};
use crate::graphql::page::{PageArguments, Ranking};

/// The longest ranking of words or contents.
pub(super) const MOST: usize = 1_000;
/// Rankings are reckoned for so many more items at a time, so that nearly the same question has the same answer.
const STEP: usize = 64;

/// How words are asked for.
pub(super) struct WordArguments {
    pub order: Option<WordOrder>,
    pub weighting: Option<WordWeighting>,
    pub phrases: Option<bool>,
    pub page: PageArguments,
}

pub(super) fn words<'a>(ctx: &'a Context<'a>, sight: Sight, asked: WordArguments) -> Listing<'a, WordTrendConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let look = ctx.look_ahead();
        let request = given(asked.page.request("words"))?;
        let question = WordQuestion {
            ranking: asked.order.unwrap_or(WordOrder::Distinctive).into(),
            weighing: asked.weighting.unwrap_or(WordWeighting::Mentions).into(),
            count: reach(&asked.page, request.after.as_ref().map(|place| place.id), request.limit, &look),
            phrases: asked.phrases.unwrap_or(true),
            parts: PARTS,
            detail: Detail {
                ratings: selects(&look, "rating"),
                contents: selects(&look, "contents"),
                surges: selects(&look, "surgingSince"),
            },
        };
        let list = desk.app.trending_words(&sight, question).await;
        let page = Ranking::of(list.len(), &request, "words", |rank| WordTrend::of(&list, rank));
        Ok(WordTrendConnection(page))
    })
}

pub(super) fn contents<'a>(
    ctx: &'a Context<'a>,
    sight: Sight,
    order: Option<ContentTrendOrder>,
    page: PageArguments,
) -> Listing<'a, ContentTrendConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let ranking: ContentRanking = order.unwrap_or(ContentTrendOrder::Hot).into();
        let name = match ranking {
            ContentRanking::Hot => "hot",
            ContentRanking::Top => "top",
            ContentRanking::Rising => "rising",
            ContentRanking::Controversial => "controversial",
            ContentRanking::Undecided => "undecided",
        };
        let request = given(page.request(name))?;
        let count = reach(&page, request.after.as_ref().map(|place| place.id), request.limit, &ctx.look_ahead());
        let list = desk.app.trending_contents(&sight, ranking, count).await;
        let page = Ranking::of(list.len(), &request, name, |rank| ContentTrend::from(&list[rank]));
        Ok(ContentTrendConnection(page))
    })
}

/// How many items of a ranking have to be reckoned for a page: one more than it shows, to tell whether there are more.
fn reach(page: &PageArguments, after: Option<i64>, limit: usize, look: &Lookahead<'_>) -> usize {
    if page.last.is_some() || look.field("totalCount").exists() {
        return MOST;
    }
    let start = after.and_then(|rank| usize::try_from(rank).ok()).map_or(0, |rank| rank.saturating_add(1));
    start.saturating_add(limit + 1).div_ceil(STEP).saturating_mul(STEP).min(MOST)
}

/// Whether a field of the items of a connection is selected.
fn selects(look: &Lookahead<'_>, field: &str) -> bool {
    look.field("nodes").field(field).exists() || look.field("edges").field("node").field(field).exists()
}
