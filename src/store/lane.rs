//! Lanes: the connections that are read with, kept from one question to the next.
//!
//! Whoever gives a connection back to sqlx's pool has it asked whether it still lives, which takes as long as a small question.
//! A lane keeps its connection instead, until something goes wrong: a failure, or a question that was dropped before its answer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, Database, Executor, IntoArguments, Pool, Postgres, Sqlite};
use sea_orm::{DbBackend, DbErr, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use tokio::sync::Semaphore;

use super::connection::PATIENCE;
use super::error::Error;
use super::lent::{Lent, timely};
use super::sql::{Sql, asked};

/// The lanes of either database.
#[derive(Debug)]
pub(super) enum Lanes {
    Sqlite(Lane<Sqlite>),
    Postgres(Lane<Postgres>),
}

impl Lanes {
    pub const fn backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    /// What the database is called in traces.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// How many there are.
    pub const fn width(&self) -> usize {
        match self {
            Self::Sqlite(lane) => lane.width,
            Self::Postgres(lane) => lane.width,
        }
    }

    /// The rows that a reading statement gives.
    pub async fn rows(&self, sql: Sql) -> Result<Vec<QueryResult>, Error> {
        let statement = sql.statement(self.backend());
        match self {
            Self::Sqlite(lane) => lane.rows(&statement).await,
            Self::Postgres(lane) => lane.rows(&statement).await,
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(lane) => lane.close().await,
            Self::Postgres(lane) => lane.close().await,
        }
    }
}

/// Connections of one kind.
#[derive(Debug)]
pub(super) struct Lane<DB: Database> {
    pool: Pool<DB>,
    free: Mutex<Vec<PoolConnection<DB>>>,
    turns: Semaphore,
    width: usize,
}

impl<DB: Database> Lane<DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    SqlxValues: IntoArguments<DB>,
    QueryResult: From<DB::Row>,
{
    /// Up to `width` connections of a pool, which must have as many.
    pub fn new(pool: Pool<DB>, width: usize) -> Self {
        Self { pool, free: Mutex::default(), turns: Semaphore::new(width), width }
    }

    /// The pool they come from.
    pub const fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    fn free(&self) -> MutexGuard<'_, Vec<PoolConnection<DB>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn rows(&self, statement: &Statement) -> Result<Vec<QueryResult>, Error> {
        let late = || Error::Gone("no connection became free in time".to_owned());
        let _turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await.map_err(|_| late())?;
        let kept = self.free().pop();
        if let Some(connection) = kept {
            match self.ask(connection, statement).await {
                // The database went away meanwhile, and with it all that were kept. It may be back.
                Err(Error::Gone(_)) => drop(self.free().drain(..).map(Lent::new).collect::<Vec<_>>()),
                done => return done,
            }
        }
        let connection = self.pool.acquire().await.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        self.ask(connection, statement).await
    }

    async fn ask(&self, connection: PoolConnection<DB>, statement: &Statement) -> Result<Vec<QueryResult>, Error> {
        let mut lent = Lent::new(connection);
        let rows = timely(asked(statement).fetch_all(lent.connection()?)).await.map_err(failed)?;
        let mut free = self.free();
        if !self.pool.is_closed() {
            free.extend(lent.give_back());
        }
        drop(free);
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn close(&self) {
        // In this order: what comes back from now on is not kept.
        let closed = self.pool.close();
        self.free().clear();
        closed.await;
    }
}

fn failed(error: sqlx::Error) -> Error {
    DbErr::Query(RuntimeErr::SqlxError(error.into())).into()
}
