//! Sources: read, made, changed. Admins only, since a source decides whose ratings are public acts.

use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use super::viewer::Viewer;
use crate::domain::audit::{AuditAct, AuditSubject, NewAudit};
use crate::domain::change::Fact;
use crate::domain::id::SourceId;
use crate::domain::invalid::Code;
use crate::domain::source::{NewSource, Source, SourcePatch, SourceRef};

impl App {
    /// The source somebody names.
    #[must_use]
    pub fn source(&self, by: &SourceRef) -> Option<Arc<Source>> {
        match by {
            SourceRef::Id(id) => self.directory.source(*id),
            SourceRef::Slug(slug) => self.directory.source_by_slug(slug),
        }
    }

    /// The source with this id.
    #[must_use]
    pub fn source_by_id(&self, id: SourceId) -> Option<Arc<Source>> {
        self.directory.source(id)
    }

    /// Every source, by slug.
    #[must_use]
    pub fn sources(&self) -> Vec<Arc<Source>> {
        self.directory.sources()
    }

    /// Makes a source.
    ///
    /// # Errors
    /// `TAKEN`, or what [`NewSource::check`] says.
    pub async fn create_source(&self, viewer: &Viewer, new: NewSource) -> Result<Source, Error> {
        viewer.admin()?;
        let mut writing = self.store.begin().await?;
        if writing.source_by_slug(&new.slug).await?.is_some() {
            return refuse(Code::Taken, "slug", format!("the slug {:?} is taken", new.slug));
        }
        let source = writing.insert_source(&new, self.clock.now()).await?;
        writing.note(Fact::Source(source.clone()));
        self.commit(writing).await?;
        Ok(source)
    }

    /// Changes a source. Its scale is fixed once something was rated on it.
    ///
    /// # Errors
    /// `SOURCE_NOT_FOUND`, `SCALE_IN_USE`, or what the checks say.
    pub async fn update_source(&self, viewer: &Viewer, by: &SourceRef, patch: &SourcePatch) -> Result<Source, Error> {
        viewer.admin()?;
        let id = self.named_source("source", by)?.id;
        let mut writing = self.store.begin().await?;
        let Some(source) = writing.source(id).await? else {
            return refuse(Code::SourceNotFound, "source", "there is no such source");
        };
        let changed = patch.apply(&source)?;
        if changed.scale != source.scale && writing.is_source_rated(id).await? {
            return refuse(Code::ScaleInUse, "scale", "contents of this source were rated on its scale already");
        }
        if changed == source {
            return Ok(source);
        }
        writing.update_source(&changed).await?;
        if changed.visibility != source.visibility {
            let (act, subject) = (AuditAct::VisibilityChanged, AuditSubject::Source(id));
            let reason = Some(format!("{} -> {}", source.visibility.as_str(), changed.visibility.as_str()));
            writing.insert_audit(NewAudit { actor: viewer.id(), act, subject, reason }, self.clock.now()).await?;
        }
        writing.note(Fact::Source(changed.clone()));
        self.commit(writing).await?;
        Ok(changed)
    }

    /// The source somebody names in an input.
    pub(super) fn named_source(&self, field: &'static str, by: &SourceRef) -> Result<Arc<Source>, Error> {
        match self.source(by) {
            Some(source) => Ok(source),
            None => refuse(Code::SourceNotFound, field, "there is no such source"),
        }
    }
}
