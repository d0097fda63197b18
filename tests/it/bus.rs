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
use crate::process::{two_tell_the_same, what_one_takes_the_other_tells};
use crate::program::{Program, peerlead, run};
use crate::resume::seq;

/// Hears everything.
const ALL: &str = "subscription($after: String) { changes(after: $after) { cursor at __typename ... on TopicChange { topic { slug } } } }";
const CREATE: &str = "mutation($slug: String!) { createTopic(input: { slug: $slug, name: $slug }) { topic { id } userErrors { code } } }";

async fn settings(url: &str, prefix: &str) -> Settings {
    Settings { bus: Some(Address::new(url, None, prefix).await.expect("an address")), ..open_settings() }
}

/// Waits until something is so.
async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is().await {
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn numbers(house: &House) -> Numbers {
    house.app.bus().expect("a bus")
}

/// Waits until one of the houses tells and the others are told: first the one that tells.
async fn settled(houses: &[House]) -> (usize, Vec<usize>) {
    until("one tells, the others hear", async || {
        houses.iter().filter(|house| numbers(house).relays).count() == 1
            && houses.iter().all(|house| numbers(house).relays != numbers(house).hears)
    })
    .await;
    let relay = houses.iter().position(|house| numbers(house).relays).expect("one that tells");
    (relay, (0..houses.len()).filter(|at| *at != relay).collect())
}

/// Houses that share a database and a bus, and a relay among them.
async fn houses(url: &str, prefix: &str, count: usize) -> Vec<House> {
    let database = Database::fresh().await;
    let mut houses = Vec::new();
    for _ in 0..count {
        houses.push(House::with(database.shared(), settings(url, prefix).await).await);
    }
    houses
}

/// Somebody who hears everything after a cursor.
struct Ear {
    socket: Socket,
    heard: Vec<Value>,
}

impl Ear {
    async fn at(address: &str, after: &str) -> Self {
        let mut socket = Socket::open(address).await;
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.next().await["type"], "connection_ack");
        socket.subscribe("1", ALL, json!({ "after": after })).await;
        Self { socket, heard: Vec::new() }
    }

    /// Hears until a change.
    async fn hear(&mut self, last: i64) {
        while self.heard.last().is_none_or(|told| seq(&told["cursor"]) < last) {
            self.heard.push(self.socket.data("1").await["changes"].clone());
        }
    }

    /// Everything it has heard up to a change; nothing comes after that.
    async fn all(mut self, last: i64) -> Vec<Value> {
        self.hear(last).await;
        assert_eq!(self.socket.next_within(0.3).await, None);
        self.heard
    }

    /// Hears until the one who tells is gone.
    async fn until_it_ends(mut self) -> Self {
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
    async fn resume(self, address: &str) -> Self {
        let last = self.heard.last().expect("something heard")["cursor"].as_str().expect("a cursor").to_owned();
        let elsewhere = Self::at(address, &last).await;
        Self { socket: elsewhere.socket, heard: self.heard }
    }
}

/// The number of the last change in the log itself.
async fn end(database: &Database) -> i64 {
    use sea_orm::ConnectionTrait;
    let behind = database.connect().await;
    let sql = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, "SELECT MAX(seq) FROM change");
    let row = behind.query_one_raw(sql).await.expect("an answer").expect("a row");
    behind.close().await.expect("a clean end");
    row.try_get_by_index(0).expect("a number")
}

/// Everybody has heard what is in the log after a cursor: all of it, in order, nothing twice; and everybody the same, which is
/// what comes back.
async fn all_heard(ears: Vec<Ear>, after: &str, database: &Database) -> Vec<Value> {
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
fn serve(folder: &Path, database: &Database, nats: &Nats) -> Program {
    let mut command = peerlead(folder, &["serve", "--listen", "127.0.0.1:0", "--database-url", &database.url]);
    command.env("PEERLEAD_NATS_URL", &nats.url).env("PEERLEAD_NATS_PREFIX", &nats.prefix);
    Program::start(command)
}

/// A number of a program's metrics.
async fn metric(program: &Program, name: &str) -> u64 {
    let answer = reqwest::get(format!("http://{}/metrics", program.address)).await.expect("an answer");
    let text = answer.text().await.expect("text");
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {text}"));
    line.trim().parse().expect("a number")
}

/// Waits until one of the programs tells and the others hear; that one's place.
async fn teller(programs: &[Program]) -> usize {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_one_that_tells_is_killed_under_load_another_tells_and_nobody_misses_anything() {
    let Some(nats) = Nats::find().await else { return };
    let (database, folder) = (Database::fresh().await, tempfile::tempdir().expect("a folder"));
    let mut programs: Vec<Program> = (0..3).map(|_| serve(folder.path(), &database, &nats)).collect();
    let relay = programs.remove(teller(&programs).await);
    let after = programs[0].post("", "{ cursor }", json!({})).await["data"]["cursor"].as_str().expect("one").to_owned();
    let mut ears = Vec::new();
    for program in &programs {
        ears.push(Ear::at(&program.address, &after).await);
    }
    let stop = Arc::default();
    let loads = [
        load(&relay.address, "a", &stop),
        load(&programs[0].address, "b", &stop),
        load(&programs[1].address, "c", &stop),
    ];
    sleep(Duration::from_millis(700)).await;
    relay.kill();
    let relay = teller(&programs).await;
    let said = metric(&programs[relay], "peerlead_bus_changes_total{direction=\"said\"} ").await;
    until("the next one tells something", async || {
        metric(&programs[relay], "peerlead_bus_changes_total{direction=\"said\"} ").await > said + 10
    })
    .await;
    stop.store(true, Ordering::SeqCst);
    let mut made = 0;
    for load in loads {
        made += load.await.expect("a load");
    }
    assert!(made > 20, "{made} is no load");
    all_heard(ears, &after, &database).await;
}

/// What the log holds after a cursor, as a program answers who asks.
async fn log(program: &Program, after: &str) -> Vec<Value> {
    let query = "query($after: String) { changes(after: $after, first: 100) { nodes { cursor at __typename ... on TopicChange { topic { slug } } } pageInfo { endCursor hasNextPage } } }";
    let (mut told, mut place) = (Vec::new(), json!(after));
    loop {
        let answer = program.post("", query, json!({ "after": place })).await;
        let page = &answer["data"]["changes"];
        told.extend(page["nodes"].as_array().unwrap_or_else(|| panic!("{answer:#}")).clone());
        place = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return told;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_at_the_one_that_tells_goes_on_at_another_when_it_is_killed_and_hears_each_change_once() {
    let Some(nats) = Nats::find().await else { return };
    let (database, folder) = (Database::fresh().await, tempfile::tempdir().expect("a folder"));
    let mut programs: Vec<Program> = (0..3).map(|_| serve(folder.path(), &database, &nats)).collect();
    let relay = programs.remove(teller(&programs).await);
    let after = relay.post("", "{ cursor }", json!({})).await["data"]["cursor"].as_str().expect("one").to_owned();
    let mut listening = Vec::new();
    for _ in 0..4 {
        listening.push(tokio::spawn(Ear::at(&relay.address, &after).await.until_it_ends()));
    }
    let stop = Arc::default();
    let loads = [
        load(&relay.address, "a", &stop),
        load(&programs[0].address, "b", &stop),
        load(&programs[1].address, "c", &stop),
    ];
    sleep(Duration::from_millis(700)).await;
    relay.kill();
    let mut ears = Vec::new();
    for (number, ear) in listening.into_iter().enumerate() {
        // What it knows the others may not have heard yet.
        let ear = ear.await.expect("an ear");
        ears.push(ear.resume(&programs[number % 2].address).await);
    }
    // It goes on until another one tells, and a little longer.
    teller(&programs).await;
    sleep(Duration::from_millis(300)).await;
    stop.store(true, Ordering::SeqCst);
    let mut made = 0;
    for load in loads {
        made += load.await.expect("a load");
    }
    assert!(made > 20, "{made} is no load");
    let heard = all_heard(ears, &after, &database).await;
    assert!(heard.len() >= made, "{} were heard, {made} acknowledged", heard.len());
    assert_eq!(heard, log(&programs[0], &after).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_told_and_slept_is_not_believed_when_it_wakes_and_has_missed_nothing() {
    let Some(nats) = Nats::find().await else { return };
    let (database, folder) = (Database::fresh().await, tempfile::tempdir().expect("a folder"));
    let mut programs: Vec<Program> = (0..3).map(|_| serve(folder.path(), &database, &nats)).collect();
    let slept = programs.remove(teller(&programs).await);
    let after = programs[0].post("", "{ cursor }", json!({})).await["data"]["cursor"].as_str().expect("one").to_owned();
    let mut ears = Vec::new();
    for program in programs.iter().chain([&slept]) {
        ears.push(Ear::at(&program.address, &after).await);
    }
    let stop = Arc::default();
    let loads = [load(&programs[0].address, "a", &stop), load(&programs[1].address, "b", &stop)];
    slept.signal("STOP");
    teller(&programs).await;
    slept.signal("CONT");
    programs.push(slept);
    let relay = teller(&programs).await;
    assert_ne!(relay, 2, "who has heard the others takes no turn from them");
    sleep(Duration::from_millis(300)).await;
    stop.store(true, Ordering::SeqCst);
    for load in loads {
        load.await.expect("a load");
    }
    all_heard(ears, &after, &database).await;
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

/// The same changes, with another number each.
fn renumbered(changes: &Value, first: i64) -> Value {
    let mut changes = changes.clone();
    for (change, seq) in changes.as_array_mut().expect("changes").iter_mut().zip(first..) {
        change["seq"] = json!(seq);
    }
    changes
}

/// Keeps the turn of one that tells for half a minute: says again and again how far the log had come.
async fn beat(nats: &Nats, database: &str, word: &[u8]) {
    for _ in 0..100 {
        sleep(Duration::from_millis(300)).await;
        nats.say(database, word.to_vec()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lost_word_of_the_bus_would_have_told_is_read_from_the_log() {
    use sea_orm::ConnectionTrait;
    let Some(nats) = Nats::find().await else { return };
    let (database, folder) = (Database::fresh().await, tempfile::tempdir().expect("a folder"));
    let mut programs: Vec<Program> = (0..3).map(|_| serve(folder.path(), &database, &nats)).collect();
    let relay = programs.remove(teller(&programs).await);
    let (gaps, said) =
        ("peerlead_bus_fallbacks_total{reason=\"gap\"} ", "peerlead_bus_changes_total{direction=\"said\"} ");
    let after = relay.post("", "{ cursor }", json!({})).await["data"]["cursor"].as_str().expect("one").to_owned();
    let mut ears = Vec::new();
    for program in programs.iter().chain([&relay]) {
        ears.push(Ear::at(&program.address, &after).await);
    }
    let before = metric(&relay, said).await;
    let made = relay.post("operator", CREATE, json!({ "slug": "first" })).await;
    assert!(made["data"]["createTopic"]["topic"]["id"].is_string(), "{made:#}");
    until("the bus has told it", async || metric(&relay, said).await > before).await;
    let head = end(&database).await;
    for ear in &mut ears {
        ear.hear(head).await;
    }
    let (instance, told) = (nats.database().await, nats.kept_changes().await);
    assert_eq!(told[0]["seq"], json!(head));
    let word = |last: i64, changes: Value| {
        json!({ "database": instance, "last": last, "changes": changes }).to_string().into_bytes()
    };
    let mut before = Vec::new();
    for program in &programs {
        before.push(metric(program, gaps).await);
    }
    // While the one that tells sleeps two changes are written, of which the database's own calls say nothing either: so nobody
    // has a reason to look.
    let behind = database.connect().await;
    relay.signal("STOP");
    for seq in [head + 1, head + 2] {
        let row = format!("INSERT INTO change (seq, at, fact) SELECT {seq}, at, fact FROM change WHERE seq = {head}");
        behind.execute_unprepared(&row).await.expect("a row");
    }
    // The word about the first of them is lost; that about the second comes. That somebody tells goes on, else another one would
    // take the turn, and read the log for that reason.
    nats.say(&instance, word(head + 2, renumbered(&told, head + 2))).await;
    let still = word(head, json!([]));
    let hear = async {
        for ear in ears.iter_mut().take(programs.len()) {
            ear.hear(head + 2).await;
        }
    };
    tokio::select! {
        () = hear => {}
        () = beat(&nats, &instance, &still) => panic!("it was not heard"),
    }
    behind.close().await.expect("a clean end");
    for (program, before) in programs.iter().zip(before) {
        until("the gap is counted", async || metric(program, gaps).await > before).await;
    }
    // Later everything is as it was, also for the one that slept.
    relay.signal("CONT");
    programs.push(relay);
    teller(&programs).await;
    let made = programs[0].post("operator", CREATE, json!({ "slug": "last" })).await;
    assert!(made["data"]["createTopic"]["topic"]["id"].is_string(), "{made:#}");
    all_heard(ears, &after, &database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_say_on_the_subject_is_counted_and_changes_nothing() {
    let Some(nats) = Nats::find().await else { return };
    let houses = houses(&nats.url, &nats.prefix, 3).await;
    let (relay, _) = settled(&houses).await;
    houses[relay].topic("first", "").await;
    let after = houses[0].cursor().await;
    let instance = nats.database().await;
    let mut ears = Vec::new();
    for house in &houses {
        ears.push(Ear::at(&house.address, &after).await);
    }
    let said = nats.kept_changes().await;
    let head = end(&houses[0].database).await;
    let word = |database: &str, last: i64, changes: Value| {
        json!({ "database": database, "last": last, "changes": changes }).to_string().into_bytes()
    };
    let topic = json!({ "noun": "TOPIC" });
    let strange: Vec<Vec<u8>> = vec![
        b"hello".to_vec(),
        vec![0xff; 1_000],
        Vec::new(),
        word("another", head + 1, json!([])),
        word(&instance, head + 1, json!([{ "seq": head + 1, "at": "2026-01-01T00:00:00Z", "fact": topic }])),
        word(&instance, i64::MAX, json!([])),
        word(&instance, i64::MIN, json!([])),
        // What was told before, and what does not follow.
        word(&instance, head, said.clone()),
        word(&instance, head, renumbered(&said, head + 1_000_000)),
    ];
    let (stop, before) = (Arc::default(), houses.iter().map(numbers).collect::<Vec<_>>());
    let loads = [load(&houses[0].address, "a", &stop), load(&houses[1].address, "b", &stop)];
    for message in strange.iter().cycle().take(63) {
        nats.say(&instance, message.clone()).await;
        sleep(Duration::from_millis(20)).await;
    }
    for (house, before) in houses.iter().zip(before) {
        until("it is counted", async || {
            let now = numbers(house);
            now.broken == before.broken + 28 && now.foreign == before.foreign + 7
        })
        .await;
    }
    settled(&houses).await;
    stop.store(true, Ordering::SeqCst);
    for load in loads {
        load.await.expect("a load");
    }
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
