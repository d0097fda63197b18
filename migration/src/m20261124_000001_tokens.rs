//! API tokens. The secret is not stored, only its hash.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(
            manager,
            &[
                "CREATE TABLE token (
                    id {id},
                    name TEXT NOT NULL,
                    person_id BIGINT NOT NULL REFERENCES person (id),
                    scopes TEXT NOT NULL,
                    source_id BIGINT REFERENCES source (id),
                    topic_id BIGINT REFERENCES topic (id),
                    hash TEXT NOT NULL UNIQUE,
                    created_at BIGINT NOT NULL,
                    created_by BIGINT REFERENCES person (id),
                    expires_at BIGINT,
                    used_at BIGINT,
                    revoked_at BIGINT
                )",
                "CREATE INDEX token_created ON token (created_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &["DROP TABLE token"]).await
    }
}
