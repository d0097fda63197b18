//! Merges: moving the rows of one person or topic to another, and their journals.

use entity::{account, content_author, content_topic, merge};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, NotSet, QueryFilter, Set};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Error;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::id::{ContentId, MergeId, PersonId, RatingId, TopicId};
use crate::domain::merge::{Merge, Merged};
use crate::domain::time::{Time, from_micros, micros};

fn noun(row: &merge::Model) -> Merge {
    let merged = match row.noun.as_str() {
        "PERSON" => Merged::Person { from: PersonId(row.from_id), into: PersonId(row.into_id) },
        _ => Merged::Topic { from: TopicId(row.from_id), into: TopicId(row.into_id) },
    };
    Merge {
        id: MergeId(row.id),
        merged,
        merged_at: from_micros(row.merged_at),
        merged_by: row.merged_by.map(PersonId),
        undone_at: row.undone_at.map(from_micros),
    }
}

impl Writing<'_> {
    /// Writes down that a merge was done and what it moved.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_merge(
        &self,
        merged: &Merged,
        by: Option<PersonId>,
        now: Time,
        journal: &(impl Serialize + Sync),
    ) -> Result<Merge, Error> {
        let (noun_word, from, into) = match merged {
            Merged::Person { from, into } => ("PERSON", from.0, into.0),
            Merged::Topic { from, into } => ("TOPIC", from.0, into.0),
        };
        let row = merge::ActiveModel {
            id: NotSet,
            noun: Set(noun_word.to_owned()),
            from_id: Set(from),
            into_id: Set(into),
            merged_at: Set(micros(now)),
            merged_by: Set(by.map(|id| id.0)),
            journal: Set(serde_json::to_string(journal).map_err(|error| Error::Inconsistent(error.to_string()))?),
            undone_at: Set(None),
        };
        Ok(noun(&row.insert(&self.transaction).await?))
    }

    /// The merge with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merge(&self, id: MergeId) -> Result<Option<Merge>, Error> {
        Ok(merge::Entity::find_by_id(id.0).one(&self.transaction).await?.as_ref().map(noun))
    }

    /// Whether a later merge went into the same person or topic and still stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_merged_later(&self, merge: &Merge) -> Result<bool, Error> {
        let (noun_word, into) = match merge.merged {
            Merged::Person { into, .. } => ("PERSON", into.0),
            Merged::Topic { into, .. } => ("TOPIC", into.0),
        };
        let mut sql = Sql::new("SELECT 1 FROM merge WHERE undone_at IS NULL AND noun = ");
        sql.bind(noun_word).push(" AND into_id = ").bind(into).push(" AND id > ").bind(merge.id.0).push(" LIMIT 1");
        Ok(self.row(sql).await?.is_some())
    }

    /// What a merge moved.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merge_journal<T: DeserializeOwned>(&self, id: MergeId) -> Result<T, Error> {
        let row = merge::Entity::find_by_id(id.0).one(&self.transaction).await?;
        let journal = row.map(|row| row.journal).unwrap_or_default();
        serde_json::from_str(&journal).map_err(|error| Error::unreadable(format!("merge {}", id.0), &error))
    }

    /// Writes down that a merge was undone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_undone(&self, id: MergeId, now: Time) -> Result<(), Error> {
        let row = merge::ActiveModel { id: Set(id.0), undone_at: Set(Some(micros(now))), ..Default::default() };
        row.update(&self.transaction).await?;
        Ok(())
    }

    /// Which of these people were merged into others.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merged_among(&self, people: &[PersonId]) -> Result<Vec<PersonId>, Error> {
        let mut found = Vec::new();
        for some in people.chunks(1_000) {
            let mut sql = Sql::new("SELECT id FROM person WHERE merged_into IS NOT NULL AND id IN ");
            sql.bind_list(&some.iter().map(|id| id.0).collect::<Vec<_>>());
            for row in self.rows(sql).await? {
                found.push(PersonId(row.try_get_by_index(0)?));
            }
        }
        Ok(found)
    }

    /// The accounts of a person, by row.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_rows(&self, person: PersonId) -> Result<Vec<i64>, Error> {
        let rows =
            account::Entity::find().filter(account::Column::PersonId.eq(person.0)).all(&self.transaction).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Gives accounts to another person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_accounts(&self, rows: &[i64], to: PersonId) -> Result<(), Error> {
        let query = account::Entity::update_many().col_expr(account::Column::PersonId, Expr::value(to.0));
        query.filter(account::Column::Id.is_in(rows.iter().copied())).exec(&self.transaction).await?;
        Ok(())
    }

    /// The contents of an author, with the author's position in each.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn authored(&self, person: PersonId) -> Result<Vec<(ContentId, i16)>, Error> {
        let rows = content_author::Entity::find()
            .filter(content_author::Column::PersonId.eq(person.0))
            .all(&self.transaction)
            .await?;
        Ok(rows.into_iter().map(|row| (ContentId(row.content_id), row.position)).collect())
    }

    /// The contents of a topic, with the topic's position in each.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn on_topic(&self, topic: TopicId) -> Result<Vec<(ContentId, i16)>, Error> {
        let rows = content_topic::Entity::find()
            .filter(content_topic::Column::TopicId.eq(topic.0))
            .all(&self.transaction)
            .await?;
        Ok(rows.into_iter().map(|row| (ContentId(row.content_id), row.position)).collect())
    }

    /// Puts another person (`content_author`, `rating`) or topic (`content_topic`) in the place of one.
    async fn relink(
        &self,
        table: &str,
        column: &str,
        (from, to): (i64, i64),
        contents: &[ContentId],
    ) -> Result<(), Error> {
        for some in contents.chunks(1_000) {
            let mut sql = Sql::new("UPDATE ");
            sql.push(table)
                .push(" SET ")
                .push(column)
                .push(" = ")
                .bind(to)
                .push(" WHERE ")
                .push(column)
                .push(" = ")
                .bind(from);
            sql.push(" AND content_id IN ").bind_list(&some.iter().map(|id| id.0).collect::<Vec<_>>());
            self.execute(sql).await?;
        }
        Ok(())
    }

    /// Puts another author in the place of one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_authored(&self, from: PersonId, to: PersonId, contents: &[ContentId]) -> Result<(), Error> {
        self.relink("content_author", "person_id", (from.0, to.0), contents).await
    }

    /// Puts another topic in the place of one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_on_topic(&self, from: TopicId, to: TopicId, contents: &[ContentId]) -> Result<(), Error> {
        self.relink("content_topic", "topic_id", (from.0, to.0), contents).await
    }

    async fn unlink(&self, table: &str, column: &str, id: i64, contents: &[ContentId]) -> Result<(), Error> {
        for some in contents.chunks(1_000) {
            let mut sql = Sql::new("DELETE FROM ");
            sql.push(table).push(" WHERE ").push(column).push(" = ").bind(id).push(" AND content_id IN ");
            sql.bind_list(&some.iter().map(|id| id.0).collect::<Vec<_>>());
            self.execute(sql).await?;
        }
        Ok(())
    }

    /// Takes an author out of contents.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_authored(&self, person: PersonId, contents: &[ContentId]) -> Result<(), Error> {
        self.unlink("content_author", "person_id", person.0, contents).await
    }

    /// Takes a topic out of contents.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_on_topic(&self, topic: TopicId, contents: &[ContentId]) -> Result<(), Error> {
        self.unlink("content_topic", "topic_id", topic.0, contents).await
    }

    /// Puts an author into contents again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restore_authored(&self, person: PersonId, contents: &[(ContentId, i16)]) -> Result<(), Error> {
        self.link("INSERT INTO content_author (person_id, content_id, position) VALUES ", person.0, contents).await
    }

    /// Puts a topic into contents again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restore_on_topic(&self, topic: TopicId, contents: &[(ContentId, i16)]) -> Result<(), Error> {
        self.link("INSERT INTO content_topic (topic_id, content_id, position) VALUES ", topic.0, contents).await
    }

    async fn link(&self, insert: &str, id: i64, contents: &[(ContentId, i16)]) -> Result<(), Error> {
        for some in contents.chunks(1_000) {
            let mut sql = Sql::new(insert);
            sql.bind_rows(some.iter().map(|(content, position)| vec![id.into(), content.0.into(), (*position).into()]));
            sql.push(" ON CONFLICT DO NOTHING");
            self.execute(sql).await?;
        }
        Ok(())
    }

    /// Gives ratings of one person to another.
    ///
    /// # Errors
    /// When the database fails, or the other has rated one of the contents.
    pub async fn move_ratings(&self, from: PersonId, to: PersonId, contents: &[ContentId]) -> Result<(), Error> {
        self.relink("rating", "person_id", (from.0, to.0), contents).await
    }

    /// Takes ratings away, when there is no place for them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_ratings(&self, ratings: &[RatingId]) -> Result<(), Error> {
        for some in ratings.chunks(500) {
            let mut sql = Sql::new("DELETE FROM rating WHERE (content_id, person_id) IN (VALUES ");
            sql.bind_rows(some.iter().map(|id| vec![id.content.0.into(), id.rater.0.into()])).push(")");
            self.execute(sql).await?;
        }
        Ok(())
    }
}
