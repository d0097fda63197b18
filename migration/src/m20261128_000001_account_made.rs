//! Which person was made for an account: a source has a say on those people alone. Of accounts from before it is not known, so
//! their people are changed by admins and commands only.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &["ALTER TABLE account ADD COLUMN made_id BIGINT"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &["ALTER TABLE account DROP COLUMN made_id"]).await
    }
}
