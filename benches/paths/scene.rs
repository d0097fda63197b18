//! A database, filled once and copied for each run, and everything that is measured on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use itertools::Itertools;
use sea_orm::ConnectionTrait;

use super::data::Shape;
use super::fill::{Filled, fill};
use super::process::{Server, pin_self, postgres_cpu};
use super::work::{self, Goal, Work};
use super::{Failure, Plan, load, look, news};

/// Where the measuring happens.
#[derive(Debug)]
pub enum Scene {
    Sqlite { folder: PathBuf, name: String },
    Postgres { folder: PathBuf, admin: String, name: String },
}

/// Medians of one work over the rounds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figure {
    pub per_second: f64,
    pub p50: f64,
    pub p99: f64,
    /// Microseconds of processor time for each request.
    pub server: f64,
    pub database: f64,
    pub bytes: f64,
}

impl Figure {
    /// Requests per second and core.
    pub fn per_core(&self) -> f64 {
        1e6 / (self.server + self.database)
    }
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Figures {
    pub works: BTreeMap<&'static str, Figure>,
    /// The works in their order, with their goals.
    pub order: Vec<(&'static str, Goal)>,
    /// Milliseconds.
    pub start: f64,
    /// Seconds from the start until everything is read that trends and leaders are told from.
    pub read: f64,
    pub news: (f64, f64),
    /// Megabytes.
    pub memory: (f64, f64),
}

impl Scene {
    pub fn sqlite(folder: &Path, shape: &Shape) -> Self {
        Self::Sqlite { folder: folder.to_owned(), name: format!("peerlead-{}-{}", shape.scale, shape.years) }
    }

    /// `server` is the address of a database on a server where others may be made.
    pub fn postgres(server: &str, folder: &Path, shape: &Shape) -> Result<Self, Failure> {
        if server.rsplit_once('/').is_none() {
            return Err("PEERLEAD_BENCH_POSTGRES must be an address like postgres://postgres@127.0.0.1/postgres".into());
        }
        let name = format!("peerlead_bench_{}_{}", shape.scale, shape.years).replace('.', "_");
        Ok(Self::Postgres { folder: folder.to_owned(), admin: server.to_owned(), name })
    }

    pub const fn key(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }

    pub const fn title(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres { .. } => "PostgreSQL",
        }
    }

    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    pub const fn folder(&self) -> &PathBuf {
        match self {
            Self::Sqlite { folder, .. } | Self::Postgres { folder, .. } => folder,
        }
    }

    fn note(&self) -> PathBuf {
        match self {
            Self::Sqlite { folder, name } | Self::Postgres { folder, name, .. } => folder.join(format!("{name}.json")),
        }
    }

    pub fn url(&self, run: bool) -> String {
        let end = if run { "-run" } else { "" };
        match self {
            Self::Sqlite { folder, name } => format!("sqlite:{}", folder.join(format!("{name}{end}.db")).display()),
            Self::Postgres { admin, name, .. } => {
                format!("{}/{name}{}", admin.rsplit_once('/').map_or("", |(base, _)| base), end.replace('-', "_"))
            }
        }
    }

    /// Fills the database, unless it is filled already.
    pub fn fill(&self, plan: &Plan) -> Result<Filled, Failure> {
        let shape = &plan.shape;
        if let Some(filled) =
            std::fs::read(self.note()).ok().and_then(|text| serde_json::from_slice::<Filled>(&text).ok())
            && filled.fits(shape)
            && self.exists()?
        {
            return Ok(filled);
        }
        eprintln!("{}: filling {:?}", self.title(), shape);
        let runtime = tokio::runtime::Runtime::new()?;
        let filled = runtime.block_on(async {
            match self {
                Self::Sqlite { folder, name } => remove(folder, &format!("{name}.db"))?,
                Self::Postgres { admin, name, .. } => {
                    statements(
                        admin,
                        &[&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), &format!("CREATE DATABASE {name}")],
                    )
                    .await?;
                }
            }
            let filled = fill(&self.url(false), shape, plan.trends).await?;
            if self.is_postgres() {
                // What PostgreSQL would do by itself within minutes, so that it does not do it while we measure.
                statements(&self.url(false), &["VACUUM ANALYZE", "CHECKPOINT"]).await?;
            }
            Ok::<_, Failure>(filled)
        })?;
        std::fs::write(self.note(), serde_json::to_vec_pretty(&filled)?)?;
        Ok(filled)
    }

    fn exists(&self) -> Result<bool, Failure> {
        match self {
            Self::Sqlite { folder, name } => Ok(folder.join(format!("{name}.db")).is_file()),
            Self::Postgres { admin, name, .. } => {
                let runtime = tokio::runtime::Runtime::new()?;
                runtime.block_on(async {
                    let connection = sea_orm::Database::connect(admin).await?;
                    let sql = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
                    let found = connection
                        .query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql))
                        .await?
                        .is_some();
                    connection.close().await?;
                    Ok(found)
                })
            }
        }
    }

    /// Makes a copy to work on, so that every run begins with the same database.
    async fn copy(&self) -> Result<(), Failure> {
        match self {
            Self::Sqlite { folder, name } => {
                remove(folder, &format!("{name}-run.db"))?;
                std::fs::copy(folder.join(format!("{name}.db")), folder.join(format!("{name}-run.db")))?;
                std::fs::File::open(folder.join(format!("{name}-run.db")))?.sync_all()?;
                Ok(())
            }
            Self::Postgres { admin, name, .. } => {
                let drop = format!("DROP DATABASE IF EXISTS {name}_run WITH (FORCE)");
                let create = format!("CREATE DATABASE {name}_run TEMPLATE {name} STRATEGY FILE_COPY");
                statements(admin, &[&drop, &create, "CHECKPOINT"]).await
            }
        }
    }

    async fn remove_copy(&self) -> Result<(), Failure> {
        match self {
            Self::Sqlite { folder, name } => remove(folder, &format!("{name}-run.db")),
            Self::Postgres { admin, name, .. } => {
                statements(admin, &[&format!("DROP DATABASE IF EXISTS {name}_run WITH (FORCE)")]).await
            }
        }
    }

    /// Measures everything on a copy of the filled database.
    pub fn measure(&self, plan: &Plan, filled: &Filled) -> Result<Figures, Failure> {
        self.on_a_copy(self.measure_all(plan, filled))
    }

    /// Measures something on a copy of the filled database.
    pub fn on_a_copy<T>(&self, measuring: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.copy())?;
        pin_self("1");
        let figures = runtime.block_on(measuring);
        let removed = runtime.block_on(self.remove_copy());
        pin_self("0-1");
        let figures = figures?;
        removed?;
        Ok(figures)
    }

    async fn measure_all(&self, plan: &Plan, filled: &Filled) -> Result<Figures, Failure> {
        let organisation = Arc::new(filled.organisation(&plan.shape));
        let mut starts = Vec::new();
        for _ in 0..3 {
            starts.push(Server::start(&self.url(true), self.folder())?.ready_after.as_secs_f64() * 1_000.0);
        }
        let server = Server::start(&self.url(true), self.folder())?;
        starts.push(server.ready_after.as_secs_f64() * 1_000.0);
        let began = Instant::now();
        look::until_read(&server, None).await?;
        let read = server.ready_after.as_secs_f64() + began.elapsed().as_secs_f64();
        look::check(&server, &organisation).await?;
        let ids = look::ids(&server, &organisation).await?;
        let late = look::late_cursor(&server, 1_000.min(plan.shape.contents / 20 - 1)).await?;
        // What writes comes last: the others are asked about the data as it is described.
        let works = [work::reading(&organisation, late), work::writing(&organisation, ids)];
        let mut rounds: BTreeMap<&'static str, Vec<Figure>> = BTreeMap::new();
        for (works, round) in works.iter().cartesian_product(0..plan.rounds) {
            for work in works.iter().filter(|work| plan.wants(work.name)) {
                let figure = self.round(&server, work, plan, round as u64).await?;
                eprintln!(
                    "{} {} of {}: {}: {:.0}/s, {:.0}/s and core",
                    self.title(),
                    round + 1,
                    plan.rounds,
                    work.name,
                    figure.per_second,
                    figure.per_core()
                );
                rounds.entry(work.name).or_default().push(figure);
            }
        }
        let news = news::news(&server, &organisation).await?;
        let memory = server.memory();
        Ok(Figures {
            works: rounds.into_iter().map(|(name, figures)| (name, medians(&figures))).collect(),
            order: works.iter().flatten().map(|work| (work.name, work.goal)).collect(),
            start: median(starts.into_iter()),
            read,
            news,
            memory,
        })
    }

    async fn round(&self, server: &Server, work: &Arc<Work>, plan: &Plan, round: u64) -> Result<Figure, Failure> {
        let url = self.url(true);
        let name = url.rsplit_once('/').map_or("", |(_, name)| name);
        let database = || if self.is_postgres() { postgres_cpu(name) } else { 0.0 };
        load::run(server.address, work, plan.warm_up, 2 * round).await?;
        let (server_before, database_before) = (server.cpu(), database());
        let outcome = load::run(server.address, work, plan.window, 2 * round + 1).await?;
        let (server_after, database_after) = (server.cpu(), database());
        let requests = outcome.requests.max(1) as f64;
        Ok(Figure {
            per_second: outcome.requests as f64 / outcome.seconds,
            p50: outcome.p50,
            p99: outcome.p99,
            server: (server_after - server_before) * 1e6 / requests,
            database: (database_after - database_before) * 1e6 / requests,
            bytes: outcome.bytes as f64 / requests,
        })
    }
}

fn remove(folder: &Path, name: &str) -> Result<(), Failure> {
    for end in ["", "-wal", "-shm"] {
        match std::fs::remove_file(folder.join(format!("{name}{end}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Runs statements on a database.
pub async fn statements(url: &str, statements: &[&str]) -> Result<(), Failure> {
    let connection = sea_orm::Database::connect(url).await?;
    for statement in statements {
        connection.execute_unprepared(statement).await?;
    }
    connection.close().await?;
    Ok(())
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn medians(figures: &[Figure]) -> Figure {
    let of = |pick: fn(&Figure) -> f64| median(figures.iter().map(pick));
    Figure {
        per_second: of(|f| f.per_second),
        p50: of(|f| f.p50),
        p99: of(|f| f.p99),
        server: of(|f| f.server),
        database: of(|f| f.database),
        bytes: of(|f| f.bytes),
    }
}
