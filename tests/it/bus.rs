//! Several processes that hear each other by a bus: as soon, as exactly and in the same order as from the database, whatever
//! becomes of the bus and of whoever tells.
//!
//! With a NATS that has streams (`nats-server -js`) at `PEERLEAD_TEST_NATS`, `nats://127.0.0.1:4222` when nothing is said, on PostgreSQL.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use peerlead::app::house::Settings;
use peerlead::live::bus::Numbers;
use peerlead::live::bus::address::Address;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::house::{Database, House, Socket, open_settings};
use crate::nats::{Guarded, Nats, Switch};
use crate::program::{Program, peerlead, run};
use crate::resume::seq;
use crate::several::{two_tell_the_same, what_one_takes_the_other_tells};

/// Hears everything.
const ALL: &str = "subscription($after: String) { changes(after: $after) { cursor at __typename ... on TopicChange { topic { slug } } } }";
pub const CREATE: &str = "mutation($slug: String!) { createTopic(input: { slug: $slug, name: $slug }) { topic { id } userErrors { code } } }";

async fn settings(url: &str, prefix: &str) -> Settings {
    Settings { bus: Some(Address::new(url, None, prefix).await.expect("an address")), ..open_settings() }
}

/// Waits until something is so.
pub async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is().await {
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

pub fn numbers(house: &House) -> Numbers {
    house.app.bus().expect("a bus")
}

/// Waits until one of the houses tells and the others are told: first the one that tells.
pub async fn settled(houses: &[House]) -> (usize, Vec<usize>) {
    until("one tells, the others hear", async || {
        houses.iter().filter(|house| numbers(house).relays).count() == 1
            && houses.iter().all(|house| numbers(house).relays != numbers(house).hears)
    })
    .await;
    let relay = houses.iter().position(|house| numbers(house).relays).expect("one that tells");
    (relay, (0..houses.len()).filter(|at| *at != relay).collect())
}

/// Houses that share a database and a bus, and a relay among them.
pub async fn houses(url: &str, prefix: &str, count: usize) -> Vec<House> {
    let database = Database::fresh().await;
    let mut houses = Vec::new();
    for _ in 0..count {
        houses.push(House::with(database.shared(), settings(url, prefix).await).await);
    }
    houses
}

/// Somebody who hears everything after a cursor.
pub struct Ear {
    socket: Socket,
    heard: Vec<Value>,
}

impl Ear {
    pub async fn at(address: &str, after: &str) -> Self {
        let mut socket = Socket::open(address).await;
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.next().await["type"], "connection_ack");
        socket.subscribe("1", ALL, json!({ "after": after })).await;
        Self { socket, heard: Vec::new() }
    }

    /// Hears until a change.
    pub async fn hear(&mut self, last: i64) {
        while self.heard.last().is_none_or(|told| seq(&told["cursor"]) < last) {
            self.heard.push(self.socket.data("1").await["changes"].clone());
        }
    }

    /// Everything it has heard up to a change; nothing comes after that.
    pub async fn all(mut self, last: i64) -> Vec<Value> {
        self.hear(last).await;
        assert_eq!(self.socket.next_within(0.3).await, None);
        self.heard
    }

    /// Hears until the one who tells is gone.
    pub async fn until_it_ends(mut self) -> Self {
        loop {
            let message = self.socket.next_within(20.0).await.expect("news, or the end");
            if message.get("closed").is_some() {
                return self;
            }
            assert_eq!(message["type"], "next", "{message:#}");
            self.heard.push(message["payload"]["data"]["changes"].clone());
        }
    }

    /// Goes on at another address after what was heard last.
    pub async fn resume(self, address: &str) -> Self {
        let last = self.heard.last().expect("something heard")["cursor"].as_str().expect("a cursor").to_owned();
        let elsewhere = Self::at(address, &last).await;
        Self { socket: elsewhere.socket, heard: self.heard }
    }
}

/// The number of the last change in the log itself.
pub async fn end(database: &Database) -> i64 {
    use sea_orm::ConnectionTrait;
    let behind = database.connect().await;
    let sql = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, "SELECT MAX(seq) FROM change");
    let row = behind.query_one_raw(sql).await.expect("an answer").expect("a row");
    behind.close().await.expect("a clean end");
    row.try_get_by_index(0).expect("a number")
}

/// Everybody has heard what is in the log after a cursor: all of it, in order, nothing twice; and everybody the same, which is
/// what comes back.
pub async fn all_heard(ears: Vec<Ear>, after: &str, database: &Database) -> Vec<Value> {
    let (first, last) = (seq(&json!(after)) + 1, end(database).await);
    let mut others: Option<Vec<Value>> = None;
    for ear in ears {
        let heard = ear.all(last).await;
        let numbers: Vec<i64> = heard.iter().map(|told| seq(&told["cursor"])).collect();
        assert_eq!(numbers, (first..=last).collect::<Vec<_>>());
        if let Some(others) = &others {
            assert_eq!(&heard, others);
        }
        others = Some(heard);
    }
    others.expect("somebody who has heard")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_commits_the_others_hear_once_in_order_and_without_reading_the_log() {
    let Some(nats) = Nats::find().await else { return };
    let houses = houses(&nats.url, &nats.prefix, 3).await;
    let (relay, listeners) = settled(&houses).await;
    let after = houses[0].cursor().await;
    let mut ears = Vec::new();
    for house in &houses {
        ears.push(Ear::at(&house.address, &after).await);
    }
    let quiet = &houses[listeners[1]];
    let (read, told) = (quiet.app.statements(), numbers(quiet).heard);
    for number in 0..90 {
        // By the one that tells, and by one that is told.
        let writer = if number % 2 == 0 { relay } else { listeners[0] };
        houses[writer].topic(&format!("topic-{number}"), "").await;
        ears[listeners[1]].hear(seq(&json!(after)) + 1 + number).await;
    }
    let (read, told) = (quiet.app.statements() - read, numbers(quiet).heard - told);
    assert!(told >= 90, "the bus told {told} of 90");
    // On a busy machine the bus may be late now and then. Without one it would be 90 at least.
    assert!(read < 45, "{read} statements for 90 changes");
    all_heard(ears, &after, &houses[0].database).await;
    let metrics = reqwest::get(format!("http://{}/metrics", quiet.address)).await.expect("an answer");
    let metrics = metrics.text().await.expect("text");
    assert!(metrics.contains("peerlead_bus_hears 1") && metrics.contains("peerlead_bus_relays 0"), "{metrics}");
}

/// A program that serves on a bus.
pub fn serve(folder: &Path, database: &Database, nats: &Nats) -> Program {
    let mut command = peerlead(folder, &["serve", "--listen", "127.0.0.1:0", "--database-url", &database.url]);
    command.env("PEERLEAD_NATS_URL", &nats.url).env("PEERLEAD_NATS_PREFIX", &nats.prefix);
    Program::start(command)
}

/// A number of a program's metrics.
pub async fn metric(program: &Program, name: &str) -> u64 {
    let answer = reqwest::get(format!("http://{}/metrics", program.address)).await.expect("an answer");
    let text = answer.text().await.expect("text");
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {text}"));
    line.trim().parse().expect("a number")
}

/// Waits until one of the programs tells and the others hear; that one's place.
pub async fn teller(programs: &[Program]) -> usize {
    let mut found = 0;
    until("one program tells, the others hear", async || {
        let (mut relays, mut hears) = (0, 0);
        for (at, program) in programs.iter().enumerate() {
            if metric(program, "peerlead_bus_relays ").await == 1 {
                (relays, found) = (relays + 1, at);
            }
            hears += metric(program, "peerlead_bus_hears ").await;
        }
        relays == 1 && hears + 1 == programs.len() as u64
    })
    .await;
    found
}

/// Creates topics at a program, one after another, until it is told to stop; how many.
fn load(address: &str, name: &'static str, stop: &Arc<AtomicBool>) -> tokio::task::JoinHandle<usize> {
    let (url, stop) = (format!("http://{address}/graphql"), Arc::clone(stop));
    tokio::spawn(async move {
        let client = reqwest::Client::new();
        let mut made = 0;
        while !stop.load(Ordering::SeqCst) {
            let body = json!({ "query": CREATE, "variables": { "slug": format!("{name}-{made}") } });
            let request = client.post(&url).header("Peerlead-Person", "operator").json(&body);
            // The one that is killed answers no more.
            let Ok(answer) = request.send().await else { break };
            let Ok(answer) = answer.json::<Value>().await else { break };
            assert!(answer["data"]["createTopic"]["topic"]["id"].is_string(), "{answer:#}");
            made += 1;
        }
        made
    })
}

/// Each says how much it has made.
pub type Loads = Vec<tokio::task::JoinHandle<usize>>;

/// A load at each of some addresses.
pub fn loads<'a>(addresses: impl IntoIterator<Item = &'a String>) -> (Arc<AtomicBool>, Loads) {
    let stop = Arc::default();
    let begun = addresses.into_iter().zip(["a", "b", "c"]).map(|(address, name)| load(address, name, &stop)).collect();
    (stop, begun)
}

/// Ends them; how much they have made.
pub async fn end_of(loads: Loads, stop: &AtomicBool) -> usize {
    stop.store(true, Ordering::SeqCst);
    let mut made = 0;
    for load in loads {
        made += load.await.expect("a load");
    }
    assert!(made > 20, "{made} is no load");
    made
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_bus_is_away_news_go_on_and_when_it_is_back_nothing_is_missing() {
    let Some(nats) = Nats::find().await else { return };
    let switch = Switch::before(&nats.url).await;
    // It starts without a bus, too.
    switch.cut();
    let houses = houses(&switch.url, &nats.prefix, 2).await;
    let after = houses[0].cursor().await;
    let mut ears = Vec::new();
    for house in &houses {
        ears.push(Ear::at(&house.address, &after).await);
    }
    let mut number = 0;
    let mut write = async |ears: &mut Vec<Ear>| {
        for _ in 0..5 {
            houses[number % 2].topic(&format!("topic-{number}"), "").await;
            number += 1;
        }
        let last = end(&houses[0].database).await;
        for ear in ears {
            ear.hear(last).await;
        }
    };
    write(&mut ears).await;
    for (round, frozen) in [false, true].into_iter().enumerate() {
        switch.connect();
        settled(&houses).await;
        write(&mut ears).await;
        if frozen {
            switch.freeze();
        } else {
            switch.cut();
        }
        write(&mut ears).await;
        for house in &houses {
            until("the outage is counted", async || numbers(house).outages == round as u64 + 2).await;
            assert!(!numbers(house).hears && !numbers(house).relays);
        }
        write(&mut ears).await;
        // As a server that keeps nothing: the stream begins anew.
        nats.forget().await;
        sleep(Duration::from_millis(2_500)).await;
        for house in &houses {
            assert_eq!(numbers(house).outages, round as u64 + 2, "once an outage, not once a try");
        }
        write(&mut ears).await;
    }
    switch.connect();
    settled(&houses).await;
    write(&mut ears).await;
    all_heard(ears, &after, &houses[0].database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_with_a_bus_tell_the_same_in_one_order() {
    let Some(nats) = Nats::find().await else { return };
    let mut houses = houses(&nats.url, &nats.prefix, 2).await;
    settled(&houses).await;
    let two = houses.pop().expect("a house");
    two_tell_the_same(houses.pop().expect("a house"), two).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_bus_what_one_process_takes_is_heard_at_the_other() {
    let Some(nats) = Nats::find().await else { return };
    let (database, folder) = (Database::fresh().await, tempfile::tempdir().expect("a folder"));
    let programs = [serve(folder.path(), &database, &nats), serve(folder.path(), &database, &nats)];
    let (relay, listener) = if teller(&programs).await == 0 { (0, 1) } else { (1, 0) };
    what_one_takes_the_other_tells(&programs[listener], &programs[relay]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_that_nobody_answers_at_is_told_once_and_the_program_serves() {
    let database = Database::fresh().await;
    if !database.is_postgres() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let mut command = peerlead(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--database-url", &database.url]);
    command.args(["--nats-url", &format!("nats://{nobody}")]);
    let program = Program::start(command);
    until("it is counted", async || metric(&program, "peerlead_bus_outages_total ").await == 1).await;
    sleep(Duration::from_secs(3)).await;
    let made = program.post("operator", CREATE, json!({ "slug": "a" })).await;
    assert!(made["data"]["createTopic"]["topic"]["id"].is_string(), "{made:#}");
    let said = program.said();
    assert_eq!(said.iter().filter(|line| line.contains("the bus is away")).count(), 1, "{said:#?}");
    assert!(!said.iter().any(|line| line.contains("async_nats")), "{said:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_that_wants_a_password_is_told_the_one_in_its_address() {
    let Some(nats) = Nats::find().await else { return };
    let Some(guarded) = Guarded::start("peer", "a b/c@d").await else { return };
    let url = |password: &str| format!("nats://peer:{password}@{}", guarded.address);
    let in_vain = houses(&url("wrong"), &nats.prefix, 1).await;
    until("a wrong one is an outage", async || numbers(&in_vain[0]).outages == 1).await;
    settled(&houses(&url("a%20b%2Fc%40d"), &nats.prefix, 2).await).await;
}

#[test]
fn a_bus_that_is_none_or_has_nobody_to_tell_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = "nats://127.0.0.1:4222";
    for (arguments, reason) in [
        (&["--nats-url", url][..], "SQLite"),
        (&["--nats-url", "http://127.0.0.1"], "--nats-url"),
        (&["--nats-url", "nats://a b"], "--nats-url"),
        (&["--nats-url", url, "--nats-prefix", "a.b"], "--nats-prefix"),
        (&["--nats-url", url, "--nats-credentials", "missing"], "--nats-credentials missing"),
    ] {
        let mut command = peerlead(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
        let (code, _, told) = run(command.args(arguments));
        assert_eq!(code, Some(1), "{arguments:?}: {told}");
        assert!(told.contains(reason), "{arguments:?}: {told}");
    }
}
