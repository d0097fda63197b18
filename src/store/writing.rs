//! A transaction that writes: facts and their rows of the change log together, or nothing.
//!
//! Writers take turns: SQLite has one writer anyway, and on PostgreSQL an advisory lock makes it so for all processes. So
//! what a rule has read is still true when its outcome is written, and the log's numbers have no gaps and follow the commits.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, QueryResult, Value};
use tokio::sync::MutexGuard;
use tracing::Span;

use super::connection::{Spending, Store};
use super::error::Error;
use super::listener::CHANNEL;
use super::pen::Transaction;
use super::sql::Sql;
use crate::domain::change::{Change, Fact};
use crate::domain::time::{Time, micros};

/// A transaction that holds the turn to write. Dropped, it leaves nothing behind.
pub struct Writing<'a> {
    pub(super) transaction: Transaction<'a>,
    facts: Vec<Fact>,
    last: i64,
    _turn: MutexGuard<'a, ()>,
    _spent: Spending<'a>,
    /// From the turn to its end.
    _span: Span,
}

impl std::fmt::Debug for Writing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writing").field("facts", &self.facts.len()).finish_non_exhaustive()
    }
}

impl Store {
    /// Waits for the turn to write and begins.
    ///
    /// # Errors
    /// When the database is gone, or locked by another program for too long.
    pub async fn begin(&self) -> Result<Writing<'_>, Error> {
        let mut writing = self.take_turn().await?;
        let last = writing.row(Sql::new("SELECT COALESCE(MAX(seq), 0) FROM change")).await?;
        writing.last = last.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
        Ok(writing)
    }

    /// The same with the answer to a first question, which takes no way of its own to the database. The question is what is selected
    /// and from where, and has at least one row.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub(super) async fn begin_asking(&self, question: Sql) -> Result<(Writing<'_>, Vec<QueryResult>), Error> {
        let mut writing = self.take_turn().await?;
        let mut sql = Sql::new("SELECT (SELECT COALESCE(MAX(seq), 0) FROM change) AS last, ");
        sql.append(question);
        let rows = writing.rows(sql).await?;
        writing.last = rows.first().map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
        Ok((writing, rows))
    }

    async fn take_turn(&self) -> Result<Writing<'_>, Error> {
        let turn = self.turn.lock().await;
        let spent = Spending::begin(&self.spent);
        let span = tracing::info_span!("write", otel.kind = "client", db.system.name = self.lanes.name());
        self.check_file()?;
        let transaction = self.pens.begin().await?;
        Ok(Writing { transaction, facts: Vec::new(), last: 0, _turn: turn, _spent: spent, _span: span })
    }
}

impl Writing<'_> {
    /// Notes what happened, for the log.
    pub fn note(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    /// The number of the last change before this transaction. Whoever has heard it knows the facts as they are now.
    #[must_use]
    pub const fn last_seq(&self) -> i64 {
        self.last
    }

    /// Writes the log's rows and commits. What comes back is told to the caller and to all who listen.
    ///
    /// # Errors
    /// When the database refuses; then nothing of the transaction remains.
    pub async fn commit(mut self, now: Time) -> Result<Vec<Arc<Change>>, Error> {
        let numbered = (self.last + 1..).zip(std::mem::take(&mut self.facts));
        let changes: Vec<_> = numbered.map(|(seq, fact)| Arc::new(Change { seq, at: now, fact })).collect();
        if !changes.is_empty() {
            self.write_log(&changes).await?;
        }
        self.transaction.commit().await?;
        Ok(changes)
    }

    async fn write_log(&self, changes: &[Arc<Change>]) -> Result<(), Error> {
        for some in changes.chunks(1_000) {
            let mut sql = Sql::new("INSERT INTO change (seq, at, fact) VALUES ");
            let mut rows = Vec::with_capacity(some.len());
            for change in some {
                let fact =
                    serde_json::to_string(&change.fact).map_err(|error| Error::Inconsistent(error.to_string()))?;
                rows.push(vec![Value::from(change.seq), micros(change.at).into(), fact.into()]);
            }
            sql.bind_rows(rows);
            self.queue("change", sql).await?;
        }
        if let Some(last) = changes.last()
            && self.transaction.get_database_backend() == sea_orm::DbBackend::Postgres
        {
            let mut sql = Sql::new("SELECT pg_notify(");
            sql.bind(CHANNEL).push(", ").bind(last.seq.to_string()).push(")");
            self.queue("call", sql).await?;
        }
        Ok(())
    }

    /// Has a statement run whose outcome nobody waits for, at the latest at the commit: see [`Transaction::queue`].
    pub(super) async fn queue(&self, table: &'static str, sql: Sql) -> Result<(), Error> {
        Ok(self.transaction.queue(table, sql).await?)
    }

    pub(super) async fn rows(&self, sql: Sql) -> Result<Vec<QueryResult>, Error> {
        Ok(self.transaction.query_all_raw(sql.statement(self.transaction.get_database_backend())).await?)
    }

    pub(super) async fn row(&self, sql: Sql) -> Result<Option<QueryResult>, Error> {
        Ok(self.rows(sql).await?.into_iter().next())
    }

    pub(super) async fn execute(&self, sql: Sql) -> Result<u64, Error> {
        Ok(self.transaction.execute_raw(sql.statement(self.transaction.get_database_backend())).await?.rows_affected())
    }
}
