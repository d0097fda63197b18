//! Which words will rise, and which ones people will write into the release notes.

use std::collections::HashMap;
use std::path::Path;

use chrono::DateTime;
use peerlead::domain::ballot::Ballot;
use peerlead::domain::content::{Card, Subject};
use peerlead::domain::id::{ContentId, PersonId, SourceId};
use peerlead::domain::term;
use peerlead::domain::trend::question::{Detail, Weighing, WordQuestion, WordRanking};
use peerlead::domain::trend::window::Window;
use peerlead::projection::archive::day::Day;
use peerlead::projection::archive::facts::Facts;
use peerlead::projection::trend::words::words;
use peerlead::projection::trend::{Question, Scope};
use serde::Deserialize;

use super::baseline::{Count, Scores, compare, decayed, mastodon};
use super::data::{Content, DAY, Documents, lines, seconds};
use super::metric::{mean, ranking, top};
use super::{Failure, Plan, line};

/// Texts as the product keeps them.
pub fn facts(documents: &Documents) -> Facts {
    let mut facts = Facts::default();
    let (mut people, mut stale) = (HashMap::new(), Vec::new());
    let put = |facts: &mut Facts, number: usize, people: &mut HashMap<String, i64>| {
        let document = &documents.all[number];
        let content = &document.content;
        let author = |id: &super::data::Id| {
            let next = people.len() as i64 + 1;
            PersonId(*people.entry(id.to_string()).or_insert(next))
        };
        let subject = Subject {
            content: ContentId(number as i64 + 1),
            source: SourceId(1),
            authors: content.author_ids.clone().iter().map(author).collect(),
            topics: Vec::new(),
            visible: true,
        };
        let published_at = DateTime::from_timestamp_micros(micros(document.at)).unwrap_or_default();
        let card = Card {
            subject,
            external_id: content.id.to_string(),
            kind: "text".to_owned(),
            parent: None,
            published_at,
            tally: Ballot::default(),
        };
        let slot = facts.put_card(&card);
        let (title, body) = (content.title.as_deref().unwrap_or_default(), content.body.as_deref().unwrap_or_default());
        facts.put_text(slot, &term::read(title, body, content.language.as_deref()))
    };
    for number in 0..documents.all.len() {
        stale.extend(put(&mut facts, number, &mut people));
    }
    while let Some(ContentId(content)) = stale.pop() {
        stale.extend(put(&mut facts, content as usize - 1, &mut people));
    }
    facts.sort();
    facts
}

pub fn micros(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}

/// The product's words for a window, in lower case.
fn ours(facts: &Facts, from: f64, to: f64, ranking: WordRanking) -> Vec<String> {
    let window = Window { from: micros(from), to: micros(to) };
    let question = Question { window, scope: Scope::Everything };
    let day = Day::of(facts, Day::before(window.to));
    let asked = WordQuestion {
        ranking,
        weighing: Weighing::Mentions,
        count: 100,
        phrases: false,
        parts: 0,
        detail: Detail::default(),
    };
    words(facts, &day, &question, &asked).into_iter().map(|word| word.text.to_lowercase()).collect()
}

/// One question: what would be right, and what each method said.
#[derive(Default)]
struct Sheet {
    by_method: Vec<(&'static str, Vec<(f64, f64)>)>,
}

impl Sheet {
    fn note(&mut self, method: &'static str, ranked: &[String], gains: &HashMap<String, f64>) {
        let scored = ranking(ranked, gains, 20);
        match self.by_method.iter_mut().find(|(name, _)| *name == method) {
            Some((_, scores)) => scores.push(scored),
            None => self.by_method.push((method, vec![scored])),
        }
    }

    fn print(&self, task: &str) {
        for (method, scores) in &self.by_method {
            let (ndcg, hits) = (mean(scores.iter().map(|(ndcg, _)| *ndcg)), mean(scores.iter().map(|(_, hits)| *hits)));
            line(task, method, &[("NDCG@20", ndcg), ("P@20", hits), ("questions", scores.len() as f64)]);
        }
    }
}

fn named(documents: &Documents, scores: Scores) -> Vec<String> {
    top(scores.into_iter().map(|(word, score)| (documents.words[word as usize].clone(), score)), 100)
}

pub fn rising(plan: &Plan) -> Result<(), Failure> {
    let documents = Documents::read(lines::<Content>(&plan.data.join("content.jsonl"))?);
    let (Some(first), Some(last), true) = (documents.all.first(), documents.all.last(), documents.have_blanks()) else {
        return Ok(());
    };
    let window = 28.0 * DAY;
    let mut at = first.at + 365.0 * DAY;
    let mut questions = Vec::new();
    while at + window <= last.at {
        let past = Count::of(documents.between(at - window - 730.0 * DAY, at - window));
        let next = Count::of(documents.between(at, at + window));
        let now = documents.between(at - window, at).len();
        let gains: HashMap<String, f64> = next
            .texts
            .iter()
            .filter(|(word, count)| **count >= 4.0 && next.people[word].len() >= 2)
            .filter_map(|(word, count)| {
                let expected = past.get(*word) / past.total * next.total;
                let z = (count - expected) / (expected + 1.0).sqrt();
                (z > 3.0).then(|| (documents.words[*word as usize].clone(), (1.0 + z).log2()))
            })
            .collect();
        if now >= 30 && next.total >= 30.0 && past.total >= 500.0 && gains.len() >= 5 {
            questions.push((at, gains));
        }
        at += window;
    }
    if questions.is_empty() {
        return Ok(());
    }
    let facts = facts(&documents);
    let mut sheet = Sheet::default();
    for (at, gains) in questions {
        let now = Count::of(documents.between(at - window, at));
        let before = Count::of(documents.between(at - 2.0 * window, at - window));
        let past = Count::of(documents.between(at - window - 730.0 * DAY, at - window));
        for (method, scores) in compare(&now, &past) {
            sheet.note(method, &named(&documents, scores), &gains);
        }
        sheet.note("Mastodon", &named(&documents, mastodon(&now, &before)), &gains);
        sheet.note(
            "recommended: decayed z x people",
            &named(&documents, decayed(&documents, at, window, &now)),
            &gains,
        );
        sheet.note("**Peerlead, RISING**", &ours(&facts, at - window, at, WordRanking::Rising), &gains);
    }
    sheet.print("rising");
    Ok(())
}

#[derive(Deserialize)]
struct Notes {
    windows: Vec<Note>,
}

#[derive(Deserialize)]
struct Note {
    from: String,
    to: String,
    terms: HashMap<String, f64>,
}

pub fn cloud(plan: &Plan) -> Result<(), Failure> {
    let Some(terms) =
        plan.terms.clone().or_else(|| Some(plan.data.join("release-notes.json")).filter(|path| path.exists()))
    else {
        return Ok(());
    };
    let notes: Notes = read(&terms)?;
    let documents = Documents::read(lines::<Content>(&plan.data.join("content.jsonl"))?);
    let Some(first) = documents.all.first().map(|document| document.at) else { return Ok(()) };
    let facts = facts(&documents);
    let mut noted: HashMap<&str, f64> = HashMap::new();
    for word in notes.windows.iter().flat_map(|note| note.terms.keys()) {
        *noted.entry(word).or_default() += 1.0;
    }
    let most = (0.25 * notes.windows.len() as f64).max(1.0);
    let mut sheet = Sheet::default();
    for note in &notes.windows {
        let (Some(from), Some(to)) = (seconds(&note.from), seconds(&note.to)) else { continue };
        let now = Count::of(documents.between(from, to));
        if now.total < 100.0 || first > from - 180.0 * DAY {
            continue;
        }
        let gains: HashMap<String, f64> = note
            .terms
            .iter()
            .filter(|(word, _)| noted[word.as_str()] <= most)
            .filter(|(word, _)| documents.numbers.get(*word).is_some_and(|number| now.get(*number) >= 2.0))
            .map(|(word, count)| (word.clone(), (1.0 + count).log2()))
            .collect();
        if gains.is_empty() {
            continue;
        }
        let past = Count::of(documents.between(from - 730.0 * DAY, from));
        for (method, scores) in compare(&now, &past) {
            let method = if method.starts_with("sqrt") { "recommended: sqrt(n) ln(lift)" } else { method };
            sheet.note(method, &named(&documents, scores), &gains);
        }
        sheet.note("**Peerlead, DISTINCTIVE**", &ours(&facts, from, to, WordRanking::Distinctive), &gains);
    }
    sheet.print("cloud");
    Ok(())
}

/// A file of JSON.
pub fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}
