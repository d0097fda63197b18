//! Endorsements: rows to nouns and back.

use entity::endorsement;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, FromQueryResult, IntoActiveModel, NotSet, QueryFilter,
    QueryOrder,
};

use super::connection::Store;
use super::error::Error;
use super::page::List;
use super::person::counted;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::endorsement::{Endorsement, EndorsementFilter};
use crate::domain::id::{EndorsementId, PersonId, TopicId};
use crate::domain::leadership::LeadershipOrder;
use crate::domain::page::{Page, PageRequest};
use crate::domain::time::{from_micros, micros};

fn noun(row: endorsement::Model) -> Endorsement {
    Endorsement {
        id: EndorsementId(row.id),
        endorser: PersonId(row.endorser_id),
        person: PersonId(row.person_id),
        topic: TopicId(row.topic_id),
        text: row.text,
        endorsed_at: from_micros(row.endorsed_at),
        expires_at: from_micros(row.expires_at),
        withdrawn_at: row.withdrawn_at.map(from_micros),
    }
}

fn row(endorsement: &Endorsement) -> endorsement::Model {
    endorsement::Model {
        id: endorsement.id.0,
        endorser_id: endorsement.endorser.0,
        person_id: endorsement.person.0,
        topic_id: endorsement.topic.0,
        text: endorsement.text.clone(),
        endorsed_at: micros(endorsement.endorsed_at),
        expires_at: micros(endorsement.expires_at),
        withdrawn_at: endorsement.withdrawn_at.map(micros),
    }
}

fn conditions(sql: &mut Sql, filter: &EndorsementFilter) {
    sql.push(" FROM endorsement e WHERE TRUE");
    if let Some(ids) = &filter.ids {
        sql.push(" AND e.id IN ").bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
    }
    for (column, id) in [("e.endorser_id", filter.endorser), ("e.person_id", filter.person)] {
        if let Some(id) = id {
            sql.push(" AND ").push(column).push(" = ").bind(id.0);
        }
    }
    match filter.topics.as_deref() {
        Some([topic]) => {
            sql.push(" AND e.topic_id = ").bind(topic.0);
        }
        Some(topics) => {
            sql.push(" AND e.topic_id IN ").bind_list(&topics.iter().map(|id| id.0).collect::<Vec<_>>());
        }
        None => {}
    }
    if let Some(at) = filter.valid_at {
        sql.push(" AND e.endorsed_at <= ").bind(micros(at)).push(" AND e.expires_at > ").bind(micros(at));
        sql.push(" AND (e.withdrawn_at IS NULL OR e.withdrawn_at > ").bind(micros(at)).push(")");
    }
}

impl Store {
    /// One page for each request, in one statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsements_pages(
        &self,
        asked: &[(&EndorsementFilter, LeadershipOrder, &PageRequest)],
    ) -> Result<Vec<Page<Endorsement>>, Error> {
        let list = |filter: &EndorsementFilter, order: LeadershipOrder| {
            let mut sql = Sql::new("SELECT e.*");
            conditions(&mut sql, filter);
            List { sql, key: "e.endorsed_at", id: "e.id", direction: order.direction }
        };
        let lists = asked.iter().map(|(filter, order, request)| (list(filter, *order), *request)).collect();
        self.pages(
            lists,
            |row, _| Ok(noun(endorsement::Model::from_query_result(row, "")?)),
            |_, endorsement| endorsement.place(),
        )
        .await
    }

    /// How many endorsements each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsements_counts(&self, filters: &[&EndorsementFilter]) -> Result<Vec<i64>, Error> {
        self.counts(filters.iter().map(|filter| counted(|sql| conditions(sql, filter))).collect()).await
    }

    /// Endorsements after the one with this id, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsements_after(&self, after: EndorsementId, limit: i64) -> Result<Vec<Endorsement>, Error> {
        let mut sql = Sql::new("SELECT * FROM endorsement WHERE id > ");
        sql.bind(after.0).push(" ORDER BY id").limit(limit);
        self.rows(sql).await?.iter().map(|row| Ok(noun(endorsement::Model::from_query_result(row, "")?))).collect()
    }
}

impl Writing<'_> {
    /// The endorsement with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsement(&self, id: EndorsementId) -> Result<Option<Endorsement>, Error> {
        Ok(endorsement::Entity::find_by_id(id.0).one(&self.transaction).await?.map(noun))
    }

    /// What one person said of another on a topic, also what has expired or was withdrawn, in the order of time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsements_between(
        &self,
        endorser: PersonId,
        person: PersonId,
        topic: TopicId,
    ) -> Result<Vec<Endorsement>, Error> {
        let query = endorsement::Entity::find().filter(endorsement::Column::EndorserId.eq(endorser.0));
        let query =
            query.filter(endorsement::Column::PersonId.eq(person.0)).filter(endorsement::Column::TopicId.eq(topic.0));
        let rows = query.order_by_asc(endorsement::Column::EndorsedAt).all(&self.transaction).await?;
        Ok(rows.into_iter().map(noun).collect())
    }

    /// Every endorsement that this person gave or received.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsements_of(&self, person: PersonId) -> Result<Vec<Endorsement>, Error> {
        let either = Condition::any()
            .add(endorsement::Column::EndorserId.eq(person.0))
            .add(endorsement::Column::PersonId.eq(person.0));
        Ok(endorsement::Entity::find().filter(either).all(&self.transaction).await?.into_iter().map(noun).collect())
    }

    /// Every endorsement on this topic.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endorsements_on(&self, topic: TopicId) -> Result<Vec<Endorsement>, Error> {
        Ok(endorsement::Entity::find()
            .filter(endorsement::Column::TopicId.eq(topic.0))
            .all(&self.transaction)
            .await?
            .into_iter()
            .map(noun)
            .collect())
    }

    /// Writes a new endorsement down, with an id of the database's.
    ///
    /// # Errors
    /// When the database fails, or the pair has one on this topic that began at the same moment.
    pub async fn insert_endorsement(&self, new: &Endorsement) -> Result<Endorsement, Error> {
        let mut active = row(new).into_active_model();
        active.id = NotSet;
        Ok(noun(active.insert(&self.transaction).await?))
    }

    /// Writes an endorsement's new state down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_endorsement(&self, endorsement: &Endorsement) -> Result<(), Error> {
        row(endorsement).into_active_model().reset_all().update(&self.transaction).await?;
        Ok(())
    }

    /// Takes an endorsement away, when a merge has no place for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_endorsement(&self, id: EndorsementId) -> Result<(), Error> {
        endorsement::Entity::delete_by_id(id.0).exec(&self.transaction).await?;
        Ok(())
    }

    /// Brings an endorsement back that a merge had taken away, with its old id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restore_endorsement(&self, endorsement: &Endorsement) -> Result<(), Error> {
        row(endorsement).into_active_model().insert(&self.transaction).await?;
        Ok(())
    }
}
