//! When the database fails: acts are refused as a whole, and everything goes on when it is back.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::hearing::HEAR;
use crate::house::{Database, House, open_settings};
use crate::program::Program;

/// A rating by grace; the code of the error, or nothing when it was taken.
async fn rate(house: &House, content: &str, value: i64) -> Option<String> {
    let query = "mutation($id: ID!, $value: Int!) { rateContent(input: { content: { id: $id }, value: $value }) { cursor userErrors { code } } }";
    let answer = house.post("grace", query, json!({ "id": content, "value": value })).await;
    answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned)
}

async fn tally(house: &House, content: &str) -> i64 {
    let data = house
        .data("", "query($id: ID!) { content(by: { id: $id }) { tally { count } } }", json!({ "id": content }))
        .await;
    data["content"]["tally"]["count"].as_i64().expect("a number")
}

async fn furnished() -> (House, String) {
    let house = House::new().await;
    house.person("ada").await;
    house.person("grace").await;
    let content = house.content("ada", "On compilers", &[]).await;
    (house, content)
}

/// Takes the turn to write from everybody, as another process does that stands still in the midst of it.
pub async fn hold(house: &House, behind: &sea_orm::DatabaseConnection) -> sea_orm::DatabaseTransaction {
    let lock = sea_orm::TransactionOptions {
        sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
        ..sea_orm::TransactionOptions::default()
    };
    let lock = sea_orm::TransactionTrait::begin_with_options(behind, lock).await.expect("a transaction");
    if house.database.is_postgres() {
        let turn = format!("SELECT pg_advisory_xact_lock({})", 0x7065_6572_6c65_6164_i64);
        lock.execute_unprepared(&turn).await.expect("the turn");
    }
    lock
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rating_that_was_given_up_is_not_written_afterwards() {
    let http = peerlead::http::server::Settings {
        patience: Duration::from_millis(500),
        ..peerlead::http::server::Settings::default()
    };
    let house = House::furnished(Database::fresh().await, open_settings(), http).await;
    house.person("ken").await;
    house.person("ada").await;
    house.person("grace").await;
    let content = house.content("ada", "On compilers", &[]).await;
    let behind = house.database.connect().await;
    let lock = hold(&house, &behind).await;
    assert_eq!(rate(&house, &content, 4).await.as_deref(), Some("UNAVAILABLE"));
    lock.rollback().await.expect("an end");
    // Whoever comes next stands behind it in the queue.
    house.rate("ken", &content, 2).await;
    assert_eq!(tally(&house, &content).await, 1);
    behind.close().await.expect("a clean end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_database_refuses_acts_in_time_answers_questions_and_takes_acts_again() {
    let (house, content) = furnished().await;
    let before = house.cursor().await;
    let behind = house.database.connect().await;
    let lock = hold(&house, &behind).await;
    let patience = if house.database.is_postgres() { 12_500 } else { 7_500 };
    let started = Instant::now();
    let (code, ready) = tokio::join!(rate(&house, &content, 4), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        tally(&house, &content).await
    });
    assert_eq!((code.as_deref(), ready), (Some("UNAVAILABLE"), 0));
    assert!(started.elapsed() < Duration::from_millis(patience), "{:?}", started.elapsed());
    assert_eq!(
        house
            .fails(
                "operator",
                "mutation { createPerson(input: { handle: \"ken\", name: \"Ken\" }) { person { id } } }",
                json!({})
            )
            .await,
        "UNAVAILABLE"
    );
    lock.rollback().await.expect("an end");
    assert_eq!((house.cursor().await, tally(&house, &content).await), (before, 0), "nothing has changed");
    assert_eq!(rate(&house, &content, 4).await, None);
    assert_eq!(tally(&house, &content).await, 1);
    behind.close().await.expect("a clean end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_waits_for_a_short_lock_succeeds() {
    let (house, content) = furnished().await;
    let behind = house.database.connect().await;
    let lock = sea_orm::TransactionOptions {
        sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
        ..sea_orm::TransactionOptions::default()
    };
    let lock = sea_orm::TransactionTrait::begin_with_options(&behind, lock).await.expect("a lock");
    if house.database.is_postgres() {
        lock.execute_unprepared("LOCK TABLE rating, change IN EXCLUSIVE MODE").await.expect("a lock");
    }
    let (code, ()) = tokio::join!(rate(&house, &content, 4), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        lock.rollback().await.expect("an end");
    });
    assert_eq!((code, tally(&house, &content).await), (None, 1));
    behind.close().await.expect("a clean end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_lost_connections_postgresql_answers_again_and_the_feed_tells_what_was_missed() {
    let (house, content) = furnished().await;
    if !house.database.is_postgres() {
        return;
    }
    let after = house.cursor().await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    let mut told = vec![house.rate("grace", &content, 1).await["cursor"].clone()];
    assert_eq!(socket.data("1").await["ratingChanged"]["cursor"], told[0]);
    let behind = house.database.connect().await;
    for round in 0..3 {
        // Several at once, so that several connections are there to be lost.
        futures_util::future::join_all((0..8).map(|_| tally(&house, &content))).await;
        let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        behind.execute_unprepared(ended).await.expect("their end");
        let deadline = Instant::now() + Duration::from_secs(10);
        let value = 2 + round;
        loop {
            match rate(&house, &content, value).await.as_deref() {
                None => break,
                Some("UNAVAILABLE") => assert!(Instant::now() < deadline, "it never came back"),
                Some(other) => panic!("a lost connection is no fault of ours: {other}"),
            }
        }
        loop {
            let answer = house.post("", "{ cursor changes(first: 1) { nodes { cursor } } }", json!({})).await;
            match answer["errors"][0]["extensions"]["code"].as_str() {
                None => break,
                Some("UNAVAILABLE") => assert!(Instant::now() < deadline, "it never came back"),
                Some(other) => panic!("a lost connection is no fault of ours: {other}"),
            }
        }
        let heard = socket.data("1").await["ratingChanged"].clone();
        assert_eq!(heard["tally"]["count"], 1);
        told.push(heard["cursor"].clone());
    }
    let mut again = house.socket("").await;
    again.subscribe("1", HEAR, json!({ "after": after })).await;
    for cursor in told {
        assert_eq!(again.data("1").await["ratingChanged"]["cursor"], cursor, "none was lost and none came twice");
    }
    behind.close().await.expect("a clean end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_does_not_answer_is_told_by_the_health_page_and_the_process_lives() {
    let (house, content) = furnished().await;
    let status = async |page: &str| {
        reqwest::get(format!("http://{}{page}", house.address)).await.expect("an answer").status().as_u16()
    };
    assert_eq!(status("/health/ready").await, 200);
    house.app.close().await;
    assert_eq!((status("/health/ready").await, status("/health/live").await), (503, 200));
    assert_eq!(rate(&house, &content, 3).await.as_deref(), Some("UNAVAILABLE"));
    assert_eq!(house.fails("", "{ people { nodes { handle } } }", json!({})).await, "UNAVAILABLE");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_file_that_was_removed_takes_no_more_acts() {
    let (house, content) = furnished().await;
    let Some(path) = house.database.url.strip_prefix("sqlite:") else { return };
    let status = async |page: &str| {
        reqwest::get(format!("http://{}{page}", house.address)).await.expect("an answer").status().as_u16()
    };
    assert_eq!(rate(&house, &content, 3).await, None);
    std::fs::rename(path, format!("{path}.away")).expect("a file moved");
    assert_eq!(rate(&house, &content, 4).await.as_deref(), Some("UNAVAILABLE"), "it would be lost");
    assert_eq!(status("/health/ready").await, 503);
    assert_eq!(tally(&house, &content).await, 1, "what was told before is still answered");
    std::fs::write(path, "another file").expect("a file");
    assert_eq!(rate(&house, &content, 4).await.as_deref(), Some("UNAVAILABLE"));
    std::fs::rename(format!("{path}.away"), path).expect("a file moved back");
    assert_eq!((rate(&house, &content, 4).await, status("/health/ready").await), (None, 200));
}

/// A shell in a folder of its own, which has room for two megabytes and can be written by nobody else. Then `script` runs there.
/// `None` where the system lets nobody make one, which is said aloud.
fn small_disk(folder: &Path, script: &str) -> Option<Command> {
    let disk = folder.join("disk");
    std::fs::create_dir_all(&disk).expect("a folder");
    let mount = format!("mount -t tmpfs -o size=2m none '{}'", disk.display());
    let inside = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &format!("{mount} && {script}")]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    if inside("true").output().is_ok_and(|output| output.status.success()) {
        return Some(inside(script));
    }
    #[expect(clippy::print_stderr, reason = "what was not looked at is said aloud")]
    {
        eprintln!("SKIPPED: no disk can be made here to fill");
    }
    None
}

/// Publishes contents of twenty kilobytes until one is refused; how many were taken, and the code of the refusal.
async fn publish_until_refused(program: &Program) -> (usize, String) {
    let body = "word ".repeat(4_000);
    for taken in 0..500 {
        let query = "mutation($body: String!) { publishContent(input: { kind: \"post\", title: \"a\", body: $body, topics: [] }) { content { id } userErrors { code } } }";
        let answer = program.post("operator", query, json!({ "body": body })).await;
        if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
            return (taken, code.to_owned());
        }
        assert!(answer["data"]["publishContent"]["content"]["id"].is_string(), "{answer:#}");
    }
    panic!("the disk never was full");
}

async fn contents(program: &Program) -> usize {
    let answer = program.post("", "{ contents(first: 1) { totalCount nodes { title } } }", json!({})).await;
    usize::try_from(answer["data"]["contents"]["totalCount"].as_i64().expect("a number")).expect("a count")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_acts_answers_questions_and_takes_acts_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (here, program) = (folder.path().display(), env!("CARGO_BIN_EXE_peerlead"));
    // The ballast goes when somebody outside says so.
    let script = format!(
        "dd if=/dev/zero of='{here}/disk/ballast' bs=1k count=600 2>/dev/null; \
        (while [ ! -e '{here}/enough' ]; do sleep 0.05; done; rm '{here}/disk/ballast') & \
        exec '{program}' serve --listen 127.0.0.1:0 --database-url 'sqlite:{here}/disk/x.db'"
    );
    let Some(command) = small_disk(folder.path(), &script) else { return };
    let program = Program::start(command);
    let (taken, code) = publish_until_refused(&program).await;
    assert_eq!(code, "UNAVAILABLE");
    assert!(taken > 5, "{taken}");
    assert_eq!(contents(&program).await, taken, "what was refused left nothing, what was taken is there");
    std::fs::write(folder.path().join("enough"), "").expect("a word");
    let deadline = Instant::now() + Duration::from_secs(10);
    let query = "mutation { createTopic(input: { slug: \"a\", name: \"a\" }) { topic { id } } }";
    while program.post("operator", query, json!({})).await["data"]["createTopic"]["topic"]["id"].is_null() {
        assert!(Instant::now() < deadline, "it never took anything again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(contents(&program).await, taken);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_cannot_be_written_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (here, program) = (folder.path().display(), env!("CARGO_BIN_EXE_peerlead"));
    let script = format!(
        "mount -o remount,ro '{here}/disk' && exec '{program}' serve --listen 127.0.0.1:0 --database-url 'sqlite:{here}/disk/x.db'"
    );
    let Some(mut command) = small_disk(folder.path(), &script) else { return };
    let output = command.output().expect("the program");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.starts_with("peerlead: ") && told.contains("x.db") && !told.contains("panicked"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_written_is_told_with_its_reason() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for url in [
        format!("sqlite:{}/missing/x.db", folder.path().display()),
        "mysql://x".to_owned(),
        "postgres://postgres@127.0.0.1:1/x".to_owned(),
    ] {
        let output = crate::program::peerlead(folder.path(), &["migrate", "--database-url", &url])
            .output()
            .expect("the program");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{url}: {told}");
        assert!(
            told.starts_with("peerlead: ") && !told.contains("panicked") && told.lines().count() == 1,
            "{url}: {told}"
        );
    }
}
