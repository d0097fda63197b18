//! The commands: wiring, nothing else.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use peerlead::app::clock::Clock;
use peerlead::app::house::{App, Settings};
use peerlead::command::check::check;
use peerlead::command::demo::{self, Demo};
use peerlead::command::export::export;
use peerlead::command::import::{ImportOptions, import};
use peerlead::config::{Command, Config, Scale, Server};
use peerlead::domain::change::Retention;
use peerlead::domain::source;
use peerlead::graphql::schema::{Executor, sdl};
use peerlead::http::explorer::Start;
use peerlead::http::server::{Settings as HttpSettings, serve};
use peerlead::store::connection::Store;
use peerlead::telemetry;
use tokio::net::TcpListener;

/// Answers are made of many small pieces; this allocator is a tenth faster at them than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let config = Config::read();
    match telemetry::start(&config.log, config.log_format).map_err(Failure::from).and_then(|()| run(&config)) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("peerlead: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(config: &Config) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    let code = runtime.block_on(async {
        match config.command.clone() {
            Command::Serve { server, no_migrate } => serve_database(config, &server, no_migrate).await,
            Command::Demo { server, folder, pace } => {
                serve_demo(config, &server, Demo::in_folder(folder.as_deref())?, pace).await
            }
            Command::Import { folder, source, scale, name, kind, public, quiet } => {
                let options = ImportOptions { folder, source, scale: scale.map(scale_of), name, kind, public, quiet };
                let app = open(config, alone(), false).await?;
                let summary = import(&app, &options).await;
                app.close().await;
                Ok(if summary?.bad > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
            }
            Command::Export { folder, source, quiet } => {
                let app = open(config, alone(), false).await?;
                let summary = export(&app, &folder, source.as_deref(), quiet).await;
                app.close().await;
                summary?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Check { repair } => {
                let app = open(config, alone(), false).await?;
                let checked = check(&app, repair).await;
                app.close().await;
                Ok(if checked? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            Command::Migrate => {
                let store = Store::connect(&config.database_url).await?;
                store.migrate().await?;
                store.close().await;
                say("the database is up to date");
                Ok(ExitCode::SUCCESS)
            }
            Command::Schema => {
                print(&sdl())?;
                Ok(ExitCode::SUCCESS)
            }
        }
    });
    // What still runs then has had its time.
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}

async fn open(config: &Config, settings: Settings, no_migrate: bool) -> Result<Arc<App>, Failure> {
    let store = Store::connect(&config.database_url).await?;
    if no_migrate {
        store.check_migrated().await?;
    } else {
        store.migrate().await?;
    }
    Ok(App::start(store, Arc::new(Clock::default()), settings).await?)
}

/// Settings of a command that serves nobody.
fn alone() -> Settings {
    Settings { operators: Vec::new(), trends: false, ..Settings::default() }
}

async fn serve_database(config: &Config, server: &Server, no_migrate: bool) -> Result<ExitCode, Failure> {
    let listener = listen(server).await?;
    let app = open(config, settings(config, server), no_migrate).await?;
    let url = format!("http://{}", listener.local_addr()?);
    say(&format!(
        "Peerlead answers on {url}/graphql; look around at {url}/\nNo identity is configured: it listens on this machine only, and the header Peerlead-Person says who acts."
    ));
    serve_app(app, listener, server, demo::tabs(None)).await
}

async fn serve_demo(config: &Config, server: &Server, demo: Demo, pace: Duration) -> Result<ExitCode, Failure> {
    let listener = listen(server).await?;
    let config = Config { database_url: demo.database_url(), ..config.clone() };
    let app = open(&config, settings(&config, server), false).await?;
    let replay = demo.load(&app).await?;
    let url = format!("http://{}", listener.local_addr()?);
    say(&demo.greeting(&url));
    let replaying = tokio::spawn(demo::replay(Arc::clone(&app), replay, pace));
    let served = serve_app(app, listener, server, demo::tabs(Some(&demo))).await;
    replaying.abort();
    served
}

/// Binds the address first: without configured identity only one of this machine alone.
async fn listen(server: &Server) -> Result<TcpListener, Failure> {
    if !server.listen.ip().is_loopback() {
        let told = format!(
            "no identity is configured, so anybody could act as anybody: --listen must be an address of this machine alone, such as 127.0.0.1:{}, not {}",
            server.listen.port(),
            server.listen
        );
        return Err(told.into());
    }
    TcpListener::bind(server.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", server.listen).into())
}

fn settings(config: &Config, server: &Server) -> Settings {
    Settings {
        operators: config.operators.clone(),
        buffer: server.subscriber_buffer.max(1),
        trends: true,
        retention: Retention { age: server.changes_max_age, rows: server.changes_max_rows },
        emergent: !server.no_emergent,
        endorsement_life: chrono::TimeDelta::days(server.endorsement_days),
    }
}

async fn serve_app(app: Arc<App>, listener: TcpListener, server: &Server, start: Start) -> Result<ExitCode, Failure> {
    let settings = HttpSettings { body: server.max_body, patience: server.timeout, start, ..HttpSettings::default() };
    let (stopped, limit) = (tokio::sync::Notify::new(), server.stop_timeout);
    let stopped = Arc::new(stopped);
    let told = Arc::clone(&stopped);
    let stop = async move {
        interrupted().await;
        tracing::info!("stopping");
        told.notify_one();
    };
    tokio::select! {
        served = serve(listener, Executor::new(Arc::clone(&app)), settings, stop) => served?,
        () = async { stopped.notified().await; tokio::time::sleep(limit).await } => tracing::warn!("requests were still running when the time to stop was over"),
    }
    app.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Waits for Ctrl-C, or for the signal by which service managers stop programs.
async fn interrupted() {
    let interrupt = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await.unwrap_or_default(),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

const fn scale_of(scale: Scale) -> source::Scale {
    match scale {
        Scale::Stars => source::Scale::Stars,
        Scale::Vote => source::Scale::Vote,
        Scale::Like => source::Scale::Like,
    }
}

/// Tells the one at the terminal something, on standard error, so that standard output stays for results.
fn say(text: &str) {
    // A terminal that is gone is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints a result.
fn print(text: &str) -> std::io::Result<()> {
    std::io::stdout().write_all(text.as_bytes())
}
