//! What was acknowledged stays, whatever happens to the program.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use serde_json::{Value, json};

use crate::house::{Database, House, Socket};
use crate::program::Program;
use crate::resume::seq;

const RATERS: usize = 6;
const CONTENTS: usize = 4;
const PHONES: usize = 4;
const ROUNDS: u64 = 20;

async fn rows(behind: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(behind.get_database_backend(), sql.to_owned());
    behind.query_all_raw(statement).await.expect("rows")
}

fn number(row: &QueryResult, index: usize) -> i64 {
    row.try_get_by_index(index).expect("a number")
}

/// What one rater was told, and what they asked for last without an answer.
struct Word {
    /// By content: the value that was acknowledged last.
    acknowledged: HashMap<usize, i64>,
    /// Every acknowledged change: its number, the content and the value.
    changes: Vec<(i64, usize, i64)>,
    open: Option<(usize, i64)>,
}

/// Rates until nobody answers any more.
async fn rate(address: String, rater: usize, contents: Arc<Vec<String>>, word: Word, started: Arc<AtomicBool>) -> Word {
    let client = reqwest::Client::new();
    let mut word = word;
    for step in 0_usize.. {
        let content = (rater + step) % CONTENTS;
        let before = word.acknowledged.get(&content).copied().unwrap_or(0);
        let value = before % 5 + 1;
        word.open = Some((content, value));
        let query = "mutation($id: ID!, $value: Int!) { rateContent(input: { content: { id: $id }, value: $value }) { cursor changed } }";
        let body = json!({ "query": query, "variables": { "id": contents[content], "value": value } });
        let request = client
            .post(format!("http://{address}/graphql"))
            .header("Peerlead-Person", format!("rater{rater}"))
            .json(&body);
        let Ok(answer) = request.send().await else { break };
        let Ok(answer) = answer.json::<Value>().await else { break };
        let payload = &answer["data"]["rateContent"];
        // The same value again: an unanswered rating of the last round was written after all.
        if payload["changed"] == json!(true) {
            word.changes.push((seq(&payload["cursor"]), content, value));
        }
        assert!(payload["changed"].is_boolean(), "{answer:#}");
        word.acknowledged.insert(content, value);
        word.open = None;
        started.store(true, Ordering::SeqCst);
    }
    word
}

/// A phone: it hears everything after the last cursor it knows, until nobody answers any more.
async fn listen(mut socket: Socket, mut heard: Vec<String>) -> Vec<String> {
    let query = "subscription($after: String) { changes(after: $after) { cursor } }";
    socket.subscribe("1", query, json!({ "after": heard.last() })).await;
    loop {
        let Some(message) = socket.next_within(10.0).await else { panic!("silence") };
        match message["payload"]["data"]["changes"]["cursor"].as_str() {
            Some(cursor) => heard.push(cursor.to_owned()),
            None => break,
        }
    }
    heard
}

/// An acknowledged socket at a program.
async fn socket(program: &Program) -> Socket {
    let mut socket = Socket::open(&program.address).await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.next().await["type"], "connection_ack");
    socket
}

/// The log has every number once, from 1 on, and every tally is what a recount gives.
async fn check(behind: &DatabaseConnection) -> HashMap<i64, Value> {
    let mut log = HashMap::new();
    for row in rows(behind, "SELECT seq, fact FROM change ORDER BY seq").await {
        let fact: String = row.try_get_by_index(1).expect("a fact");
        assert_eq!(number(&row, 0), i64::try_from(log.len()).expect("a number") + 1, "the log has a gap");
        log.insert(number(&row, 0), serde_json::from_str(&fact).expect("JSON"));
    }
    let recount = "SELECT t.content_id, t.n1, t.n2, t.n3, t.n4, t.n5,
        (SELECT COUNT(*) FROM rating r WHERE r.content_id = t.content_id AND r.step = -2),
        (SELECT COUNT(*) FROM rating r WHERE r.content_id = t.content_id AND r.step = -1),
        (SELECT COUNT(*) FROM rating r WHERE r.content_id = t.content_id AND r.step = 0),
        (SELECT COUNT(*) FROM rating r WHERE r.content_id = t.content_id AND r.step = 1),
        (SELECT COUNT(*) FROM rating r WHERE r.content_id = t.content_id AND r.step = 2)
        FROM tally t";
    let tallies = rows(behind, recount).await;
    assert_eq!(tallies.len(), CONTENTS);
    for row in tallies {
        let told: Vec<i64> = (1..6).map(|index| number(&row, index)).collect();
        let counted: Vec<i64> = (6..11).map(|index| number(&row, index)).collect();
        assert_eq!(told, counted, "the tally of content {}", number(&row, 0));
    }
    log
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_rating_is_lost_when_the_program_is_killed() {
    let house = House::new().await;
    house.person("ada").await;
    let mut contents = Vec::new();
    for number in 0..CONTENTS {
        contents.push(house.content("ada", &format!("content {number}"), &[]).await);
    }
    for number in 0..RATERS {
        house.person(&format!("rater{number}")).await;
    }
    let start = house.cursor().await;
    let mut phones = vec![vec![start]; PHONES];
    let database: Database = house.stop().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let contents = Arc::new(contents);
    let mut words: Vec<Word> =
        (0..RATERS).map(|_| Word { acknowledged: HashMap::new(), changes: Vec::new(), open: None }).collect();
    let mut taken = 0;
    for round in 0..ROUNDS {
        let program = Program::serve(folder.path(), &database.url);
        let started = Arc::new(AtomicBool::new(false));
        let mut listeners = Vec::new();
        for heard in phones.drain(..) {
            listeners.push(tokio::spawn(listen(socket(&program).await, heard)));
        }
        let raters: Vec<_> = words
            .drain(..)
            .enumerate()
            .map(|(rater, word)| {
                tokio::spawn(rate(program.address.clone(), rater, Arc::clone(&contents), word, Arc::clone(&started)))
            })
            .collect();
        while !started.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(50 + round * 83 % 250)).await;
        program.kill();
        for rater in raters {
            words.push(rater.await.expect("a rater"));
        }
        for listener in listeners {
            phones.push(listener.await.expect("a listener"));
        }
        // The restart first: what it finds is what users find.
        let program = Program::serve(folder.path(), &database.url);
        let behind = database.connect().await;
        let log = check(&behind).await;
        let stored =
            rows(&behind, "SELECT p.handle, r.content_id, r.value FROM rating r JOIN person p ON p.id = r.person_id")
                .await;
        let keys: Vec<i64> =
            rows(&behind, "SELECT id FROM content ORDER BY id").await.iter().map(|row| number(row, 0)).collect();
        let stored: HashMap<(String, i64), i16> = stored
            .iter()
            .map(|row| {
                (
                    (row.try_get_by_index(0).expect("a handle"), number(row, 1)),
                    row.try_get_by_index(2).expect("a value"),
                )
            })
            .collect();
        taken = 0;
        for (rater, word) in words.iter_mut().enumerate() {
            for (seq, content, value) in &word.changes {
                let fact =
                    log.get(seq).unwrap_or_else(|| panic!("round {round}: the acknowledged change {seq} is gone"));
                assert_eq!(
                    (&fact["noun"], &fact["content"], &fact["after"]["value"]),
                    (&json!("RATING"), &json!(keys[*content]), &json!(value)),
                    "change {seq}"
                );
            }
            taken += word.changes.len();
            for (content, acknowledged) in word.acknowledged.clone() {
                let now =
                    i64::from(*stored.get(&(format!("rater{rater}"), keys[content])).expect("an acknowledged rating"));
                let open = word.open.filter(|(open, _)| *open == content).map(|(_, value)| value);
                assert!(
                    now == acknowledged || Some(now) == open,
                    "round {round}: rater{rater} was told {acknowledged}, asked for {open:?}, stored is {now}"
                );
                word.acknowledged.insert(content, now);
            }
        }
        behind.close().await.expect("a clean end");
        program.kill();
    }
    hear_the_rest(folder.path(), &database, phones).await;
    assert!(taken > 60, "only {taken} ratings were taken; that tests little");
}

/// Each phone has heard every change of the log since it began to listen, once and in order, through all restarts.
async fn hear_the_rest(folder: &std::path::Path, database: &Database, phones: Vec<Vec<String>>) {
    let behind = database.connect().await;
    let last = rows(&behind, "SELECT MAX(seq) FROM change").await;
    let last = number(last.first().expect("a row"), 0);
    let program = Program::serve(folder, &database.url);
    for (phone, mut heard) in phones.into_iter().enumerate() {
        let before = heard.len();
        let mut socket = socket(&program).await;
        let query = "subscription($after: String) { changes(after: $after) { cursor } }";
        socket.subscribe("1", query, json!({ "after": heard.last() })).await;
        while seq(&json!(heard.last())) < last {
            heard.push(socket.data("1").await["changes"]["cursor"].as_str().expect("a cursor").to_owned());
        }
        let numbers: Vec<i64> = heard.iter().map(|cursor| seq(&json!(cursor))).collect();
        let expected: Vec<i64> = (numbers[0]..=last).collect();
        assert_eq!(numbers, expected, "phone {phone}");
        assert!(before > 20, "phone {phone} heard only {before} changes while they happened");
    }
    behind.close().await.expect("a clean end");
}
