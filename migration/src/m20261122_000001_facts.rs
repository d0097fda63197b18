//! People, accounts, sources, topics, contents, ratings, tallies, leaderships, endorsements, merges.
//!
//! Times are microseconds since 1970 in UTC: the same value, order and precision on both databases.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::ddl::run(manager, DOWN).await
    }
}

const UP: &[&str] = &[
    "CREATE TABLE person (
        id {id},
        handle {text} NOT NULL UNIQUE,
        name {text} NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('HUMAN', 'BOT')),
        active BOOLEAN NOT NULL,
        team TEXT,
        created_at BIGINT NOT NULL,
        merged_into BIGINT REFERENCES person (id)
    )",
    "CREATE INDEX person_name ON person (name, id)",
    "CREATE INDEX person_created ON person (created_at, id)",
    "CREATE TABLE source (
        id {id},
        slug {text} NOT NULL UNIQUE,
        name {text} NOT NULL,
        kind TEXT NOT NULL,
        scale TEXT NOT NULL CHECK (scale IN ('STARS', 'VOTE', 'LIKE')),
        visibility TEXT NOT NULL CHECK (visibility IN ('PRIVATE', 'PUBLIC')),
        created_at BIGINT NOT NULL
    )",
    "CREATE TABLE account (
        id {id},
        source_id BIGINT NOT NULL REFERENCES source (id),
        external_id {text} NOT NULL,
        person_id BIGINT NOT NULL REFERENCES person (id),
        UNIQUE (source_id, external_id)
    )",
    "CREATE INDEX account_person ON account (person_id, id)",
    "CREATE TABLE topic (
        id {id},
        slug {text} NOT NULL UNIQUE,
        name {text} NOT NULL,
        description TEXT NOT NULL,
        parent_id BIGINT REFERENCES topic (id),
        main_id BIGINT REFERENCES topic (id),
        created_at BIGINT NOT NULL,
        CHECK (parent_id <> id),
        CHECK (main_id <> id)
    )",
    "CREATE INDEX topic_parent ON topic (parent_id, id)",
    "CREATE INDEX topic_main ON topic (main_id, id)",
    "CREATE INDEX topic_name ON topic (name, id)",
    "CREATE INDEX topic_created ON topic (created_at, id)",
    "CREATE TABLE content (
        id {id},
        source_id BIGINT NOT NULL REFERENCES source (id),
        external_id {text} NOT NULL,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        url TEXT,
        language TEXT,
        parent_id BIGINT REFERENCES content (id),
        published_at BIGINT NOT NULL,
        withdrawn_at BIGINT,
        hidden_at BIGINT,
        hidden_reason TEXT,
        visible BOOLEAN NOT NULL,
        UNIQUE (source_id, external_id),
        CHECK (visible = (withdrawn_at IS NULL AND hidden_at IS NULL))
    )",
    // Lists of contents are kept in memory, so there are no indexes to sort by: only what names a content, and what it is linked
    // to. Every rating would have to move several of them.
    "CREATE TABLE content_author (
        content_id BIGINT NOT NULL REFERENCES content (id),
        person_id BIGINT NOT NULL REFERENCES person (id),
        position SMALLINT NOT NULL,
        PRIMARY KEY (content_id, person_id)
    ){clustered}",
    "CREATE INDEX content_author_person ON content_author (person_id, content_id)",
    "CREATE TABLE content_topic (
        content_id BIGINT NOT NULL REFERENCES content (id),
        topic_id BIGINT NOT NULL REFERENCES topic (id),
        position SMALLINT NOT NULL,
        PRIMARY KEY (content_id, topic_id)
    ){clustered}",
    "CREATE INDEX content_topic_topic ON content_topic (topic_id, content_id)",
    // n1 to n5 count the ratings of each step of the normalised scale, -1, -0.5, 0, 0.5 and 1.
    "CREATE TABLE tally (
        content_id {int} PRIMARY KEY REFERENCES content (id),
        n1 BIGINT NOT NULL,
        n2 BIGINT NOT NULL,
        n3 BIGINT NOT NULL,
        n4 BIGINT NOT NULL,
        n5 BIGINT NOT NULL
    )",
    // A rating that was withdrawn keeps its row without a value, so that an old import cannot bring it back.
    "CREATE TABLE rating (
        content_id BIGINT NOT NULL REFERENCES content (id),
        person_id BIGINT NOT NULL REFERENCES person (id),
        value SMALLINT,
        step SMALLINT CHECK (step BETWEEN -2 AND 2),
        kind TEXT,
        rated_at BIGINT NOT NULL,
        PRIMARY KEY (content_id, person_id),
        CHECK ((value IS NULL) = (step IS NULL))
    ){clustered}",
    // What somebody thought before they changed their mind or took it back, so that a past moment can be asked about.
    "CREATE TABLE past_rating (
        content_id BIGINT NOT NULL REFERENCES content (id),
        person_id BIGINT NOT NULL REFERENCES person (id),
        ended_at BIGINT NOT NULL,
        rated_at BIGINT NOT NULL,
        step SMALLINT NOT NULL CHECK (step BETWEEN -2 AND 2),
        PRIMARY KEY (content_id, person_id, ended_at),
        CHECK (ended_at > rated_at)
    ){clustered}",
    "CREATE INDEX rating_person ON rating (person_id, rated_at, content_id)",
    "CREATE TABLE leadership (
        id {id},
        person_id BIGINT NOT NULL REFERENCES person (id),
        topic_id BIGINT NOT NULL REFERENCES topic (id),
        kind TEXT NOT NULL CHECK (kind IN ('APPOINTED', 'DECLARED')),
        role TEXT NOT NULL,
        valid_from BIGINT NOT NULL,
        valid_to BIGINT,
        told_by BIGINT REFERENCES person (id),
        evidence_text TEXT,
        evidence_url TEXT,
        UNIQUE (person_id, topic_id, kind, role, valid_from),
        CHECK (valid_to >= valid_from)
    )",
    "CREATE INDEX leadership_from ON leadership (valid_from, id)",
    "CREATE INDEX leadership_person ON leadership (person_id, valid_from, id)",
    "CREATE INDEX leadership_topic ON leadership (topic_id, valid_from, id)",
    "CREATE TABLE endorsement (
        id {id},
        endorser_id BIGINT NOT NULL REFERENCES person (id),
        person_id BIGINT NOT NULL REFERENCES person (id),
        topic_id BIGINT NOT NULL REFERENCES topic (id),
        text TEXT NOT NULL,
        endorsed_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        withdrawn_at BIGINT,
        UNIQUE (endorser_id, person_id, topic_id),
        CHECK (endorser_id <> person_id),
        CHECK (expires_at > endorsed_at)
    )",
    "CREATE INDEX endorsement_at ON endorsement (endorsed_at, id)",
    "CREATE INDEX endorsement_person ON endorsement (person_id, endorsed_at, id)",
    "CREATE INDEX endorsement_topic ON endorsement (topic_id, endorsed_at, id)",
    "CREATE TABLE merge (
        id {id},
        noun TEXT NOT NULL CHECK (noun IN ('PERSON', 'TOPIC')),
        from_id BIGINT NOT NULL,
        into_id BIGINT NOT NULL,
        merged_at BIGINT NOT NULL,
        merged_by BIGINT REFERENCES person (id),
        journal TEXT NOT NULL,
        undone_at BIGINT
    )",
];

const DOWN: &[&str] = &[
    "DROP TABLE merge",
    "DROP TABLE endorsement",
    "DROP TABLE leadership",
    "DROP TABLE past_rating",
    "DROP TABLE rating",
    "DROP TABLE tally",
    "DROP TABLE content_topic",
    "DROP TABLE content_author",
    "DROP TABLE content",
    "DROP TABLE topic",
    "DROP TABLE account",
    "DROP TABLE source",
    "DROP TABLE person",
];
