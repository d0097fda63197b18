//! The process that tells the bus what the log says, killed or put to sleep: another one tells, and nobody misses anything.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::bus::{Ear, all_heard, end_of, loads, metric, serve, teller, until};
use crate::house::Database;
use crate::nats::Nats;
use crate::program::Program;

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
    let (stop, loads) = loads([&relay, &programs[0], &programs[1]].map(|program| &program.address));
    sleep(Duration::from_millis(700)).await;
    relay.kill();
    let relay = teller(&programs).await;
    let said = metric(&programs[relay], "peerlead_bus_changes_total{direction=\"said\"} ").await;
    until("the next one tells something", async || {
        metric(&programs[relay], "peerlead_bus_changes_total{direction=\"said\"} ").await > said + 10
    })
    .await;
    end_of(loads, &stop).await;
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
    let (stop, loads) = loads([&relay, &programs[0], &programs[1]].map(|program| &program.address));
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
    let made = end_of(loads, &stop).await;
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
    let (stop, loads) = loads(programs.iter().map(|program| &program.address));
    slept.signal("STOP");
    teller(&programs).await;
    slept.signal("CONT");
    programs.push(slept);
    let relay = teller(&programs).await;
    assert_ne!(relay, 2, "who has heard the others takes no turn from them");
    sleep(Duration::from_millis(300)).await;
    end_of(loads, &stop).await;
    all_heard(ears, &after, &database).await;
}
