//! Leaderships: rows to nouns and back.

use entity::leadership;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, NotSet, QueryFilter};

use super::connection::Store;
use super::error::Error;
use super::page::List;
use super::person::counted;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::id::{LeadershipId, PersonId, TopicId};
use crate::domain::leadership::{Leadership, LeadershipFilter, LeadershipKind, LeadershipOrder, NewLeadership};
use crate::domain::page::{Page, PageRequest};
use crate::domain::person::PersonKind;
use crate::domain::time::{from_micros, micros};

fn noun(row: leadership::Model) -> Result<Leadership, Error> {
    Ok(Leadership {
        id: LeadershipId(row.id),
        person: PersonId(row.person_id),
        topic: TopicId(row.topic_id),
        kind: LeadershipKind::parse(&row.kind)
            .ok_or_else(|| Error::Inconsistent(format!("leadership {} is {}", row.id, row.kind)))?,
        role: row.role,
        valid_from: from_micros(row.valid_from),
        valid_to: row.valid_to.map(from_micros),
        told_by: row.told_by.map(PersonId),
        evidence_text: row.evidence_text,
        evidence_url: row.evidence_url,
    })
}

fn row(leadership: &Leadership) -> leadership::Model {
    leadership::Model {
        id: leadership.id.0,
        person_id: leadership.person.0,
        topic_id: leadership.topic.0,
        kind: leadership.kind.as_str().to_owned(),
        role: leadership.role.clone(),
        valid_from: micros(leadership.valid_from),
        valid_to: leadership.valid_to.map(micros),
        told_by: leadership.told_by.map(|id| id.0),
        evidence_text: leadership.evidence_text.clone(),
        evidence_url: leadership.evidence_url.clone(),
    }
}

fn conditions(sql: &mut Sql, filter: &LeadershipFilter) {
    sql.push(" FROM leadership l WHERE TRUE");
    if let Some(ids) = &filter.ids {
        sql.push(" AND l.id IN ").bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
    }
    if let Some(person) = filter.person {
        sql.push(" AND l.person_id = ").bind(person.0);
    }
    match filter.topics.as_deref() {
        Some([topic]) => {
            sql.push(" AND l.topic_id = ").bind(topic.0);
        }
        Some(topics) => {
            sql.push(" AND l.topic_id IN ").bind_list(&topics.iter().map(|id| id.0).collect::<Vec<_>>());
        }
        None => {}
    }
    if let Some(kind) = filter.kind {
        sql.push(" AND l.kind = ").bind(kind.as_str());
    }
    if let Some(role) = &filter.role {
        sql.push(" AND l.role = ").bind(role.as_str());
    }
    if let Some(at) = filter.valid_at {
        sql.push(" AND l.valid_from <= ").bind(micros(at));
        sql.push(" AND (l.valid_to IS NULL OR l.valid_to > ").bind(micros(at)).push(")");
    }
    if filter.here {
        sql.push(" AND EXISTS (SELECT 1 FROM person p WHERE p.id = l.person_id AND p.active");
        sql.push(" AND p.merged_into IS NULL AND p.kind = ").bind(PersonKind::Human.as_str()).push(")");
    }
}

impl Store {
    /// One page for each request, in one statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaderships_pages(
        &self,
        asked: &[(&LeadershipFilter, LeadershipOrder, &PageRequest)],
    ) -> Result<Vec<Page<Leadership>>, Error> {
        let list = |filter: &LeadershipFilter, order: LeadershipOrder| {
            let mut sql = Sql::new("SELECT l.*");
            conditions(&mut sql, filter);
            List { sql, key: "l.valid_from", id: "l.id", direction: order.direction }
        };
        let lists = asked.iter().map(|(filter, order, request)| (list(filter, *order), *request)).collect();
        self.pages(
            lists,
            |row, _| noun(leadership::Model::from_query_result(row, "")?),
            |_, leadership| leadership.place(),
        )
        .await
    }

    /// How many relations each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaderships_counts(&self, filters: &[&LeadershipFilter]) -> Result<Vec<i64>, Error> {
        self.counts(filters.iter().map(|filter| counted(|sql| conditions(sql, filter))).collect()).await
    }

    /// Relations after the one with this id, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaderships_after(&self, after: LeadershipId, limit: i64) -> Result<Vec<Leadership>, Error> {
        let mut sql = Sql::new("SELECT * FROM leadership WHERE id > ");
        sql.bind(after.0).push(" ORDER BY id").limit(limit);
        self.rows(sql).await?.iter().map(|row| noun(leadership::Model::from_query_result(row, "")?)).collect()
    }
}

impl Writing<'_> {
    /// The relation with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leadership(&self, id: LeadershipId) -> Result<Option<Leadership>, Error> {
        leadership::Entity::find_by_id(id.0).one(&self.transaction).await?.map(noun).transpose()
    }

    /// Every relation of this person to this topic.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaderships_between(&self, person: PersonId, topic: TopicId) -> Result<Vec<Leadership>, Error> {
        let query = leadership::Entity::find()
            .filter(leadership::Column::PersonId.eq(person.0))
            .filter(leadership::Column::TopicId.eq(topic.0));
        query.all(&self.transaction).await?.into_iter().map(noun).collect()
    }

    /// Every relation of this person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaderships_of(&self, person: PersonId) -> Result<Vec<Leadership>, Error> {
        leadership::Entity::find()
            .filter(leadership::Column::PersonId.eq(person.0))
            .all(&self.transaction)
            .await?
            .into_iter()
            .map(noun)
            .collect()
    }

    /// Every relation to this topic.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leaderships_on(&self, topic: TopicId) -> Result<Vec<Leadership>, Error> {
        leadership::Entity::find()
            .filter(leadership::Column::TopicId.eq(topic.0))
            .all(&self.transaction)
            .await?
            .into_iter()
            .map(noun)
            .collect()
    }

    /// Writes a new relation down.
    ///
    /// # Errors
    /// When the database fails, or the same relation is there.
    pub async fn insert_leadership(&self, new: &NewLeadership) -> Result<Leadership, Error> {
        let terms = new.terms.clone();
        let leadership = Leadership {
            id: LeadershipId(0),
            person: new.person,
            topic: new.topic,
            kind: new.kind,
            role: terms.role,
            valid_from: terms.valid_from,
            valid_to: terms.valid_to,
            told_by: new.told_by,
            evidence_text: terms.evidence_text,
            evidence_url: terms.evidence_url,
        };
        let mut active = row(&leadership).into_active_model();
        active.id = NotSet;
        noun(active.insert(&self.transaction).await?)
    }

    /// Writes a relation's new state down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_leadership(&self, leadership: &Leadership) -> Result<(), Error> {
        row(leadership).into_active_model().reset_all().update(&self.transaction).await?;
        Ok(())
    }

    /// Takes a relation away, when a merge has no place for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_leadership(&self, id: LeadershipId) -> Result<(), Error> {
        leadership::Entity::delete_by_id(id.0).exec(&self.transaction).await?;
        Ok(())
    }

    /// Brings a relation back that a merge had taken away, with its old id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restore_leadership(&self, leadership: &Leadership) -> Result<(), Error> {
        row(leadership).into_active_model().insert(&self.transaction).await?;
        Ok(())
    }
}
