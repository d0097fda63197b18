//! Pages of rankings of leadership.

use async_graphql::{Context, Result as GraphResult};

use crate::app::error::Error;
use crate::app::lead::View;
use crate::domain::id::{ContentId, PersonId, TopicId};
use crate::domain::lead::following::Way;
use crate::domain::time::Time;
use crate::graphql::context::{Desk, Request, given};
use crate::graphql::edges::list::Listing;
use crate::graphql::input::TopicRef;
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::lead::{
    EvidenceContentConnection, Followership, FollowershipConnection, LeadershipAspect, TopicLeader,
    TopicLeaderConnection,
};
use crate::graphql::page::{PageArguments, Ranking};
use crate::graphql::scalar::{DateTime, Duration};

/// How leadership is asked for.
#[must_use]
pub fn view(
    as_of: Option<DateTime>,
    window: Option<Duration>,
    subtopics: Option<bool>,
    aspect: Option<LeadershipAspect>,
) -> View {
    View {
        as_of: as_of.map(|at| at.0),
        window: window.map(|window| window.0),
        subtopics: subtopics.unwrap_or_default(),
        aspect: aspect.unwrap_or(LeadershipAspect::Leading).into(),
    }
}

/// Who leads a topic.
#[must_use]
pub fn leaders<'a>(
    ctx: &'a Context<'a>,
    topic: TopicId,
    view: View,
    page: PageArguments,
) -> Listing<'a, TopicLeaderConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let request = given(page.request("leaders"))?;
        let list = given(desk.app.leaders(topic, &view, desk.head.seq).await)?;
        Ok(TopicLeaderConnection(Ranking::of(list.len(), &request, "leaders", |rank| TopicLeader(list[rank].clone()))))
    })
}

/// Who leads a topic at a moment as the facts show it, nobody else who has something to show there.
#[must_use]
pub fn leading<'a>(
    ctx: &'a Context<'a>,
    topic: TopicId,
    (at, is_past): (Time, bool),
    page: PageArguments,
) -> Listing<'a, TopicLeaderConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let request = given(page.request("leading"))?;
        let list = given(desk.app.leading(topic, (at, is_past), desk.head.seq).await)?;
        Ok(TopicLeaderConnection(Ranking::of(list.len(), &request, "leading", |rank| TopicLeader(list[rank].clone()))))
    })
}

/// What somebody leads.
#[must_use]
pub fn leads<'a>(
    ctx: &'a Context<'a>,
    person: PersonId,
    view: View,
    page: PageArguments,
) -> Listing<'a, TopicLeaderConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let request = given(page.request("leads"))?;
        let list = given(desk.app.leads(person, &view, desk.head.seq).await)?;
        let wanted = Ranking::of(list.len(), &request, "leads", |rank| list[rank].topic);
        let topics = wanted.shown.edges.iter().map(|edge| desk.app.leader(person, edge.node, &view, desk.head.seq));
        let leaders = given(futures_util::future::try_join_all(topics).await)?;
        Ok(TopicLeaderConnection(wanted.with(leaders.into_iter().map(|leader| leader.map(TopicLeader)))))
    })
}

/// Whom somebody follows, or who follows them.
#[must_use]
pub fn following<'a>(
    ctx: &'a Context<'a>,
    person: PersonId,
    way: Way,
    topic: Option<TopicRef>,
    as_of: Option<DateTime>,
    page: PageArguments,
) -> Listing<'a, FollowershipConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let request = given(page.request("following"))?;
        let topic = given(topic.map(|by| topic_id(desk, "topic", by)).transpose())?;
        let view = view(as_of, None, None, None);
        let list = given(desk.app.following(person, way, topic, &view, desk.head.seq).await)?;
        let node = |rank: usize| Followership(list[rank].clone());
        Ok(FollowershipConnection(Ranking::of(list.len(), &request, "following", node)))
    })
}

/// The topic that is named; a synonym is its main topic.
///
/// # Errors
/// `BAD_REQUEST` when there is no such topic.
pub fn topic_id(desk: &Request, field: &str, by: TopicRef) -> Result<TopicId, Error> {
    let topic = desk.app.topic(&by.read(field)?);
    let missing = || Error::BadRequest(format!("{field}: there is no such topic"));
    topic.map(|topic| topic.main.unwrap_or(topic.id)).ok_or_else(missing)
}

/// Contents that are evidence, of which those are left out that are not there any more.
pub(super) async fn contents(
    ctx: &Context<'_>,
    ids: &[ContentId],
    page: PageArguments,
) -> GraphResult<EvidenceContentConnection> {
    let desk = ctx.desk()?;
    let request = given(page.request("evidence"))?;
    let wanted = Ranking::of(ids.len(), &request, "evidence", |rank| ids[rank]);
    let fetch = wanted.shown.edges.iter().map(|edge| desk.loaders.content(desk, edge.node));
    let contents = given(futures_util::future::try_join_all(fetch).await)?;
    let found = contents.into_iter().map(|content| content.map(|content| Content::from(content.as_ref())));
    Ok(EvidenceContentConnection(wanted.with(found)))
}
