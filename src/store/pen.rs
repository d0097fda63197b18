//! The pen: the connection that is written with, kept from one transaction to the next.
//!
//! sqlx's pool asks a connection whether it still lives when it is taken and when it is given back, and a small transaction takes
//! hardly longer than that. The pen gives its connection back only when a transaction was dropped before its end.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sea_orm::prelude::async_trait;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, Database, Executor, IntoArguments, Pool, Postgres, SqlSafeStr, Sqlite};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, SqlxPostgresConnector,
    SqlxSqliteConnector, Statement,
};
use sea_query_sqlx::SqlxValues;
use sqlx_core::transaction::TransactionManager;

use super::error::Error;
use super::lent::{Lent, timely};
use super::sql::{Sql, asked};

/// What begins a transaction on PostgreSQL: it waits for its turn on the same way. The lock goes by a number, "peerlead" in ASCII. What
/// it reads has to be as it is when the turn has come, not as it was before, whatever the database's own level is.
const BEGIN_IN_TURN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(8098991047014965604)";
/// How many values are sent at once at the most: SQLite takes 32,766 in a statement, PostgreSQL 65,535 in all.
const MOST_VALUES: usize = 32_000;

/// The pen of either database.
#[derive(Debug)]
pub(super) enum Pens {
    Sqlite(Pen<Sqlite>),
    Postgres(Pen<Postgres>),
}

impl Pens {
    /// Begins a transaction that nobody writes beside, in this process or another.
    ///
    /// # Errors
    /// When the database cannot be reached, or is held by another program.
    pub async fn begin(&self) -> Result<Transaction<'_>, Error> {
        let open = match self {
            Self::Sqlite(pen) => Either::Sqlite(pen.begin("BEGIN IMMEDIATE").await?),
            Self::Postgres(pen) => Either::Postgres(pen.begin(BEGIN_IN_TURN).await?),
        };
        Ok(Transaction { open, queued: Mutex::default() })
    }

    /// A connection of the kind that migrations want, while nobody writes.
    pub fn plain(&self) -> DatabaseConnection {
        match self {
            Self::Sqlite(pen) => SqlxSqliteConnector::from_sqlx_sqlite_pool(pen.given_back().clone()),
            Self::Postgres(pen) => SqlxPostgresConnector::from_sqlx_postgres_pool(pen.given_back().clone()),
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pen) => pen.close().await,
            Self::Postgres(pen) => pen.close().await,
        }
    }
}

/// The pen of one database.
#[derive(Debug)]
pub(super) struct Pen<DB: Database> {
    pool: Pool<DB>,
    kept: Mutex<Option<PoolConnection<DB>>>,
}

impl<DB: Database> Pen<DB> {
    /// Writes with connections of a pool, which nobody else uses.
    pub const fn new(pool: Pool<DB>) -> Self {
        Self { pool, kept: Mutex::new(None) }
    }

    fn kept(&self) -> MutexGuard<'_, Option<PoolConnection<DB>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pool, which has its connection again.
    fn given_back(&self) -> &Pool<DB> {
        drop(self.kept().take());
        &self.pool
    }

    async fn begin(&self, begin: &'static str) -> Result<Open<'_, DB>, Error> {
        let kept = self.kept().take();
        if let Some(connection) = kept {
            match self.begin_with(connection, begin).await {
                // The database went away meanwhile. It may be back.
                Err(Error::Gone(_)) => {}
                done => return done,
            }
        }
        let connection = self.pool.acquire().await.map_err(|error| DbErr::Conn(cause(error)))?;
        self.begin_with(connection, begin).await
    }

    async fn begin_with(&self, connection: PoolConnection<DB>, begin: &'static str) -> Result<Open<'_, DB>, Error> {
        let mut lent = Lent::new(connection);
        let begun = DB::TransactionManager::begin(lent.connection()?, Some(begin.into_sql_str()));
        timely(begun).await.map_err(|error| DbErr::Exec(cause(error)))?;
        Ok(Open { pen: self, connection: tokio::sync::Mutex::new(lent.give_back()) })
    }

    async fn close(&self) {
        // In this order: what comes back from now on is not kept.
        let closed = self.pool.close();
        drop(self.kept().take());
        closed.await;
    }
}

/// A transaction that was begun. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Transaction<'a> {
    open: Either<'a>,
    /// What nobody waits for, in its order, each with the table that it writes.
    queued: Mutex<Vec<(&'static str, Sql)>>,
}

#[derive(Debug)]
enum Either<'a> {
    Sqlite(Open<'a, Sqlite>),
    Postgres(Open<'a, Postgres>),
}

impl Transaction<'_> {
    /// Has a statement run whose outcome nobody waits for: together with others that write other tables, before anything else
    /// that is asked in this transaction, at the latest at its end. So a few writes take one way to the database.
    ///
    /// # Errors
    /// When the database refuses what was queued before.
    pub async fn queue(&self, table: &'static str, sql: Sql) -> Result<(), DbErr> {
        let fits = {
            let queued = self.queued();
            let values: usize = queued.iter().map(|(_, queued)| queued.values()).sum();
            values + sql.values() <= MOST_VALUES && queued.iter().all(|(other, _)| *other != table)
        };
        if !fits {
            self.run_queued().await?;
        }
        self.queued().push((table, sql));
        Ok(())
    }

    fn queued(&self) -> MutexGuard<'_, Vec<(&'static str, Sql)>> {
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run_queued(&self) -> Result<(), DbErr> {
        let queued = std::mem::take(&mut *self.queued());
        if queued.is_empty() {
            return Ok(());
        }
        let backend = self.get_database_backend();
        let statement = Sql::together(queued, backend).statement(backend);
        match &self.open {
            Either::Sqlite(open) => open.execute(&statement).await.map(drop),
            Either::Postgres(open) => open.execute(&statement).await.map(drop),
        }
    }

    /// Makes what was done last.
    ///
    /// # Errors
    /// When the database refuses; then nothing remains.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.run_queued().await?;
        match self.open {
            Either::Sqlite(open) => open.commit().await,
            Either::Postgres(open) => open.commit().await,
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction<'_> {
    fn get_database_backend(&self) -> DbBackend {
        match &self.open {
            Either::Sqlite(_) => DbBackend::Sqlite,
            Either::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run_queued().await?;
        match &self.open {
            Either::Sqlite(open) => open.execute(&statement).await,
            Either::Postgres(open) => open.execute(&statement).await,
        }
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        self.execute_raw(Statement::from_string(self.get_database_backend(), text)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run_queued().await?;
        match &self.open {
            Either::Sqlite(open) => open.rows(&statement).await,
            Either::Postgres(open) => open.rows(&statement).await,
        }
    }
}

/// A transaction of one database.
#[derive(Debug)]
struct Open<'a, DB: Database> {
    pen: &'a Pen<DB>,
    /// Empty when the transaction has ended.
    connection: tokio::sync::Mutex<Option<PoolConnection<DB>>>,
}

impl<DB: Database> Open<'_, DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    SqlxValues: IntoArguments<DB>,
    QueryResult: From<DB::Row>,
    ExecResult: From<DB::QueryResult>,
{
    async fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        let mut connection = self.connection.lock().await;
        let mut lent = Lent::new(connection.take().ok_or_else(ended)?);
        let done = timely(asked(statement).execute(lent.connection()?)).await;
        keep(&mut connection, lent, done).map(Into::into).map_err(DbErr::Exec)
    }

    async fn rows(&self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut connection = self.connection.lock().await;
        let mut lent = Lent::new(connection.take().ok_or_else(ended)?);
        let rows = timely(asked(statement).fetch_all(lent.connection()?)).await;
        let rows = keep(&mut connection, lent, rows).map_err(DbErr::Query)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn commit(mut self) -> Result<(), DbErr> {
        let mut lent = Lent::new(self.connection.get_mut().take().ok_or_else(ended)?);
        let done = timely(DB::TransactionManager::commit(lent.connection()?)).await;
        done.map_err(|error| DbErr::Exec(cause(error)))?;
        if !self.pen.pool.is_closed() {
            *self.pen.kept() = lent.give_back();
        }
        Ok(())
    }
}

/// Keeps a connection that has answered, be it with a refusal. One that has not is closed.
fn keep<DB: Database, T>(
    kept: &mut Option<PoolConnection<DB>>,
    lent: Lent<DB>,
    answer: Result<T, sqlx::Error>,
) -> Result<T, RuntimeErr> {
    if matches!(&answer, Ok(_) | Err(sqlx::Error::Database(_))) {
        *kept = lent.give_back();
    }
    answer.map_err(cause)
}

impl<DB: Database> Drop for Open<'_, DB> {
    fn drop(&mut self) {
        // What is still here was not committed. It is taken back before anybody else writes, or closed.
        let Some(connection) = self.connection.get_mut().take() else { return };
        let mut lent = Lent::new(connection);
        tokio::spawn(async move {
            let Ok(open) = lent.connection() else { return };
            if timely(DB::TransactionManager::rollback(open)).await.is_ok() {
                drop(lent.give_back());
            }
        });
    }
}

fn cause(error: sqlx::Error) -> RuntimeErr {
    RuntimeErr::SqlxError(error.into())
}

fn ended() -> DbErr {
    DbErr::Custom("the transaction has ended".to_owned())
}
