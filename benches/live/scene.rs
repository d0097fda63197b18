//! The runs: how many hear what, how fast, and what it costs.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Greeting, Heard, listen};
use super::http::{Connection, Request};
use super::process::Server;
use super::report::{Figures, table};
use super::{Failure, Plan};

const HEAR: &str = "subscription($content: ID!, $after: String) { ratingChanged(filter: { content: { id: $content } }, after: $after) \
    { cursor content { title authors { name } } tally { count score } } }";
const RATE: &str = "mutation Rate($id: ID!, $value: Int!) { rateContent(input: { content: { id: $id }, value: $value }) \
    { changed cursor userErrors { code message } } }";
const INGEST: &str = "mutation($input: IngestInput!) { ingest(input: $input) { userErrors { code message } } }";

/// Who is measured.
pub enum Side {
    /// Our server with contents, by their ids.
    Ours { server: Server, contents: Vec<String>, how: How },
    /// Another server, and the frame that it tells.
    Peer { server: Server, kind: String, text: String },
}

/// What is done to our server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// People rate, each with a mutation of their own.
    Rated,
    /// The same, and every subscriber's operation has a name of its own, so that none is shared.
    Apart,
    /// An integrator feeds the ratings of another system.
    Fed,
}

impl Side {
    pub const fn server(&self) -> &Server {
        match self {
            Self::Ours { server, .. } | Self::Peer { server, .. } => server,
        }
    }

    fn peer(kind: &str, feeds: usize, text: String) -> Result<Self, Failure> {
        let address: SocketAddr = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let (told, feeds) = (address.to_string(), feeds.to_string());
        let program = std::env::current_exe()?;
        let server = Server::run(&[], &program, &["--serve", kind, &told, &feeds], &std::env::temp_dir(), address)?;
        Ok(Self::Peer { server, kind: kind.to_owned(), text })
    }

    pub fn greeting(&self, number: usize, feed: usize, after: Option<&str>) -> Greeting {
        let subscribe = |query: &str, variables: Value| {
            let payload = json!({ "query": query, "variables": variables });
            let messages = [
                json!({ "type": "connection_init" }),
                json!({ "type": "subscribe", "id": "01234567-89ab-cdef", "payload": payload }),
            ];
            let messages = messages.map(|message| message.to_string()).to_vec();
            Greeting { path: "/graphql".to_owned(), messages, answers: 1 }
        };
        match self {
            Self::Ours { contents, how, .. } => {
                let name = if *how == How::Apart {
                    format!("subscription Number{number}(")
                } else {
                    "subscription(".to_owned()
                };
                subscribe(
                    &HEAR.replacen("subscription(", &name, 1),
                    json!({ "content": contents[feed], "after": after }),
                )
            }
            Self::Peer { kind, .. } if kind == "broadcast" => {
                Greeting { path: format!("/feed/{feed}"), messages: Vec::new(), answers: 0 }
            }
            Self::Peer { .. } => {
                let query = "subscription($feed: Int!) { ratingChanged(feed: $feed) { cursor content { title authors { name } } tally { count score } } }";
                subscribe(query, json!({ "feed": feed }))
            }
        }
    }

    /// The request that makes the change number `number` of some feeds. People rate one content at a time.
    pub fn change(&self, feeds: &[usize], number: usize) -> Request {
        let value = 1 + number % 5;
        match self {
            Self::Ours { how: How::Fed, .. } => {
                let at = format!("2026-01-01T{:02}:{:02}:00Z", number / 60, number % 60);
                let rating = |feed| json!({ "rater": "rater", "content": feed_name(feed), "value": value, "at": at });
                let ratings: Vec<Value> = feeds.iter().map(|feed| rating(*feed)).collect();
                posted("operator", INGEST, &json!({ "input": { "source": { "slug": BOARD }, "ratings": ratings } }))
            }
            Self::Ours { contents, .. } => posted("rater", RATE, &json!({ "id": contents[feeds[0]], "value": value })),
            Self::Peer { text, .. } => {
                let lines: Vec<String> = feeds.iter().map(|feed| format!("{feed}\n{text}")).collect();
                Request { body: Some(lines.join("\n")), path: "/publish", person: None }
            }
        }
    }
}

/// The source of all contents.
const BOARD: &str = "board";
/// How many are taken in at once.
const BATCH: usize = 500;

fn feed_name(feed: usize) -> String {
    format!("content-{feed}")
}

fn posted(person: &str, query: &str, variables: &Value) -> Request {
    let request = Request::graphql(json!({ "query": query, "variables": variables }).to_string());
    Request { person: Some(person.to_owned()), ..request }
}

async fn ask(connection: &mut Connection, person: &str, query: &str, variables: Value) -> Result<Value, Failure> {
    Ok(serde_json::from_slice(connection.ask(&posted(person, query, &variables)).await?)?)
}

/// Our server on a fresh database with some contents.
pub async fn ours(folder: &std::path::Path, contents: usize, how: How) -> Result<Side, Failure> {
    let url = format!("sqlite:{}", folder.join("live.db").display());
    let server = Server::start(&url, folder)?;
    let mut connection = Connection::open(server.address).await?;
    let source = "mutation($slug: String!) { createSource(input: { slug: $slug, name: $slug, kind: \"FORUM\", scale: STARS }) { source { id } } }";
    ask(&mut connection, "operator", source, json!({ "slug": BOARD })).await?;
    let person = |name: &str| json!({ "externalId": name });
    let content = |feed| json!({ "externalId": feed_name(feed), "kind": "post", "title": "A content that many watch", "authors": ["ada"], "publishedAt": "2026-01-01T00:00:00Z" });
    let contents_of = |some: std::ops::Range<usize>| some.map(content).collect::<Vec<_>>();
    let mut lists = vec![json!({ "people": [person("ada"), person("rater")] })];
    let parts = (0..contents).step_by(BATCH).map(|first| contents_of(first..(first + BATCH).min(contents)));
    lists.extend(parts.map(|some| json!({ "contents": some })));
    for mut lists in lists {
        lists["source"] = json!({ "slug": BOARD });
        let told = ask(&mut connection, "operator", INGEST, json!({ "input": lists })).await?;
        if told["data"]["ingest"]["userErrors"] != json!([]) {
            return Err(format!("what is needed was not taken in: {told}").into());
        }
    }
    let mut ids = Vec::new();
    for feed in 0..contents {
        let query = "query($name: ExternalName!) { content(by: { external: $name }) { id } }";
        let name = json!({ "source": BOARD, "externalId": feed_name(feed) });
        let found = ask(&mut connection, "rater", query, json!({ "name": name })).await?;
        ids.push(found["data"]["content"]["id"].as_str().ok_or("no content")?.to_owned());
    }
    Ok(Side::Ours { server, contents: ids, how })
}

/// Waits until something holds, at most a minute.
async fn until(what: &str, mut holds: impl FnMut() -> bool) -> Result<(), Failure> {
    let began = Instant::now();
    while !holds() {
        if began.elapsed() > Duration::from_mins(1) {
            return Err(format!("{what} did not happen within a minute").into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Opens subscribers, spread over all feeds, and waits until a first change, of this number, has reached all of them.
async fn gather(
    side: &Side,
    subscribers: usize,
    feeds: usize,
    number: usize,
) -> Result<(Arc<Heard>, Vec<tokio::task::AbortHandle>), Failure> {
    let heard = Heard::of(feeds);
    let mut tasks = Vec::new();
    for place in 0..subscribers {
        let (address, feed, all) = (side.server().address, place % feeds, Arc::clone(&heard));
        let client = listen(address, side.greeting(place, feed, None), feed, all);
        tasks.push(tokio::spawn(async move { client.await.is_ok() }).abort_handle());
        if place % 100 == 99 {
            let ready = place / 2;
            until("connecting", || heard.ready.load(std::sync::atomic::Ordering::Relaxed) > ready).await?;
        }
    }
    until("connecting", || heard.ready.load(std::sync::atomic::Ordering::Relaxed) == subscribers).await?;
    // The acknowledgement comes before the subscription stands; one change to everybody says that it does.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut connection = Connection::open(side.server().address).await?;
    for feed in 0..feeds {
        connection.ask(&side.change(&[feed], number)).await?;
        heard.answer(feed);
    }
    until("the first change", || heard.frames() == subscribers).await?;
    Ok((heard, tasks))
}

/// How changes are made: so many at once, and so often.
#[derive(Clone, Copy, Debug)]
struct Pace {
    at_once: usize,
    every: Duration,
}

/// Changes at a steady pace for a while, with some feeds in turn: how many.
async fn change(side: &Side, heard: &Heard, feeds: usize, pace: Pace, window: Duration) -> Result<usize, Failure> {
    let (mut connection, began) = (Connection::open(side.server().address).await?, tokio::time::Instant::now());
    let (mut made, mut due) = (0, Duration::ZERO);
    while due <= window {
        tokio::time::sleep_until(began + due).await;
        let now: Vec<usize> = (made..made + pace.at_once).map(|number| number % feeds).collect();
        connection.ask(&side.change(&now, 1 + made / feeds)).await?;
        for feed in now {
            heard.answer(feed);
        }
        made += pace.at_once;
        due += pace.every;
    }
    Ok(made)
}

async fn run(
    what: &str,
    side: &Side,
    plan: &Plan,
    subscribers: usize,
    feeds: usize,
    pace: Pace,
) -> Result<Figures, Failure> {
    let before = side.server().memory().1;
    let (heard, tasks) = gather(side, subscribers, feeds, 0).await?;
    let grown = (side.server().memory().1 - before) * 1024.0;
    let memory = if subscribers == 0 { 0.0 } else { grown / subscribers as f64 };
    let (first, cpu, began) = (heard.frames(), side.server().cpu(), Instant::now());
    if let Ok(mut latencies) = heard.latencies.lock() {
        latencies.clear();
    }
    let changes = change(side, &heard, feeds, pace, plan.window).await?;
    let expected = changes * subscribers / feeds;
    // Whether all came is a figure, not a fault.
    let _ = until("the last frame", || heard.frames() - first >= expected).await;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), side.server().cpu() - cpu);
    tasks.iter().for_each(tokio::task::AbortHandle::abort);
    let mut latencies = heard.latencies.lock().map(|latencies| latencies.clone()).unwrap_or_default();
    latencies.sort_unstable();
    let at = |share: f64| {
        latencies.get((latencies.len() as f64 * share) as usize).map_or(0.0, |micros| f64::from(*micros) / 1e3)
    };
    let (p50, p99, frames) = (at(0.5), at(0.99), heard.frames() - first);
    let figures = Figures { what: what.to_owned(), frames, expected, seconds, cpu, p50, p99, memory };
    eprintln!("{figures:?}");
    Ok(figures)
}

/// A frame as subscribers get it.
async fn sample(side: &Side) -> Result<String, Failure> {
    // Another one than the first of the run that follows, which would say nothing new.
    let (heard, tasks) = gather(side, 1, 1, 1).await?;
    tasks.iter().for_each(tokio::task::AbortHandle::abort);
    Ok(heard.sample.lock().map(|sample| sample.clone()).unwrap_or_default())
}

/// A server that was killed comes back, and all its subscribers at once: seconds until all have what they missed.
async fn returning(folder: &std::path::Path, plan: &Plan) -> Result<(usize, f64), Failure> {
    const MISSED: usize = 20;
    let side = ours(folder, 1, How::Rated).await?;
    let mut connection = Connection::open(side.server().address).await?;
    let after = ask(&mut connection, "", "{ cursor }", json!({})).await?["data"]["cursor"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    for number in 0..MISSED {
        connection.ask(&side.change(&[0], number)).await?;
    }
    let Side::Ours { mut server, contents, how } = side else { return Err("not ours".into()) };
    server.child.kill()?;
    server.child.wait()?;
    let url = format!("sqlite:{}", folder.join("live.db").display());
    let side = Side::Ours { server: Server::start(&url, folder)?, contents, how };
    let (heard, began) = (Heard::of(1), Instant::now());
    for number in 0..plan.returning {
        let client = listen(side.server().address, side.greeting(number, 0, Some(&after)), 0, Arc::clone(&heard));
        tokio::spawn(async move { client.await.is_ok() });
    }
    until("catching up", || heard.frames() >= plan.returning * MISSED).await?;
    Ok((heard.frames(), began.elapsed().as_secs_f64()))
}

/// Measures everything: the tables.
pub async fn measure(plan: &Plan) -> Result<String, Failure> {
    let folder = tempfile::tempdir()?;
    let place = |name: &str| -> Result<std::path::PathBuf, Failure> {
        let place = folder.path().join(name);
        std::fs::create_dir_all(&place)?;
        Ok(place)
    };
    let (all, few, many) = (plan.subscribers, plan.subscribers / 5, plan.contents);
    let one = |millis| Pace { at_once: 1, every: Duration::from_millis(millis) };
    let (slow, fast) = (one(200), one(2));
    // As many in a second, as a system tells them that gathers what happened.
    let batches = Pace { at_once: (many / 20).max(1), every: Duration::from_millis(2) * (many / 20).max(1) as u32 };
    let mut figures = Vec::new();
    let side = ours(&place("one")?, 1, How::Rated).await?;
    let text = sample(&side).await?;
    figures.push(run("one content: ours", &side, plan, all, 1, slow).await?);
    drop(side);
    let side = Side::peer("broadcast", 1, text.clone())?;
    figures.push(run("one content: a broadcast by hand", &side, plan, all, 1, slow).await?);
    drop(side);
    let side = Side::peer("library", 1, text.clone())?;
    figures.push(run("one content: the library, an execution each", &side, plan, few, 1, slow).await?);
    drop(side);
    let url = format!("sqlite:{}", folder.path().join("one").join("live.db").display());
    let side = Side::peer(&url, 1, text.clone())?;
    let handful = all / 20;
    figures.push(run("one content: the same, asking our database", &side, plan, handful, 1, slow).await?);
    drop(side);
    let side = ours(&place("apart")?, 1, How::Apart).await?;
    figures.push(run("one content: ours, when nobody shares", &side, plan, few, 1, slow).await?);
    drop(side);
    let side = ours(&place("many")?, many, How::Rated).await?;
    figures.push(run("many contents: ours", &side, plan, all, many, fast).await?);
    drop(side);
    let side = ours(&place("none")?, many, How::Rated).await?;
    figures.push(run("many contents: ours, when nobody listens", &side, plan, 0, many, fast).await?);
    drop(side);
    let side = Side::peer("broadcast", many, text.clone())?;
    figures.push(run("many contents: a broadcast by hand", &side, plan, all, many, fast).await?);
    drop(side);
    let side = ours(&place("fed")?, many, How::Fed).await?;
    figures.push(run("many contents, fed in batches: ours", &side, plan, all, many, batches).await?);
    drop(side);
    let side = Side::peer("broadcast", many, text)?;
    figures.push(run("many contents, fed in batches: a broadcast by hand", &side, plan, all, many, batches).await?);
    drop(side);
    let returned = returning(&place("back")?, plan).await?;
    let figures: [Figures; 10] = figures.try_into().map_err(|_| "a run is missing")?;
    Ok(table(plan, &figures, returned))
}
