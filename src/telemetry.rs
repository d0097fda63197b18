//! Logs.

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Starts to log to standard error. `filter` is in the form of `RUST_LOG`.
///
/// # Errors
/// When the filter is none.
pub fn start(filter: &str, format: LogFormat) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("--log: {error}"))?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    started.map_err(|error| error.to_string())
}
