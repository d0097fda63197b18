//! The audit log: what moderators and admins did, and why.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(
            manager,
            &[
                // What was done with is named by its noun and its key, since it may be of any noun, or gone.
                "CREATE TABLE audit (
                    id {id},
                    at BIGINT NOT NULL,
                    actor_id BIGINT REFERENCES person (id),
                    act TEXT NOT NULL,
                    noun TEXT NOT NULL,
                    subject_id BIGINT NOT NULL,
                    reason TEXT
                )",
                "CREATE INDEX audit_at ON audit (at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &["DROP TABLE audit"]).await
    }
}
