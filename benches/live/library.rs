//! The library's own subscriptions: an execution for each subscriber. What they tell is at hand, or each execution asks a
//! database of ours for it, resolver by resolver, as the examples of the library and of `SeaORM` do.

use std::pin::Pin;

use async_graphql::{Context, EmptyMutation, Object, Result, Schema, SimpleObject, Subscription};
use axum::extract::ws::Utf8Bytes;
use entity::{content, content_author, person, tally};
use futures_util::{Stream, StreamExt, stream};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};

use super::peers::Feeds;

/// The schema, which asks the database if it is given one.
pub fn schema(feeds: Feeds, database: Option<DatabaseConnection>) -> Schema<Query, EmptyMutation, News> {
    let schema = Schema::build(Query, EmptyMutation, News).data(feeds);
    match database {
        Some(database) => schema.data(database).finish(),
        None => schema.finish(),
    }
}

/// Something to ask, because a schema must have it.
pub struct Query;

#[Object]
impl Query {
    async fn ok(&self) -> bool {
        true
    }
}

#[derive(SimpleObject)]
struct RatingChange {
    cursor: String,
    content: Content,
    tally: Tally,
}

/// The first content of the database, or one that is at hand.
struct Content;

#[Object]
impl Content {
    async fn title(&self, ctx: &Context<'_>) -> Result<String> {
        let Some(database) = ctx.data_opt::<DatabaseConnection>() else {
            return Ok("A content that many watch".to_owned());
        };
        let row = content::Entity::find_by_id(1).one(database).await?;
        Ok(row.ok_or("there is no content")?.title)
    }

    async fn authors(&self, ctx: &Context<'_>) -> Result<Vec<Author>> {
        let Some(database) = ctx.data_opt::<DatabaseConnection>() else {
            return Ok(vec![Author { name: "Ada".to_owned() }]);
        };
        let written = content_author::Entity::find().filter(content_author::Column::ContentId.eq(1));
        let ids: Vec<i64> = written.all(database).await?.into_iter().map(|row| row.person_id).collect();
        let people = person::Entity::find().filter(person::Column::Id.is_in(ids)).all(database).await?;
        Ok(people.into_iter().map(|person| Author { name: person.name }).collect())
    }
}

#[derive(SimpleObject)]
struct Author {
    name: String,
}

struct Tally;

#[Object]
impl Tally {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        let Some(database) = ctx.data_opt::<DatabaseConnection>() else { return Ok(1) };
        let row = tally::Entity::find_by_id(1).one(database).await?;
        Ok(row.map_or(0, |row| row.n1 + row.n2 + row.n3 + row.n4 + row.n5))
    }

    async fn score(&self) -> f64 {
        0.16
    }
}

/// What can be subscribed.
pub struct News;

type Changes = Pin<Box<dyn Stream<Item = RatingChange> + Send>>;

#[Subscription]
impl News {
    async fn rating_changed(&self, ctx: &Context<'_>, feed: usize) -> Result<Changes> {
        let feeds = ctx.data::<Feeds>()?;
        let feed = feeds.0.get(feed).ok_or("there is no such feed")?;
        let change = |cursor: Utf8Bytes| RatingChange { cursor: cursor.to_string(), content: Content, tally: Tally };
        let news = stream::unfold(feed.subscribe(), async |mut news| Some((news.recv().await.ok()?, news)));
        Ok(Box::pin(news.map(change)))
    }
}
