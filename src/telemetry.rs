//! Logs, and traces when they are configured.

pub mod traces;

use std::any::Any;
use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::layer::{Filter, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use self::traces::Spans;
use crate::config::LogFormat;
use crate::config::traces::Traces;

/// Starts to log to standard error, and to send spans if there is somewhere to send them. `filter` is in the form of `RUST_LOG`.
/// What comes back is to be stopped at the end, so that no span is lost.
///
/// # Errors
/// When the filter is none, or nothing can be sent to the address for spans.
pub fn start(filter: &str, format: LogFormat, traces: Option<&Traces>) -> Result<Option<Spans>, String> {
    let filter = lines_of(EnvFilter::try_new(filter).map_err(|error| format!("--log: {error}"))?);
    // Colours are for people, not for files.
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let lines = match format {
        LogFormat::Text => Layer::boxed(lines),
        LogFormat::Json => Layer::boxed(lines.json()),
    };
    std::panic::set_hook(Box::new(panicked));
    let spans = Spans::start(traces)?;
    let layer = spans.as_ref().map(Spans::layer);
    tracing_subscriber::registry()
        .with(layer)
        .with(lines.with_filter(filter))
        .try_init()
        .map_err(|error| error.to_string())?;
    Ok(spans)
}

/// Spans are for traces: lines are the same with and without them.
///
/// The level is said, because who is not told one takes it that everything may be wanted: then each line that a library could write
/// about each frame is put together before it is thrown away.
fn lines_of<S>(filter: EnvFilter) -> impl Filter<S> {
    filter.and(filter_fn(|metadata| !metadata.is_span()).with_max_level_hint(LevelFilter::TRACE))
}

/// Logs where somebody panicked. Why is only told when it stands in the program: what was put together while it ran may be about
/// somebody.
fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, reason = fixed(info.payload()), "a fault of ours: something panicked");
}

fn fixed(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("not told")
}

#[cfg(test)]
mod tests {
    use tracing::Subscriber;

    use super::*;

    #[test]
    fn libraries_know_that_nobody_wants_their_details() {
        let otlp_endpoint = Some("http://127.0.0.1:4318".to_owned());
        let traces = Traces { otlp_endpoint, otlp_traces_endpoint: None, service_name: "peerlead".to_owned() };
        for traces in [None, Some(&traces)] {
            let spans = Spans::start(traces).unwrap();
            let lines = tracing_subscriber::fmt::layer().with_filter(lines_of(EnvFilter::new("warn,peerlead=info")));
            let all = tracing_subscriber::registry().with(spans.as_ref().map(Spans::layer)).with(lines);
            assert_eq!(all.max_level_hint(), Some(LevelFilter::INFO));
        }
    }

    #[test]
    fn a_panic_tells_what_the_program_says_and_nothing_of_its_data() {
        let told = |act: fn()| std::panic::catch_unwind(act).map_err(|payload| fixed(&*payload)).unwrap_err();
        assert_eq!(told(|| panic!("out of rows")), "out of rows");
        assert_eq!(told(|| drop("é of Zoé"[1..].to_owned())), "not told");
    }
}
