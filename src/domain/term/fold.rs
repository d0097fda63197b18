//! Plurals and other forms joined with the word they are forms of.
//!
//! English loses only its plurals (the "S stemmer", Harman 1991), which never joins two words; languages with more forms are
//! brought to their stem by Snowball. Names of code and abbreviations stay as they are.

use rust_stemmers::{Algorithm, Stemmer};

use super::stop::{self, Language};

const STEMMED: [(&str, Algorithm); 14] = [
    ("de", Algorithm::German),
    ("fr", Algorithm::French),
    ("es", Algorithm::Spanish),
    ("pt", Algorithm::Portuguese),
    ("it", Algorithm::Italian),
    ("nl", Algorithm::Dutch),
    ("sv", Algorithm::Swedish),
    ("da", Algorithm::Danish),
    ("no", Algorithm::Norwegian),
    ("fi", Algorithm::Finnish),
    ("ru", Algorithm::Russian),
    ("hu", Algorithm::Hungarian),
    ("ro", Algorithm::Romanian),
    ("tr", Algorithm::Turkish),
];
/// What Korean hangs on its nouns, longest first.
const PARTICLES: [&str; 18] = [
    "에서는",
    "으로는",
    "에서",
    "에게",
    "으로",
    "까지",
    "부터",
    "하고",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "로",
    "도",
];

/// The key of a word: `lower` is its lower case, `surface` how it was written.
pub(super) fn key(lower: String, surface: &str, language: Language) -> String {
    if stop::is(language, "ko") {
        return korean(&lower);
    }
    let is_name = !lower.chars().all(char::is_alphabetic) || surface.chars().skip(1).any(char::is_uppercase);
    if is_name || lower.chars().count() < 4 {
        return lower;
    }
    if language.is_none() || stop::is(language, "en") {
        return english(lower);
    }
    match STEMMED.iter().find(|(tag, _)| stop::is(language, tag)) {
        Some((_, algorithm)) => Stemmer::create(*algorithm).stem(&lower).into_owned(),
        None => lower,
    }
}

fn english(mut word: String) -> String {
    let ends = |end: &str| word.ends_with(end);
    let cut = if ends("ies") && word.len() > 4 {
        word.truncate(word.len() - 3);
        word.push('y');
        return word;
    } else if ["sses", "xes", "zes", "ches", "shes"].iter().any(|end| ends(end)) {
        2
    } else {
        usize::from(ends("s") && !["ss", "us", "is"].iter().any(|end| ends(end)))
    };
    word.truncate(word.len() - cut);
    word
}

fn korean(word: &str) -> String {
    let bare = PARTICLES.iter().find_map(|particle| word.strip_suffix(particle));
    bare.filter(|bare| bare.chars().count() > 1).unwrap_or(word).to_owned()
}
