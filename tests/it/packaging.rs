//! What operators are handed names nothing that the program does not have.

use std::collections::BTreeSet;
use std::path::Path;

use crate::program::peerlead;

/// The files that name variables for operators.
const FILES: &[&str] = &[
    "Dockerfile",
    "README.md",
    "compose.yaml",
    "docs/operating.md",
    "packaging/Caddyfile",
    "packaging/nginx.conf",
    "packaging/peerlead.service",
];

/// The variables of ours in a text.
fn variables(text: &str) -> BTreeSet<String> {
    let words = text.split(|sign: char| !(sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == '_'));
    words.filter(|word| word.starts_with("PEERLEAD_") && !word.ends_with('_')).map(str::to_owned).collect()
}

/// What the program says of itself, all commands together.
fn help() -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let help = |command: &str| {
        let output = peerlead(folder.path(), &[command, "--help"]).output().expect("the program");
        String::from_utf8(output.stdout).expect("text")
    };
    ["serve", "demo", "import", "export", "check", "health"].map(help).concat()
}

#[test]
fn every_variable_that_operators_are_told_of_exists() {
    let known = variables(&help());
    assert!(known.contains("PEERLEAD_LISTEN"), "{known:?}");
    for file in FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        let unknown: Vec<String> = variables(&text).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{file} names {unknown:?}, which the program does not know");
    }
}
