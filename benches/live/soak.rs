//! A long run: many listen, all the time some go and others come, and nothing may grow or be left behind.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::client::{Heard, listen};
use super::http::{Connection, Request};
use super::scene::{How, Side, ours};
use super::{Failure, Plan};

/// Between two changes: with ten thousand subscribers a fifth of the peak.
const PACE: Duration = Duration::from_secs(1);
/// How long a subscriber stays, in seconds: from, and how much more at most.
const STAY: (u64, u64) = (5, 55);
/// How long is measured at a time.
const ROUND: Duration = Duration::from_mins(1);
/// The numbers that must be nought when everybody has left.
const GAUGES: [&str; 3] = ["peerlead_streams", "peerlead_subscriptions", "peerlead_audiences"];

/// The lines of a table: memory and frames, minute by minute, and what is left in the end.
pub async fn soak(plan: &Plan, minutes: u32) -> Result<String, Failure> {
    let folder = tempfile::tempdir()?;
    let side = Arc::new(ours(folder.path(), 1, How::Rated).await?);
    let quiet = metric(&side, "peerlead_tasks").await?;
    let (heard, over) = (Heard::of(1), Arc::new(AtomicBool::new(false)));
    let mut tasks = Vec::new();
    for number in 0..plan.subscribers {
        let (side, heard, over) = (Arc::clone(&side), Arc::clone(&heard), Arc::clone(&over));
        tasks.push(tokio::spawn(async move { come_and_go(&side, number, &heard, &over).await }));
        if number % 50 == 49 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let mut out = String::from("| minute | frames/s | memory MB | subscriptions |\n|--:|--:|--:|--:|\n");
    let mut connection = Connection::open(side.server().address).await?;
    let mut number = 0;
    for minute in 1..=minutes {
        let (began, first) = (Instant::now(), heard.frames());
        while began.elapsed() < ROUND {
            tokio::time::sleep(PACE).await;
            connection.ask(&side.change(&[0], number)).await?;
            number += 1;
        }
        if let Ok(mut latencies) = heard.latencies.lock() {
            latencies.clear();
        }
        let pace = (heard.frames() - first) as f64 / began.elapsed().as_secs_f64();
        let (memory, open) = (side.server().memory().1, metric(&side, "peerlead_subscriptions").await?);
        let line = format!("| {minute} | {pace:.0} | {memory:.1} | {open:.0} |\n");
        eprint!("{line}");
        out.push_str(&line);
    }
    over.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await?;
    }
    drop(connection);
    left(&side, quiet, &mut out).await?;
    Ok(out)
}

/// One place among the subscribers: somebody comes, stays for a while, goes, and the next one comes.
async fn come_and_go(side: &Side, number: usize, heard: &Arc<Heard>, over: &AtomicBool) {
    let mut random = number as u64 + 1;
    while !over.load(Ordering::Relaxed) {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let stay = Duration::from_secs(STAY.0 + (random >> 33) % STAY.1);
        let client = listen(side.server().address, side.greeting(number, 0, None), 0, Arc::clone(heard));
        let began = Instant::now();
        let mut client = std::pin::pin!(client);
        while began.elapsed() < stay && !over.load(Ordering::Relaxed) {
            if tokio::time::timeout(Duration::from_secs(1), client.as_mut()).await.is_ok() {
                break;
            }
        }
    }
}

async fn metric(side: &Side, name: &str) -> Result<f64, Failure> {
    let mut connection = Connection::open(side.server().address).await?;
    let text = connection.ask(&Request { body: None, path: "/metrics", person: None }).await?;
    let text = String::from_utf8_lossy(text);
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.ok_or_else(|| format!("/metrics has no {name}").into())
}

/// What is left a while after everybody has gone.
async fn left(side: &Side, quiet: f64, out: &mut String) -> Result<(), Failure> {
    let began = Instant::now();
    loop {
        let mut all = Vec::new();
        for name in GAUGES {
            all.push(metric(side, name).await?);
        }
        // The connection that asks is served by a task, too.
        let tasks = metric(side, "peerlead_tasks").await? - quiet;
        if all.iter().all(|value| *value == 0.0) && tasks <= 0.0 {
            let _ = writeln!(
                out,
                "\nAfter all have left: no stream, no subscription, no audience, no task, {:.1} MB.",
                side.server().memory().1
            );
            return Ok(());
        }
        if began.elapsed() > Duration::from_mins(1) {
            return Err(format!("left behind: {GAUGES:?} {all:?}, {tasks} tasks").into());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
