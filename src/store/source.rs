//! Sources: rows to nouns and back.

use entity::{content, source};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, NotSet, QueryFilter};

use super::connection::Store;
use super::error::Error;
use super::sql::Sql;
use super::writing::Writing;
use crate::domain::id::SourceId;
use crate::domain::source::{NewSource, Scale, Source, Visibility};
use crate::domain::time::{Time, from_micros, micros};

fn noun(row: source::Model) -> Result<Source, Error> {
    let (Some(scale), Some(visibility)) = (Scale::parse(&row.scale), Visibility::parse(&row.visibility)) else {
        return Err(Error::Inconsistent(format!(
            "source {} has scale {} and visibility {}",
            row.id, row.scale, row.visibility
        )));
    };
    let visibility = if row.to_moderators { Visibility::Moderators } else { visibility };
    let created_at = from_micros(row.created_at);
    Ok(Source { id: SourceId(row.id), slug: row.slug, name: row.name, kind: row.kind, scale, visibility, created_at })
}

fn row(source: &Source) -> source::Model {
    // The column takes only these two words; who is between them has a column of its own.
    let to_moderators = source.visibility == Visibility::Moderators;
    let visibility = if to_moderators { Visibility::Private } else { source.visibility };
    source::Model {
        id: source.id.0,
        slug: source.slug.clone(),
        name: source.name.clone(),
        kind: source.kind.clone(),
        scale: source.scale.as_str().to_owned(),
        visibility: visibility.as_str().to_owned(),
        created_at: micros(source.created_at),
        to_moderators,
    }
}

impl Store {
    /// Every source; there are few.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sources(&self) -> Result<Vec<Source>, Error> {
        let rows = self.rows(Sql::new("SELECT * FROM source ORDER BY id")).await?;
        rows.iter().map(|row| noun(source::Model::from_query_result(row, "")?)).collect()
    }
}

impl Writing<'_> {
    /// The source with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn source(&self, id: SourceId) -> Result<Option<Source>, Error> {
        source::Entity::find_by_id(id.0).one(&self.transaction).await?.map(noun).transpose()
    }

    /// The source with this slug.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn source_by_slug(&self, slug: &str) -> Result<Option<Source>, Error> {
        source::Entity::find().filter(source::Column::Slug.eq(slug)).one(&self.transaction).await?.map(noun).transpose()
    }

    /// Whether any of the source's contents was ever rated.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_source_rated(&self, id: SourceId) -> Result<bool, Error> {
        let mut sql = Sql::new("SELECT 1 FROM content c JOIN rating r ON r.content_id = c.id WHERE c.source_id = ");
        sql.bind(id.0).push(" LIMIT 1");
        Ok(self.row(sql).await?.is_some())
    }

    /// Writes a new source down. The slug must be free.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_source(&self, new: &NewSource, now: Time) -> Result<Source, Error> {
        let source = Source {
            id: SourceId(0),
            slug: new.slug.clone(),
            name: new.name.clone(),
            kind: new.kind.clone(),
            scale: new.scale,
            visibility: new.visibility,
            created_at: now,
        };
        let mut active = row(&source).into_active_model();
        active.id = NotSet;
        noun(active.insert(&self.transaction).await?)
    }

    /// Writes a source's new state down.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_source(&self, source: &Source) -> Result<(), Error> {
        row(source).into_active_model().reset_all().update(&self.transaction).await?;
        Ok(())
    }

    /// Whether a content with this external id is there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_external_id_taken(&self, source: SourceId, external_id: &str) -> Result<bool, Error> {
        let query = content::Entity::find()
            .filter(content::Column::SourceId.eq(source.0))
            .filter(content::Column::ExternalId.eq(external_id));
        Ok(query.one(&self.transaction).await?.is_some())
    }
}
