//! What is told of a tally, beside what it is. What was told before stays so; a server that wants more people for it takes back
//! what it needs to at its start.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &[&str] = &[
    // t1 to t5 are what is told of n1 to n5. `waiting` lists those who moved the tally since, as JSON.
    "ALTER TABLE tally ADD COLUMN t1 BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE tally ADD COLUMN t2 BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE tally ADD COLUMN t3 BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE tally ADD COLUMN t4 BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE tally ADD COLUMN t5 BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE tally ADD COLUMN waiting TEXT",
    "UPDATE tally SET t1 = n1, t2 = n2, t3 = n3, t4 = n4, t5 = n5",
];

const DOWN: &[&str] = &[
    "ALTER TABLE tally DROP COLUMN waiting",
    "ALTER TABLE tally DROP COLUMN t5",
    "ALTER TABLE tally DROP COLUMN t4",
    "ALTER TABLE tally DROP COLUMN t3",
    "ALTER TABLE tally DROP COLUMN t2",
    "ALTER TABLE tally DROP COLUMN t1",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, DOWN).await
    }
}
