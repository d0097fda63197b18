//! What can be heard. Each change is told once, in the order of the log; cursors go on after a lost connection.

use std::pin::Pin;

use async_graphql::{Context, Result, Subscription};
use futures_util::{Stream, StreamExt, stream};

use super::context::{Desk, Request, Turn};
use super::error::failed;
use super::input::ChangeFilter;
use super::nodes::change::{Change, ChangeNoun, ContentChange, LeadershipChange, Mark, RatingChange};
use super::scalar::{DateTime, Duration};
use crate::domain::change::{self, Fact, Interest, Noun};

/// What can be heard, live.
#[derive(Debug, Default)]
pub struct Subscription;

type Heard<T> = Pin<Box<dyn Stream<Item = Result<T>> + Send>>;

/// What can be heard, live.
#[Subscription]
impl Subscription {
    /// Ratings that move tallies: given, changed or withdrawn.
    async fn rating_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all when it is missing.")] filter: Option<ChangeFilter>,
        #[graphql(desc = "Go on after this cursor; from now on when it is missing.")] after: Option<String>,
        #[graphql(desc = "Tell at most once in this time, then the latest state of each content; PT0.01S to PT1H.")]
        interval: Option<Duration>,
    ) -> Result<Heard<RatingChange>> {
        let heard = hear(ctx, vec![Noun::Rating], filter, after, interval).await?;
        Ok(only(heard, |change| if let Change::RatingChange(change) = change { Some(*change) } else { None }))
    }

    /// Contents that are published, edited, withdrawn, hidden, restored or recounted.
    async fn content_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all when it is missing.")] filter: Option<ChangeFilter>,
        #[graphql(desc = "Go on after this cursor; from now on when it is missing.")] after: Option<String>,
        #[graphql(desc = "Tell at most once in this time, then the latest state of each content; PT0.01S to PT1H.")]
        interval: Option<Duration>,
    ) -> Result<Heard<ContentChange>> {
        let heard = hear(ctx, vec![Noun::Content], filter, after, interval).await?;
        Ok(only(heard, |change| if let Change::ContentChange(change) = change { Some(*change) } else { None }))
    }

    /// Leaderships that are declared, appointed, edited or ended, and endorsements that are given, renewed or withdrawn.
    async fn leadership_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all when it is missing.")] filter: Option<ChangeFilter>,
        #[graphql(desc = "Go on after this cursor; from now on when it is missing.")] after: Option<String>,
        #[graphql(desc = "Tell at most once in this time, then the latest state of each relation; PT0.01S to PT1H.")]
        interval: Option<Duration>,
    ) -> Result<Heard<LeadershipChange>> {
        let heard =
            hear(ctx, vec![Noun::Leadership, Noun::Endorsement, Noun::Contest], filter, after, interval).await?;
        Ok(only(heard, |change| if let Change::LeadershipChange(change) = change { Some(*change) } else { None }))
    }

    /// Everything that happens.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only changes of these nouns.")] nouns: Option<Vec<ChangeNoun>>,
        #[graphql(desc = "Which of them; all when it is missing.")] filter: Option<ChangeFilter>,
        #[graphql(desc = "Go on after this cursor; from now on when it is missing.")] after: Option<String>,
        #[graphql(desc = "Tell at most once in this time, then the latest state of each noun; PT0.01S to PT1H.")]
        interval: Option<Duration>,
    ) -> Result<Heard<Change>> {
        let nouns = nouns.unwrap_or_default().into_iter().map(Into::into).collect();
        hear(ctx, nouns, filter, after, interval).await
    }
}

/// Says what is of interest; or makes the node of a change that is told. No nouns mean all.
async fn hear(
    ctx: &Context<'_>,
    nouns: Vec<Noun>,
    filter: Option<ChangeFilter>,
    after: Option<String>,
    interval: Option<Duration>,
) -> Result<Heard<Change>> {
    let desk = ctx.desk()?;
    match &desk.turn {
        Turn::Hearing(item) => {
            let heard = desk.viewer.hears(&item.change.fact).then(|| told(desk, &item.change, item.changes));
            let change = heard.flatten().map(Ok);
            Ok(Box::pin(stream::iter(change)))
        }
        Turn::Wishing { after: newer, wish } => {
            let interest = filter.unwrap_or_default().read(desk).await.map_err(failed)?;
            let interest = Interest { nouns: (!nouns.is_empty()).then_some(nouns), ..interest };
            let (after, interval) = (newer.as_deref().or(after.as_deref()), interval.map(|interval| interval.0));
            let hearing = desk.app.hearing(interest, after, interval).await.map_err(failed)?;
            wish.get_or_init(|| hearing);
            Ok(Box::pin(stream::empty()))
        }
        Turn::Asking => Err(async_graphql::Error::new("a subscription needs somebody who listens")),
    }
}

fn only<T: Send + 'static>(heard: Heard<Change>, pick: impl Fn(Change) -> Option<T> + Send + 'static) -> Heard<T> {
    Box::pin(heard.filter_map(move |item| std::future::ready(item.map(&pick).transpose())))
}

/// A change as the viewer may see it; `None` for a rating of what they may not see at all.
pub fn told(desk: &Request, change: &change::Change, changes: usize) -> Option<Change> {
    let mark = Mark { cursor: desk.app.cursor(change.point()), at: DateTime(change.at) };
    let (mut seen, mut own) = (false, false);
    if let Fact::Rating(fact) = &change.fact {
        if !fact.subject.visible && !desk.viewer.sees_hidden(&fact.subject.authors) {
            return None;
        }
        own = desk.viewer.gave(fact.rater);
        let source = desk.app.source_by_id(fact.subject.source);
        seen = source.is_some_and(|source| desk.viewer.sees_rating(fact.rater, source.visibility));
    }
    Some(Change::of(&change.fact, mark, (seen, own), changes))
}
