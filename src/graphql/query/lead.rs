//! Who leads what in an organisation: the map, the gaps, the changes.

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result};

use crate::app::error::Error;
use crate::app::lead::gap::Sought;
use crate::app::lead::map::{MOST_LEADERS, MOST_TOPICS, Wanted};
use crate::domain::id::TopicId;
use crate::domain::page::{CAP, Key, Place};
use crate::graphql::context::{Desk, Request, found};
use crate::graphql::edges::lead::page::{topic_id, view};
use crate::graphql::input::{PersonRef, TopicRef};
use crate::graphql::nodes::lead::{
    LeadershipGap, LeadershipGapConnection, LeadershipGapKind, LeadershipMap, LeadershipShift,
    LeadershipShiftConnection,
};
use crate::graphql::page::{PageArguments, PageInfo, Ranking};
use crate::graphql::scalar::DateTime;

/// Which part of the map of leadership is wanted; everything given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LeadershipMapFilter {
    /// This topic only.
    pub topic: Option<TopicRef>,
    /// Whether the topics below it are wanted, too.
    #[graphql(default)]
    pub include_subtopics: bool,
    /// These people only, at most 100.
    pub people: Option<Vec<PersonRef>>,
    /// People of this team only.
    pub team: Option<String>,
    /// Only who has at least this score, 0 to 1, or is declared.
    pub min_score: Option<f64>,
}

/// From one moment to another.
#[derive(Clone, Debug, InputObject)]
pub struct TimeSpan {
    /// The start.
    pub from: DateTime,
    /// The end; now when nothing is said.
    pub to: Option<DateTime>,
}

/// Who leads what in an organisation.
#[derive(Debug, Default)]
pub struct LeadQuery;

#[Object]
impl LeadQuery {
    /// The map of who leads what, hottest topics first: a part of it at a time.
    async fn leadership_map(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which part.")] filter: Option<LeadershipMapFilter>,
        #[graphql(desc = "The moment that is asked about; now when nothing is said.")] as_of: Option<DateTime>,
        #[graphql(desc = "How many leaders of each topic, 1 to 10; 3 when nothing is said.")] leaders_per_topic: Option<
            i32,
        >,
        #[graphql(desc = "How many topics, 1 to 500; 100 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only topics that follow this cursor.")] after: Option<String>,
    ) -> Option<Result<LeadershipMap>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let following = ctx.look_ahead().field("following").exists();
        let look = Box::pin(async {
            let view = view(as_of, None, None, None);
            let wanted = Wanted {
                leaders: within("leadersPerTopic", leaders_per_topic.unwrap_or(3), MOST_LEADERS)?,
                first: within("first", first.unwrap_or(100), MOST_TOPICS)?,
                skip: skip(after)?,
                following,
                ..wanted(desk, filter.unwrap_or_default()).await?
            };
            let map = desk.app.leadership_map(&wanted, &view, desk.head.seq).await?;
            let end = wanted.skip + map.topics.len();
            let cursor = |rank: usize| (!map.topics.is_empty()).then(|| place(rank).encode(MAP));
            let page = PageInfo {
                has_next_page: end < map.all_topics,
                has_previous_page: wanted.skip > 0,
                start_cursor: cursor(wanted.skip),
                end_cursor: cursor(end.saturating_sub(1)),
            };
            Ok(Some(LeadershipMap { map: Arc::new(map), page }))
        });
        found(look.await)
    }

    /// Where what is said of leadership and what the facts show do not meet, with what could be done: the list to act on.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn leadership_gaps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only gaps of these kinds.")] kinds: Option<Vec<LeadershipGapKind>>,
        #[graphql(
            desc = "Only on this topic and what is below it; of people who lead too much those who lead one of these."
        )]
        topic: Option<TopicRef>,
        #[graphql(desc = "The moment that is asked about; now when nothing is said.")] as_of: Option<DateTime>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<LeadershipGapConnection>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let look = Box::pin(async {
            let request = PageArguments { first, after, last, before }.request("gaps")?;
            let kinds: Option<Vec<_>> = kinds.map(|kinds| kinds.into_iter().map(Into::into).collect());
            let topics = topics(desk, "topic", topic, true)?;
            let view = view(as_of, None, None, None);
            let sought = Sought { kinds: kinds.as_deref(), topics: topics.as_deref(), person: None };
            let gaps = desk.app.leadership_gaps(&sought, &view, desk.head.seq).await?;
            let node = |rank: usize| LeadershipGap(gaps[rank].clone());
            Ok(Some(LeadershipGapConnection(Ranking::of(gaps.len(), &request, "gaps", node))))
        });
        found(look.await)
    }

    /// What has changed about who leads what after one moment up to another, the latest first.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection are what the Relay specification says"
    )]
    async fn leadership_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From when to when.")] between: TimeSpan,
        #[graphql(desc = "Only on this topic and what is below it.")] topic: Option<TopicRef>,
        #[graphql(desc = "How many items from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many items from the end instead, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<LeadershipShiftConnection>> {
        let desk = match ctx.desk() {
            Ok(desk) => desk,
            Err(error) => return Some(Err(error)),
        };
        let look = Box::pin(async {
            let request = PageArguments { first, after, last, before }.request("leadershipChanges")?;
            let topics = topics(desk, "topic", topic, true)?;
            let span = (between.from.0, between.to.map(|to| to.0));
            let turns = desk.app.leadership_changes(span, topics.as_deref(), desk.head.seq).await?;
            let node = |rank: usize| LeadershipShift(turns[rank]);
            Ok(Some(LeadershipShiftConnection(Ranking::of(turns.len(), &request, "leadershipChanges", node))))
        });
        found(look.await)
    }
}

/// The one order of the map, as its cursors name it.
const MAP: &str = "map";

fn place(rank: usize) -> Place {
    let id = i64::try_from(rank).unwrap_or(i64::MAX);
    Place { key: Key::Number(id), id }
}

/// How many topics precede this part.
fn skip(after: Option<String>) -> Result<usize, Error> {
    let request = PageArguments { after, ..PageArguments::default() }.request(MAP)?;
    let rank = request.after.and_then(|place| usize::try_from(place.id).ok());
    Ok(rank.map_or(0, |rank| rank.saturating_add(1)))
}

fn within(field: &str, count: i32, most: usize) -> Result<usize, Error> {
    let count = usize::try_from(count).ok().filter(|count| (1..=most).contains(count));
    count.ok_or_else(|| Error::BadRequest(format!("{field}: it must lie between 1 and {most}")))
}

fn topics(desk: &Request, field: &str, by: Option<TopicRef>, below: bool) -> Result<Option<Vec<TopicId>>, Error> {
    let Some(by) = by else { return Ok(None) };
    let id = topic_id(desk, field, by)?;
    Ok(Some(if below { desk.app.topics_below(id) } else { vec![id] }))
}

async fn wanted(desk: &Request, filter: LeadershipMapFilter) -> Result<Wanted, Error> {
    let people = match filter.people {
        None => None,
        Some(people) if people.len() > CAP => {
            return Err(Error::BadRequest(format!("filter.people: at most {CAP} may be named")));
        }
        Some(people) => {
            let mut ids = HashSet::new();
            for by in people {
                let person = desk.app.person(&by.read("filter.people")?).await?;
                let missing = || Error::BadRequest("filter.people: there is no such person".to_owned());
                ids.insert(person.ok_or_else(missing)?.id);
            }
            Some(ids)
        }
    };
    let least = filter.min_score.unwrap_or_default();
    if !(0.0..=1.0).contains(&least) {
        return Err(Error::BadRequest("filter.minScore: it must lie between 0 and 1".to_owned()));
    }
    let topics = topics(desk, "filter.topic", filter.topic, filter.include_subtopics)?;
    Ok(Wanted { topics, people, team: filter.team, least, leaders: 0, first: 0, skip: 0, following: false })
}
