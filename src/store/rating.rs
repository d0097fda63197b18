//! Ratings: rows to nouns and back.

use std::collections::HashMap;

use entity::rating;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryResult, Value};

use super::connection::Store;
use super::error::Error;
use super::page::List;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::id::{ContentId, PersonId, RatingId, SourceId};
use crate::domain::page::{Direction, Page, PageRequest};
use crate::domain::rating::{Mark, PastRating, Rating, Tally};
use crate::domain::time::{from_micros, micros};

fn noun(row: rating::Model) -> Rating {
    Rating {
        content: ContentId(row.content_id),
        rater: PersonId(row.person_id),
        mark: row.value.zip(row.step).map(|(value, step)| Mark { value, step }),
        kind: row.kind,
        rated_at: from_micros(row.rated_at),
    }
}

/// From `content_id, person_id, step, rated_at, ended_at`.
fn past(row: &QueryResult) -> Result<PastRating, Error> {
    Ok(PastRating {
        content: ContentId(row.try_get_by_index(0)?),
        rater: PersonId(row.try_get_by_index(1)?),
        step: row.try_get_by_index(2)?,
        rated_at: from_micros(row.try_get_by_index(3)?),
        ended_at: from_micros(row.try_get_by_index(4)?),
    })
}

fn values(rating: &Rating) -> Vec<Value> {
    vec![
        rating.content.0.into(),
        rating.rater.0.into(),
        rating.mark.map(|mark| mark.value).into(),
        rating.mark.map(|mark| mark.step).into(),
        rating.kind.clone().into(),
        micros(rating.rated_at).into(),
    ]
}

/// What is stored for each pair of person and content, withdrawn ratings too.
pub type Current = HashMap<(PersonId, ContentId), Rating>;

/// The rows of pairs of person and content, at most a thousand: a row of nulls for each that has none.
fn rows_of(pairs: &[(PersonId, ContentId)]) -> Sql {
    let mut sql = Sql::new("r.* FROM (VALUES ");
    sql.bind_rows(pairs.iter().map(|(person, content)| vec![person.0.into(), content.0.into()]));
    sql.push(") AS v LEFT JOIN rating r ON r.content_id = v.column2 AND r.person_id = v.column1");
    sql
}

fn current(rows: &[QueryResult]) -> Result<Current, Error> {
    let mut current = Current::with_capacity(rows.len());
    for row in rows {
        if row.try_get::<Option<i64>>("", "content_id")?.is_some() {
            let rating = noun(rating::Model::from_query_result(row, "")?);
            current.insert((rating.rater, rating.content), rating);
        }
    }
    Ok(current)
}

impl Store {
    /// Waits for the turn to write and begins, knowing what is stored for some pairs of person and content, from one to a
    /// thousand.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn begin_rating(&self, pairs: &[(PersonId, ContentId)]) -> Result<(Writing<'_>, Current), Error> {
        let (writing, rows) = self.begin_asking(rows_of(pairs)).await?;
        Ok((writing, current(&rows)?))
    }

    /// The ratings that one person gave, newest first, without the withdrawn ones.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ratings_of(&self, person: PersonId, request: &PageRequest) -> Result<Page<Rating>, Error> {
        let mut sql = Sql::new("SELECT r.* FROM rating r WHERE r.value IS NOT NULL AND r.person_id = ");
        sql.bind(person.0);
        let list = List { sql, key: "r.rated_at", id: "r.content_id", direction: Direction::Descending };
        let pages = self
            .pages(
                vec![(list, request)],
                |row, _| Ok(noun(rating::Model::from_query_result(row, "")?)),
                |_, rating| rating.place_of_rater(),
            )
            .await?;
        pages.into_iter().next().ok_or_else(|| Error::Inconsistent("a page is missing".to_owned()))
    }

    /// The ratings of contents, newest first: one page for each content, in one statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ratings_on(&self, asked: &[(ContentId, &PageRequest)]) -> Result<Vec<Page<Rating>>, Error> {
        let list = |content: ContentId| {
            let mut sql = Sql::new("SELECT r.* FROM rating r WHERE r.value IS NOT NULL AND r.content_id = ");
            sql.bind(content.0);
            List { sql, key: "r.rated_at", id: "r.person_id", direction: Direction::Descending }
        };
        let lists = asked.iter().map(|(content, request)| (list(*content), *request)).collect();
        self.pages(
            lists,
            |row, _| Ok(noun(rating::Model::from_query_result(row, "")?)),
            |_, rating| rating.place_on_content(),
        )
        .await
    }

    /// What one person thinks of these contents.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ratings_by(&self, person: PersonId, contents: &[ContentId]) -> Result<Vec<Rating>, Error> {
        let mut sql = Sql::new("SELECT * FROM rating WHERE value IS NOT NULL AND person_id = ");
        sql.bind(person.0).push(" AND content_id IN ").bind_list(&contents.iter().map(|id| id.0).collect::<Vec<_>>());
        self.rows(sql).await?.iter().map(|row| Ok(noun(rating::Model::from_query_result(row, "")?))).collect()
    }

    /// The rating so named, unless it was withdrawn.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rating(&self, id: RatingId) -> Result<Option<Rating>, Error> {
        Ok(self.ratings_by(id.rater, &[id.content]).await?.pop())
    }

    /// About at how many moments somebody rated a content or took that back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cast_count(&self) -> Result<usize, Error> {
        let all = ["SELECT COUNT(*) FROM rating", "SELECT COUNT(*) FROM past_rating"];
        let counts = self.counts(all.map(Sql::new).into()).await?;
        // What is past was given and ended.
        Ok(counts.iter().zip([1, 2]).map(|(count, each)| usize::try_from(*count).unwrap_or_default() * each).sum())
    }

    /// What is thought of the contents after one, up to another: who, how many steps, when in microseconds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn votes_between(
        &self,
        after: ContentId,
        upto: ContentId,
    ) -> Result<Vec<(ContentId, PersonId, i16, i64)>, Error> {
        let mut sql = Sql::new("SELECT content_id, person_id, step, rated_at FROM rating WHERE step IS NOT NULL");
        sql.push(" AND content_id > ").bind(after.0).push(" AND content_id <= ").bind(upto.0);
        let read = |row: &QueryResult| {
            let (content, rater) = (ContentId(row.try_get_by_index(0)?), PersonId(row.try_get_by_index(1)?));
            Ok((content, rater, row.try_get_by_index(2)?, row.try_get_by_index(3)?))
        };
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// What was thought of the contents after one, up to another, until it ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn past_votes_between(&self, after: ContentId, upto: ContentId) -> Result<Vec<PastRating>, Error> {
        let mut sql = Sql::new("SELECT content_id, person_id, step, rated_at, ended_at FROM past_rating");
        sql.push(" WHERE content_id > ").bind(after.0).push(" AND content_id <= ").bind(upto.0);
        self.rows(sql).await?.iter().map(past).collect()
    }

    /// Up to `limit` ratings of a source's contents after the one of `after`, content by content, withdrawn ones too, each with
    /// the external id of its content, for an export.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ratings_after(
        &self,
        source: SourceId,
        after: (i64, i64),
        limit: i64,
    ) -> Result<Vec<(Rating, String)>, Error> {
        let mut sql = Sql::new(
            "SELECT r.*, c.external_id AS external_id FROM rating r CROSS JOIN content c WHERE c.id = r.content_id",
        );
        sql.push(" AND c.source_id = ")
            .bind(source.0)
            .push(" AND (r.content_id, r.person_id) > (")
            .bind(after.0)
            .push(", ")
            .bind(after.1);
        sql.push(") ORDER BY r.content_id, r.person_id").limit(limit);
        let read =
            |row: &QueryResult| Ok((noun(rating::Model::from_query_result(row, "")?), row.try_get("", "external_id")?));
        self.rows(sql).await?.iter().map(read).collect()
    }
}

impl Writing<'_> {
    /// What is stored for these pairs of person and content, withdrawn ratings too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn current_ratings(&self, pairs: &[(PersonId, ContentId)]) -> Result<Current, Error> {
        let mut found = Current::with_capacity(pairs.len());
        for some in pairs.chunks(1_000) {
            let mut sql = Sql::new("SELECT ");
            sql.append(rows_of(some));
            found.extend(current(&self.rows(sql).await?)?);
        }
        Ok(found)
    }

    /// Writes ratings down, each pair of person and content once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upsert_ratings(&self, ratings: &[Rating]) -> Result<(), Error> {
        for some in ratings.chunks(1_000) {
            let mut sql = Sql::new("INSERT INTO rating (content_id, person_id, value, step, kind, rated_at) VALUES ");
            sql.bind_rows(some.iter().map(values));
            sql.push(
                " ON CONFLICT (content_id, person_id) DO UPDATE SET value = excluded.value, step = excluded.step, ",
            );
            sql.push("kind = excluded.kind, rated_at = excluded.rated_at");
            self.queue("rating", sql).await?;
        }
        Ok(())
    }

    /// Writes down what was thought before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_past_ratings(&self, past: &[PastRating]) -> Result<(), Error> {
        for some in past.chunks(1_000) {
            let mut sql = Sql::new("INSERT INTO past_rating (content_id, person_id, ended_at, rated_at, step) VALUES ");
            let row = |past: &PastRating| {
                let (content, rater) = (past.content.0.into(), past.rater.0.into());
                vec![content, rater, micros(past.ended_at).into(), micros(past.rated_at).into(), past.step.into()]
            };
            sql.bind_rows(some.iter().map(row)).push(" ON CONFLICT DO NOTHING");
            self.queue("past_rating", sql).await?;
        }
        Ok(())
    }

    /// Everything a person thought before they changed their mind or took it back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn past_ratings_of(&self, person: PersonId) -> Result<Vec<PastRating>, Error> {
        let mut sql =
            Sql::new("SELECT content_id, person_id, step, rated_at, ended_at FROM past_rating WHERE person_id = ");
        sql.bind(person.0).push(" ORDER BY content_id, ended_at");
        self.rows(sql).await?.iter().map(past).collect()
    }

    /// Takes out of what a person thought before that which was another's word.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_past_ratings(&self, ratings: &[Rating], person: PersonId) -> Result<(), Error> {
        for some in ratings.chunks(500) {
            let mut sql = Sql::new("DELETE FROM past_rating WHERE person_id = ");
            sql.bind(person.0).push(" AND (content_id, rated_at) IN (VALUES ");
            sql.bind_rows(some.iter().map(|r| vec![r.content.0.into(), micros(r.rated_at).into()])).push(")");
            self.execute(sql).await?;
        }
        Ok(())
    }

    /// Every rating of a person, withdrawn ones too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_ratings_of(&self, person: PersonId) -> Result<Vec<Rating>, Error> {
        Ok(rating::Entity::find()
            .filter(rating::Column::PersonId.eq(person.0))
            .all(&self.transaction)
            .await?
            .into_iter()
            .map(noun)
            .collect())
    }

    /// Counts the ratings of contents anew, those of people alone: bots never count.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recount(&self, contents: &[ContentId]) -> Result<Vec<(ContentId, Tally)>, Error> {
        let mut tallies: HashMap<ContentId, Tally> = contents.iter().map(|id| (*id, Tally::default())).collect();
        for some in contents.chunks(1_000) {
            let mut sql = Sql::new(
                "SELECT r.content_id, r.value, r.step FROM rating r JOIN person p ON p.id = r.person_id \
                WHERE r.value IS NOT NULL AND p.kind = 'HUMAN' AND r.content_id IN ",
            );
            sql.bind_list(&some.iter().map(|id| id.0).collect::<Vec<_>>());
            for row in self.rows(sql).await? {
                let mark = Mark { value: row.try_get_by_index(1)?, step: row.try_get_by_index(2)? };
                let tally = tallies.entry(ContentId(row.try_get_by_index(0)?)).or_default();
                *tally = tally.moved(None, Some(mark));
            }
        }
        Ok(tallies.into_iter().collect())
    }
}
