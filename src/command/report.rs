//! What a command tells the one who runs it, on the standard error stream: progress, bad lines, results.

use std::fmt::{Display, Formatter, Result};
use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressStyle};

/// How many bad lines of one file are told in full.
const TOLD: u64 = 100;

/// How many lines of a file there were, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub read: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub stale: u64,
    pub bad: u64,
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} created, {} changed, ", HumanCount(self.created), HumanCount(self.changed))?;
        write!(
            f,
            "{} unchanged, {} stale, {} bad",
            HumanCount(self.unchanged),
            HumanCount(self.stale),
            HumanCount(self.bad)
        )
    }
}

/// Tells lines and shows bars without one tearing the other.
#[derive(Clone, Debug)]
pub struct Report {
    bars: Option<MultiProgress>,
    quiet: bool,
}

/// The way through one file.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    report: Report,
    told: u64,
}

impl Report {
    /// Shows bars only in a terminal; who asks for quiet is told only what is wrong.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        Self { bars: shown.then(MultiProgress::new), quiet }
    }

    /// Tells what was done.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            self.warn(line);
        }
    }

    /// Tells what is wrong.
    pub fn warn(&self, line: &str) {
        // Nobody is left to hear that the standard error stream is closed.
        let _ = match &self.bars {
            Some(bars) => bars.println(line),
            None => writeln!(std::io::stderr(), "{line}"),
        };
    }

    /// Begins with something of so many bytes; 0 when nobody knows.
    #[must_use]
    pub fn start(&self, name: &str, bytes: u64) -> Progress {
        // Without a bar the clock still runs.
        let bar = self.bars.as_ref().map_or_else(ProgressBar::hidden, |bars| bars.add(ProgressBar::new(bytes)));
        let shape = if bytes > 0 {
            "{prefix:20} {bar:30} {percent:>3} % {msg}, {eta} left"
        } else {
            "{prefix:20} {spinner} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(shape) {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        bar.set_message(rate(0, Duration::ZERO));
        Progress { bar, report: self.clone(), told: 0 }
    }
}

impl Progress {
    /// Shows how far it is: bytes of the whole, and items.
    pub fn show(&self, bytes: u64, items: u64) {
        self.bar.set_message(rate(items, self.bar.elapsed()));
        self.bar.set_position(bytes);
    }

    /// Tells that a line is bad, and why, unless too many were told.
    pub fn bad(&mut self, place: impl Display, reason: &str) {
        self.told += 1;
        if self.told <= TOLD {
            self.report.warn(&format!("{place}: {reason}"));
        }
    }

    /// Ends with one line about the whole; returns how long it took.
    #[must_use]
    pub fn finish(self, name: &str, items: u64, result: &str) -> Duration {
        let time = self.bar.elapsed();
        self.bar.finish_and_clear();
        if self.told > TOLD {
            self.report.warn(&format!("{name}: {} more bad lines are not shown", HumanCount(self.told - TOLD)));
        }
        let colon = if result.is_empty() { "" } else { ": " };
        self.report.say(&format!("{name}: {} in {:.1} s{colon}{result}", rate(items, time), time.as_secs_f64()));
        time
    }
}

fn rate(items: u64, time: Duration) -> String {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "for people to read"
    )]
    let rate = (items as f64 / time.as_secs_f64().max(0.001)) as u64;
    format!("{} items, {}/s", HumanCount(items), HumanCount(rate))
}
