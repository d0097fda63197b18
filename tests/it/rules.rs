//! The rules of the house, checked against its source: who may import whom, where the time is read, how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

struct Room {
    /// Files whose path starts so belong to it.
    path: &'static str,
    /// Rooms that it may import.
    rooms: &'static [&'static str],
    /// Crates that it may import beside `std` and `core`; `*` for any that are not guarded.
    crates: &'static [&'static str],
}

/// Crates that only their own rooms may name.
const GUARDED: &[&str] = &[
    "sea_orm",
    "sea_orm_migration",
    "sea_query_sqlx",
    "entity",
    "migration",
    "apollo_compiler",
    "axum",
    "async_graphql",
    "async_graphql_axum",
    "tower",
    "hyper",
    "hyper_util",
    "socket2",
    "rustix",
    "tower_http",
    "clap",
    "indicatif",
    "moka",
    "jiff",
    "jsonwebtoken",
    "reqwest",
    "governor",
    "metrics",
    "metrics_exporter_prometheus",
    "async_nats",
    "rustls",
    "opentelemetry",
    "opentelemetry_otlp",
    "opentelemetry_sdk",
    "tracing_opentelemetry",
];

/// The table of the design, first match first.
const TABLE: &[Room] = &[
    Room {
        path: "src/domain/",
        rooms: &["domain"],
        crates: &[
            "chrono",
            "serde",
            "base64",
            "thiserror",
            "hashbrown",
            "icu_segmenter",
            "rust_stemmers",
            "smallvec",
            "stop_words",
            "unicode_normalization",
        ],
    },
    Room {
        path: "src/store/",
        rooms: &["domain", "store"],
        crates: &["*", "sea_orm", "sea_query_sqlx", "entity", "migration"],
    },
    Room { path: "src/live/", rooms: &["domain", "store", "live"], crates: &["*", "async_nats", "rustls"] },
    Room {
        path: "src/projection/",
        rooms: &["domain", "store", "live", "projection"],
        crates: &["*", "moka", "rustix"],
    },
    Room {
        path: "src/app/",
        rooms: &["domain", "store", "live", "projection", "app"],
        crates: &[
            "thiserror",
            "uuid",
            "base64",
            "getrandom",
            "sha2",
            "smallvec",
            "subtle",
            "futures_util",
            "tokio",
            "tracing",
            "chrono",
        ],
    },
    Room {
        path: "src/graphql/",
        rooms: &["domain", "app", "graphql"],
        crates: &["*", "apollo_compiler", "async_graphql", "moka", "jiff"],
    },
    Room {
        path: "src/http/",
        rooms: &["graphql", "app", "http", "domain::access"],
        crates: &[
            "*",
            "moka",
            "jsonwebtoken",
            "reqwest",
            "governor",
            "metrics",
            "metrics_exporter_prometheus",
            "opentelemetry",
            "opentelemetry_sdk",
            "tracing_opentelemetry",
            "axum",
            "async_graphql",
            "async_graphql_axum",
            "tower",
            "tower_http",
            "hyper",
            "hyper_util",
            "socket2",
            "rustix",
        ],
    },
    Room {
        path: "src/command/",
        rooms: &["app", "domain", "command", "http::explorer"],
        crates: &["*", "indicatif", "clap"],
    },
    Room { path: "src/config", rooms: &[], crates: &["*", "clap", "jiff"] },
    // Only the words in which the operator chooses: a leaf that knows one other leaf.
    Room {
        path: "src/telemetry",
        rooms: &["config", "telemetry"],
        crates: &["*", "opentelemetry", "opentelemetry_otlp", "opentelemetry_sdk", "tracing_opentelemetry"],
    },
    Room { path: "src/lib.rs", rooms: &[], crates: &[] },
    Room { path: "src/main.rs", rooms: &["*"], crates: &["*", "peerlead", "clap"] },
    Room { path: "entity/src/", rooms: &["*"], crates: &["sea_orm"] },
    Room { path: "migration/src/", rooms: &["*"], crates: &["sea_orm_migration", "async_trait"] },
];

/// Every crate of the workspace's manifest and their neighbours, as they are written in source.
const CRATES: &[&str] = &[
    "apollo_compiler",
    "async_graphql",
    "async_graphql_axum",
    "async_nats",
    "async_stream",
    "async_trait",
    "axum",
    "base64",
    "bytes",
    "chrono",
    "clap",
    "entity",
    "futures_util",
    "hashbrown",
    "getrandom",
    "governor",
    "hyper",
    "hyper_util",
    "icu_segmenter",
    "indicatif",
    "jiff",
    "jsonwebtoken",
    "metrics",
    "metrics_exporter_prometheus",
    "migration",
    "moka",
    "opentelemetry",
    "opentelemetry_otlp",
    "opentelemetry_sdk",
    "peerlead",
    "percent_encoding",
    "rand",
    "reqwest",
    "rust_stemmers",
    "rustix",
    "rustls",
    "sea_orm",
    "sea_orm_migration",
    "sea_query_sqlx",
    "serde",
    "serde_json",
    "sha2",
    "smallvec",
    "sqlx",
    "stop_words",
    "subtle",
    "tempfile",
    "thiserror",
    "tokio",
    "tokio_stream",
    "toml",
    "tower",
    "tower_http",
    "tracing",
    "tracing_opentelemetry",
    "tracing_subscriber",
    "unicode_normalization",
    "uuid",
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut open, mut found): (Vec<PathBuf>, Vec<(String, String)>) =
        (["src", "entity/src", "migration/src"].map(|room| root.join(room)).to_vec(), Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("a path in the house").display().to_string();
                found.push((name, fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    assert!(found.len() > 50, "where is the house?");
    found
}

/// The code of a line without its comment and its texts.
fn code(line: &str) -> String {
    let line = line.split("//").next().unwrap_or_default();
    line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

/// The paths after each `prefix` in a line, as `a::b`, groups and all.
fn after<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    let starts = line
        .match_indices(prefix)
        .filter(|(at, _)| !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
    starts
        .map(|(at, _)| {
            line[at + prefix.len()..]
                .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
                .next()
                .unwrap_or_default()
        })
        .collect()
}

/// What is wrong with the imports of a file, each with its line.
fn wrong_imports(path: &str, text: &str) -> Vec<String> {
    // Unit tests may furnish a whole house.
    if path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let Some(room) = TABLE.iter().find(|room| path.starts_with(room.path)) else {
        return vec![format!("{path}:1 belongs to no room of the table")];
    };
    let mut wrong = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = code(line);
        let place = format!("{path}:{}", number + 1);
        for named in after(&line, "crate::") {
            let allowed = |may: &str| may == "*" || named == may || named.starts_with(&format!("{may}::"));
            // A bare `crate::{` would hide what it imports.
            if named.is_empty() || !room.rooms.iter().any(|may| allowed(may)) {
                wrong.push(format!("{place}: {} must not import {named:?}", room.path));
            }
        }
        for name in CRATES {
            let used = !after(&line, &format!("{name}::")).is_empty() || line.trim() == format!("use {name};");
            let guarded = GUARDED.contains(name);
            if used && !room.crates.contains(name) && (guarded || !room.crates.contains(&"*")) {
                wrong.push(format!("{place}: {} must not use the crate {name}", room.path));
            }
        }
    }
    wrong
}

#[test]
fn every_room_imports_only_what_the_table_allows() {
    let wrong: Vec<String> = sources().iter().flat_map(|(path, text)| wrong_imports(path, text)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_table_catches_what_it_forbids() {
    let cases = [
        ("src/domain/x.rs", "use crate::store::sql::Sql;"),
        ("src/domain/x.rs", "use tokio::sync::Mutex;"),
        ("src/store/x.rs", "    let app: crate::app::house::App;"),
        ("src/live/x.rs", "use crate::projection::directory::Directory;"),
        ("src/app/x.rs", "use sea_orm::EntityTrait;"),
        ("src/projection/x.rs", "use async_nats::Client;"),
        ("src/app/x.rs", "pub fn f(ctx: &async_graphql::Context<'_>) {}"),
        ("src/graphql/x.rs", "use crate::store::connection::Store;"),
        ("src/graphql/x.rs", "use axum::Router;"),
        ("src/http/x.rs", "use crate::domain::rating::Mark;"),
        ("src/command/x.rs", "use crate::http::server::serve;"),
        ("src/command/x.rs", "use crate::{store};"),
        ("src/config.rs", "use crate::domain::time::Time;"),
        ("entity/src/x.rs", "use sea_orm_migration::prelude::*;"),
        ("src/attic/x.rs", ""),
    ];
    for (path, line) in cases {
        assert_eq!(wrong_imports(path, &format!("// fine\n{line}\n")).len(), 1, "{path}: {line}");
    }
    assert!(
        wrong_imports("src/domain/x.rs", "// crate::store::x\nlet a = \"sea_orm::x\"; use crate::domain::time::Time;")
            .is_empty()
    );
    assert!(wrong_imports("src/command/x.rs", "use crate::http::explorer::X;").is_empty());
}

/// The time of day and randomness are read where a reason stands beside it, and nowhere else.
#[test]
fn the_clock_and_the_dice_are_read_where_a_reason_stands() {
    let banned = ["Utc::now", "SystemTime::now", "Local::now", "Uuid::now_v7", "Uuid::new_v4", "rand::"];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let line = code(line);
            let reasoned = lines[at.saturating_sub(3)..at]
                .iter()
                .any(|above| above.contains("#[expect(clippy::disallowed_methods, reason"));
            if banned.iter().any(|word| line.contains(word)) && !reasoned {
                wrong.push(format!("{path}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long_to_read() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|(_, text)| text.lines().count() > 450)
        .map(|(path, text)| format!("{path}: {} lines", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

/// A `mod.rs` lists its children or defines one thing; only the roots of the schema do both.
#[test]
fn a_mod_file_lists_its_children_or_defines_one_thing() {
    let mut wrong = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| path.ends_with("mod.rs")) {
        let lines: Vec<String> = text.lines().map(|line| code(line).trim().to_owned()).collect();
        let lists = lines.iter().any(|line| line.starts_with("pub mod ") || line.starts_with("mod "));
        let defines = |line: &String| {
            ["struct ", "enum ", "fn ", "impl ", "trait ", "macro_rules!"]
                .iter()
                .any(|word| line.trim_start_matches("pub ").starts_with(word))
        };
        let merged = text.contains("MergedObject");
        if lists && lines.iter().any(defines) && !merged {
            wrong.push(path.clone());
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
