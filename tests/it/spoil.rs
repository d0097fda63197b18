//! Spoilt inputs: valid ones with a few changes, the way mistakes and attacks look. What is all noise is refused at the first
//! byte and finds little.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

/// How many cases of each kind are tried: as many as `PEERLEAD_FUZZ_CASES` says, or as few as a second has room for.
pub fn cases() -> u32 {
    let told = std::env::var("PEERLEAD_FUZZ_CASES").ok();
    told.map_or(400, |told| told.parse().expect("PEERLEAD_FUZZ_CASES is a number"))
}

/// Tries `count` cases; the smallest that fails is told.
pub fn try_all<S: Strategy>(count: u32, cases: &S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    // As many inputs may be thrown away as are tried; how many that is, is nothing that a fixed number knows.
    let max_local_rejects = count.saturating_mul(10).max(100_000);
    let config = Config {
        cases: count,
        max_local_rejects,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    TestRunner::new(config).run(cases, check).unwrap_or_else(|failed| panic!("{failed}"));
}

/// Pieces of everything that is parsed anywhere here.
const WORDS: &[&str] = &[
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1}",
    "\u{7f}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "ß",
    "İ",
    "😀",
    "e\u{301}",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\udc00",
    "'",
    ",",
    ":",
    ";",
    ".",
    "...",
    "-",
    "_",
    "=",
    "%",
    "%00",
    "&",
    "#",
    "$",
    "$x",
    "@",
    "!",
    "|",
    "*",
    "/",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1.5",
    "1e999",
    "1e-9",
    "NaN",
    "2147483648",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "query",
    "mutation",
    "subscription",
    "fragment F on Query { cursor }",
    "...F",
    "... on Query { cursor }",
    "@skip(if: true)",
    "@include(if: $x)",
    "@defer",
    "@oneOf",
    "__typename",
    "__schema { types { name } }",
    "__type(name: \"Query\") { name }",
    "Bearer ",
    "peerlead_",
    "P1D",
    "PT0S",
    "-P1D",
    "P99999999Y",
    "2026-02-30",
    "0000-01-01T00:00:00Z",
    "+262142-12-31T23:59:60Z",
    "9999-12-31T23:59:59.999999999+23:59",
    "1969-12-31T23:59:59Z",
    "operator",
    "YzE",
    "cDE",
    "ci4x",
    "MTow",
];

/// Numbers at which arithmetic breaks.
const NUMBERS: &[i64] = &[
    0,
    1,
    -1,
    2,
    100,
    101,
    500,
    501,
    1 << 31,
    -(1 << 31) - 1,
    (1 << 31) - 1,
    1 << 53,
    i64::MAX,
    i64::MAX - 1,
    i64::MIN,
];

/// One change to bytes.
#[derive(Clone, Debug)]
pub enum Edit {
    Cut(Index, usize),
    Put(Index, Vec<u8>),
    /// So many bytes once more, so often.
    Repeat(Index, usize, usize),
    Flip(Index, u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    let put = prop_oneof![
        4 => select(WORDS).prop_map(|word| word.as_bytes().to_vec()),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
        1 => vec(any::<u8>(), 1..6),
    ];
    let place = any::<Index>;
    prop_oneof![
        60 => (place(), 1_usize..20).prop_map(|(at, length)| Edit::Cut(at, length)),
        90 => (place(), put).prop_map(|(at, bytes)| Edit::Put(at, bytes)),
        40 => (place(), 1_usize..40, 1_usize..4).prop_map(|(at, length, times)| Edit::Repeat(at, length, times)),
        20 => (place(), any::<u8>()).prop_map(|(at, bits)| Edit::Flip(at, bits)),
        // So deep that whoever calls itself for each level is at the end of its stack.
        1 => (place(), 1_usize..4, 5_000_usize..20_000).prop_map(|(at, length, times)| Edit::Repeat(at, length, times)),
    ]
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let at = |index: &Index, length: usize| index.index(length + 1);
        match self {
            Self::Cut(index, length) => {
                let at = at(index, bytes.len());
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Self::Put(index, more) => {
                let at = at(index, bytes.len());
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Repeat(index, length, times) => {
                let at = at(index, bytes.len());
                let part = bytes[at..(at + length).min(bytes.len())].repeat(*times);
                bytes.splice(at..at, part);
            }
            Self::Flip(index, bits) if !bytes.is_empty() => {
                let at = index.index(bytes.len());
                bytes[at] ^= bits;
            }
            Self::Flip(..) => {}
        }
    }
}

/// Valid bytes with up to five changes.
pub fn bytes(valid: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (valid, vec(edit(), 0..6)).prop_map(|(mut bytes, edits)| {
        for edit in &edits {
            edit.apply(&mut bytes);
        }
        bytes
    })
}

/// A valid text with up to five changes.
pub fn text(valid: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    bytes(valid.prop_map(String::into_bytes)).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// One change to a value within JSON.
#[derive(Clone, Debug)]
enum Change {
    /// It goes, if it stands in something.
    Drop,
    /// It becomes something else altogether.
    Be(Value),
    /// It becomes another of its kind.
    Like(i64, String),
    /// It stands in a list of its own, so deep.
    Wrap(usize),
}

/// Cursors and ids of the right form, for places and things that may not be.
fn opaque() -> impl Strategy<Value = String> {
    const ORDERS: &[&str] = &["published", "score", "handle", "name", "slug", "from", "rank", "created"];
    const KEYS: &[&str] = &["n", "s7fefffffffffffff", "s8000000000000000", "s3fe0000000000000", "ta", "t", "t😀"];
    let number = || prop_oneof![2 => select(NUMBERS), 1 => 0_i64..20];
    let cursor = (select(ORDERS), number(), select(KEYS), number()).prop_map(|(order, id, key, number)| {
        let number = if key == "n" { number.to_string() } else { String::new() };
        format!("{order}:{id}:{key}{number}")
    });
    let id =
        (proptest::char::range('a', 'z'), number(), number(), any::<bool>()).prop_map(|(letter, one, other, pair)| {
            if pair { format!("{letter}{one}.{other}") } else { format!("{letter}{one}") }
        });
    prop_oneof![cursor, id].prop_map(|text| URL_SAFE_NO_PAD.encode(text))
}

fn odd_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => opaque(),
        6 => select(WORDS).prop_map(str::to_owned),
        2 => any::<String>(),
        2 => (select(WORDS), select(WORDS)).prop_map(|(a, b)| format!("{a}{b}")),
        1 => (0_usize..120_000).prop_map(|length| "x".repeat(length)).prop_filter("rarely", |text| text.len() % 16 == 0),
    ]
}

/// Any JSON that is not large.
pub fn odd() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        select(NUMBERS).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        odd_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((select(WORDS), inner), 0..3)
                .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => Just(Change::Drop),
        2 => odd().prop_map(Change::Be),
        6 => (select(NUMBERS), odd_text()).prop_map(|(number, text)| Change::Like(number, text)),
        1 => (1_usize..100).prop_map(Change::Wrap),
    ]
}

impl Change {
    fn apply(&self, value: &mut Value) {
        match self {
            Self::Drop => *value = Value::Null,
            Self::Be(other) => *value = other.clone(),
            Self::Like(number, text) => match value {
                Value::Bool(is) => *is = !*is,
                Value::Number(_) => *value = json!(number),
                Value::String(old) => *old = if number % 2 == 0 { text.clone() } else { format!("{old}{text}") },
                Value::Array(items) => items.extend(items.clone()),
                Value::Object(_) | Value::Null => *value = json!(text),
            },
            Self::Wrap(depth) => (0..*depth).for_each(|_| *value = json!([value.take()])),
        }
    }
}

/// The value number `at` of all within one another.
fn nth<'a>(value: &'a mut Value, at: &mut usize) -> Option<&'a mut Value> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, at)),
        Value::Object(fields) => fields.values_mut().find_map(|field| nth(field, at)),
        _ => None,
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

/// Valid JSON with up to three changes somewhere within.
pub fn json(valid: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (valid, vec((any::<Index>(), change()), 0..4)).prop_map(|(mut value, changes)| {
        for (place, change) in &changes {
            let mut at = place.index(size(&value));
            if let Some(part) = nth(&mut value, &mut at) {
                change.apply(part);
            }
        }
        value
    })
}
