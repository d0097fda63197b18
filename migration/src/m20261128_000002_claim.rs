//! How an identity provider writes whose handle it is: two names of its may be spelled so alike that they make one handle.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = "CREATE TABLE claim (
            person_id {int} PRIMARY KEY REFERENCES person (id),
            handle TEXT NOT NULL,
            hash TEXT NOT NULL
        )";
        super::ddl::run(manager, &[table]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &["DROP TABLE claim"]).await
    }
}
