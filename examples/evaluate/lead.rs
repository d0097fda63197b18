//! Who leads a topic, who will, who will do the work on it, and whose judgement will be asked.
//!
//! Ratings that name how somebody approved (`acked`, `reviewed`, `approver` and so on) are public acts, as when they are imported so.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::DateTime;
use peerlead::domain::ballot::Ballot;
use peerlead::domain::content::{Card, Subject};
use peerlead::domain::id::{ContentId, PersonId, SourceId, TopicId};
use peerlead::domain::lead::evidence::Aspect;
use peerlead::domain::source::{Scale, Source, Visibility};
use peerlead::domain::trend::window::Window;
use peerlead::projection::archive::day::Day;
use peerlead::projection::archive::facts::Facts;
use peerlead::projection::lead::leaders::leaders;
use serde::Deserialize;

use super::data::{DAY, Id, lines, seconds};
use super::metric::{mean, ranking, top};
use super::word::micros;
use super::{Failure, Plan, line};

const MONTH: f64 = 30.44 * DAY;
/// Kinds of ratings that are no judgement of quality.
const NO_JUDGEMENT: [&str; 4] = ["signed_off", "tested", "reported", "suggested"];

#[derive(Deserialize)]
struct Content {
    id: Id,
    #[serde(default)]
    author_ids: Vec<Id>,
    #[serde(default)]
    topic_ids: Vec<Id>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
struct Rating {
    rater_id: Option<Id>,
    content_id: Option<Id>,
    value: Option<f64>,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Role {
    person_id: Option<Id>,
    topic_id: Option<Id>,
    from: Option<String>,
    to: Option<String>,
}

/// A content with everybody who took part in it.
pub struct Item {
    pub at: f64,
    pub authors: BTreeSet<u32>,
    pub approvers: BTreeSet<u32>,
    pub topics: Vec<u32>,
}

/// Everything, in numbers; people in the order of their names, so that ties fall alike everywhere.
#[derive(Default)]
pub struct World {
    pub items: Vec<Item>,
    pub people: Vec<String>,
    topics: Vec<String>,
    /// Person, topic, from, to.
    roles: Vec<(u32, u32, f64, f64)>,
}

impl World {
    fn read(plan: &Plan) -> Result<Self, Failure> {
        let contents: Vec<Content> = lines(&plan.data.join("content.jsonl"))?;
        let ratings: Vec<Rating> = lines(&plan.data.join("ratings.jsonl"))?;
        let roles: Vec<Role> = lines(&plan.data.join("leadership.jsonl"))?;
        let mut names: BTreeSet<String> = BTreeSet::new();
        names.extend(contents.iter().flat_map(|content| &content.author_ids).map(ToString::to_string));
        names.extend(ratings.iter().filter_map(|rating| rating.rater_id.as_ref()).map(ToString::to_string));
        names.extend(roles.iter().filter_map(|role| role.person_id.as_ref()).map(ToString::to_string));
        let people: Vec<String> = names.into_iter().collect();
        let number = |id: &Id| people.binary_search(&id.to_string()).map_or(0, |number| number as u32);
        let mut approvers: HashMap<String, BTreeSet<u32>> = HashMap::new();
        for rating in &ratings {
            let judges = rating.kind.as_deref().is_none_or(|kind| !NO_JUDGEMENT.contains(&kind));
            if let (Some(rater), Some(content), true) = (&rating.rater_id, &rating.content_id, judges)
                && rating.value.unwrap_or(1.0) > 0.0
            {
                approvers.entry(content.to_string()).or_default().insert(number(rater));
            }
        }
        let mut topics: Vec<String> =
            contents.iter().flat_map(|content| &content.topic_ids).map(Id::to_string).collect();
        topics.sort_unstable();
        topics.dedup();
        let topic = |id: &Id| topics.binary_search(&id.to_string()).ok().map(|number| number as u32);
        let mut items = Vec::with_capacity(contents.len());
        for content in &contents {
            let Some(at) = content.created_at.as_deref().and_then(seconds) else { continue };
            let authors: BTreeSet<u32> = content.author_ids.iter().map(number).collect();
            let approvers = approvers.remove(&content.id.to_string()).unwrap_or_default();
            let approvers = &approvers - &authors;
            items.push(Item { at, authors, approvers, topics: content.topic_ids.iter().filter_map(topic).collect() });
        }
        let role = |role: &Role| {
            let end = role.to.as_deref().and_then(seconds).unwrap_or(f64::INFINITY);
            Some((
                number(role.person_id.as_ref()?),
                topic(role.topic_id.as_ref()?)?,
                seconds(role.from.as_deref()?)?,
                end,
            ))
        };
        let roles = roles.iter().filter_map(role).collect();
        Ok(Self { items, people, topics, roles })
    }

    /// The same as the product keeps it.
    #[must_use]
    pub fn facts(&self) -> Facts {
        facts(&self.items, self.people.len(), self.topics.len())
    }
}

/// Contents as the product keeps them: person and topic `n` have the id `n + 1`, and the number `n` too.
pub fn facts(items: &[Item], people: usize, topics: usize) -> Facts {
    let mut facts = Facts::default();
    facts.put_source(&Source {
        id: SourceId(1),
        slug: "evaluated".to_owned(),
        name: "Evaluated".to_owned(),
        kind: "CODE_REVIEW".to_owned(),
        scale: Scale::Like,
        visibility: Visibility::Public,
        created_at: DateTime::default(),
    });
    for person in 0..people {
        facts.person(PersonId(person as i64 + 1));
    }
    // A content that nobody sees, so that topics have the numbers we know them by.
    let mut put = |content: usize, item: &Item, visible: bool, topics: Vec<TopicId>| {
        let subject = Subject {
            content: ContentId(content as i64 + 1),
            source: SourceId(1),
            authors: item.authors.iter().map(|author| PersonId(i64::from(*author) + 1)).collect(),
            topics,
            visible,
        };
        facts.put_card(&Card {
            subject,
            external_id: content.to_string(),
            kind: "change".to_owned(),
            parent: None,
            published_at: DateTime::from_timestamp_micros(micros(item.at)).unwrap_or_default(),
            tally: Ballot::default(),
        });
        for approver in &item.approvers {
            facts.put_vote(ContentId(content as i64 + 1), PersonId(i64::from(*approver) + 1), Some(2), micros(item.at));
        }
    };
    let nothing = Item { at: 0.0, authors: BTreeSet::new(), approvers: BTreeSet::new(), topics: Vec::new() };
    put(items.len(), &nothing, false, (0..topics).map(|topic| TopicId(topic as i64 + 1)).collect());
    for (content, item) in items.iter().enumerate() {
        put(content, item, true, item.topics.iter().map(|topic| TopicId(i64::from(*topic) + 1)).collect());
    }
    facts.sort();
    facts
}

/// A topic at a moment: who is right, and who does not count.
struct Question {
    topic: u32,
    cut: f64,
    gains: HashMap<u32, f64>,
    exclude: HashSet<u32>,
}

const TASKS: [&str; 4] = ["A next leaders", "B listed now", "C contributions", "D judgement"];

pub fn lead(plan: &Plan) -> Result<(), Failure> {
    let world = World::read(plan)?;
    let questions = questions(&world);
    if world.roles.is_empty() || questions.values().all(Vec::is_empty) {
        return Ok(());
    }
    let facts = world.facts();
    let mut cuts: BTreeMap<i64, Vec<(usize, &Question)>> = BTreeMap::new();
    for (task, questions) in &questions {
        for question in questions {
            cuts.entry(micros(question.cut)).or_default().push((*task, question));
        }
    }
    let mut sheet: BTreeMap<(usize, &'static str), Vec<f64>> = BTreeMap::new();
    for (cut, questions) in cuts {
        let day = Day::of(&facts, cut);
        let window = Window { from: i64::MIN, to: cut - 1 };
        let past = super::leader::Past::of(&world.items, cut as f64 / 1e6);
        let mut known: HashMap<u32, Vec<(&'static str, Vec<u32>)>> = HashMap::new();
        for (task, question) in questions {
            let rankings = known.entry(question.topic).or_insert_with(|| {
                let mut rankings = past.rankings(question.topic);
                for (name, aspect) in
                    [("**Peerlead, LEADING**", Aspect::Leading), ("**Peerlead, ACTIVE**", Aspect::Active)]
                {
                    let ours = leaders(&facts, &day, &[question.topic], window, aspect);
                    rankings.push((name, ours.iter().map(|leader| leader.person).collect()));
                }
                rankings
            });
            for (method, ranked) in rankings {
                let ranked: Vec<u32> = ranked.iter().filter(|who| !question.exclude.contains(who)).copied().collect();
                sheet.entry((task, method)).or_default().push(ranking(&ranked, &question.gains, 10).0);
            }
        }
    }
    for ((task, method), scores) in sheet {
        let count = scores.len() as f64;
        line(&format!("lead {}", TASKS[task]), method, &[("NDCG@10", mean(scores)), ("questions", count)]);
    }
    Ok(())
}

/// The first of January of each year from the third on with a year after it.
fn cuts(world: &World) -> Vec<f64> {
    let times = world.items.iter().map(|item| item.at);
    let (first, last) = times.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), at| (a.min(at), b.max(at)));
    let year = |at: f64| DateTime::from_timestamp(at as i64, 0).map_or(1970, |at| chrono::Datelike::year(&at));
    let years = (year(first) + 2)..=year(last);
    years.filter_map(|year| seconds(&format!("{year:04}-01-01"))).filter(|cut| cut + 12.0 * MONTH <= last).collect()
}

/// The questions by task, with the truth as it came out.
fn questions(world: &World) -> BTreeMap<usize, Vec<Question>> {
    let mut all: BTreeMap<usize, Vec<Question>> = BTreeMap::new();
    for cut in cuts(world) {
        let (mut count, mut people) = (HashMap::<u32, usize>::new(), HashMap::<u32, HashSet<u32>>::new());
        let (mut done, mut judged) =
            (HashMap::<u32, HashMap<u32, f64>>::new(), HashMap::<u32, HashMap<u32, f64>>::new());
        let mut total = 0;
        for item in &world.items {
            total += usize::from(item.at < cut);
            for topic in &item.topics {
                if item.at < cut {
                    *count.entry(*topic).or_default() += 1;
                    people.entry(*topic).or_default().extend(item.authors.iter().chain(&item.approvers));
                } else if item.at < cut + 12.0 * MONTH {
                    let authors = item.authors.iter().filter(|_| !item.approvers.is_empty());
                    authors.for_each(|who| *done.entry(*topic).or_default().entry(*who).or_default() += 1.0);
                    item.approvers
                        .iter()
                        .for_each(|who| *judged.entry(*topic).or_default().entry(*who).or_default() += 1.0);
                }
            }
        }
        let mut topics: Vec<u32> = count.keys().copied().collect();
        topics.sort_unstable();
        for topic in topics {
            let (count, people) = (count[&topic], &people[&topic]);
            if count < 20 || count as f64 > 0.4 * f64::from(total as u32) || people.len() < 3 {
                continue;
            }
            let of = |is_wanted: &dyn Fn(f64, f64) -> bool| -> HashSet<u32> {
                let roles = world.roles.iter().filter(|(_, on, from, to)| *on == topic && is_wanted(*from, *to));
                roles.map(|(person, ..)| *person).collect()
            };
            let now = of(&|from, to| from <= cut && to > cut);
            let next = &of(&|from, _| from > cut && from <= cut + 18.0 * MONTH) - &now;
            let mut ask = |task, gains: HashMap<u32, f64>, least: usize, exclude: HashSet<u32>| {
                if gains.keys().filter(|who| people.contains(who)).count() >= least {
                    all.entry(task).or_default().push(Question { topic, cut, gains, exclude });
                }
            };
            let listed = |who: &HashSet<u32>| who.iter().map(|who| (*who, 1.0)).collect::<HashMap<_, _>>();
            let gains = |counts: Option<HashMap<u32, f64>>| -> HashMap<u32, f64> {
                counts.unwrap_or_default().into_iter().map(|(who, count)| (who, (1.0 + count).log2())).collect()
            };
            ask(0, listed(&next), 1, now.clone());
            ask(1, listed(&now), 1, HashSet::new());
            ask(2, gains(done.remove(&topic)), 3, HashSet::new());
            ask(3, gains(judged.remove(&topic)), 3, HashSet::new());
        }
    }
    all
}

/// People by their scores, of equals the first by name.
pub fn ranked(scores: &HashMap<u32, f64>) -> Vec<u32> {
    top(scores.iter().map(|(who, score)| (*who, *score)), usize::MAX)
}
