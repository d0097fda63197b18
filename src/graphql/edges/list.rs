//! Lists of every noun, for the roots and for the links alike: an input becomes a filter, a page becomes a connection.

use std::pin::Pin;
use std::sync::Arc;

use async_graphql::{Context, Result};

use crate::app::error::Error;
use crate::domain::content::{self, ContentOrderField};
use crate::domain::endorsement;
use crate::domain::id::TopicId;
use crate::domain::leadership;
use crate::domain::page::Direction;
use crate::domain::person::{self, PersonOrderField};
use crate::domain::topic::{self, TopicOrderField};
use crate::graphql::context::{Desk, Request};
use crate::graphql::error::failed;
use crate::graphql::input::{ContentFilter, EndorsementFilter, LeadershipFilter, PersonFilter, TopicFilter};
use crate::graphql::nodes::content::ContentConnection;
use crate::graphql::nodes::endorsement::EndorsementConnection;
use crate::graphql::nodes::leadership::LeadershipConnection;
use crate::graphql::nodes::person::{Person, PersonConnection};
use crate::graphql::nodes::topic::{Topic, TopicConnection};
use crate::graphql::order::{ContentOrder, LeadershipOrder, PersonOrder, TopicOrder};
use crate::graphql::page::{PageArguments, Shown};

/// A connection on its way. Boxed: a field's future is as large as the largest future of any field of its type, and is moved
/// for each of them, also for a plain title.
pub type Listing<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// The result of a connection field: a failure nulls this field alone.
pub fn shown<T>(result: Result<T>) -> Option<Result<T>> {
    Some(result)
}

/// A topic, alone or with everything below it.
#[must_use]
pub fn topics_of(ctx: &Context<'_>, id: TopicId, subtopics: bool) -> Option<Vec<TopicId>> {
    let app = ctx.desk().ok().filter(|_| subtopics).map(|desk| &desk.app);
    Some(app.map_or_else(|| vec![id], |app| sorted(app.subtree(id))))
}

/// In a stable order, so that equal lists make equal statements.
fn sorted(topics: std::collections::HashSet<TopicId>) -> Vec<TopicId> {
    let mut topics: Vec<TopicId> = topics.into_iter().collect();
    topics.sort_unstable();
    topics
}

/// A page of people.
///
/// # Errors
/// `BAD_REQUEST` for arguments that can never be right, or when the database fails.
pub fn people<'a>(
    ctx: &'a Context<'a>,
    filter: Option<PersonFilter>,
    order: Option<PersonOrder>,
    page: PageArguments,
    narrow: impl FnOnce(&mut person::PersonFilter) + Send + 'a,
) -> Listing<'a, PersonConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let mut filter = filter.unwrap_or_default().read(&desk.app).map_err(failed)?;
        narrow(&mut filter);
        let order = order.map_or(
            person::PersonOrder { field: PersonOrderField::Handle, direction: Direction::Ascending },
            Into::into,
        );
        let name = match order.field {
            PersonOrderField::Handle => "handle",
            PersonOrderField::Name => "name",
            PersonOrderField::Created => "created",
        };
        let key = (filter.clone(), order, page.request(name).map_err(failed)?);
        let found = desk.loaders.people_pages(desk, key).await.map_err(failed)?;
        Ok(PersonConnection {
            shown: Shown::of(found, name, |item| item.place(order.field), |item| Person::from(&item)),
            filter,
        })
    })
}

/// A page of topics.
///
/// # Errors
/// `BAD_REQUEST` for arguments that can never be right, or when the database fails.
pub fn topics<'a>(
    ctx: &'a Context<'a>,
    filter: Option<TopicFilter>,
    order: Option<TopicOrder>,
    page: PageArguments,
    narrow: impl FnOnce(&mut topic::TopicFilter) + Send + 'a,
) -> Listing<'a, TopicConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let mut filter = filter.unwrap_or_default().read(&desk.app).map_err(failed)?;
        narrow(&mut filter);
        let order = order
            .map_or(topic::TopicOrder { field: TopicOrderField::Slug, direction: Direction::Ascending }, Into::into);
        let name = match order.field {
            TopicOrderField::Slug => "slug",
            TopicOrderField::Name => "name",
            TopicOrderField::Created => "created",
        };
        let key = (filter.clone(), order, page.request(name).map_err(failed)?);
        let found = desk.loaders.topics_pages(desk, key).await.map_err(failed)?;
        Ok(TopicConnection {
            shown: Shown::of(found, name, |item| item.place(order.field), |item| Topic::from(&item)),
            filter,
        })
    })
}

/// A page of contents.
///
/// # Errors
/// `BAD_REQUEST` for arguments that can never be right, or when the database fails.
pub fn contents<'a>(
    ctx: &'a Context<'a>,
    filter: Option<ContentFilter>,
    order: Option<ContentOrder>,
    page: PageArguments,
    narrow: impl FnOnce(&mut content::ContentFilter) + Send + 'a,
) -> Listing<'a, ContentConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let mut filter = match filter {
            Some(filter) => filter.read(desk).await.map_err(failed)?,
            None => content::ContentFilter::default(),
        };
        narrow(&mut filter);
        let order = order.map_or(
            content::ContentOrder { field: ContentOrderField::Published, direction: Direction::Descending },
            Into::into,
        );
        let name = match order.field {
            ContentOrderField::Published => "published",
            ContentOrderField::Score => "score",
        };
        let key = (filter.clone(), order, page.request(name).map_err(failed)?);
        let found = desk.loaders.contents_pages(desk, key).await.map_err(failed)?;
        Ok(ContentConnection {
            shown: Shown::of(found, name, |(place, _)| place.clone(), |(_, content)| content.as_ref().into()),
            filter,
        })
    })
}

/// A page of leaderships.
///
/// # Errors
/// `BAD_REQUEST` for arguments that can never be right, or when the database fails.
pub fn leaderships<'a>(
    ctx: &'a Context<'a>,
    filter: Option<LeadershipFilter>,
    order: Option<LeadershipOrder>,
    page: PageArguments,
    narrow: impl FnOnce(&mut leadership::LeadershipFilter) + Send + 'a,
) -> Listing<'a, LeadershipConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let mut filter = match filter {
            Some(filter) => filter.read(desk).await.map_err(failed)?,
            None => leadership::LeadershipFilter::default(),
        };
        narrow(&mut filter);
        let key = (filter.clone(), latest(order), page.request(FROM).map_err(failed)?);
        let found = desk.loaders.leaderships_pages(desk, key).await.map_err(failed)?;
        Ok(LeadershipConnection {
            shown: Shown::of(found, FROM, leadership::Leadership::place, |item| (&item).into()),
            filter,
        })
    })
}

/// A page of endorsements.
///
/// # Errors
/// `BAD_REQUEST` for arguments that can never be right, or when the database fails.
pub fn endorsements<'a>(
    ctx: &'a Context<'a>,
    filter: Option<EndorsementFilter>,
    order: Option<LeadershipOrder>,
    page: PageArguments,
    narrow: impl FnOnce(&mut endorsement::EndorsementFilter) + Send + 'a,
) -> Listing<'a, EndorsementConnection> {
    Box::pin(async move {
        let desk = ctx.desk()?;
        let mut filter = match filter {
            Some(filter) => filter.read(desk).await.map_err(failed)?,
            None => endorsement::EndorsementFilter::default(),
        };
        narrow(&mut filter);
        let key = (filter.clone(), latest(order), page.request(FROM).map_err(failed)?);
        let found = desk.loaders.endorsements_pages(desk, key).await.map_err(failed)?;
        Ok(EndorsementConnection {
            shown: Shown::of(found, FROM, endorsement::Endorsement::place, |item| (&item).into()),
            filter,
        })
    })
}

/// The one order of relations, as their cursors name it.
const FROM: &str = "from";

fn latest(order: Option<LeadershipOrder>) -> leadership::LeadershipOrder {
    leadership::LeadershipOrder { direction: order.map_or(Direction::Descending, |order| order.direction.into()) }
}

/// The topic that a filter names, a synonym as itself.
///
/// # Errors
/// `BAD_REQUEST` when there is no such topic.
pub fn named_topic(
    desk: &Request,
    topic: Option<crate::graphql::input::TopicRef>,
) -> Result<Option<Arc<topic::Topic>>, Error> {
    let Some(by) = topic.map(|topic| topic.read("filter.topic")).transpose()? else { return Ok(None) };
    let none = || Error::BadRequest("filter.topic: there is no such topic".to_owned());
    desk.app.topic(&by).ok_or_else(none).map(Some)
}

/// The topics of a filter that names one, with everything below it if it says so.
///
/// # Errors
/// `BAD_REQUEST` when there is no such topic.
pub fn named_topics(
    desk: &Request,
    topic: Option<crate::graphql::input::TopicRef>,
    subtopics: bool,
) -> Result<Option<Vec<TopicId>>, Error> {
    let Some(topic) = named_topic(desk, topic)? else { return Ok(None) };
    let id = topic.main.unwrap_or(topic.id);
    Ok(Some(if subtopics { sorted(desk.app.subtree(id)) } else { vec![id] }))
}
