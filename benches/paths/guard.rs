//! What limits cost, and what they are worth: point queries with a token and all limits against the same without either, and
//! point queries of some while one other client sends the worst that it may.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::data::{Organisation, Rng, handle};
use super::fill::Filled;
use super::http::{Connection, Request};
use super::process::Server;
use super::report::{grouped, machine, verdict};
use super::scene::Scene;
use super::work::{Goal, Work, content, trends_anew};
use super::{Failure, Plan, load, look};

/// What limits and identity may cost.
pub const COST: f64 = 0.10;
/// How many times the quiet latency others may see.
const TIMES: f64 = 5.0;
/// How many megabytes one client may make the server take.
const MEMORY: f64 = 256.0;
/// Connections of those who ask for little, and of the one who asks for much.
const OTHERS: usize = 8;
const RUDE: usize = 16;

/// What a client sends, again and again.
type Sends = Arc<dyn Fn(&mut Rng) -> Request + Send + Sync>;

/// How somebody asks for much.
#[derive(Clone)]
enum Rude {
    Posts(Sends),
    /// Begins and ends subscriptions, each with a text of its own, as whoever has this token.
    Listens(String),
}

fn of(bearer: &str, query: &str, variables: &serde_json::Value) -> Request {
    let request = Request::graphql(json!({ "query": query, "variables": variables }).to_string());
    Request { person: Some(bearer.to_owned()), ..request }
}

/// The worst that a client may send, by name.
fn worst(bearer: &str) -> Vec<(&'static str, Rude)> {
    let as_rude = |make: fn(&mut Rng) -> (String, serde_json::Value)| {
        let bearer = bearer.to_owned();
        Rude::Posts(Arc::new(move |rng| {
            let (query, variables) = make(rng);
            of(&bearer, &query, &variables)
        }))
    };
    let trends = {
        let bearer = bearer.to_owned();
        Rude::Posts(Arc::new(move |rng| Request { person: Some(bearer.clone()), ..trends_anew(rng) }))
    };
    vec![
        ("the largest pages", as_rude(|_| (LARGE.to_owned(), json!({})))),
        ("the deepest nests", as_rude(|_| (deep(), json!({})))),
        ("trends that nobody asked for before", trends),
        ("100 of them in one", as_rude(|rng| (many_trends(rng), json!({})))),
        ("maps of past leadership", as_rude(|rng| (MAP.to_owned(), json!({ "at": past(rng) })))),
        ("long documents that nobody sent before", as_rude(|rng| (long(rng), json!({})))),
        ("8 MB to take in, refused", too_much(bearer)),
        ("subscriptions, begun and ended", Rude::Listens(bearer.to_owned())),
    ]
}

const LARGE: &str = "{ people(first: 100) { nodes { name contents(first: 90) { nodes { title body authors { name } topics { name } tally { count mean score } } } } } }";
const MAP: &str = "query($at: DateTime!) { leadershipMap(asOf: $at, first: 500, leadersPerTopic: 10) { totalCount topics { __typename } } leadershipGaps(asOf: $at, first: 100) { nodes { weight } } }";
const INGEST: &str = "mutation($input: IngestInput!) { ingest(input: $input) { userErrors { code } } }";

/// As deep as fields may stand in one another, and as many as they may be.
fn deep() -> String {
    let mut query = "name slug".to_owned();
    for _ in 0..6 {
        query = format!("name children(first: 6) {{ nodes {{ {query} }} }}");
    }
    format!("{{ topics(first: 2) {{ nodes {{ {query} }} }} }}")
}

fn many_trends(rng: &mut Rng) -> String {
    let one = |number: usize, rng: &mut Rng| {
        let seconds = 7 * 86_400 - rng.below(100_000);
        format!("t{number}: trends(window: \"PT{seconds}S\") {{ words(first: 1) {{ nodes {{ text }} }} }} ")
    };
    let all: String = (0..100).map(|number| one(number, rng)).collect();
    format!("{{ {all} }}")
}

fn past(rng: &mut Rng) -> String {
    format!("2026-0{}-{:02}T{:02}:{:02}:00Z", 1 + rng.below(9), 1 + rng.below(28), rng.below(24), rng.below(60))
}

/// Fields that are not there: all that can be found wrong with a document is.
fn long(rng: &mut Rng) -> String {
    let fields: Vec<String> = (0..4_900).map(|number| format!("field{number}")).collect();
    format!("{{ {} }} # {}", fields.join(" "), rng.next())
}

/// 19,900 ratings, as many as the values that a body may hold suffice for, as long as the largest body has room for. They are
/// written once, since it is the server that shall be busy.
fn too_much(bearer: &str) -> Rude {
    let content = "c".repeat(340);
    let one = |number: usize| json!({ "rater": handle(number), "content": content, "value": 1, "at": "2026-01-01T00:00:00Z" });
    let ratings = serde_json::Value::from((0..19_900).map(one).collect::<Vec<_>>()).to_string();
    let (bearer, query) = (bearer.to_owned(), json!(INGEST));
    Rude::Posts(Arc::new(move |rng| {
        let id = rng.next();
        let input = format!(r#"{{"source":{{"slug":"forum"}},"clientMutationId":"{id}","ratings":{ratings}}}"#);
        let request = Request::graphql(format!(r#"{{"query":{query},"variables":{{"input":{input}}}}}"#));
        Request { person: Some(bearer.clone()), ..request }
    }))
}

/// What a server is told that knows who asks and counts everything: so many points that none is ever missing.
pub const COUNTED: &[&str] = &["--identity", "tokens", "--budget", "4294967295", "--min-raters", "1"];

/// A token of ours that only reads.
pub fn bearer(url: &str) -> Result<String, Failure> {
    token(url, &handle(1), "read")
}

/// Makes a token of ours for a person.
fn token(url: &str, person: &str, scopes: &str) -> Result<String, Failure> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerlead"));
    let made = command
        .args(["token", "create", "bench", "--person", person, "--scopes", scopes, "--database-url", url])
        .output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned().into());
    }
    Ok(format!("Bearer {}", String::from_utf8_lossy(&made.stdout).trim()))
}

/// Point queries of somebody, over some connections.
fn point(organisation: &Organisation, bearer: Option<&str>, connections: usize) -> Arc<Work> {
    let (contents, person) = (organisation.shape.contents, bearer.map(str::to_owned));
    let request = move |rng: &mut Rng| Request { person: person.clone(), ..content(rng.below(contents)) };
    Arc::new(Work {
        name: "point queries",
        connections,
        request: Box::new(request),
        says: "\"content\":{",
        goal: Goal::Open,
    })
}

/// What the rude client got.
#[derive(Debug, Default)]
struct Answered {
    taken: AtomicUsize,
    refused: AtomicUsize,
    stop: AtomicBool,
}

async fn post(address: SocketAddr, sends: Sends, noted: Arc<Answered>, mut rng: Rng) -> Result<(), Failure> {
    let mut connection = Connection::open(address).await?;
    loop {
        match connection.send(&sends(&mut rng)).await {
            Ok(200) => noted.taken.fetch_add(1, Ordering::Relaxed),
            Ok(_) => noted.refused.fetch_add(1, Ordering::Relaxed),
            // Who hangs up on us has refused too.
            Err(_) => {
                connection = Connection::open(address).await?;
                noted.refused.fetch_add(1, Ordering::Relaxed)
            }
        };
    }
}

async fn listen(address: SocketAddr, bearer: String, noted: Arc<Answered>, mut rng: Rng) -> Result<(), Failure> {
    let mut request = format!("ws://{address}/graphql").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
    let (socket, _) = tokio_tungstenite::connect_async(request).await?;
    let (mut out, mut heard) = socket.split();
    let init = json!({ "type": "connection_init", "payload": { "Authorization": bearer } });
    out.send(Message::text(init.to_string())).await?;
    let says = async {
        loop {
            for id in 0..90 {
                let query =
                    format!("subscription {{ ratingChanged {{ cursor content {{ title }} }} }} # {}", rng.next());
                let frame = json!({ "type": "subscribe", "id": id.to_string(), "payload": { "query": query } });
                out.send(Message::text(frame.to_string())).await?;
                noted.taken.fetch_add(1, Ordering::Relaxed);
            }
            for id in 0..90 {
                out.send(Message::text(json!({ "type": "complete", "id": id.to_string() }).to_string())).await?;
            }
        }
    };
    let hears = async {
        while let Some(Ok(message)) = heard.next().await {
            if message.to_text().is_ok_and(|text| text.starts_with("{\"type\":\"error\"")) {
                noted.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    tokio::select! {
        ended = says => ended,
        () = hears => Err("the server closed a socket".into()),
    }
}

/// Sends over many connections on a thread of its own that gives way, so that others are not kept from reading their answers.
fn rude(address: SocketAddr, sends: Rude, seed: u64) -> (Arc<Answered>, std::thread::JoinHandle<()>) {
    let answered = Arc::new(Answered::default());
    let noted = Arc::clone(&answered);
    let thread = std::thread::spawn(move || {
        // Two clients do not share a processor elsewhere: what it costs to be rude must not look like what it does to the server.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::nice(19);
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let one = |number: u64| {
            let (sends, noted, rng) = (sends.clone(), Arc::clone(&noted), Rng::new(1_000 * seed + number));
            async move {
                let ended: Result<(), Failure> = match sends {
                    Rude::Posts(sends) => post(address, sends, noted, rng).await,
                    Rude::Listens(bearer) => listen(address, bearer, noted, rng).await,
                };
                if let Err(error) = ended {
                    eprintln!("  one connection ended: {error}");
                }
            }
        };
        runtime.block_on(async {
            // Tasks of their own: in one, whoever has always something to send would keep the others from their turns.
            let mut all = tokio::task::JoinSet::new();
            (0..RUDE as u64).for_each(|number| drop(all.spawn(one(number))));
            while !noted.stop.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            // What is still running when it is over is not waited for.
        });
    });
    (answered, thread)
}

/// What others saw while one client sent something.
struct Seen {
    name: &'static str,
    taken: f64,
    refused: f64,
    quiet: f64,
    during: f64,
    /// Megabytes more than before.
    memory: f64,
}

async fn see(
    server: &Server,
    others: &Arc<Work>,
    (name, sends): (&'static str, Rude),
    plan: &Plan,
    seed: u64,
) -> Result<Seen, Failure> {
    let quiet = load::run(server.address, others, plan.window, seed).await?;
    let before = server.memory().1;
    let (answered, thread) = rude(server.address, sends, seed);
    tokio::time::sleep(plan.warm_up).await;
    let most = async {
        let mut most = 0.0_f64;
        loop {
            most = most.max(server.memory().1);
            tokio::time::sleep(Duration::from_millis(100)).await;
            if answered.stop.load(Ordering::Relaxed) {
                return most;
            }
        }
    };
    let during = async {
        let during = load::run(server.address, others, plan.window, seed + 1).await;
        answered.stop.store(true, Ordering::Relaxed);
        during
    };
    let (most, during) = futures_util::future::join(most, during).await;
    let during = during?;
    let _ = thread.join();
    let seconds = during.seconds + plan.warm_up.as_secs_f64();
    Ok(Seen {
        name,
        taken: answered.taken.load(Ordering::Relaxed) as f64 / seconds,
        refused: answered.refused.load(Ordering::Relaxed) as f64 / seconds,
        quiet: quiet.p99,
        during: during.p99,
        memory: (most - before).max(0.0),
    })
}

/// Point queries per second and core: of anybody without limits, and of somebody with a token and all of them.
async fn costs(url: &str, folder: &Path, organisation: &Organisation, plan: &Plan) -> Result<(f64, f64), Failure> {
    let open = Server::start(url, folder)?;
    let bearer = bearer(url)?;
    let closed = Server::with(url, folder, COUNTED)?;
    look::until_read(&open, None).await?;
    look::until_read(&closed, Some(&bearer)).await?;
    let sides = [(&open, point(organisation, None, 32)), (&closed, point(organisation, Some(&bearer), 32))];
    let mut figures = [Vec::new(), Vec::new()];
    for round in 0..plan.rounds {
        for ((server, work), figures) in sides.iter().zip(&mut figures) {
            load::run(server.address, work, plan.warm_up, 2 * round as u64).await?;
            let before = server.cpu();
            let outcome = load::run(server.address, work, plan.window, 2 * round as u64 + 1).await?;
            figures.push(outcome.requests as f64 / (server.cpu() - before).max(0.001));
        }
    }
    let [open, closed] = figures.map(|mut figures| {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    });
    Ok((open, closed))
}

/// Measures both, and gives the tables.
pub fn measure(scene: &Scene, plan: &Plan, filled: &Filled) -> Result<String, Failure> {
    scene.on_a_copy(async {
        let (organisation, url) = (filled.organisation(&plan.shape), scene.url(true));
        let (open, closed) = costs(&url, scene.folder(), &organisation, plan).await?;
        let others = bearer(&url)?;
        let mut seen = Vec::new();
        for number in 0..worst("").len() {
            // A client of its own, with a whole budget, for each.
            let bearer = token(&url, &handle(2 + number), "read,ingest")?;
            let server = Server::with(&url, scene.folder(), &["--identity", "tokens", "--min-raters", "1"])?;
            let others = point(&organisation, Some(&others), OTHERS);
            look::until_read(&server, Some(&bearer)).await?;
            load::run(server.address, &others, plan.warm_up, 1).await?;
            let sends = worst(&bearer).swap_remove(number);
            eprintln!("{}: {}", scene.title(), sends.0);
            if plan.only.as_ref().is_none_or(|only| sends.0.contains(only.as_str())) {
                seen.push(see(&server, &others, sends, plan, 10 * number as u64).await?);
            }
        }
        Ok(table(scene, plan, (open, closed), &seen))
    })
}

fn table(scene: &Scene, plan: &Plan, (open, closed): (f64, f64), seen: &[Seen]) -> String {
    let mut out = String::new();
    let (shape, window) = (&plan.shape, plan.window.as_secs_f64());
    let contents = grouped(shape.contents as f64);
    let _ = writeln!(
        out,
        "{} on {}: {contents} contents; {} rounds of {window} s.\n",
        scene.title(),
        machine(),
        plan.rounds
    );
    let cost = 1.0 - closed / open;
    let reached = verdict(cost <= COST);
    out.push_str("| point queries | measured | goal | |\n|---|--:|--:|---|\n");
    let _ = writeln!(out, "| of anybody, without a budget, requests/s and core | {} | | |", grouped(open));
    let _ = writeln!(out, "| with a token of ours and all limits, requests/s and core | {} | | |", grouped(closed));
    let _ = writeln!(out, "| what that costs | {:.0} % | {:.0} % | {reached} |\n", cost * 100.0, COST * 100.0);
    let _ = writeln!(
        out,
        "| one client sends | answered/s | refused/s | p99 of others, quiet, ms | meanwhile, ms | times | at most {TIMES} | MB more | at most {MEMORY} |"
    );
    out.push_str("|---|--:|--:|--:|--:|--:|---|--:|---|\n");
    for one in seen {
        let times = one.during / one.quiet.max(0.001);
        let _ = writeln!(
            out,
            "| {} | {:.1} | {} | {:.2} | {:.2} | {times:.1} | {} | {:.0} | {} |",
            one.name,
            one.taken,
            grouped(one.refused),
            one.quiet,
            one.during,
            verdict(times <= TIMES),
            one.memory,
            verdict(one.memory <= MEMORY)
        );
    }
    out
}
