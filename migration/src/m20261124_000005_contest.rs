//! Objections to what is shown of somebody, and topics on which it is not told who leads them as the facts show it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(
            manager,
            &[
                "CREATE TABLE contest (
                    id {id},
                    person_id BIGINT NOT NULL REFERENCES person (id),
                    topic_id BIGINT NOT NULL REFERENCES topic (id),
                    text TEXT NOT NULL,
                    contested_at BIGINT NOT NULL,
                    withdrawn_at BIGINT,
                    UNIQUE (person_id, topic_id)
                )",
                "ALTER TABLE topic ADD COLUMN emergent BOOLEAN NOT NULL DEFAULT TRUE",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &["ALTER TABLE topic DROP COLUMN emergent", "DROP TABLE contest"]).await
    }
}
