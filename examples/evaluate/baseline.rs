//! What people would use instead, for words.

use std::collections::{HashMap, HashSet};

use super::data::{DAY, Document, Documents};

/// A ranking of words by their numbers.
pub type Scores = HashMap<u32, f64>;

/// Texts, and people, that use each word.
#[derive(Default)]
pub struct Count {
    pub texts: HashMap<u32, f64>,
    pub people: HashMap<u32, HashSet<String>>,
    pub total: f64,
}

impl Count {
    pub fn of(documents: &[Document]) -> Self {
        let mut count = Self { total: documents.len() as f64, ..Self::default() };
        for document in documents {
            for word in &document.words {
                *count.texts.entry(*word).or_default() += 1.0;
                count.people.entry(*word).or_default().insert(document.author.clone());
            }
        }
        count
    }

    pub fn get(&self, word: u32) -> f64 {
        self.texts.get(&word).copied().unwrap_or_default()
    }
}

/// Methods that compare a window with the past.
pub fn compare(now: &Count, past: &Count) -> Vec<(&'static str, Scores)> {
    let over = |score: fn(f64, f64, f64, f64) -> f64| -> Scores {
        let used = now.texts.iter().filter(|(_, count)| **count >= 2.0);
        used.map(|(word, count)| (*word, score(*count, past.get(*word), now.total, past.total.max(1.0)))).collect()
    };
    vec![
        ("raw count", now.texts.clone()),
        ("TF-IDF", over(|x, y, _, b| x * ((b + 1.0) / (y + 1.0)).ln())),
        ("log-odds, Dirichlet prior", over(log_odds)),
        ("G-test", over(g_test)),
        ("sqrt(n) ln(lift)", over(|x, y, n, b| x.sqrt() * ((x + 0.5) / (y / b * n + 0.5)).ln())),
    ]
}

fn g_test(x: f64, y: f64, n: f64, b: f64) -> f64 {
    let (now, past) = (n * (x + y) / (n + b), b * (x + y) / (n + b));
    let keyness = 2.0 * (x * (x / now).ln() + if y > 0.0 { y * (y / past).ln() } else { 0.0 });
    if x > now { keyness } else { -keyness }
}

fn log_odds(x: f64, y: f64, n: f64, b: f64) -> f64 {
    let (prior, a0) = (1_000.0 * (x + y) / (n + b), 1_000.0);
    let odds = |k: f64, all: f64| ((k + prior) / (all + a0 - k - prior)).ln();
    (odds(x, n) - odds(y, b)) / (1.0 / (x + prior) + 1.0 / (y + prior)).sqrt()
}

/// Mastodon's: how far above the window before.
pub fn mastodon(now: &Count, before: &Count) -> Scores {
    let used = now.texts.iter().filter(|(_, count)| **count >= 2.0);
    used.map(|(word, count)| {
        let usual = before.get(*word).max(1.0);
        (*word, (count - usual).max(0.0).powi(2) / usual)
    })
    .collect()
}

/// The recommended row: two decaying counters, times people.
pub fn decayed(documents: &Documents, at: f64, window: f64, now: &Count) -> Scores {
    let (mut fast, mut slow) = (Scores::new(), Scores::new());
    let (mut fast_total, mut slow_total) = (0.0, 0.0);
    for document in documents.between(f64::MIN, at) {
        let (f, s) =
            (0.5_f64.powf((at - document.at) / (2.0 * window)), 0.5_f64.powf((at - document.at) / (365.0 * DAY)));
        fast_total += f;
        slow_total += s;
        for word in &document.words {
            *slow.entry(*word).or_default() += s;
            if f > 1e-3 {
                *fast.entry(*word).or_default() += f;
            }
        }
    }
    let people = |word: &u32| now.people.get(word).map_or(0.0, |people| people.len() as f64);
    let wanted = fast.iter().filter(|(word, count)| **count > 1.0 || now.get(**word) >= 2.0);
    wanted
        .map(|(word, count)| {
            let expected = slow[word] / slow_total * fast_total;
            (*word, (count - expected) / (expected + 1.0).sqrt() * (1.0 + people(word)).log2())
        })
        .collect()
}
