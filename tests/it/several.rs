//! Several servers on one database: what one takes the others tell, the same in the same order.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::hearing::HEAR;
use crate::house::{Database, House};
use crate::process::{folder, listener};
use crate::program::Program;
use crate::sharing::wait_for;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_database_tell_the_same_in_one_order() {
    let database = Database::fresh().await;
    let one = House::on(database.shared()).await;
    two_tell_the_same(one, House::on(database).await).await;
}

/// Ratings that come in at two houses at once are told by both, in one order.
pub async fn two_tell_the_same(one: House, two: House) {
    one.person("ada").await;
    for number in 0..4 {
        two.person(&format!("rater{number}")).await;
    }
    let contents = [one.content("ada", "a", &[]).await, two.content("ada", "b", &[]).await];
    let after = one.cursor().await;
    let (mut at_one, mut at_two) = (listener(&one.address, &after).await, listener(&two.address, &after).await);
    let mut acknowledged = Vec::new();
    for round in 0..5 {
        // Both take ratings at the same moment.
        let rated =
            futures_util::future::join_all((0..4).map(|number| {
                let house = if number % 2 == 0 { &one } else { &two };
                let content = contents[usize::try_from(round % 2).unwrap_or(0)].as_str();
                async move {
                    house.rate(&format!("rater{number}"), content, 1 + (round + number) % 5).await["cursor"].clone()
                }
            }));
        acknowledged.extend(rated.await);
    }
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..acknowledged.len() {
        first.push(at_one.data("1").await["ratingChanged"].clone());
        second.push(at_two.data("1").await["ratingChanged"].clone());
    }
    assert_eq!(first, second);
    let mut heard: Vec<String> = first.iter().map(|told| told["cursor"].to_string()).collect();
    let mut acknowledged: Vec<String> = acknowledged.iter().map(ToString::to_string).collect();
    acknowledged.sort();
    heard.sort();
    assert_eq!(heard, acknowledged);
    assert_eq!(first.last().map(|told| told["tally"]["count"].clone()), Some(json!(4)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_transaction_that_stays_open_keeps_nothing_from_two_servers() {
    use sea_orm::ConnectionTrait;
    let database = Database::fresh().await;
    if !database.is_postgres() {
        // Nobody else can write to SQLite while a transaction that has written is open.
        return;
    }
    let (one, two) = (House::on(database.shared()).await, House::on(database.shared()).await);
    let behind = database.connect().await;
    let foreign = sea_orm::TransactionTrait::begin(&behind).await.expect("a transaction");
    // It has a number of its own and sees everything as it is now, so all that is written from now on is newer than it.
    for statement in [
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "CREATE TABLE foreign_note (note TEXT)",
        "INSERT INTO foreign_note SELECT fact FROM change",
    ] {
        foreign.execute_unprepared(statement).await.expect("a statement");
    }
    two_tell_the_same(one, two).await;
    foreign.rollback().await.expect("an end");
    behind.close().await.expect("a clean end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_server_takes_the_other_tells_before_it_would_look_by_itself() {
    let database = Database::fresh().await;
    if !database.is_postgres() {
        // SQLite wakes nobody.
        return;
    }
    let (one, two) = (House::on(database.shared()).await, House::on(database).await);
    one.person("ada").await;
    one.person("grace").await;
    let content = one.content("ada", "On compilers", &[]).await;
    let mut socket = listener(&two.address, &one.cursor().await).await;
    let mut medians = Vec::new();
    // On a machine that is busy one round may be slow.
    for _ in 0..3 {
        let mut waits = Vec::new();
        for number in 0..15 {
            // The other one is idle at first. Later it has looked just before: if it were not woken it would look again after half a
            // second, of which more than three hundred milliseconds are left.
            let pause = if number == 0 { 700 } else { 90 + number * 37 % 80 };
            tokio::time::sleep(Duration::from_millis(pause)).await;
            one.rate("grace", &content, i64::try_from(1 + number % 5).unwrap_or(1)).await;
            let answered = Instant::now();
            socket.data("1").await;
            waits.push(answered.elapsed());
        }
        waits.sort_unstable();
        if waits[waits.len() / 2] < Duration::from_millis(200) {
            return;
        }
        medians.push(waits[waits.len() / 2]);
    }
    panic!("from the answer to the news: {medians:?}");
}

/// How many statements a second a server reads with while nobody asks anything, in five seconds.
async fn murmur(house: &House) -> f64 {
    let (began, before) = (Instant::now(), house.app.statements());
    tokio::time::sleep(Duration::from_secs(5)).await;
    (house.app.statements() - before) as f64 / began.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_nothing_happens_a_server_looks_twice_a_second_however_many_listen() {
    let house = House::new().await;
    // Trends wait until all has been read after the start.
    house.data("", "{ trends { asOf } }", json!({})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let alone = murmur(&house).await;
    assert!(alone <= 3.0, "{alone} statements a second");
    let mut sockets = Vec::new();
    for number in 0..20 {
        let mut socket = house.socket("").await;
        let query = if number % 2 == 0 { HEAR } else { "subscription { changes { cursor } }" };
        socket.subscribe("1", query, json!({})).await;
        sockets.push(socket);
    }
    wait_for(&house, 20).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let heard = murmur(&house).await;
    assert!(heard <= 3.0, "{heard} statements a second for {} who listen", sockets.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_takes_is_heard_at_the_other() {
    let database = Database::fresh().await;
    let folder = folder();
    let (one, two) = (Program::serve(folder.path(), &database.url), Program::serve(folder.path(), &database.url));
    what_one_takes_the_other_tells(&one, &two).await;
}

/// A rating that one program takes is told by the other, which knows everybody whom that one knows.
pub async fn what_one_takes_the_other_tells(one: &Program, two: &Program) {
    let cursor = two.post("", "{ cursor }", json!({})).await["data"]["cursor"].as_str().expect("a cursor").to_owned();
    let mut socket = listener(&two.address, &cursor).await;
    one.post("operator", "mutation { a: createPerson(input: { handle: \"ada\", name: \"Ada\" }) { person { id } } b: createPerson(input: { handle: \"grace\", name: \"Grace\" }) { person { id } } }", json!({})).await;
    let made = one
        .post(
            "ada",
            "mutation { publishContent(input: { kind: \"post\", title: \"x\" }) { content { id } } }",
            json!({}),
        )
        .await;
    let id = made["data"]["publishContent"]["content"]["id"].clone();
    let rated = one
        .post(
            "grace",
            "mutation($id: ID!) { rateContent(input: { content: { id: $id }, value: 5 }) { cursor } }",
            json!({ "id": id }),
        )
        .await;
    let told = socket.data("1").await;
    assert_eq!(told["ratingChanged"]["cursor"], rated["data"]["rateContent"]["cursor"]);
    assert_eq!(told["ratingChanged"]["content"]["title"], "x");
    // Nobody is a stranger at the other one either.
    let seen =
        two.post("grace", "{ viewer { person { handle } ratings { nodes { value { raw } } } } }", json!({})).await;
    assert_eq!(
        seen["data"]["viewer"],
        json!({ "person": { "handle": "grace" }, "ratings": { "nodes": [{ "value": { "raw": 5 } }] } })
    );
}
