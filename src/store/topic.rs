//! Topics: rows to nouns and back.

use entity::topic;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, NotSet, QueryFilter};

use super::connection::Store;
use super::error::Error;
use super::page::List;
use super::person::counted;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::id::TopicId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::time::{Time, from_micros, micros};
use crate::domain::topic::{NewTopic, Topic, TopicFilter, TopicOrder, TopicOrderField};

fn noun(row: topic::Model) -> Topic {
    Topic {
        id: TopicId(row.id),
        slug: row.slug,
        name: row.name,
        description: row.description,
        parent: row.parent_id.map(TopicId),
        main: row.main_id.map(TopicId),
        emergent: row.emergent,
        created_at: from_micros(row.created_at),
    }
}

fn row(topic: &Topic) -> topic::Model {
    topic::Model {
        id: topic.id.0,
        slug: topic.slug.clone(),
        name: topic.name.clone(),
        description: topic.description.clone(),
        parent_id: topic.parent.map(|id| id.0),
        main_id: topic.main.map(|id| id.0),
        emergent: topic.emergent,
        created_at: micros(topic.created_at),
    }
}

fn conditions(sql: &mut Sql, filter: &TopicFilter) {
    sql.push(" FROM topic t WHERE TRUE");
    if let Some(ids) = &filter.ids {
        sql.push(" AND t.id IN ").bind_list(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
    }
    if let Some(parent) = filter.parent {
        sql.push(" AND t.parent_id = ").bind(parent.0);
    }
    if filter.roots {
        sql.push(" AND t.parent_id IS NULL");
    }
    if let Some(main) = filter.main {
        sql.push(" AND t.main_id = ").bind(main.0);
    } else if !filter.synonyms {
        sql.push(" AND t.main_id IS NULL");
    }
    if let Some(start) = &filter.starts_with {
        let end = format!("{start}\u{10FFFF}");
        sql.push(" AND ((t.slug >= ").bind(start.as_str()).push(" AND t.slug < ").bind(end.as_str());
        sql.push(") OR (t.name >= ").bind(start.as_str()).push(" AND t.name < ").bind(end).push("))");
    }
}

fn list(filter: &TopicFilter, order: TopicOrder) -> List {
    let mut sql = Sql::new("SELECT t.*");
    conditions(&mut sql, filter);
    let key = match order.field {
        TopicOrderField::Slug => "t.slug",
        TopicOrderField::Name => "t.name",
        TopicOrderField::Created => "t.created_at",
    };
    List { sql, key, id: "t.id", direction: order.direction }
}

impl Store {
    /// Every topic; there are far fewer than contents.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topics(&self) -> Result<Vec<Topic>, Error> {
        let rows = self.rows(Sql::new("SELECT * FROM topic ORDER BY id")).await?;
        rows.iter().map(|row| Ok(noun(topic::Model::from_query_result(row, "")?))).collect()
    }

    /// One page for each request, in one statement.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topics_pages(
        &self,
        asked: &[(&TopicFilter, TopicOrder, &PageRequest)],
    ) -> Result<Vec<Page<Topic>>, Error> {
        let lists = asked.iter().map(|(filter, order, request)| (list(filter, *order), *request)).collect();
        self.pages(
            lists,
            |row, _| Ok(noun(topic::Model::from_query_result(row, "")?)),
            |list, topic| topic.place(asked[list].1.field),
        )
        .await
    }

    /// How many topics each filter lets through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topics_counts(&self, filters: &[&TopicFilter]) -> Result<Vec<i64>, Error> {
        self.counts(filters.iter().map(|filter| counted(|sql| conditions(sql, filter))).collect()).await
    }
}

impl Writing<'_> {
    /// The topic with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topic(&self, id: TopicId) -> Result<Option<Topic>, Error> {
        Ok(topic::Entity::find_by_id(id.0).one(&self.transaction).await?.map(noun))
    }

    /// The topic with this slug.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topic_by_slug(&self, slug: &str) -> Result<Option<Topic>, Error> {
        Ok(topic::Entity::find().filter(topic::Column::Slug.eq(slug)).one(&self.transaction).await?.map(noun))
    }

    /// The direct children of a topic.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topic_children(&self, id: TopicId) -> Result<Vec<Topic>, Error> {
        Ok(topic::Entity::find()
            .filter(topic::Column::ParentId.eq(id.0))
            .all(&self.transaction)
            .await?
            .into_iter()
            .map(noun)
            .collect())
    }

    /// The topics that are other words for this one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn topic_synonyms(&self, id: TopicId) -> Result<Vec<Topic>, Error> {
        Ok(topic::Entity::find()
            .filter(topic::Column::MainId.eq(id.0))
            .all(&self.transaction)
            .await?
            .into_iter()
            .map(noun)
            .collect())
    }

    /// Whether contents, leaderships or endorsements hang on this topic.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_topic_used(&self, id: TopicId) -> Result<bool, Error> {
        let mut sql = Sql::new("SELECT 1 WHERE EXISTS (SELECT 1 FROM content_topic WHERE topic_id = ");
        sql.bind(id.0).push(") OR EXISTS (SELECT 1 FROM leadership WHERE topic_id = ").bind(id.0);
        sql.push(") OR EXISTS (SELECT 1 FROM endorsement WHERE topic_id = ").bind(id.0);
        sql.push(") OR EXISTS (SELECT 1 FROM contest WHERE topic_id = ").bind(id.0).push(")");
        Ok(self.row(sql).await?.is_some())
    }

    /// Writes a new topic down. The slug must be free.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_topic(&self, new: &NewTopic, now: Time) -> Result<Topic, Error> {
        let topic = Topic {
            id: TopicId(0),
            slug: new.slug.clone(),
            name: new.name.clone(),
            description: new.description.clone(),
            parent: new.parent,
            main: new.main,
            emergent: true,
            created_at: now,
        };
        let mut active = row(&topic).into_active_model();
        active.id = NotSet;
        Ok(noun(active.insert(&self.transaction).await?))
    }

    /// Writes a topic's new state down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_topic(&self, topic: &Topic) -> Result<(), Error> {
        row(topic).into_active_model().reset_all().update(&self.transaction).await?;
        Ok(())
    }
}
