//! The history of Peerlead's tables, the same on SQLite and PostgreSQL.
//!
//! A migration is never edited after a release: it is followed by another. Migrations import no entity,
//! so that yesterday's history does not change when today's rows do.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::MigrationTrait;

mod ddl;
mod m20261122_000001_facts;
mod m20261122_000002_change_log;
mod m20261124_000001_tokens;
mod m20261124_000002_moderators;
mod m20261124_000003_ballots;
mod m20261124_000004_audit;
mod m20261124_000005_contest;
mod m20261128_000001_account_made;
mod m20261128_000002_claim;
mod m20261129_000001_endorsement_again;
mod m20261129_000002_topic_change;

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_facts::Migration),
            Box::new(m20261122_000002_change_log::Migration),
            Box::new(m20261124_000001_tokens::Migration),
            Box::new(m20261124_000002_moderators::Migration),
            Box::new(m20261124_000003_ballots::Migration),
            Box::new(m20261124_000004_audit::Migration),
            Box::new(m20261124_000005_contest::Migration),
            Box::new(m20261128_000001_account_made::Migration),
            Box::new(m20261128_000002_claim::Migration),
            Box::new(m20261129_000001_endorsement_again::Migration),
            Box::new(m20261129_000002_topic_change::Migration),
        ]
    }
}
