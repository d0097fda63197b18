//! Contests: rows to nouns and back.

use entity::contest;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, NotSet, QueryFilter};

use super::connection::Store;
use super::error::Error;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::contest::Contest;
use crate::domain::id::{ContestId, PersonId, TopicId};
use crate::domain::time::{from_micros, micros};

fn noun(row: contest::Model) -> Contest {
    Contest {
        id: ContestId(row.id),
        person: PersonId(row.person_id),
        topic: TopicId(row.topic_id),
        text: row.text,
        contested_at: from_micros(row.contested_at),
        withdrawn_at: row.withdrawn_at.map(from_micros),
    }
}

fn row(contest: &Contest) -> contest::Model {
    contest::Model {
        id: contest.id.0,
        person_id: contest.person.0,
        topic_id: contest.topic.0,
        text: contest.text.clone(),
        contested_at: micros(contest.contested_at),
        withdrawn_at: contest.withdrawn_at.map(micros),
    }
}

impl Store {
    /// Contests after the one with this id, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contests_after(&self, after: ContestId, limit: i64) -> Result<Vec<Contest>, Error> {
        let mut sql = Sql::new("SELECT * FROM contest WHERE id > ");
        sql.bind(after.0).push(" ORDER BY id").limit(limit);
        self.rows(sql).await?.iter().map(|row| Ok(noun(contest::Model::from_query_result(row, "")?))).collect()
    }
}

impl Writing<'_> {
    /// What a person objected to on a topic, also when it was withdrawn.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contest_of(&self, person: PersonId, topic: TopicId) -> Result<Option<Contest>, Error> {
        let query = contest::Entity::find().filter(contest::Column::PersonId.eq(person.0));
        Ok(query.filter(contest::Column::TopicId.eq(topic.0)).one(&self.transaction).await?.map(noun))
    }

    /// Everything a person objected to, also what was withdrawn.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contests_of(&self, person: PersonId) -> Result<Vec<Contest>, Error> {
        let query = contest::Entity::find().filter(contest::Column::PersonId.eq(person.0));
        Ok(query.all(&self.transaction).await?.into_iter().map(noun).collect())
    }

    /// Writes a contest down: a new one when its id is 0.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_contest(&self, contest: &Contest) -> Result<Contest, Error> {
        let mut active = row(contest).into_active_model();
        if contest.id.0 == 0 {
            active.id = NotSet;
            return Ok(noun(active.insert(&self.transaction).await?));
        }
        active.reset_all().update(&self.transaction).await?;
        Ok(contest.clone())
    }
}
