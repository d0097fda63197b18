//! The paths that people wait for, from end to end: the real program on a large organisation, under load.
//!
//! `cargo bench --bench paths` fills a database once, starts the server on a core of its own, asks it from another one and
//! prints what a second of processor time is worth. `BENCHMARKS.md` says what each work is and which knobs there are.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the numbers are small, and figures are rounded anyway"
)]
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a benchmark talks to the one who started it")]

mod count;
mod data;
mod fill;
mod guard;
mod http;
mod load;
mod look;
mod news;
mod process;
mod report;
mod scene;
mod work;

use std::path::{Path, PathBuf};
use std::time::Duration;

use data::Shape;
use scene::Scene;

/// Whatever ends a run, told to the one who started it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What is measured.
#[derive(Clone, Copy)]
enum Aim {
    /// How much is answered in a second, and how soon.
    Speed,
    /// What limits cost and what they are worth.
    Guard,
    /// How many instructions an answer takes.
    Count,
}

impl Aim {
    fn asked() -> Self {
        let is_asked = |word: &str| std::env::args().any(|argument| argument == word);
        match (is_asked("guard"), is_asked("count")) {
            (true, _) => Self::Guard,
            (_, true) => Self::Count,
            _ => Self::Speed,
        }
    }
}

/// What the one who runs this has decided, by environment variables.
struct Plan {
    shape: Shape,
    postgres: Option<String>,
    /// Keeps trends up to date while the database is filled, as a server does.
    trends: bool,
    rounds: usize,
    window: Duration,
    warm_up: Duration,
    /// Only works whose names contain this.
    only: Option<String>,
    /// Puts the tables into `BENCHMARKS.md`.
    write: bool,
    aim: Aim,
    folder: PathBuf,
}

impl Plan {
    fn read() -> Result<Self, Failure> {
        let number = |name: &str, default: f64| match std::env::var(name) {
            Ok(text) if !text.is_empty() => {
                text.parse::<f64>().map_err(|_| format!("{name} must be a number, not {text:?}"))
            }
            _ => Ok(default),
        };
        let text = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Ok(Self {
            shape: Shape::of(number("PEERLEAD_BENCH_SCALE", 1.0)?, number("PEERLEAD_BENCH_YEARS", 2.0)?),
            postgres: text("PEERLEAD_BENCH_POSTGRES"),
            trends: text("PEERLEAD_BENCH_TRENDS").is_none_or(|text| text != "off"),
            rounds: number("PEERLEAD_BENCH_ROUNDS", 5.0)?.max(1.0) as usize,
            window: Duration::from_secs_f64(number("PEERLEAD_BENCH_SECONDS", 3.0)?.clamp(0.1, 60.0)),
            warm_up: Duration::from_secs_f64(number("PEERLEAD_BENCH_WARM_UP", 0.5)?.clamp(0.0, 60.0)),
            only: text("PEERLEAD_BENCH_ONLY"),
            aim: Aim::asked(),
            write: std::env::args().any(|argument| argument == "--write"),
            folder: root.join("target").join("bench"),
        })
    }
}

impl Plan {
    /// Whether a work is to be measured.
    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }
}

fn main() -> Result<(), Failure> {
    // Cargo says so when it wants figures; `cargo test --all-targets` starts this program too and wants none.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let plan = Plan::read()?;
    std::fs::create_dir_all(&plan.folder)?;
    let mut scenes = vec![Scene::sqlite(&plan.folder, &plan.shape)];
    if let Some(server) = &plan.postgres {
        scenes.push(Scene::postgres(server, &plan.folder, &plan.shape)?);
    }
    for scene in scenes {
        let filled = scene.fill(&plan)?;
        let (key, table) = match plan.aim {
            Aim::Guard => (format!("guard-{}", scene.key()), guard::measure(&scene, &plan, &filled)?),
            Aim::Count => (format!("count-{}", scene.key()), count::measure(&scene, &plan, &filled)?),
            Aim::Speed => {
                let figures = scene.measure(&plan, &filled)?;
                (scene.key().to_owned(), report::table(&scene, &plan, &filled, &figures))
            }
        };
        println!("{table}");
        if plan.write {
            report::write(&Path::new(env!("CARGO_MANIFEST_DIR")).join("BENCHMARKS.md"), &key, &table)?;
        }
    }
    Ok(())
}
