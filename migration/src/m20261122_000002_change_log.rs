//! The change log: one row for every change of a fact, numbered without gaps in the order of commits.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(
            manager,
            &[
                "CREATE TABLE change (seq {int} PRIMARY KEY, at BIGINT NOT NULL, fact TEXT NOT NULL)",
                // Names this database, so that a cursor of another one is recognised.
                "CREATE TABLE instance (id TEXT PRIMARY KEY, created_at BIGINT NOT NULL)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &["DROP TABLE instance", "DROP TABLE change"]).await
    }
}
