//! How many instructions an answer takes: hardly another figure on another machine, and none that depends on what else it does.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::data::Rng;
use super::fill::Filled;
use super::guard::{COST, COUNTED, bearer};
use super::http::{Connection, Request};
use super::process::Server;
use super::report::{grouped, machine, verdict};
use super::scene::Scene;
use super::work::{self, Goal, Work};
use super::{Failure, Plan, look};

/// How many answers are counted, of works whose answers are small and of those that take milliseconds.
const SMALL: usize = 100;
const LARGE: usize = 5;

/// A server whose instructions are counted by valgrind.
struct Counted {
    server: Server,
    file: PathBuf,
    counts: usize,
}

impl Counted {
    fn start(url: &str, folder: &Path, knobs: &[&str]) -> Result<Self, Failure> {
        let file = folder.join("count.out");
        let out = format!("--callgrind-out-file={}", file.display());
        let valgrind = ["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", &out];
        Ok(Self { server: Server::under(&valgrind, url, folder, knobs)?, file, counts: 0 })
    }

    fn control(&self, act: &str, value: Option<&str>) -> Result<(), Failure> {
        let mut command = Command::new("callgrind_control");
        let done = command.arg(act).args(value).arg(self.server.child.id().to_string()).output()?;
        if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into_owned().into()) }
    }

    /// Instructions for each answer to a work, one client asking.
    async fn count(&mut self, work: &Arc<Work>, person: Option<&str>) -> Result<f64, Failure> {
        let answers = if matches!(work.goal, Goal::Median(_)) { LARGE } else { SMALL };
        let mut connection = Connection::open(self.server.address).await?;
        let mut rng = Rng::new(1);
        self.control("-i", Some("on"))?;
        for turn in 0..2 {
            // The first turn fills what is remembered.
            for _ in 0..answers {
                let request = (work.request)(&mut rng);
                let person = person.map(str::to_owned).or(request.person);
                let answer = connection.ask(&Request { person, ..request }).await?;
                if !String::from_utf8_lossy(answer).contains(work.says) {
                    return Err(format!("{}: {}", work.name, String::from_utf8_lossy(answer)).into());
                }
            }
            self.control(if turn == 0 { "-z" } else { "-d" }, None)?;
        }
        self.control("-i", Some("off"))?;
        self.counts += 1;
        let told = std::fs::read_to_string(self.file.with_extension(format!("out.{}", self.counts)))?;
        let total = told.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("a count without a total")?;
        Ok(total.trim().parse::<f64>()? / answers as f64)
    }
}

/// Counts all works that ask, a rating, and what identity and limits add to the first of them.
pub fn measure(scene: &Scene, plan: &Plan, filled: &Filled) -> Result<String, Failure> {
    scene.on_a_copy(async {
        let (organisation, url) = (Arc::new(filled.organisation(&plan.shape)), scene.url(true));
        let mut open = Counted::start(&url, scene.folder(), &["--min-raters", "1"])?;
        look::until_read(&open.server, None).await?;
        let ids = look::ids(&open.server, &organisation).await?;
        let works = work::reading(&organisation, String::new());
        let writing = work::writing(&organisation, ids);
        let mut out = format!("{} on {}.\n\n", scene.title(), machine());
        out.push_str("| work | thousand instructions an answer |\n|---|--:|\n");
        let mut first = None;
        // Whoever rates does so alone here, so the one client stands for all.
        let rating = writing.iter().filter(|work| work.connections == 1);
        let asking = works.iter().filter(|work| !work.name.starts_with("page"));
        for work in asking.chain(rating).filter(|work| plan.wants(work.name)) {
            let count = open.count(work, None).await?;
            first.get_or_insert(count);
            let _ = writeln!(out, "| {} | {} |", work.name, grouped(count / 1_000.0));
        }
        drop(open);
        let (point, Some(open)) = (&works[0], first) else { return Ok(out) };
        if plan.wants(point.name) {
            let bearer = bearer(&url)?;
            let mut closed = Counted::start(&url, scene.folder(), COUNTED)?;
            look::until_read(&closed.server, Some(&bearer)).await?;
            let closed = closed.count(point, Some(&bearer)).await?;
            let more = closed / open - 1.0;
            let _ = writeln!(
                out,
                "| {}, with a token of ours and all limits | {} |",
                point.name,
                grouped(closed / 1_000.0)
            );
            let (goal, verdict) = (COST * 100.0, verdict(more <= COST));
            let _ = writeln!(out, "\nIdentity and limits add {:.1} % (goal {goal:.0} %: {verdict}).", more * 100.0);
        }
        Ok(out)
    })
}
