//! Load: as many requests as the server answers, over kept connections, for a while.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Failure;
use super::data::Rng;
use super::http::Connection;
use super::work::Work;

/// How much of a wrong answer is shown.
const ANSWER: usize = 1_000;

/// What a while of load came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    pub requests: usize,
    pub bytes: usize,
    pub seconds: f64,
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
}

/// Puts `work` on the server for `window`.
pub async fn run(address: SocketAddr, work: &Arc<Work>, window: Duration, seed: u64) -> Result<Outcome, Failure> {
    // A server that hangs ends the run.
    tokio::time::timeout(window + Duration::from_secs(30), run_on(address, work, window, seed))
        .await
        .map_err(|_| format!("{}: the server hangs", work.name))?
}

async fn run_on(address: SocketAddr, work: &Arc<Work>, window: Duration, seed: u64) -> Result<Outcome, Failure> {
    let mut connections = Vec::with_capacity(work.connections);
    for _ in 0..work.connections {
        connections.push(Connection::open(address).await?);
    }
    let began = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .enumerate()
        .map(|(number, connection)| {
            tokio::spawn(one(connection, Arc::clone(work), began + window, Rng::new(seed * 1_000 + number as u64)))
        })
        .collect();
    let (mut latencies, mut bytes) = (Vec::new(), 0);
    for task in tasks {
        let (some, size) = task.await??;
        latencies.extend(some);
        bytes += size;
    }
    let seconds = began.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |share: f64| {
        latencies
            .get(((latencies.len() as f64 * share) as usize).min(latencies.len().saturating_sub(1)))
            .map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    };
    Ok(Outcome { requests: latencies.len(), bytes, seconds, p50: at(0.5), p99: at(0.99) })
}

async fn one(
    mut connection: Connection,
    work: Arc<Work>,
    until: Instant,
    mut rng: Rng,
) -> Result<(Vec<u32>, usize), Failure> {
    let (mut latencies, mut bytes) = (Vec::with_capacity(16_384), 0);
    loop {
        let request = (work.request)(&mut rng);
        let asked = Instant::now();
        if asked >= until {
            return Ok((latencies, bytes));
        }
        let body = connection.ask(&request).await?;
        if !work.says.is_empty() && !contains(body, work.says) {
            let answer: String = String::from_utf8_lossy(body).chars().take(ANSWER).collect();
            return Err(format!("{}: {request:?} was answered by {answer}", work.name).into());
        }
        bytes += body.len();
        latencies.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
}

fn contains(body: &[u8], says: &str) -> bool {
    // What an answer says stands near its start or its end; looking there keeps the client cheap.
    let part = |part: &[u8]| part.windows(says.len()).any(|bytes| bytes == says.as_bytes());
    part(&body[..body.len().min(200)]) || part(&body[body.len().saturating_sub(200)..])
}
