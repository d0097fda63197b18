//! The commands: wiring, nothing else.

use std::io::Write;
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use peerlead::app::clock::Clock;
use peerlead::app::house::{App, Settings};
use peerlead::command::check::check;
use peerlead::command::demo::{self, Demo};
use peerlead::command::error::CommandError;
use peerlead::command::export::export;
use peerlead::command::health::health;
use peerlead::command::import::{ImportOptions, import};
use peerlead::command::person;
use peerlead::command::token::{self, TokenOptions};
use peerlead::config::bus::Bus as BusKnobs;
use peerlead::config::identity::Identity as IdentityKnobs;
use peerlead::config::{Command, Config, PersonCommand, Scale, Server, TokenCommand};
use peerlead::domain::access::Role;
use peerlead::domain::change::Retention;
use peerlead::domain::source;
use peerlead::graphql::schema::{Executor, sdl};
use peerlead::http::documents::Named;
use peerlead::http::door::HEAD;
use peerlead::http::explorer::Start;
use peerlead::http::files;
use peerlead::http::identity::Identity;
use peerlead::http::oidc::{Oidc, OidcSettings};
use peerlead::http::server::{PING, STALL, Settings as HttpSettings, serve};
use peerlead::live::bus::address::Address;
use peerlead::store::connection::Store;
use peerlead::telemetry;
use tokio::net::TcpListener;

/// Answers are made of many small pieces; this allocator is a tenth faster at them than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Points that a client may spend in a minute when the operator says nothing.
const BUDGET: u32 = 600_000;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let config = Config::read();
    let spans = match telemetry::start(&config.log, config.log_format, config.traces()) {
        Ok(spans) => spans,
        Err(error) => return failed(&error.into()),
    };
    let code = run(config).unwrap_or_else(|error| failed(&error));
    if let Some(spans) = spans {
        spans.stop();
    }
    code
}

fn failed(error: &Failure) -> ExitCode {
    say(&format!("peerlead: {error}"));
    ExitCode::FAILURE
}

fn run(config: Config) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    // Not on this thread, which only waits from then on: what has been of use to it would be of no use to any other.
    let code = runtime.block_on(runtime.spawn(async move { Box::pin(obey(&config)).await }))?;
    // What still runs then has had its time.
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}

async fn obey(config: &Config) -> Result<ExitCode, Failure> {
    match config.command.clone() {
        Command::Serve { server, no_migrate } => serve_database(config, &server, no_migrate).await,
        Command::Demo { server, folder, pace } => {
            serve_demo(config, &server, Demo::in_folder(folder.as_deref())?, pace).await
        }
        Command::Import { folder, source, scale, name, kind, public, quiet } => {
            let options = ImportOptions { folder, source, scale: scale.map(scale_of), name, kind, public, quiet };
            let app = open(config, unattended(config)).await?;
            let summary = import(&app, &options).await;
            app.close().await;
            Ok(if summary?.bad > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
        Command::Export { folder, source, quiet } => {
            let app = open(config, unattended(config)).await?;
            let summary = export(&app, &folder, source.as_deref(), quiet).await;
            app.close().await;
            summary?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Check { repair } => {
            let app = open(config, unattended(config)).await?;
            let checked = check(&app, repair).await;
            app.close().await;
            Ok(if checked? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Token(command) => {
            let app = open(config, unattended(config)).await?;
            let done = tokens(&app, command).await;
            app.close().await;
            print(&done?)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Person(command) => {
            let app = open(config, unattended(config)).await?;
            let done = match command {
                PersonCommand::Export { handle } => person::export(&app, &handle).await,
                PersonCommand::Erase { handle } => person::erase(&app, &handle).await.map(|left| left + "\n"),
            };
            app.close().await;
            print(&done?)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Health { listen } => {
            let (healthy, said) = health(listen).map_err(|error| format!("{listen}: {error}"))?;
            say(&said);
            Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
}

/// The app for somebody who serves: what is told of tallies is brought in line with how it is configured.
async fn open_to_serve(config: &Config, settings: Settings, no_migrate: bool) -> Result<Arc<App>, Failure> {
    let store = connect(config, no_migrate).await?;
    if settings.bus.is_some() && !store.is_shared() {
        let told = "--nats-url: there is nobody to tell anything: only one process at a time serves a SQLite database; use PostgreSQL, or leave the bus out";
        return Err(told.into());
    }
    store.settle_tallies(settings.quorum).await?;
    Ok(App::start(store, Arc::new(Clock::default()), settings).await?)
}

async fn open(config: &Config, settings: Settings) -> Result<Arc<App>, Failure> {
    let store = connect(config, false).await?;
    Ok(App::start(store, Arc::new(Clock::default()), settings).await?)
}

async fn connect(config: &Config, no_migrate: bool) -> Result<Store, Failure> {
    let store = Store::connect(&config.database_url).await?;
    if no_migrate {
        store.check_migrated().await?;
    } else {
        store.migrate().await?;
    }
    Ok(store)
}

/// What a command needs that serves nobody.
fn unattended(config: &Config) -> Settings {
    Settings { operators: Vec::new(), trends: false, quorum: config.min_raters.max(1), ..Settings::default() }
}

async fn tokens(app: &App, command: TokenCommand) -> Result<String, CommandError> {
    match command {
        TokenCommand::Create { name, person, scopes, source, topic, lasts } => {
            let options = TokenOptions { name, person, scopes, source, topic, lasts };
            Ok(token::create(app, &options).await? + "\n")
        }
        TokenCommand::List => token::list(app).await,
        TokenCommand::Revoke { id } => token::revoke(app, id).await.map(|()| String::new()),
    }
}

async fn serve_database(config: &Config, server: &Server, no_migrate: bool) -> Result<ExitCode, Failure> {
    let identity = identity_of(&server.identity)?;
    let listener = listen(server).await?;
    let app = open_to_serve(config, settings(config, server).await?, no_migrate).await?;
    let url = format!("http://{}", listener.local_addr()?);
    say(&format!("Peerlead answers on {url}/graphql; look around at {url}/\n{}", explained(&identity)));
    let start = Start { notice: Some(explained(&identity).to_owned()), ..demo::tabs(None) };
    serve_app(app, listener, server, identity, start).await
}

async fn serve_demo(config: &Config, server: &Server, demo: Demo, pace: Duration) -> Result<ExitCode, Failure> {
    let identity = identity_of(&server.identity)?;
    let listener = listen(server).await?;
    if config.names_database() {
        say(
            "The demo has a database of its own and does not touch the one that --database-url or DATABASE_URL names; `peerlead serve` serves that.",
        );
    }
    let config = Config { database_url: demo.database_url(), ..config.clone() };
    let app = open_to_serve(&config, settings(&config, server).await?, false).await?;
    let replay = demo.load(&app).await?;
    let url = format!("http://{}", listener.local_addr()?);
    say(&demo.greeting(&url));
    let replaying = tokio::spawn(demo::replay(Arc::clone(&app), replay, pace));
    let served = serve_app(app, listener, server, identity, demo::tabs(Some(&demo))).await;
    replaying.abort();
    served
}

/// Binds the address first: without configured identity only one of this machine alone.
async fn listen(server: &Server) -> Result<TcpListener, Failure> {
    if server.identity.is_none() && !server.listen.ip().is_loopback() {
        let told = format!(
            "no identity is configured, so anybody could act as anybody: --listen must be an address of this machine alone, such as 127.0.0.1:{}, not {}; or configure identity with --identity tokens or --oidc-issuer",
            server.listen.port(),
            server.listen
        );
        return Err(told.into());
    }
    TcpListener::bind(server.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", server.listen).into())
}

/// How it is known who acts, as the operator configured it.
fn identity_of(knobs: &IdentityKnobs) -> Result<Identity, Failure> {
    if knobs.is_none() {
        return Ok(Identity::Word);
    }
    let provider = match &knobs.oidc_issuer {
        Some(issuer) => Some(Arc::new(Oidc::new(provider_of(knobs, issuer.clone())?)?)),
        None => None,
    };
    Ok(Identity::Tokens { provider, anonymous: knobs.anonymous_read })
}

fn provider_of(knobs: &IdentityKnobs, issuer: String) -> Result<OidcSettings, Failure> {
    let algorithm = |name: &String| name.parse().map_err(|_| format!("--oidc-algorithms: {name:?} is none"));
    let roles = [
        (&knobs.oidc_admin_role, Role::Admin),
        (&knobs.oidc_moderator_role, Role::Moderator),
        (&knobs.oidc_integrator_role, Role::Integrator),
    ];
    Ok(OidcSettings {
        issuer,
        audiences: knobs.oidc_audience.clone(),
        algorithms: knobs.oidc_algorithms.iter().map(algorithm).collect::<Result<_, _>>()?,
        person_claim: knobs.oidc_person_claim.clone(),
        name_claim: knobs.oidc_name_claim.clone(),
        roles_claim: knobs.oidc_roles_claim.clone(),
        roles: roles.map(|(word, role)| (word.clone(), role)).to_vec(),
        create_people: knobs.oidc_create_people,
        refetch: knobs.oidc_refetch,
    })
}

/// How it is known who acts, for those who look.
const fn explained(identity: &Identity) -> &'static str {
    match identity {
        Identity::Word => {
            "No identity is configured: this server answers on this machine only, and the header Peerlead-Person says who acts."
        }
        Identity::Tokens { provider: None, .. } => {
            "A token says who acts: send it in the header Authorization, as Bearer."
        }
        Identity::Tokens { .. } => {
            "A token of the identity provider, or one of ours, says who acts: send it in the header Authorization, as Bearer."
        }
    }
}

async fn settings(config: &Config, server: &Server) -> Result<Settings, Failure> {
    Ok(Settings {
        operators: config.operators.clone(),
        moderators: config.moderators.clone(),
        quorum: config.min_raters.max(1),
        buffer: server.subscriber_buffer.max(1),
        trends: true,
        retention: Retention { age: server.changes_max_age, rows: server.changes_max_rows },
        emergent: !server.no_emergent,
        endorsement_life: chrono::TimeDelta::days(server.endorsement_days),
        bus: bus_of(&server.bus).await?,
    })
}

async fn bus_of(knobs: &BusKnobs) -> Result<Option<Address>, Failure> {
    let Some(urls) = &knobs.nats_url else { return Ok(None) };
    Ok(Some(Address::new(urls, knobs.nats_credentials.as_deref(), &knobs.nats_prefix).await?))
}

fn http_settings(server: &Server, identity: Identity, start: Start) -> Result<HttpSettings, Failure> {
    let limits = &server.limits;
    let documents = match &limits.documents {
        Some(path) => {
            let failed = |told: String| format!("--documents {}: {told}", path.display());
            let manifest = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
            Named::read(&manifest, limits.only_documents).map_err(failed)?
        }
        None => Named::default(),
    };
    // On one machine alone nobody is kept from others.
    let usual = if matches!(identity, Identity::Word) { None } else { NonZeroU32::new(BUDGET) };
    Ok(HttpSettings {
        body: server.max_body,
        patience: server.timeout,
        ping: PING,
        stall: STALL,
        start,
        identity,
        origins: server.cors_origins.clone(),
        budget: limits.budget.or(usual),
        seats: (limits.max_streams, limits.max_client_streams),
        connections: (limits.max_connections, limits.max_address_connections),
        head: HEAD,
        behind_proxy: limits.behind_proxy,
        documents: Arc::new(documents),
        explorer: !limits.no_explorer,
        introspection: !limits.no_introspection,
        traces: server.traces.address().is_some(),
    })
}

async fn serve_app(
    app: Arc<App>,
    listener: TcpListener,
    server: &Server,
    identity: Identity,
    start: Start,
) -> Result<ExitCode, Failure> {
    let settings = http_settings(server, identity, start)?;
    files::make_room(settings.connections.0);
    let (stopped, limit) = (tokio::sync::Notify::new(), server.stop_timeout);
    let stopped = Arc::new(stopped);
    let told = Arc::clone(&stopped);
    let stop = async move {
        interrupted().await;
        tracing::info!("stopping");
        told.notify_one();
    };
    tokio::select! {
        served = serve(listener, Executor::new(Arc::clone(&app)), settings, stop) => served,
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
