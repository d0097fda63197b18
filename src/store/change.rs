//! The change log as it is read, and the name of this database.

use entity::instance;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryResult, Set};

use super::connection::Store;
use super::error::Error;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::change::{Change, Fact, Point, TopicFact};
use crate::domain::time::{Time, from_micros, micros};

fn noun(row: &QueryResult) -> Result<Change, Error> {
    let (seq, fact): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
    let fact = serde_json::from_str(&fact).map_err(|error| Error::unreadable(format!("change {seq}"), &error))?;
    Ok(Change { seq, at: from_micros(row.try_get_by_index(1)?), fact })
}

impl Store {
    /// Up to `limit` changes after the number `seq`, in order. None is ever missing: numbers follow commits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes_after(&self, seq: i64, limit: i64) -> Result<Vec<Change>, Error> {
        let mut sql = Sql::new("SELECT seq, at, fact FROM change WHERE seq > ");
        sql.bind(seq).push(" ORDER BY seq").limit(limit);
        self.rows(sql).await?.iter().map(noun).collect()
    }

    /// Every change of a topic that the log holds, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topic_changes(&self) -> Result<Vec<(i64, TopicFact)>, Error> {
        // Written as the index `change_topic` has it, which is why it is found without reading the log.
        let sql = r#"SELECT seq, at, fact FROM change WHERE substr(fact, 1, 15) = '{"noun":"TOPIC"' ORDER BY seq"#;
        let changes = self.rows(Sql::new(sql)).await?;
        let fact = |change: Change| if let Fact::Topic(fact) = change.fact { Some((change.seq, fact)) } else { None };
        changes.iter().filter_map(|row| noun(row).map(fact).transpose()).collect()
    }

    /// The first and the last number of the log, zeros while it is empty.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_ends(&self) -> Result<(i64, i64), Error> {
        // Two look-ups at the ends of the key: an aggregate over both would read every row on SQLite.
        let sql =
            Sql::new("SELECT (SELECT COALESCE(MIN(seq), 0) FROM change), (SELECT COALESCE(MAX(seq), 0) FROM change)");
        let row = self.row(sql).await?;
        row.map_or(Ok((0, 0)), |row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
    }
}

impl Store {
    /// The place after the change with this number; `None` when the log does not hold it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_point(&self, seq: i64) -> Result<Option<Point>, Error> {
        let mut sql = Sql::new("SELECT at FROM change WHERE seq = ");
        sql.bind(seq);
        let row = self.row(sql).await?;
        row.map(|row| Ok(Point::of(seq, from_micros(row.try_get_by_index(0)?)))).transpose()
    }

    /// The numbers and times of the first rows of the log.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_start(&self, limit: i64) -> Result<Vec<(i64, Time)>, Error> {
        let mut sql = Sql::new("SELECT seq, at FROM change ORDER BY seq");
        sql.limit(limit);
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, from_micros(row.try_get_by_index(1)?)))).collect()
    }

    /// Takes away the rows of the log up to this number. It takes its turn among those who write.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_changes(&self, seq: i64) -> Result<(), Error> {
        let writing = self.begin().await?;
        let mut sql = Sql::new("DELETE FROM change WHERE seq <= ");
        sql.bind(seq);
        writing.execute(sql).await?;
        Ok(writing.transaction.commit().await?)
    }
}

impl Writing<'_> {
    /// Gives this database its name, unless it has one; returns the one it has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn name_instance(&self, name: String, now: Time) -> Result<String, Error> {
        if let Some(row) = instance::Entity::find().one(&self.transaction).await? {
            return Ok(row.id);
        }
        let row = instance::ActiveModel { id: Set(name), created_at: Set(micros(now)) };
        Ok(row.insert(&self.transaction).await?.id)
    }
}
