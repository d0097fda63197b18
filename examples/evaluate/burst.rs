//! How soon it is noticed that people suddenly talk about something: bursts are planted in real texts.

use std::collections::{HashMap, HashSet, VecDeque};

use peerlead::domain::trend::surge::Watch;
use serde::Deserialize;

use super::data::{Content, DAY, Dice, Document, Documents, lines};
use super::metric::mean;
use super::word::micros;
use super::{Failure, Plan, line};

const WEEK: f64 = 7.0 * DAY;

/// What was planted, and from when on alarms count.
#[derive(Deserialize)]
struct Truth {
    days: f64,
    from: Start,
    planted: Vec<Plant>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Start {
    Second(f64),
    Text(String),
}

#[derive(Deserialize)]
struct Plant {
    term: String,
    onset: f64,
    end: f64,
    class: String,
}

/// A word that stands out at a moment, and how far.
struct Alarm {
    word: u32,
    at: f64,
    score: f64,
}

pub fn bursts(plan: &Plan) -> Result<(), Failure> {
    let (documents, truth) = match plan.task("bursts.content.jsonl") {
        Some(path) => {
            let truth = super::word::read(&path.with_file_name("bursts.truth.json"))?;
            (Documents::read(lines::<Content>(&path)?), truth)
        }
        None => {
            let mut documents = Documents::read(lines::<Content>(&plan.data.join("content.jsonl"))?);
            let Some(truth) = plant(&mut documents) else { return Ok(()) };
            (documents, truth)
        }
    };
    let from = match &truth.from {
        Start::Second(second) => *second,
        Start::Text(text) => super::data::seconds(text).ok_or("the task does not say when it begins")?,
    };
    let mut authors: HashMap<&str, u32> = HashMap::new();
    let mut logs: HashMap<&str, Vec<Alarm>> = HashMap::new();
    let mut watch = Watch::default();
    let mut texts = Decayed::new(3.0, 365.0, false);
    let mut people = Decayed::new(3.0, 365.0, true);
    let mut day = Day::default();
    for document in &documents.all {
        let next = authors.len() as u32;
        let author = *authors.entry(&document.author).or_insert(next);
        let scored = [
            ("raw count, 24 h", day.hear(document)),
            ("decayed texts", texts.hear(document, author)),
            ("recommended: decayed people", people.hear(document, author)),
            ("**Peerlead, surges**", watch.hear(micros(document.at), author, &document.words)),
        ];
        for (method, scores) in scored.into_iter().filter(|_| document.at >= from) {
            let alarms = document.words.iter().zip(scores).filter(|(_, score)| *score > 0.3);
            let alarm = |(word, score): (&u32, f64)| Alarm { word: *word, at: document.at, score };
            logs.entry(method).or_default().extend(alarms.map(alarm));
        }
    }
    for method in ["raw count, 24 h", "decayed texts", "recommended: decayed people", "**Peerlead, surges**"] {
        let log = logs.remove(method).unwrap_or_default();
        let (soon, found) = judge(&documents, &truth, &log, 1.0);
        let (late, _) = judge(&documents, &truth, &log, 0.2);
        let figures = [("days late at 1 false alarm/day", soon), ("at 0.2/day", late), ("found", found)];
        line("bursts", method, &figures);
    }
    Ok(())
}

/// Days from onset to alarm on average, and the share of bursts that were found, at a rate of false alarms a day.
fn judge(documents: &Documents, truth: &Truth, log: &[Alarm], rate: f64) -> (f64, f64) {
    let mut spans: HashMap<u32, Vec<&Plant>> = HashMap::new();
    for plant in &truth.planted {
        if let Some(word) = documents.numbers.get(&plant.term) {
            spans.entry(*word).or_default().push(plant);
        }
    }
    let mut wrong: HashMap<(u32, i64), f64> = HashMap::new();
    let mut hits: HashMap<*const Plant, Vec<&Alarm>> = HashMap::new();
    for alarm in log {
        let mut inside = false;
        for plant in spans.get(&alarm.word).into_iter().flatten() {
            if plant.onset <= alarm.at && alarm.at <= plant.end + DAY {
                hits.entry(std::ptr::from_ref(*plant)).or_default().push(alarm);
                inside = true;
            }
        }
        if !inside {
            let worst = wrong.entry((alarm.word, (alarm.at / WEEK).floor() as i64)).or_insert(f64::NEG_INFINITY);
            *worst = worst.max(alarm.score);
        }
    }
    let mut wrong: Vec<f64> = wrong.into_values().collect();
    wrong.sort_by(|a, b| b.total_cmp(a));
    let threshold = wrong.get((rate * truth.days) as usize).copied().unwrap_or(f64::NEG_INFINITY);
    let mut classes: HashMap<&str, Vec<(f64, f64)>> = HashMap::new();
    for plant in &truth.planted {
        let missed = (plant.end - plant.onset) / DAY + 0.5;
        let alarms = hits.get(&std::ptr::from_ref(plant)).into_iter().flatten();
        let first = alarms.filter(|alarm| alarm.score > threshold).map(|alarm| alarm.at).fold(f64::INFINITY, f64::min);
        let late = ((first - plant.onset) / DAY).min(missed);
        classes.entry(&plant.class).or_default().push((late, f64::from(u8::from(first.is_finite()))));
    }
    let of = |part: fn(&(f64, f64)) -> f64| mean(classes.values().map(|class| mean(class.iter().map(part))));
    (of(|(late, _)| *late), of(|(_, found)| *found))
}

/// Adds new, rare and common words to the texts of a week, one, three or six a day.
fn plant(documents: &mut Documents) -> Option<Truth> {
    let mut dice = Dice::new(1);
    for document in &mut documents.all {
        // Texts that share a time are spread, so that a stream has no batches.
        document.at += dice.share() * DAY / 2.0;
    }
    documents.all.sort_by(|a, b| a.at.total_cmp(&b.at));
    let (first, last) = (documents.all.first()?.at, documents.all.last()?.at);
    let (low, high) = (first + 400.0 * DAY, last - 10.0 * DAY);
    if high - low < 100.0 * DAY {
        return None;
    }
    let mut counts: HashMap<u32, u32> = HashMap::new();
    documents.all.iter().flat_map(|document| &document.words).for_each(|word| *counts.entry(*word).or_default() += 1);
    let between = |from: u32, to: u32| {
        let mut words: Vec<u32> =
            counts.iter().filter(|(_, n)| (from..=to).contains(n)).map(|(word, _)| *word).collect();
        words.sort_unstable();
        words
    };
    let (rare, common) = (between(20, 60), between(500, 1_500));
    let (mut planted, mut used, mut taken) = (Vec::new(), HashSet::new(), HashSet::new());
    for (class, pool) in [("new", &Vec::new()), ("rare", &rare), ("common", &common)] {
        for rate in [1, 3, 6] {
            for number in 0..20 {
                let onset = low + dice.share() * (high - low);
                let word = if pool.is_empty() {
                    documents.number(format!("zq{class}{rate}x{number}"))
                } else {
                    pool[dice.below(pool.len())]
                };
                if !used.insert(word) {
                    continue;
                }
                let chosen = choose(&documents.all, &mut dice, &taken, onset, rate * 7);
                if chosen.len() < rate * 4 {
                    continue;
                }
                let began = chosen.iter().map(|index| documents.all[*index].at).fold(f64::INFINITY, f64::min);
                for index in chosen {
                    taken.insert(index);
                    documents.all[index].words.push(word);
                }
                let term = documents.words[word as usize].clone();
                planted.push(Plant { term, onset: began, end: onset + WEEK, class: format!("{class} {rate}") });
            }
        }
    }
    Some(Truth { days: (high - low) / DAY, from: Start::Second(low), planted })
}

/// Texts of a week that get a planted word, seldom two of one person.
fn choose(all: &[Document], dice: &mut Dice, taken: &HashSet<usize>, onset: f64, wanted: usize) -> Vec<usize> {
    let (start, end) = (
        all.partition_point(|document| document.at < onset),
        all.partition_point(|document| document.at <= onset + WEEK),
    );
    let mut free: Vec<usize> = (start..end).filter(|index| !taken.contains(index)).collect();
    dice.shuffle(&mut free);
    let (mut chosen, mut authors) = (Vec::new(), HashSet::new());
    for index in free {
        let is_again = !authors.insert(&all[index].author);
        if !(is_again && dice.share() < 0.7) && chosen.len() < wanted {
            chosen.push(index);
        }
    }
    chosen
}

/// How many texts of the last day use a word.
#[derive(Default)]
struct Day(HashMap<u32, VecDeque<f64>>);

impl Day {
    fn hear(&mut self, document: &Document) -> Vec<f64> {
        let hear = |word: &u32| {
            let times = self.0.entry(*word).or_default();
            times.push_back(document.at);
            while times.front().is_some_and(|at| *at <= document.at - DAY) {
                times.pop_front();
            }
            times.len() as f64
        };
        document.words.iter().map(hear).collect()
    }
}

/// Two decaying counters a word; of people when each counts once a week.
struct Decayed {
    fast: f64,
    slow: f64,
    once_a_week: bool,
    all: (f64, f64, f64),
    words: HashMap<u32, (f64, f64, f64)>,
    seen: HashMap<(u32, u32), f64>,
}

impl Decayed {
    fn new(fast: f64, slow: f64, once_a_week: bool) -> Self {
        let all = (0.0, 0.0, 0.0);
        Self { fast: fast * DAY, slow: slow * DAY, once_a_week, all, words: HashMap::new(), seen: HashMap::new() }
    }

    fn hear(&mut self, document: &Document, author: u32) -> Vec<f64> {
        let (fast, slow, at) = (self.fast, self.slow, document.at);
        let fade = move |(f, s, then): (f64, f64, f64)| {
            (f * 0.5_f64.powf((at - then) / fast), s * 0.5_f64.powf((at - then) / slow))
        };
        let (all_fast, all_slow) = fade(self.all);
        self.all = (all_fast + 1.0, all_slow + 1.0, at);
        let mut scores = Vec::with_capacity(document.words.len());
        for word in &document.words {
            let last = self.seen.insert((*word, author), at);
            let gain = if self.once_a_week && last.is_some_and(|last| at - last <= WEEK) { 0.0 } else { 1.0 };
            let (now, usual) = fade(self.words.get(word).copied().unwrap_or((0.0, 0.0, at)));
            self.words.insert(*word, (now + gain, usual + gain, at));
            let expected = usual / self.all.1 * self.all.0;
            scores.push((now + gain - expected) / (expected + 1.0).sqrt());
        }
        scores
    }
}
