//! Knobs of the bus between several processes on one database.

use std::path::PathBuf;

use clap::Args;

/// A bus between several processes on one database.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Bus")]
pub struct Bus {
    /// The servers of a NATS JetStream by which processes on one PostgreSQL tell each other what was written, such as
    /// nats://USER:PASSWORD@HOST:4222; several of one cluster are separated by commas, and the first one says who we are. Protect it
    /// like the database.
    #[arg(long, env = "PEERLEAD_NATS_URL", hide_env_values = true, value_name = "URLS")]
    pub nats_url: Option<String>,

    /// A file of credentials for it.
    #[arg(long, env = "PEERLEAD_NATS_CREDENTIALS", requires = "nats_url", value_name = "FILE")]
    pub nats_credentials: Option<PathBuf>,

    /// How the names of its stream and its subject begin; the name of the database follows. A copy of a database that is in use
    /// at the same time needs one of its own.
    #[arg(long, env = "PEERLEAD_NATS_PREFIX", default_value = "peerlead", value_name = "NAME")]
    pub nats_prefix: String,
}
