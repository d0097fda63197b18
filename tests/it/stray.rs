//! Words that get lost on the bus, and words of others.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::bus::{CREATE, Ear, all_heard, end, end_of, houses, loads, metric, numbers, serve, settled, teller, until};
use crate::house::Database;
use crate::nats::Nats;
use crate::program::Program;

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
    let before: Vec<_> = houses.iter().map(numbers).collect();
    let (stop, loads) = loads(houses.iter().map(|house| &house.address));
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
    end_of(loads, &stop).await;
    all_heard(ears, &after, &houses[0].database).await;
}
