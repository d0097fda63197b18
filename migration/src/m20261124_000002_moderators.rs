//! Sources whose ratings are shown to moderators. The column of the visibility takes two words only, and SQLite cannot change
//! that without making the table anew, so the third has a column of its own.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = "ALTER TABLE source ADD COLUMN to_moderators BOOLEAN NOT NULL DEFAULT FALSE";
        super::ddl::run(manager, &[statement]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &["ALTER TABLE source DROP COLUMN to_moderators"]).await
    }
}
