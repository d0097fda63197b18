//! Many who listen: the real program under ten thousand subscribers, beside a broadcast written by hand and beside the
//! library's own subscriptions.
//!
//! `cargo bench --bench live` prints the tables; `BENCHMARKS.md` says what they mean and which knobs there are.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the numbers are small, and figures are rounded anyway"
)]
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a benchmark talks to the one who started it")]

mod client;
#[path = "../paths/http.rs"]
mod http;
mod library;
mod peers;
#[expect(dead_code, reason = "shared with the other benchmark")]
#[path = "../paths/process.rs"]
mod process;
mod report;
mod scene;
mod soak;

use std::time::Duration;

/// Whatever ends a run, told to the one who started it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the one who runs this has decided, by environment variables.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Subscribers to one content, and over many.
    pub subscribers: usize,
    /// Contents that they are spread over.
    pub contents: usize,
    /// Subscribers who come back at once.
    pub returning: usize,
    /// How long changes are made.
    pub window: Duration,
    /// How many minutes of people coming and going instead; none when there are none.
    pub soak: u32,
}

impl Plan {
    fn read() -> Result<Self, Failure> {
        let number = |name: &str, default: f64| match std::env::var(name) {
            Ok(text) if !text.is_empty() => {
                text.parse::<f64>().map_err(|_| format!("{name} must be a number, not {text:?}"))
            }
            _ => Ok(default),
        };
        let subscribers = number("PEERLEAD_BENCH_SUBSCRIBERS", 10_000.0)?.max(10.0) as usize;
        Ok(Self {
            subscribers,
            contents: (subscribers / 10).max(1),
            returning: (subscribers / 10).max(1),
            soak: number("PEERLEAD_BENCH_SOAK", 0.0)?.clamp(0.0, 1_000.0) as u32,
            window: Duration::from_secs_f64(number("PEERLEAD_BENCH_SECONDS", 10.0)?.clamp(1.0, 600.0)),
        })
    }
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, serve, kind, address, feeds] = arguments.as_slice()
        && serve == "--serve"
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(peers::serve(kind, address.parse()?, feeds.parse()?));
    }
    // Cargo says so when it wants figures; `cargo test --all-targets` starts this program too and wants none.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let plan = Plan::read()?;
    process::pin_self("1");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let told = match plan.soak {
        0 => runtime.block_on(scene::measure(&plan))?,
        minutes => runtime.block_on(soak::soak(&plan, minutes))?,
    };
    println!("{told}");
    Ok(())
}
