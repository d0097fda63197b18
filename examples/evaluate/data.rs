//! Data sets in the import format.

use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;

use chrono::{DateTime, NaiveDate};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Failure;

/// Seconds in a day.
pub const DAY: f64 = 86_400.0;

/// A line of `content.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct Content {
    pub id: Id,
    pub title: Option<String>,
    pub body: Option<String>,
    #[serde(alias = "lang")]
    pub language: Option<String>,
    #[serde(default)]
    pub author_ids: Vec<Id>,
    pub created_at: Option<String>,
}

/// A line of `ratings.jsonl`, or of `requests.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct Rating {
    #[serde(alias = "person_id")]
    pub rater_id: Option<Id>,
    pub content_id: Option<Id>,
    pub article_id: Option<Id>,
    pub value: Option<f64>,
    pub at: Option<String>,
    pub team: Option<String>,
}

/// A name in a source, a text or a number.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(untagged)]
pub enum Id {
    Text(String),
    Number(i64),
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

/// The lines of a file; none when it is not there.
pub fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    let Ok(file) = std::fs::File::open(path) else { return Ok(Vec::new()) };
    let mut read = Vec::new();
    for line in std::io::BufReader::new(file).lines() {
        let line = line?;
        if !line.trim().is_empty() {
            read.push(serde_json::from_str(&line).map_err(|error| format!("{}: {error}: {line}", path.display()))?);
        }
    }
    Ok(read)
}

/// Seconds since 1970.
pub fn seconds(time: &str) -> Option<f64> {
    if let Ok(day) = NaiveDate::parse_from_str(time, "%Y-%m-%d") {
        return Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp() as f64);
    }
    let time = DateTime::parse_from_rfc3339(time).ok()?;
    Some(time.timestamp_micros() as f64 / 1e6)
}

/// A text with its time and its first author, words as the tasks take them.
pub struct Document {
    pub at: f64,
    pub author: String,
    pub words: Vec<u32>,
    pub content: Content,
}

/// Texts in the order of time.
#[derive(Default)]
pub struct Documents {
    pub all: Vec<Document>,
    pub words: Vec<String>,
    pub numbers: HashMap<String, u32>,
}

impl Documents {
    pub fn read(contents: Vec<Content>) -> Self {
        let mut documents = Self::default();
        for content in contents {
            let text = text_of(&content);
            let (Some(at), false) = (content.created_at.as_deref().and_then(seconds), text.trim().is_empty()) else {
                continue;
            };
            let author = content.author_ids.first().map_or_else(|| "?".to_owned(), ToString::to_string);
            let mut words: Vec<u32> = words(&text).into_iter().map(|word| documents.number(word)).collect();
            words.sort_unstable();
            words.dedup();
            documents.all.push(Document { at, author, words, content });
        }
        documents.all.sort_by(|a, b| a.at.total_cmp(&b.at));
        documents
    }

    pub fn number(&mut self, word: String) -> u32 {
        if let Some(number) = self.numbers.get(&word) {
            return *number;
        }
        let number = self.words.len() as u32;
        self.words.push(word.clone());
        self.numbers.insert(word, number);
        number
    }

    /// Whether these texts have blanks between their words: the tasks cut words there and nowhere else, and would hold whole
    /// sentences of Chinese against single words.
    pub fn have_blanks(&self) -> bool {
        let is_sign = |c: char| matches!(u32::from(c), 0x0e00..=0x0eff | 0x3041..=0x9fff);
        let (mut signs, mut all) = (0, 0);
        for c in self.words.iter().flat_map(|word| word.chars()) {
            signs += usize::from(is_sign(c));
            all += 1;
        }
        signs * 5 < all
    }

    /// Texts after `low` up to `high`.
    pub fn between(&self, low: f64, high: f64) -> &[Document] {
        let start = self.all.partition_point(|document| document.at <= low);
        let end = self.all.partition_point(|document| document.at <= high).max(start);
        &self.all[start..end]
    }
}

/// Title and body as the tasks take them.
pub fn text_of(content: &Content) -> String {
    let text =
        format!("{}\n{}", content.title.as_deref().unwrap_or_default(), content.body.as_deref().unwrap_or_default());
    text.chars().take(1_500).collect()
}

const STOP: &str = "a about above after again against all also am an and any are as at be because been before being below between both but by can \
cannot could did do does doing don down during each few for from further had has have having he her here hers herself him himself his how i if \
in into is it its itself just let like make makes may me might more most must my myself need needs no nor not now of off on once one only or other \
ought our ours out over own per same shall she should since so some such than that the their them then there these they this those through to too \
two under until up us use used uses using very was way we were what when where which while who whom why will with within without would yet you \
your signed reviewed acked tested reported suggested fixes fix fixed cc stable commit patch series http https www com org change-id first second \
new get set add added adds adding support change changes changed update updates updated remove removed removes";

/// The words of a text, as the tasks take them: not ours, so that nobody judges their own cause.
pub fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let bare: Vec<&str> = lower
        .split_whitespace()
        .filter(|part| !part.contains('@') && !part.contains("http://") && !part.contains("https://"))
        .collect();
    let mut found = Vec::new();
    for part in bare {
        let mut rest = part;
        while let Some(start) = rest.find(|c: char| c.is_alphabetic()) {
            rest = &rest[start..];
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '+' | '#' | '.' | '-')))
                .unwrap_or(rest.len());
            let word = rest[..end].trim_end_matches(['.', '-']);
            let length = word.chars().count();
            let hex = length >= 7 && word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
            if (3..=32).contains(&length) && !hex && !STOP.split_whitespace().any(|stop| stop == word) {
                found.push(word.to_owned());
            }
            rest = &rest[end..];
        }
    }
    found
}

/// Chance that comes out the same on every machine.
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 up to 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn below(&mut self, count: usize) -> usize {
        ((self.share() * count as f64) as usize).min(count.saturating_sub(1))
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
