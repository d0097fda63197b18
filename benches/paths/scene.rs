//! A database, filled once and copied for each run, and everything that is measured on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::data::{LED, Organisation, Rng, Shape};
use super::fill::{Filled, fill};
use super::http::{Connection, Request};
use super::load;
use super::process::{Server, pin_self, postgres_cpu};
use super::work::{self, Goal, Work};
use super::{Failure, Plan};

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
        read(&server).await?;
        let read = server.ready_after.as_secs_f64() + began.elapsed().as_secs_f64();
        check(&server, &organisation).await?;
        let ids = ids(&server, &organisation).await?;
        let late = late_cursor(&server, 1_000.min(plan.shape.contents / 20 - 1)).await?;
        let mut works = work::all(&organisation, ids, late);
        if let Some(only) = &plan.only {
            works.retain(|work| work.name.contains(only.as_str()));
        }
        let mut rounds: BTreeMap<&'static str, Vec<Figure>> = BTreeMap::new();
        // What writes comes last: the others are asked about the data as it is described.
        let (writing, reading): (Vec<_>, Vec<_>) = works.iter().partition(|work| work.writes());
        for (round, works) in
            [reading, writing].iter().flat_map(|works| (0..plan.rounds).map(move |round| (round, works)))
        {
            for work in works {
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
        let news = news(&server, &organisation).await?;
        let memory = server.memory();
        Ok(Figures {
            works: rounds.into_iter().map(|(name, figures)| (name, medians(&figures))).collect(),
            order: works.iter().map(|work| (work.name, work.goal)).collect(),
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

/// Looks at one answer of each kind closely, so that nobody measures nonsense.
async fn check(server: &Server, organisation: &Organisation) -> Result<(), Failure> {
    let mut connection = Connection::open(server.address).await?;
    let mut ask = async |request: &Request| -> Result<Value, Failure> {
        Ok(serde_json::from_slice(connection.ask(request).await?)?)
    };
    let content = ask(&work::content(0)).await?;
    let authors = content["data"]["content"]["authors"].as_array().map_or(0, Vec::len);
    if authors != organisation.contents[0].authors.len() {
        return Err(format!("Q1 has {authors} authors: {content}").into());
    }
    for topic in organisation.busy_topics(20) {
        let best = ask(&work::best(topic, organisation.month_ago())).await?;
        let nodes = best["data"]["contents"]["nodes"].as_array().map_or(0, Vec::len);
        if nodes != 20 && organisation.shape.scale >= 1.0 {
            return Err(format!("Q2 has {nodes} contents: {best}").into());
        }
    }
    let leader = ask(&work::leader(0)).await?;
    let topics = leader["data"]["person"]["leaderships"]["nodes"].as_array().cloned().unwrap_or_default();
    let complete =
        topics.iter().all(|node| node["topic"]["contents"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == 5));
    if topics.len() != LED || !complete {
        return Err(format!("Q3 is incomplete: {leader}").into());
    }
    Ok(())
}

/// Waits until the server has read everything that trends and leaders are told from.
async fn read(server: &Server) -> Result<(), Failure> {
    let mut connection = Connection::open(server.address).await?;
    for query in [work::TRENDS, "{ leadershipMap { totalCount } }"] {
        let request = Request::graphql(json!({ "query": query }).to_string());
        while String::from_utf8_lossy(connection.ask(&request).await?).contains("\"errors\"") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    Ok(())
}

/// The ids of some contents, all over the place.
async fn ids(server: &Server, organisation: &Organisation) -> Result<Vec<(usize, String)>, Failure> {
    let mut connection = Connection::open(server.address).await?;
    let mut rng = Rng::new(7);
    let mut ids = Vec::new();
    for _ in 0..organisation.shape.contents.min(5_000) {
        let number = rng.below(organisation.shape.contents);
        let answer: Value = serde_json::from_slice(connection.ask(&work::content(number)).await?)?;
        let id = answer["data"]["content"]["id"].as_str().ok_or("a content without an id")?;
        ids.push((number, id.to_owned()));
    }
    Ok(ids)
}

/// The cursor that page number `page` follows.
async fn late_cursor(server: &Server, page: usize) -> Result<String, Failure> {
    let mut connection = Connection::open(server.address).await?;
    let mut cursor: Option<String> = None;
    for _ in 1..page {
        let answer: Value = serde_json::from_slice(connection.ask(&work::page(cursor.as_deref())).await?)?;
        cursor = Some(
            answer["data"]["contents"]["pageInfo"]["endCursor"].as_str().ok_or("a page without a cursor")?.to_owned(),
        );
    }
    cursor.ok_or_else(|| "there are too few contents for pages".into())
}

/// Milliseconds from a mutation's answer, and from its request, to the frame at a subscriber: medians.
async fn news(server: &Server, organisation: &Organisation) -> Result<(f64, f64), Failure> {
    tokio::time::timeout(Duration::from_mins(1), news_of(server, organisation))
        .await
        .map_err(|_| "news did not come within a minute")?
}

async fn news_of(server: &Server, organisation: &Organisation) -> Result<(f64, f64), Failure> {
    let mut request = format!("ws://{}/graphql", server.address).into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
    let query = "subscription { ratingChanged { cursor content { title authors { name } } tally { count score } } }";
    socket.send(Message::text(json!({ "type": "connection_init" }).to_string())).await?;
    socket
        .send(Message::text(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } }).to_string()))
        .await?;
    let (heard, mut news) = tokio::sync::mpsc::unbounded_channel();
    let reader = tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let at = Instant::now();
            let is_news = message.to_text().is_ok_and(|text| text.contains("\"next\"") && !text.contains("\"errors\""));
            if is_news && heard.send(at).is_err() {
                return;
            }
        }
    });
    // The subscription has to stand before the first rating.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut connection = Connection::open(server.address).await?;
    let mut rng = Rng::new(8);
    let (mut after_answer, mut after_request) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        let request = work::rating(organisation, &mut rng);
        let asked = Instant::now();
        let answer = connection.ask(&request).await?;
        let answered = Instant::now();
        if !String::from_utf8_lossy(answer).contains("\"changed\":true") {
            continue;
        }
        let at = news.recv().await.ok_or("the subscription ended")?;
        after_answer.push(at.saturating_duration_since(answered).as_secs_f64() * 1_000.0);
        after_request.push(at.duration_since(asked).as_secs_f64() * 1_000.0);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    reader.abort();
    Ok((median(after_answer.into_iter()), median(after_request.into_iter())))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
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
