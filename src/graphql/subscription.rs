//! What can be heard. Each change is told once, in the order of the log; cursors go on after a lost connection.

use std::pin::Pin;

use async_graphql::{Context, Result, Subscription};
use futures_util::{Stream, StreamExt, stream};

use super::context::{Desk, Request, Turn};
use super::error::failed;
use super::input::{ChangeFilter, TopicRef, TrendScope};
use super::nodes::change::{Change, ChangeNoun, ContentChange, LeadershipChange, Mark, RatingChange};
use super::nodes::list::{LeadersChange, TrendChange, TrendList};
use super::nodes::trend::Trends;
use super::scalar::{DateTime, Duration};
use crate::app::error::Error;
use crate::app::listening::{Hearing, Item};
use crate::app::watching::{List, Seen};
use crate::domain::change::{self, Fact, Interest, Noun};

/// What can be heard, live.
#[derive(Debug, Default)]
pub struct Subscription;

/// How often a list is told at most when nothing is said.
const LIST_INTERVAL: std::time::Duration = std::time::Duration::from_secs(5);

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

    /// What trends: the list as it is now, and again whenever its first places are others, or a topic among them turns. It is
    /// always told as a whole, so whoever was away subscribes again and has missed nothing that still holds.
    async fn trend_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list.")] of: TrendList,
        #[graphql(desc = "How long the window is that ends now, from `PT1H` to `P366D`; a week when nothing is said.")]
        window: Option<Duration>,
        #[graphql(desc = "Which part of the organisation is looked at; everything when nothing is said.")]
        scope: Option<TrendScope>,
        #[graphql(desc = "How many of the first places are watched, 1 to 100; 10 when nothing is said.")] first: Option<
            i32,
        >,
        #[graphql(
            desc = "Tell at most once in this time, then the latest; from PT1S to PT1H, PT5S when nothing is said."
        )]
        interval: Option<Duration>,
    ) -> Result<Heard<TrendChange>> {
        let list = |_: &Request| {
            let part = scope.map(TrendScope::read).transpose()?.unwrap_or_default();
            let length = window.map_or(std::time::Duration::from_hours(7 * 24), |window| window.0);
            Ok(List::Trends { of: of.into(), length, part })
        };
        watch(ctx, list, first.unwrap_or(10), interval, |mark, seen| match seen {
            Seen::Trends(sight) => {
                Some(TrendChange { cursor: mark.cursor, at: mark.at, trends: Trends { sight, is_past: false } })
            }
            Seen::Leaders { .. } => None,
        })
        .await
    }

    /// Who leads a topic: the first of them as they are now, and again whenever they are others, in another order or of another
    /// standing. They are always told as a whole, so whoever was away subscribes again and has missed nothing that still holds.
    async fn leaders_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which topic.")] topic: TopicRef,
        #[graphql(desc = "Whether evidence on the topics below it counts, too; it does not when nothing is said.")]
        with_subtopics: Option<bool>,
        #[graphql(desc = "How many of the first leaders are watched, 1 to 100; 3 when nothing is said.")] first: Option<
            i32,
        >,
        #[graphql(
            desc = "Tell at most once in this time, then the latest; from PT1S to PT1H, PT5S when nothing is said."
        )]
        interval: Option<Duration>,
    ) -> Result<Heard<LeadersChange>> {
        let subtopics = with_subtopics.unwrap_or_default();
        let list = |desk: &Request| {
            let missing = || Error::BadRequest("topic: there is no such topic".to_owned());
            let topic = desk.app.topic(&topic.read("topic")?).ok_or_else(missing)?;
            Ok(List::Leaders { topic: topic.main.unwrap_or(topic.id), subtopics })
        };
        watch(ctx, list, first.unwrap_or(3), interval, |mark, seen| match seen {
            Seen::Leaders { topic, leaders } => Some(LeadersChange::of(mark.cursor, mark.at, topic, &leaders)),
            Seen::Trends(_) => None,
        })
        .await
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
        Turn::Hearing(Item::Change(item)) => {
            let heard = desk.viewer.hears(&item.change.fact).then(|| told(desk, &item.change, item.changes));
            let change = heard.flatten().map(Ok);
            Ok(Box::pin(stream::iter(change)))
        }
        Turn::Hearing(Item::List(_)) => Ok(Box::pin(stream::empty())),
        Turn::Wishing { after: newer, wish } => {
            let interest = filter.unwrap_or_default().read(desk).await.map_err(failed)?;
            let interest = Interest { nouns: (!nouns.is_empty()).then_some(nouns), ..interest };
            let (after, interval) = (newer.as_deref().or(after.as_deref()), interval.map(|interval| interval.0));
            let hearing = desk.app.hearing(interest, after, interval).await.map_err(failed)?;
            wish.get_or_init(|| hearing);
            Ok(Box::pin(stream::empty()))
        }
        Turn::Asking => Err(unheard()),
    }
}

/// Says which list is watched; or makes the node of one that is told.
async fn watch<T: Send + 'static>(
    ctx: &Context<'_>,
    list: impl FnOnce(&Request) -> Result<List, Error> + Send,
    count: i32,
    interval: Option<Duration>,
    node: impl FnOnce(Mark, Seen) -> Option<T> + Send,
) -> Result<Heard<T>> {
    let desk = ctx.desk()?;
    match &desk.turn {
        Turn::Hearing(Item::List(seen)) => {
            let mark = Mark { cursor: desk.app.cursor(seen.head), at: DateTime(seen.at) };
            Ok(Box::pin(stream::iter(node(mark, seen.of.clone()).map(Ok))))
        }
        Turn::Hearing(Item::Change(_)) => Ok(Box::pin(stream::empty())),
        Turn::Wishing { wish, .. } => {
            let list = list(desk).map_err(failed)?;
            let interval = interval.map_or(LIST_INTERVAL, |interval| interval.0);
            let watch = desk.app.watch(list, count.into(), interval).await.map_err(failed)?;
            wish.get_or_init(|| Hearing::List(watch));
            Ok(Box::pin(stream::empty()))
        }
        Turn::Asking => Err(unheard()),
    }
}

fn unheard() -> async_graphql::Error {
    async_graphql::Error::new("a subscription needs somebody who listens")
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
    let mut told = Change::of(&change.fact, mark, (seen, own), changes);
    if let (Change::ContentChange(content), Fact::Content(fact)) = (&mut told, &change.fact) {
        content.act = content.act.shown(|| desk.viewer.sees_hidden(&fact.card.subject.authors));
    }
    Some(told)
}
