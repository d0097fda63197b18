//! Every knob: a flag, an environment variable and a key of the configuration file with the same name.
//!
//! Flags win over the environment, the environment over the file, the file over what stands here.
#![expect(
    clippy::doc_markdown,
    reason = "the comments of knobs are the texts of --help, which show as they are written"
)]

pub mod bus;
pub mod identity;
pub mod limits;
pub mod traces;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use self::bus::Bus;
use self::identity::Identity;
use self::limits::Limits;
use self::traces::Traces;

/// The database of those who name none.
const DATABASE: &str = "sqlite:peerlead.db";

/// The open backend for peer leadership.
#[derive(Clone, Debug, Parser)]
#[command(name = "peerlead", version, max_term_width = 100)]
pub struct Config {
    #[command(subcommand)]
    pub command: Command,

    /// The database: sqlite:PATH for an embedded one, or postgres://USER:PASSWORD@HOST/NAME.
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        hide_env_values = true,
        default_value = DATABASE,
        value_name = "URL"
    )]
    pub database_url: String,

    /// A TOML file of knobs: `listen = "127.0.0.1:9000"`. Without this flag peerlead.toml is read if it is there.
    #[arg(long, global = true, env = "PEERLEAD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// What is logged, in the form of RUST_LOG, such as "info" or "warn,peerlead=debug".
    #[arg(
        long,
        global = true,
        env = "PEERLEAD_LOG",
        default_value = "warn,peerlead=info,async_nats=off",
        value_name = "FILTER"
    )]
    pub log: String,

    /// How it is logged.
    #[arg(long, global = true, env = "PEERLEAD_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub log_format: LogFormat,

    /// Handles of the people who may do everything on a server without identity, separated by commas. Those who are missing are
    /// made.
    #[arg(
        long,
        global = true,
        env = "PEERLEAD_OPERATORS",
        default_value = "operator",
        value_delimiter = ',',
        value_name = "HANDLES"
    )]
    pub operators: Vec<String>,

    /// Handles of the people who may do what moderators do on a server without identity, separated by commas.
    #[arg(long, global = true, env = "PEERLEAD_MODERATORS", value_delimiter = ',', value_name = "HANDLES")]
    pub moderators: Vec<String>,

    /// How few people may have rated a content for more to be told of it than how many they are. What is told moves only when as
    /// many have moved it.
    #[arg(long, global = true, env = "PEERLEAD_MIN_RATERS", default_value = "3", value_name = "PEOPLE")]
    pub min_raters: usize,
}

/// What the program does.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Serve the API.
    Serve {
        #[command(flatten)]
        server: Server,

        /// Refuse to start on a database that is not up to date, instead of migrating it.
        #[arg(long, env = "PEERLEAD_NO_MIGRATE")]
        no_migrate: bool,
    },
    /// Serve a live sample organisation: a slice of a real one, whose further ratings keep coming in.
    Demo {
        #[command(flatten)]
        server: Server,

        /// Keep the database in this folder, and go on there next time; in a temporary one when it is missing.
        #[arg(long, env = "PEERLEAD_DEMO_FOLDER", value_name = "FOLDER")]
        folder: Option<PathBuf>,

        /// How much time passes between two live ratings on average.
        #[arg(long, env = "PEERLEAD_DEMO_PACE", default_value = "2s", value_parser = duration, value_name = "DURATION")]
        pace: Duration,
    },
    /// Bring in a folder of JSON Lines files: people, topics, content, ratings, leadership, endorsements.
    Import {
        /// The folder.
        folder: PathBuf,

        /// The source that everything in it comes from: its slug. By default the id in source.json, or the folder's name.
        #[arg(long, env = "PEERLEAD_SOURCE", value_name = "SLUG")]
        source: Option<String>,

        /// The scale of its ratings, when the source is new. By default as in source.json, or as its values look.
        #[arg(long, env = "PEERLEAD_SCALE", value_name = "SCALE")]
        scale: Option<Scale>,

        /// The name of the source, when it is new.
        #[arg(long, env = "PEERLEAD_SOURCE_NAME", value_name = "NAME")]
        name: Option<String>,

        /// The kind of the source, such as FORUM or CODE_REVIEW, when it is new.
        #[arg(long, env = "PEERLEAD_SOURCE_KIND", value_name = "KIND")]
        kind: Option<String>,

        /// Its ratings are public acts, such as named approvals, when the source is new.
        #[arg(long, env = "PEERLEAD_PUBLIC")]
        public: bool,

        /// Show no progress.
        #[arg(long, env = "PEERLEAD_QUIET")]
        quiet: bool,
    },
    /// Count everything anew that is counted in the database, and tell what does not agree with the facts. Fails if anything does not.
    Check {
        /// Set right what does not agree.
        #[arg(long, env = "PEERLEAD_REPAIR")]
        repair: bool,
    },
    /// Write everything out as folders that import takes, one for each source. It holds private ratings: keep it safe.
    Export {
        /// Where to.
        folder: PathBuf,

        /// This source only.
        #[arg(long, env = "PEERLEAD_SOURCE", value_name = "SLUG")]
        source: Option<String>,

        /// Show no progress.
        #[arg(long, env = "PEERLEAD_QUIET")]
        quiet: bool,
    },
    /// Make, list and revoke the tokens that programs show instead of a login.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Write out what is known of a person, or take it away.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Ask a server on this machine whether it can answer. Fails if it cannot.
    Health {
        /// Where it listens.
        #[arg(long, env = "PEERLEAD_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
        listen: SocketAddr,
    },
    /// Bring the database up to date.
    Migrate,
    /// Print the GraphQL schema.
    Schema,
}

/// What is done with people.
#[derive(Clone, Debug, Subcommand)]
pub enum PersonCommand {
    /// Print everything that is known of a person, as JSON.
    Export {
        /// The person's handle.
        handle: String,
    },
    /// Make a person unrecognisable, for good: names, accounts, ratings and words about them go.
    Erase {
        /// The person's handle.
        handle: String,
    },
}

/// What is done with tokens.
#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it. It cannot be shown again.
    Create {
        /// What it is for.
        name: String,

        /// The handle of the person whom it acts for.
        #[arg(long, value_name = "HANDLE")]
        person: String,

        /// What it may do: read, rate, ingest, moderate, admin, separated by commas.
        #[arg(long, value_delimiter = ',', required = true, value_name = "SCOPES")]
        scopes: Vec<String>,

        /// The slug of the only source of which it may change anything.
        #[arg(long, value_name = "SLUG")]
        source: Option<String>,

        /// The slug of the only topic, with those below it, on which it may change anything.
        #[arg(long, value_name = "SLUG")]
        topic: Option<String>,

        /// How long it is worth something, such as 2160h; without end when it is missing.
        #[arg(long, value_parser = duration, value_name = "DURATION")]
        lasts: Option<Duration>,
    },
    /// List all tokens, without what makes them secret.
    List,
    /// Revoke a token: it is worth nothing from then on.
    Revoke {
        /// The number that list shows.
        id: i64,
    },
}

/// How the API is served.
#[derive(Clone, Debug, Args)]
pub struct Server {
    /// Where to listen. Without configured identity it must be an address of this machine alone.
    #[arg(long, env = "PEERLEAD_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,

    #[command(flatten)]
    pub identity: Identity,

    #[command(flatten)]
    pub limits: Limits,

    #[command(flatten)]
    pub bus: Bus,

    #[command(flatten)]
    pub traces: Traces,

    /// Origins of web pages that may ask from a browser, each with its scheme, separated by commas.
    #[arg(long, env = "PEERLEAD_CORS_ORIGINS", value_delimiter = ',', value_name = "ORIGINS")]
    pub cors_origins: Vec<String>,

    /// How many changes a slow subscriber may be behind before it is told to resume from its cursor.
    #[arg(long, env = "PEERLEAD_SUBSCRIBER_BUFFER", default_value = "4096", value_name = "CHANGES")]
    pub subscriber_buffer: usize,

    /// How old a row of the change log may become, such as 90d. Everything is kept when nothing is said.
    #[arg(long, env = "PEERLEAD_CHANGES_MAX_AGE", value_parser = duration, value_name = "DURATION")]
    pub changes_max_age: Option<Duration>,

    /// How many rows the change log may have; the last ten minutes are always kept. All of them when nothing is said.
    #[arg(long, env = "PEERLEAD_CHANGES_MAX_ROWS", value_name = "ROWS")]
    pub changes_max_rows: Option<u64>,
    /// How many days an endorsement lasts when nobody says.
    #[arg(
        long,
        env = "PEERLEAD_ENDORSEMENT_DAYS",
        default_value = "365",
        value_parser = clap::value_parser!(i64).range(1..=1_827),
        value_name = "DAYS"
    )]
    pub endorsement_days: i64,

    /// Tell only what is declared and endorsed of who leads what, not what the facts show.
    #[arg(long, env = "PEERLEAD_NO_EMERGENT")]
    pub no_emergent: bool,

    /// The largest request body, in bytes.
    #[arg(long, env = "PEERLEAD_MAX_BODY", default_value = "8388608", value_name = "BYTES")]
    pub max_body: usize,

    /// How long a query or a mutation may take.
    #[arg(long, env = "PEERLEAD_TIMEOUT", default_value = "30s", value_parser = duration, value_name = "DURATION")]
    pub timeout: Duration,

    /// How long running requests may take to finish when the server stops.
    #[arg(long, env = "PEERLEAD_STOP_TIMEOUT", default_value = "10s", value_parser = duration, value_name = "DURATION")]
    pub stop_timeout: Duration,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// The values that a source's ratings may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scale {
    /// 1 to 5.
    Stars,
    /// -1, 0 or 1.
    Vote,
    /// 1.
    Like,
}

fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text.parse().map_err(|_| "write it like 500ms, 10s or 2m".to_owned())?;
    Duration::try_from(span).map_err(|_| "it must not be negative".to_owned())
}

impl Config {
    /// Whether somebody said which database it is.
    #[must_use]
    pub fn names_database(&self) -> bool {
        self.database_url != DATABASE
    }

    /// Reads flags, environment and file. Ends the program with an explanation when they are wrong, or for `--help`.
    #[must_use]
    pub fn read() -> Self {
        let mut command = Self::command();
        let file = Self::file(&command);
        let table = match file {
            Ok(table) => table,
            Err(told) => command.error(clap::error::ErrorKind::Io, told).exit(),
        };
        for (key, value) in &table {
            match with_default(&command, key, value) {
                Some(changed) => command = changed,
                None => command
                    .error(
                        clap::error::ErrorKind::UnknownArgument,
                        format!("the configuration file has the unknown key {key:?}"),
                    )
                    .exit(),
            }
        }
        match Self::from_arg_matches(&command.get_matches()) {
            Ok(config) => config,
            Err(error) => error.exit(),
        }
    }

    /// Where spans are sent, for commands that serve.
    #[must_use]
    pub const fn traces(&self) -> Option<&Traces> {
        match &self.command {
            Command::Serve { server, .. } | Command::Demo { server, .. } => Some(&server.traces),
            _ => None,
        }
    }

    /// The table of the configuration file. Its path is the one thing that cannot stand in it, so it is looked for first.
    fn file(command: &clap::Command) -> Result<toml::Table, String> {
        let lenient = command.clone().ignore_errors(true).try_get_matches();
        let named = lenient.ok().and_then(|matches| matches.get_one::<PathBuf>("config").cloned());
        let path = named.clone().unwrap_or_else(|| PathBuf::from("peerlead.toml"));
        match std::fs::read_to_string(&path) {
            Ok(text) => text.parse().map_err(|error| format!("{}: {error}", path.display())),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(toml::Table::new()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }
}

/// The command with another default for the knob `key`, wherever it has one; `None` when there is no such knob.
fn with_default(command: &clap::Command, key: &str, value: &toml::Value) -> Option<clap::Command> {
    let id = key.replace('-', "_");
    let value = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(","),
        other => other.to_string(),
    };
    let mut found = false;
    let mut set = |command: clap::Command| {
        if !command.get_arguments().any(|arg| arg.get_id().as_str() == id) {
            return command;
        }
        found = true;
        let value = value.clone();
        command.mut_arg(&id, |arg| arg.default_value(value))
    };
    let mut changed = set(command.clone());
    let names: Vec<String> = changed.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        changed = changed.mut_subcommand(name, &mut set);
    }
    found.then_some(changed)
}
