//! The tables, with the goals beside.

use std::fmt::Write;
use std::path::Path;

use super::fill::Filled;
use super::scene::{Figure, Figures, Scene};
use super::work::Goal;
use super::{Failure, Plan};

/// The table of one database.
pub fn table(scene: &Scene, plan: &Plan, filled: &Filled, figures: &Figures) -> String {
    let mut out = String::new();
    let shape = &plan.shape;
    let _ = writeln!(
        out,
        "{} on {}: {} people, {} topics, {} contents, {} ratings, {} leaderships; medians of {} rounds of {} s.\n",
        scene.title(),
        machine(),
        grouped(shape.people as f64),
        grouped(shape.topics as f64),
        grouped(shape.contents as f64),
        grouped(shape.ratings as f64),
        grouped(shape.leaderships as f64),
        plan.rounds,
        plan.window.as_secs_f64()
    );
    out.push_str("| work | requests/s | p50 ms | p99 ms | bytes | µs server | µs database | **requests/s and core** | goal | |\n");
    out.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n");
    for (name, goal) in &figures.order {
        let Some(f) = figures.works.get(name) else { continue };
        let (told, verdict) = match *goal {
            Goal::Open => (String::new(), ""),
            Goal::Rate(sqlite, postgres) => {
                let goal = if scene.is_postgres() { postgres } else { sqlite };
                (grouped(goal), verdict(f.per_core() >= goal))
            }
            Goal::Median(goal) => (format!("p50 {goal:.0} ms"), verdict(f.p50 < goal)),
        };
        let database = if scene.is_postgres() { format!("{:.0}", f.database) } else { String::new() };
        let _ = writeln!(
            out,
            "| {name} | {} | {:.2} | {:.2} | {:.0} | {:.0} | {database} | **{}** | {told} | {verdict} |",
            grouped(f.per_second),
            f.p50,
            f.p99,
            f.bytes,
            f.server,
            grouped(f.per_core())
        );
    }
    out.push_str("\n| what | measured | goal | |\n|---|--:|--:|---|\n");
    let mut line = |what: &str, measured: String, goal: &str, reached: Option<bool>| {
        let _ = writeln!(out, "| {what} | {measured} | {goal} | {} |", reached.map_or("", verdict));
    };
    let ingest_goal = (!scene.is_postgres()).then_some(filled.ratings_per_second >= 20_000.0);
    line(
        "ratings taken in, durably, in batches of 1,000",
        format!("{}/s", grouped(filled.ratings_per_second)),
        if scene.is_postgres() { "" } else { "20,000/s" },
        ingest_goal,
    );
    line("contents taken in", format!("{}/s", grouped(filled.contents_per_second)), "", None);
    line("start to ready", format!("{:.0} ms", figures.start), "1,000 ms", Some(figures.start < 1_000.0));
    line("start to trends and leaders", format!("{:.1} s", figures.read), "", None);
    line("news after the mutation's answer", format!("{:.2} ms", figures.news.0), "5 ms", Some(figures.news.0 < 5.0));
    line("news after the mutation's request", format!("{:.2} ms", figures.news.1), "", None);
    let ratio = |a: &str, b: &str, of: fn(&Figure) -> f64| Some(of(figures.works.get(a)?) / of(figures.works.get(b)?));
    if let Some(ratio) = ratio("Q4 a rating, by name", "Q4 a rating, one client", |f| f.per_second) {
        line("ratings/s of 32 clients against one", format!("{ratio:.1}"), "10", Some(ratio >= 10.0));
    }
    if let Some(ratio) = ratio("page 1,000", "page 1", Figure::per_core) {
        line("page 1,000 against page 1", format!("{ratio:.2}"), "about 1", Some(ratio > 0.8));
    }
    line("memory after the run", format!("{:.0} MB", figures.memory.0), "250 MB", Some(figures.memory.0 < 250.0));
    line("of it not pages of files", format!("{:.0} MB", figures.memory.1), "", None);
    out
}

pub const fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "missed" }
}

/// A whole number with commas.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map(|rest| rest.trim_start_matches([' ', '\t', ':']));
    let cores = std::fs::read_to_string("/proc/cpuinfo").map_or(0, |info| info.matches("processor\t").count());
    let build = if cfg!(debug_assertions) { ", debug build" } else { "" };
    format!("{} cores of {}{build}", cores, model.unwrap_or("an unknown processor"))
}

/// Puts a table between its markers in the file.
pub fn write(path: &Path, key: &str, table: &str) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path)?;
    let (begin, end) = (format!("<!-- {key}: begin -->\n"), format!("<!-- {key}: end -->"));
    let (before, rest) = text.split_once(&begin).ok_or_else(|| format!("{} has no {begin}", path.display()))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| format!("{} has no {end}", path.display()))?;
    std::fs::write(path, format!("{before}{begin}{table}{end}{after}"))?;
    Ok(())
}
