//! Evaluates the product's own scores on data whose outcome is known, beside the methods that people would use instead.
//!
//! `cargo run --release --example evaluate -- FOLDER [--tasks FOLDER] [--terms FILE] [--only TASK]`
//!
//! `FOLDER` holds a data set in the import format of the README: what was written, and how it was rated. Every task cuts the time
//! in two: scores may see what was before, and are held against what came after. Tasks that the data do not support are left out.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program for people who read figures"
)]

mod baseline;
mod burst;
mod collusion;
mod data;
mod hot;
mod lead;
mod leader;
mod metric;
mod rating;
mod word;

use std::path::PathBuf;

/// Whatever ends a run, told to the one who started it.
pub type Failure = Box<dyn std::error::Error>;

/// Runs one task and prints its lines.
type Task = fn(&Plan) -> Result<(), Failure>;

/// What the one who runs this wants.
#[derive(Debug)]
pub struct Plan {
    pub data: PathBuf,
    /// Tasks made before, in the place of those that are made here by chance.
    pub tasks: Option<PathBuf>,
    /// Words that people wrote into release notes, for the task `cloud`.
    pub terms: Option<PathBuf>,
    only: Option<String>,
}

impl Plan {
    fn read() -> Result<Self, Failure> {
        let mut arguments = std::env::args().skip(1);
        let mut plan = Self { data: PathBuf::new(), tasks: None, terms: None, only: None };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--tasks" => plan.tasks = arguments.next().map(Into::into),
                "--terms" => plan.terms = arguments.next().map(Into::into),
                "--only" => plan.only = arguments.next(),
                _ => plan.data = argument.into(),
            }
        }
        if plan.data.is_dir() {
            Ok(plan)
        } else {
            Err("say which folder of data to evaluate on: cargo run --release --example evaluate -- FOLDER".into())
        }
    }

    /// The ready-made task in a file, if there is one.
    #[must_use]
    pub fn task(&self, file: &str) -> Option<PathBuf> {
        self.tasks.as_ref().map(|tasks| tasks.join(file)).filter(|path| path.exists())
    }

    fn wants(&self, task: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == task)
    }
}

fn main() -> Result<(), Failure> {
    let plan = Plan::read()?;
    let name = plan.data.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    println!("| {name} | method | | | |");
    println!("|---|---|--:|--:|--:|");
    let tasks: [(&str, Task); 8] = [
        ("rising", word::rising),
        ("cloud", word::cloud),
        ("bursts", burst::bursts),
        ("hot", hot::hot),
        ("ratings", rating::ratings),
        ("brigade", rating::brigade),
        ("lead", lead::lead),
        ("collusion", collusion::collusion),
    ];
    for (task, run) in tasks.into_iter().filter(|(task, _)| plan.wants(task)) {
        run(&plan).map_err(|error| format!("{task}: {error}"))?;
    }
    Ok(())
}

/// One line of the table.
pub fn line(task: &str, method: &str, figures: &[(&str, f64)]) {
    let figures: Vec<String> = figures.iter().map(|(name, value)| format!("{name} {value:.4}")).collect();
    println!("| {task} | {method} | {} |", figures.join(" | "));
}
