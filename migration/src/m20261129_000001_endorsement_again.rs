//! An endorsement that is given again after it ended is a row of its own, so that what held in between stays known.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// PostgreSQL's name for the constraint that goes.
const ONCE: &str = "endorsement_endorser_id_person_id_topic_id_key";
/// And for the one that comes.
const AGAIN: &str = "endorsement_endorser_id_person_id_topic_id_endorsed_at_key";

/// One endorsement between two people on a topic, the latest.
const LATEST: &str = "DELETE FROM endorsement WHERE EXISTS (SELECT 1 FROM endorsement later
    WHERE later.endorser_id = endorsement.endorser_id AND later.person_id = endorsement.person_id
    AND later.topic_id = endorsement.topic_id AND later.endorsed_at > endorsement.endorsed_at)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // All or nothing, on SQLite too: between two of these statements the endorsements stand in no table of their name.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        key(manager, (ONCE, AGAIN), "endorser_id, person_id, topic_id, endorsed_at").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, &[LATEST]).await?;
        key(manager, (AGAIN, ONCE), "endorser_id, person_id, topic_id").await
    }
}

/// Replaces what makes an endorsement unique. SQLite has no statement for that: the table is made anew there, and its keys go on
/// where they were.
async fn key(manager: &SchemaManager<'_>, (old, new): (&str, &str), columns: &str) -> Result<(), DbErr> {
    if manager.get_connection().get_database_backend() == DbBackend::Postgres {
        let drop = format!("ALTER TABLE endorsement DROP CONSTRAINT {old}");
        let add = format!("ALTER TABLE endorsement ADD CONSTRAINT {new} UNIQUE ({columns})");
        return super::ddl::run(manager, &[&drop, &add]).await;
    }
    let create = format!(
        "CREATE TABLE endorsement_new (
            id {{id}},
            endorser_id BIGINT NOT NULL REFERENCES person (id),
            person_id BIGINT NOT NULL REFERENCES person (id),
            topic_id BIGINT NOT NULL REFERENCES topic (id),
            text TEXT NOT NULL,
            endorsed_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            withdrawn_at BIGINT,
            UNIQUE ({columns}),
            CHECK (endorser_id <> person_id),
            CHECK (expires_at > endorsed_at)
        )"
    );
    let statements = [
        create.as_str(),
        "INSERT INTO endorsement_new SELECT * FROM endorsement",
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'endorsement_new', 0
            WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'endorsement_new')",
        "UPDATE sqlite_sequence SET seq = MAX(seq, COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'endorsement'), 0))
            WHERE name = 'endorsement_new'",
        "DROP TABLE endorsement",
        "ALTER TABLE endorsement_new RENAME TO endorsement",
        "CREATE INDEX endorsement_at ON endorsement (endorsed_at, id)",
        "CREATE INDEX endorsement_person ON endorsement (person_id, endorsed_at, id)",
        "CREATE INDEX endorsement_topic ON endorsement (topic_id, endorsed_at, id)",
    ];
    super::ddl::run(manager, &statements).await
}
