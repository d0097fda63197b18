//! Knobs of limits: what clients may spend, keep open and send.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

/// What clients may spend, keep open and send.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Points that a client may spend in a minute. With identity 600000 when nothing is said, without it any number.
    #[arg(long, env = "PEERLEAD_BUDGET", value_name = "POINTS")]
    pub budget: Option<NonZeroU32>,

    /// How many WebSockets and event streams may be open.
    #[arg(long, env = "PEERLEAD_MAX_STREAMS", default_value = "10000", value_name = "NUMBER")]
    pub max_streams: usize,

    /// How many of them one client may have.
    #[arg(long, env = "PEERLEAD_MAX_CLIENT_STREAMS", default_value = "100", value_name = "NUMBER")]
    pub max_client_streams: usize,

    /// How many connections there may be.
    #[arg(long, env = "PEERLEAD_MAX_CONNECTIONS", default_value = "20000", value_name = "NUMBER")]
    pub max_connections: usize,

    /// How many of them may come from one address, which many people may share; behind a proxy any number.
    #[arg(long, env = "PEERLEAD_MAX_ADDRESS_CONNECTIONS", default_value = "2000", value_name = "NUMBER")]
    pub max_address_connections: usize,

    /// A proxy stands before this server and adds to X-Forwarded-For whose request it hands on.
    #[arg(long, env = "PEERLEAD_BEHIND_PROXY")]
    pub behind_proxy: bool,

    /// A JSON file of trusted documents: an object of documents by name. Clients send the name as documentId.
    #[arg(long, env = "PEERLEAD_DOCUMENTS", value_name = "FILE")]
    pub documents: Option<PathBuf>,

    /// Run nothing but trusted documents.
    #[arg(long, env = "PEERLEAD_ONLY_DOCUMENTS", requires = "documents")]
    pub only_documents: bool,

    /// Tell nothing about the schema.
    #[arg(long, env = "PEERLEAD_NO_INTROSPECTION")]
    pub no_introspection: bool,

    /// Leave out the page at /.
    #[arg(long, env = "PEERLEAD_NO_EXPLORER")]
    pub no_explorer: bool,
}
