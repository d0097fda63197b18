//! The way to the database: one pool to read, one connection at a time to write.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::Executor;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::{DbBackend, DbErr, QueryResult};
use tokio::sync::Mutex;
use tracing::{Instrument, Span};

use super::error::Error;
use super::lane::{Lane, Lanes};
use super::listener::Listener;
use super::pen::{Pen, Pens};
use super::sql::Sql;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 256;
/// How long to wait for a connection or for SQLite's lock.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How many connections read from PostgreSQL.
const READERS: u32 = 15;

/// The facts, remembered.
#[derive(Debug)]
pub struct Store {
    pub(super) lanes: Lanes,
    pub(super) pens: Pens,
    /// Whose turn it is to write in this process; PostgreSQL has a lock for all processes beside it.
    pub(super) turn: Mutex<()>,
    statements: AtomicU64,
    /// Microseconds.
    pub(super) spent: AtomicU64,
    file: Option<DatabaseFile>,
}

/// The file of an embedded database, recognised again.
#[derive(Debug)]
struct DatabaseFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl DatabaseFile {
    fn of(url: &str) -> Option<Self> {
        let options = SqliteConnectOptions::from_str(url).ok()?;
        let path = options.get_filename().to_owned();
        Some(Self { identity: Self::identity(&path)?, path })
    }

    /// The device and the number of a file; `None` where files have none, or when it is not there.
    fn identity(path: &Path) -> Option<(u64, u64)> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
        }
        #[cfg(not(unix))]
        {
            let _ = path;
            None
        }
    }

    /// `SQLite` goes on writing into a file that was removed or replaced, and nobody would find it again.
    fn check(&self) -> Result<(), Error> {
        if Self::identity(&self.path) == Some(self.identity) {
            return Ok(());
        }
        let path = self.path.display();
        Err(Error::Gone(format!(
            "the file {path} was removed or replaced while it was in use; put it back, or restart"
        )))
    }
}

impl Store {
    /// Connects to `sqlite:PATH` or `postgres://...`. A missing SQLite file is made.
    ///
    /// # Errors
    /// When the database cannot be reached or the address is none.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let (lanes, pens) = if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            postgres(url).await?
        } else if url.starts_with("sqlite:") {
            sqlite(url).await.map_err(|error| match error {
                // Which file it is, because the database does not say.
                Error::Gone(told) => Error::Gone(format!("{url}: {told}")),
                other => other,
            })?
        } else {
            let told = "a database address starts with sqlite: or postgres:".to_owned();
            return Err(Error::Fault(DbErr::Custom(told)));
        };
        Ok(Self {
            lanes,
            pens,
            turn: Mutex::new(()),
            statements: AtomicU64::new(0),
            spent: AtomicU64::new(0),
            file: DatabaseFile::of(url),
        })
    }

    /// Whether the database is still where it was opened.
    pub(super) fn check_file(&self) -> Result<(), Error> {
        self.file.as_ref().map_or(Ok(()), DatabaseFile::check)
    }

    /// Brings the tables up to date.
    ///
    /// # Errors
    /// [`Error::Newer`] when a newer program was here before.
    pub async fn migrate(&self) -> Result<(), Error> {
        self.check_history().await?;
        Ok(Migrator::up(&self.pens.plain(), None).await?)
    }

    /// Refuses a database that is not exactly up to date.
    ///
    /// # Errors
    /// [`Error::Newer`] or [`Error::Older`].
    pub async fn check_migrated(&self) -> Result<(), Error> {
        self.check_history().await?;
        let pending: Vec<String> =
            Migrator::get_pending_migrations(&self.pens.plain()).await?.iter().map(|m| m.name().to_owned()).collect();
        if pending.is_empty() { Ok(()) } else { Err(Error::Older(pending.join(", "))) }
    }

    /// Takes every table away again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn migrate_down(&self) -> Result<(), Error> {
        Ok(Migrator::down(&self.pens.plain(), None).await?)
    }

    async fn check_history(&self) -> Result<(), Error> {
        Migrator::install(&self.pens.plain()).await?;
        let known: Vec<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
        let applied = Migrator::get_migration_models(&self.pens.plain()).await?;
        let unknown: Vec<String> =
            applied.into_iter().map(|row| row.version).filter(|version| !known.contains(version)).collect();
        if unknown.is_empty() { Ok(()) } else { Err(Error::Newer(unknown.join(", "))) }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        self.check_file()?;
        self.rows(Sql::new("SELECT 1")).await.map(drop)
    }

    /// Closes every connection, so that SQLite folds its log back into the file.
    pub async fn close(&self) {
        self.lanes.close().await;
        self.pens.close().await;
    }

    /// Reading statements sent so far.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The time spent on reading, and on writing from the turn to its end, so far.
    #[must_use]
    pub fn time_spent(&self) -> Duration {
        Duration::from_micros(self.spent.load(Ordering::Relaxed))
    }

    /// The name of the database, for people.
    #[must_use]
    pub fn backend(&self) -> &'static str {
        if self.is_postgres() { "PostgreSQL" } else { "SQLite" }
    }

    /// Whether several processes may serve it at once.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.is_postgres()
    }

    /// How many questions it answers at a time.
    #[must_use]
    pub fn readers(&self) -> usize {
        self.lanes.width()
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.lanes.backend() == DbBackend::Postgres
    }

    /// A wake-up call from other processes that write to the same PostgreSQL; `None` on SQLite.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn listener(&self) -> Result<Option<Listener>, Error> {
        match &self.lanes {
            Lanes::Postgres(lane) => Listener::open(lane.pool().clone()).await.map(Some),
            Lanes::Sqlite(_) => Ok(None),
        }
    }

    pub(super) async fn rows(&self, sql: Sql) -> Result<Vec<QueryResult>, Error> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let _spent = Spending::begin(&self.spent);
        // Boxed, because everything that may ask holds room for the asking, and every request and subscription holds that.
        Box::pin(self.lanes.rows(sql)).instrument(self.reading()).await
    }

    /// The span of a statement within whatever reads. Looking for news each second is no work of anybody's. What the statement
    /// says is not told.
    fn reading(&self) -> Span {
        if Span::current().is_none() {
            return Span::none();
        }
        tracing::info_span!("read", otel.kind = "client", db.system.name = self.lanes.name())
    }

    pub(super) async fn row(&self, sql: Sql) -> Result<Option<QueryResult>, Error> {
        Ok(self.rows(sql).await?.into_iter().next())
    }
}

/// Adds the time until it is dropped to what was spent.
pub(super) struct Spending<'a> {
    began: Instant,
    spent: &'a AtomicU64,
}

impl<'a> Spending<'a> {
    pub fn begin(spent: &'a AtomicU64) -> Self {
        Self { began: Instant::now(), spent }
    }
}

impl Drop for Spending<'_> {
    fn drop(&mut self) {
        let micros = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.spent.fetch_add(micros, Ordering::Relaxed);
    }
}

async fn sqlite(url: &str) -> Result<(Lanes, Pens), Error> {
    let failed = |error: sea_orm::sqlx::Error| Error::from(DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())));
    let options = SqliteConnectOptions::from_str(url)
        .map_err(failed)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit is on the disk before it is acknowledged, also when the power goes.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(STATEMENTS)
        // A whole page at once, so that the reader is not woken for every few rows.
        .row_buffer_size(512)
        // Ratings touch pages all over the file. The longer the log may grow, the more of them are written back only once.
        .pragma("wal_autocheckpoint", "16384")
        .pragma("temp_store", "memory");
    // The writer first: it makes the file and its write-ahead log, which readers cannot.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE);
    // What is read often is in our own memory, and the rest in the system's cache; so a few pages for each connection are enough.
    let write = write.connect_with(options.clone().pragma("cache_size", "-4096")).await.map_err(failed)?;
    let readers = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 16);
    let read = SqlitePoolOptions::new()
        .max_connections(u32::try_from(readers).unwrap_or(2))
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE);
    let read =
        read.connect_with(options.pragma("query_only", "on").pragma("cache_size", "-1024")).await.map_err(failed)?;
    Ok((Lanes::Sqlite(Lane::new(read, readers)), Pens::Sqlite(Pen::new(write))))
}

/// How PostgreSQL plans our statements, which all look up a few rows. Its defaults are for disks that turn and for reports:
/// compiling a statement takes it a hundred times as long as running it, and for a thousand look-ups it reads whole tables.
const PLANS: &str = "SET jit = off; SET random_page_cost = 1.1; SET max_parallel_workers_per_gather = 0";

/// How long PostgreSQL waits with us. A writer whose turn does not come within ten seconds is told so, as on SQLite, and one who
/// went away in the midst of a transaction, or whose machine is gone, keeps the turn of all others no longer than half a minute.
/// Our own transactions pause only to judge what they have read.
const LIMITS: &str = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s'; \
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";

async fn postgres(url: &str) -> Result<(Lanes, Pens), Error> {
    let failed = |error: sea_orm::sqlx::Error| Error::from(DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())));
    let options = PgConnectOptions::from_str(url)
        .map_err(failed)?
        .application_name("peerlead")
        .statement_cache_capacity(STATEMENTS);
    let pool = PgPoolOptions::new().acquire_timeout(PATIENCE);
    let pool = pool.after_connect(|connection, _| {
        Box::pin(async {
            connection.execute(PLANS).await?;
            connection.execute(LIMITS).await.map(drop)
        })
    });
    // More than the lanes, for the one that listens, and for one that did and is not known to be gone yet.
    let read = pool.clone().max_connections(READERS + 2).connect_with(options.clone()).await.map_err(failed)?;
    let write = pool.max_connections(2).connect_with(options).await.map_err(failed)?;
    Ok((Lanes::Postgres(Lane::new(read, READERS as usize)), Pens::Postgres(Pen::new(write))))
}
