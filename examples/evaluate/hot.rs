//! Which contents will be rated and asked for most in the next two days.

use std::collections::{BTreeMap, HashMap};

use chrono::DateTime;
use peerlead::domain::ballot::Ballot;
use peerlead::domain::content::{Card, Subject};
use peerlead::domain::id::{ContentId, PersonId, SourceId};
use peerlead::domain::trend::content::Ranking;
use peerlead::domain::trend::trending::LEAST_RATERS;
use peerlead::domain::trend::window::Window;
use peerlead::projection::archive::day::Day;
use peerlead::projection::archive::facts::Facts;
use peerlead::projection::trend::contents::contents;
use peerlead::projection::trend::{Question, Scope};

use super::data::{DAY, Rating, lines, seconds};
use super::metric::{mean, ranking, top};
use super::word::micros;
use super::{Failure, Plan, line};

/// Somebody rated something, or asked about it, which counts as a rating for it.
struct Event {
    at: f64,
    content: String,
    rater: Option<String>,
    value: f64,
}

const HORIZON: f64 = 2.0 * DAY;
const QUESTIONS: i32 = 90;

fn events(plan: &Plan) -> Result<Vec<Event>, Failure> {
    let mut events = Vec::new();
    for file in ["ratings.jsonl", "requests.jsonl"] {
        for rating in lines::<Rating>(&plan.data.join(file))? {
            let content = rating.article_id.or(rating.content_id);
            if let (Some(at), Some(content)) = (rating.at.as_deref().and_then(seconds), content) {
                let rater = rating.rater_id.map(|rater| rater.to_string());
                events.push(Event { at, content: content.to_string(), rater, value: rating.value.unwrap_or(1.0) });
            }
        }
    }
    events.sort_by(|a, b| a.at.total_cmp(&b.at));
    Ok(events)
}

pub fn hot(plan: &Plan) -> Result<(), Failure> {
    let events = events(plan)?;
    let (Some(first), Some(last)) = (events.get(events.len() / 3), events.last()) else { return Ok(()) };
    let (low, high) = (first.at, last.at - HORIZON);
    // As private ratings are told when the operator has chosen nothing, and as ratings that are public acts are.
    let told = [("**Peerlead, HOT**", LEAST_RATERS), ("**Peerlead, HOT, public acts**", 1)];
    let told = told.map(|(method, quorum)| (method, facts(&events, quorum)));
    let mut sheet: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for number in 0..QUESTIONS {
        let at = low + (high - low) * f64::from(number) / f64::from(QUESTIONS - 1);
        let end = events.partition_point(|event| event.at <= at);
        let gains = gains(&events[end..], at + HORIZON);
        if gains.len() < 5 {
            continue;
        }
        for (method, scores) in baselines(&events[..end], at) {
            let ranked = top(scores.into_iter().map(|(content, score)| (content.to_owned(), score)), 100);
            sheet.entry(method).or_default().push(ranking(&ranked, &gains, 20));
        }
        let window = Window { from: micros(at - HORIZON), to: micros(at) };
        let question = Question { window, scope: Scope::Everything };
        for (method, (facts, names)) in &told {
            let day = Day::of(facts, Day::before(window.to));
            let ours = contents(facts, &day, &question, Ranking::Hot, 100);
            let ranked: Vec<String> = ours.iter().map(|content| names[content.content.0 as usize].clone()).collect();
            sheet.entry(method).or_default().push(ranking(&ranked, &gains, 20));
        }
    }
    // Where no method knows anything of what comes next, there is nothing to compare.
    if sheet.values().flatten().all(|(ndcg, _)| *ndcg <= 0.0) {
        return Ok(());
    }
    for (method, scores) in sheet {
        let (ndcg, hits) = (mean(scores.iter().map(|(ndcg, _)| *ndcg)), mean(scores.iter().map(|(_, hits)| *hits)));
        line("hot", method, &[("NDCG@20", ndcg), ("P@20", hits), ("questions", scores.len() as f64)]);
    }
    Ok(())
}

/// The twenty that most happened to.
fn gains(next: &[Event], until: f64) -> HashMap<String, f64> {
    let mut counts: HashMap<String, f64> = HashMap::new();
    for event in next.iter().take_while(|event| event.at <= until) {
        *counts.entry(event.content.clone()).or_default() += 1.0;
    }
    let best = top(counts.clone(), 20);
    best.into_iter().map(|content| (content.clone(), (1.0 + counts[&content]).log2())).collect()
}

fn baselines(past: &[Event], at: f64) -> Vec<(&'static str, HashMap<&str, f64>)> {
    let (mut total, mut recent, mut decayed) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut first: HashMap<&str, f64> = HashMap::new();
    let mut alive: HashMap<&str, f64> = HashMap::new();
    for event in past {
        let content = &*event.content;
        *total.entry(content).or_insert(0.0) += 1.0;
        first.entry(content).or_insert(event.at);
        *decayed.entry(content).or_insert(0.0) += 0.5_f64.powf((at - event.at) / DAY);
        if event.at > at - 3.0 * DAY {
            *recent.entry(content).or_insert(0.0) += 1.0;
        }
        if event.at > at - 30.0 * DAY {
            alive.insert(content, event.at);
        }
    }
    let gravity = |content: &str| (total[content] - 1.0) / ((at - first[content]) / 3_600.0 + 2.0).powf(1.8);
    let hacker_news = alive.keys().map(|content| (*content, gravity(content))).collect();
    let reddit = alive.keys().map(|content| (*content, total[content].log10() + first[content] / 45_000.0)).collect();
    vec![
        ("all time", total),
        ("last 3 days", recent),
        ("Hacker News", hacker_news),
        ("Reddit hot", reddit),
        ("recommended: decayed, 1 day", decayed),
    ]
}

/// The events as the product keeps them. A person rates a content once; whoever asked without a name is somebody else each time.
fn facts(events: &[Event], quorum: usize) -> (Facts, Vec<String>) {
    let mut facts = Facts::default();
    facts.quorum = quorum;
    let (mut names, mut numbers) = (vec![String::new()], HashMap::new());
    let mut people: HashMap<String, i64> = HashMap::new();
    for (nobody, event) in (10_000_000_i64..).zip(events) {
        let content = *numbers.entry(&event.content).or_insert_with(|| {
            let content = ContentId(names.len() as i64);
            names.push(event.content.clone());
            facts.put_card(&card(content, event));
            content
        });
        let next = people.len() as i64 + 1;
        let rater = event.rater.as_ref().map_or(nobody, |rater| *people.entry(rater.clone()).or_insert(next));
        facts.put_vote(content, PersonId(rater), Some((2.0 * event.value) as i16), micros(event.at));
    }
    facts.sort();
    (facts, names)
}

fn card(content: ContentId, event: &Event) -> Card {
    let subject = Subject { content, source: SourceId(1), authors: Vec::new(), topics: Vec::new(), visible: true };
    let published_at = DateTime::from_timestamp_micros(micros(event.at)).unwrap_or_default();
    let (external_id, kind) = (event.content.clone(), "text".to_owned());
    Card { subject, external_id, kind, parent: None, published_at, tally: Ballot::default() }
}
