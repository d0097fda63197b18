//! The program as operators run it: its commands, its knobs, its end.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::hearing::HEAR;
use crate::house::{Database, Socket};
use crate::program::{Program, peerlead, run};

pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// An acknowledged socket that hears ratings after a cursor.
pub async fn listener(address: &str, after: &str) -> Socket {
    let mut socket = Socket::open(address).await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.next().await["type"], "connection_ack");
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    socket
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_the_program_tells_its_subscribers_and_ends_well() {
    let database = Database::fresh().await;
    let folder = folder();
    let mut program = Program::serve(folder.path(), &database.url);
    let cursor =
        program.post("", "{ cursor }", json!({})).await["data"]["cursor"].as_str().expect("a cursor").to_owned();
    let mut sockets = Vec::new();
    for _ in 0..20 {
        sockets.push(listener(&program.address, &cursor).await);
    }
    program.terminate();
    for mut socket in sockets {
        assert_eq!(socket.next().await, json!({ "closed": 1012 }));
    }
    assert_eq!(program.ended(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_tells_whether_a_server_can_answer() {
    let database = Database::fresh().await;
    let folder = folder();
    let program = Program::serve(folder.path(), &database.url);
    let ask = |address: &str| run(&mut peerlead(folder.path(), &["health", "--listen", address]));
    let (code, _, told) = ask(&program.address);
    assert_eq!((code, told.trim()), (Some(0), "ready"));
    let (_, port) = program.address.split_once(':').expect("a port");
    let (code, _, told) = ask(&format!("0.0.0.0:{port}"));
    assert_eq!((code, told.trim()), (Some(0), "ready"), "whoever listens everywhere is asked here");
    let address = program.address.clone();
    program.kill();
    let (code, _, told) = ask(&address);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(&address), "{told}");
}

#[test]
fn an_address_that_others_can_reach_is_refused_with_the_reason() {
    let folder = folder();
    for address in ["0.0.0.0:0", "192.0.2.1:8080", "[::]:0"] {
        let (code, _, told) = run(&mut peerlead(folder.path(), &["serve", "--listen", address]));
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("no identity is configured") && told.contains("127.0.0.1"), "{told}");
    }
    assert!(!folder.path().join("peerlead.db").exists(), "a refused start leaves nothing behind");
}

#[test]
fn help_names_every_knob_and_its_variable() {
    let folder = folder();
    let (code, serve, _) = run(&mut peerlead(folder.path(), &["serve", "--help"]));
    assert_eq!(code, Some(0));
    for (flag, variable) in [
        ("--database-url", "DATABASE_URL"),
        ("--config", "PEERLEAD_CONFIG"),
        ("--log", "PEERLEAD_LOG"),
        ("--log-format", "PEERLEAD_LOG_FORMAT"),
        ("--operators", "PEERLEAD_OPERATORS"),
        ("--listen", "PEERLEAD_LISTEN"),
        ("--subscriber-buffer", "PEERLEAD_SUBSCRIBER_BUFFER"),
        ("--endorsement-days", "PEERLEAD_ENDORSEMENT_DAYS"),
        ("--no-emergent", "PEERLEAD_NO_EMERGENT"),
        ("--max-body", "PEERLEAD_MAX_BODY"),
        ("--timeout", "PEERLEAD_TIMEOUT"),
        ("--stop-timeout", "PEERLEAD_STOP_TIMEOUT"),
        ("--no-migrate", "PEERLEAD_NO_MIGRATE"),
        ("--nats-url", "PEERLEAD_NATS_URL"),
        ("--nats-credentials", "PEERLEAD_NATS_CREDENTIALS"),
        ("--nats-prefix", "PEERLEAD_NATS_PREFIX"),
    ] {
        assert!(serve.contains(flag) && serve.contains(&format!("env: {variable}")), "{flag} {variable}: {serve}");
    }
    let (_, all, _) = run(&mut peerlead(folder.path(), &["--help"]));
    for command in ["serve", "demo", "import", "export", "health", "migrate", "schema"] {
        assert!(all.lines().any(|line| line.trim_start().starts_with(command)), "{command}: {all}");
    }
}

/// The operators that a server makes when it starts, in the order of their handles.
async fn operators(mut command: Command) -> Vec<String> {
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    let program = Program::start(command);
    let told = program.post("", "{ people { nodes { handle } } }", json!({})).await;
    let mut handles: Vec<String> = told["data"]["people"]["nodes"]
        .as_array()
        .expect("people")
        .iter()
        .map(|person| person["handle"].as_str().expect("a handle").to_owned())
        .collect();
    handles.sort();
    handles
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let by_file = folder();
    std::fs::write(
        by_file.path().join("peerlead.toml"),
        "operators = [\"of-file\", \"second\"]\nsubscriber-buffer = 16\n",
    )
    .expect("a file");
    assert_eq!(operators(peerlead(by_file.path(), &[])).await, ["of-file", "second"]);
    for (with_flag, expected) in [(false, "of-environment"), (true, "of-flag")] {
        let folder = folder();
        let file = folder.path().join("knobs.toml");
        std::fs::write(&file, "operators = \"of-file\"").expect("a file");
        let mut command = peerlead(folder.path(), &["--config", file.to_str().expect("a path")]);
        command.env("PEERLEAD_OPERATORS", "of-environment");
        if with_flag {
            command.args(["--operators", "of-flag"]);
        }
        assert_eq!(operators(command).await, [expected]);
    }
}

#[test]
fn a_knob_that_does_not_exist_or_a_file_that_is_missing_is_refused() {
    let folder = folder();
    let path = folder.path().join("peerlead.toml");
    for (text, told) in [
        ("lisen = \"127.0.0.1:0\"", "lisen"),
        ("listen = ", "peerlead.toml"),
        ("listen = \"nowhere\"", "nowhere"),
        ("max-body = \"much\"", "much"),
    ] {
        std::fs::write(&path, text).expect("a file");
        let (code, _, err) = run(&mut peerlead(folder.path(), &["serve"]));
        assert_eq!(code, Some(2), "{text}: {err}");
        assert!(err.contains(told), "{text}: {err}");
    }
    std::fs::remove_file(&path).expect("a file");
    let (code, _, err) = run(&mut peerlead(folder.path(), &["--config", "missing.toml", "schema"]));
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("missing.toml"), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrate_brings_a_database_up_to_date_and_no_migrate_refuses_one_that_is_not() {
    let database = Database::fresh().await;
    let folder = folder();
    let url = ["--database-url", &database.url];
    let (code, _, told) = run(peerlead(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--no-migrate"]).args(url));
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("peerlead migrate"), "{told}");
    for _ in 0..2 {
        let (code, _, told) = run(peerlead(folder.path(), &["migrate"]).args(url));
        assert_eq!(code, Some(0), "{told}");
    }
    let mut command = peerlead(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--no-migrate"]);
    command.args(url);
    let program = Program::start(command);
    assert_eq!(
        program.post("operator", "{ viewer { isOperator } }", json!({})).await["data"]["viewer"]["isOperator"],
        json!(true)
    );
    let Output { stdout, .. } = peerlead(folder.path(), &["schema"]).output().expect("the program");
    assert_eq!(String::from_utf8(stdout).expect("text").trim_end(), peerlead::graphql::schema::sdl().trim_end());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_live_within_seconds() {
    let folder = folder();
    let program = Program::start(peerlead(folder.path(), &["demo", "--pace", "50ms", "--listen", "127.0.0.1:0"]));
    let cursor =
        program.post("", "{ cursor }", json!({})).await["data"]["cursor"].as_str().expect("a cursor").to_owned();
    let mut socket = listener(&program.address, &cursor).await;
    let mut last = String::new();
    for _ in 0..5 {
        let told = socket.data("1").await["ratingChanged"].clone();
        assert!(told["content"]["title"].is_string(), "{told:#}");
        assert_ne!(told["cursor"], json!(last));
        last = told["cursor"].as_str().expect("a cursor").to_owned();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_says_that_it_leaves_the_database_alone_that_was_named() {
    let folder = folder();
    let mut command = peerlead(folder.path(), &["demo", "--listen", "127.0.0.1:0"]);
    command.args(["--database-url", "sqlite:mine.db"]);
    let program = Program::start(command);
    program.says("does not touch the one that --database-url").await;
    assert!(!folder.path().join("mine.db").exists());
}

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> std::collections::BTreeMap<String, String> {
    let mut found = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
        if entry.is_dir() {
            found.extend(files(&entry).into_iter().map(|(path, text)| (format!("{name}/{path}"), text)));
        } else {
            found.insert(name, std::fs::read_to_string(&entry).expect("text"));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_imported_and_exported_comes_out_the_same_and_bad_lines_are_told_by_their_place() {
    let (one, two, folder) = (Database::fresh().await, Database::fresh().await, folder());
    let forum = folder.path().join("forum");
    std::fs::create_dir(&forum).expect("a folder");
    for (name, text) in [
        ("people.jsonl", "{\"id\":\"ada\",\"name\":\"Ada\"}\n{\"id\":\"grace\",\"name\":\"Grace\"}\n"),
        ("topics.jsonl", "{\"id\":\"rust\",\"name\":\"Rust\"}\n"),
        (
            "content.jsonl",
            "{\"id\":\"c-1\",\"kind\":\"post\",\"created_at\":\"2025-01-01T00:00:00Z\",\"author_ids\":[\"ada\"],\"topic_ids\":[\"rust\"],\"title\":\"On \\\"compilers\\\"\"}\n",
        ),
        (
            "ratings.jsonl",
            "{\"rater_id\":\"grace\",\"content_id\":\"c-1\",\"value\":4,\"at\":\"2025-01-02T00:00:00Z\"}\nno json\n",
        ),
    ] {
        std::fs::write(forum.join(name), text).expect("a file");
    }
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let import = |from: &str, database: &Database| {
        run(&mut peerlead(
            folder.path(),
            &["import", &path(from), "--scale", "stars", "--quiet", "--database-url", &database.url],
        ))
    };
    let export = |to: &str, database: &Database| {
        run(&mut peerlead(folder.path(), &["export", &path(to), "--quiet", "--database-url", &database.url]))
    };
    let (code, _, told) = import("forum", &one);
    assert_eq!(code, Some(1), "a bad line is no success: {told}");
    assert!(told.lines().any(|line| line.contains("ratings.jsonl:2: ")), "{told}");
    std::fs::write(
        forum.join("ratings.jsonl"),
        "{\"rater_id\":\"grace\",\"content_id\":\"c-1\",\"value\":4,\"at\":\"2025-01-02T00:00:00Z\"}\n",
    )
    .expect("a file");
    let place = async |database: &Database| {
        let program = Program::serve(folder.path(), &database.url);
        program.post("", "{ cursor content(by: { external: { source: \"forum\", externalId: \"c-1\" } }) { title tally { count mean } } }", json!({})).await["data"].clone()
    };
    let before = place(&one).await;
    assert_eq!(before["content"], json!({ "title": "On \"compilers\"", "tally": { "count": 1, "mean": 0.5 } }));
    let (code, _, told) = import("forum", &one);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(place(&one).await, before, "the same again changes nothing");
    let (code, _, told) = export("first", &one);
    assert_eq!(code, Some(0), "{told}");
    let first = files(&folder.path().join("first"));
    assert!(first.keys().any(|path| path == "forum/ratings.jsonl"), "{:?}", first.keys());
    for source in first
        .keys()
        .filter_map(|path| path.split_once('/').map(|(source, _)| source))
        .collect::<std::collections::BTreeSet<_>>()
    {
        let (code, _, told) = import(&format!("first/{source}"), &two);
        assert_eq!(code, Some(0), "{told}");
    }
    assert_eq!(export("second", &two).0, Some(0));
    assert_eq!(files(&folder.path().join("second")), first);
}
