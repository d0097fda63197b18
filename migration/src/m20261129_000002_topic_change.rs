//! Which changes of the log are of topics: where a topic stood at a place in the log is told from them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // They are few. A fact begins with its noun, and a key of its own for each row would make every rating dearer.
        let index = r#"CREATE INDEX change_topic ON change (seq) WHERE substr(fact, 1, 15) = '{"noun":"TOPIC"'"#;
        super::ddl::run(manager, &[index]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &["DROP INDEX change_topic"]).await
    }
}
