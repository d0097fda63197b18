//! How far people can lift a friend on a topic by acting together, or somebody themselves alone: the place that they reach.
//!
//! The topic is made up: for three years forty people have written on it, some often and most seldom, and a hundred rate what is
//! written. The friend has done nothing so far.

use std::collections::BTreeSet;

use peerlead::domain::lead::evidence::Aspect;
use peerlead::domain::trend::window::Window;
use peerlead::projection::archive::day::Day;
use peerlead::projection::lead::leaders::leaders;

use super::data::{DAY, Dice};
use super::lead::{Item, facts};
use super::leader::Past;
use super::metric::mean;
use super::word::micros;
use super::{Failure, Plan, line};

const MONTH: f64 = 30.44 * DAY;
const START: f64 = 600.0 * MONTH;
const MONTHS: u32 = 36;
const RATERS: u32 = 100;
const AUTHORS: u32 = 40;
/// The number of the friend.
const FRIEND: u32 = RATERS;
const RUNS: u64 = 10;

/// What is tried.
struct Attack {
    name: &'static str,
    /// Over how many months, and how many contents a month.
    months: u32,
    contents: u32,
}

const ATTACKS: [Attack; 3] = [
    Attack { name: "100 in a month", months: 1, contents: 100 },
    Attack { name: "10 a month for a year", months: 12, contents: 10 },
    Attack { name: "10 a month for three years", months: 36, contents: 10 },
];

#[expect(clippy::unnecessary_wraps, reason = "as all tasks")]
pub fn collusion(_: &Plan) -> Result<(), Failure> {
    for attack in ATTACKS {
        for colluders in [0, 5, 10, 20, 40, 60] {
            let task = format!("collusion, {}, {colluders} people", attack.name);
            show(&task, |name| !name.starts_with("judge"), |run| topic(&attack, colluders, run));
        }
    }
    for months in [1, 12, 36] {
        for own in [0, 1, 5] {
            let task = format!("alone, approves of all for {months} months, {own} own acknowledged");
            show(&task, |_| true, |run| alone(months, own, run));
        }
    }
    Ok(())
}

/// The places that the friend reaches.
fn show(task: &str, is_shown: impl Fn(&str) -> bool, topic: impl Fn(u64) -> Vec<Item>) {
    let mut places: Vec<(&'static str, Vec<f64>)> = Vec::new();
    for run in 0..RUNS {
        for (method, ranked) in rankings(&topic(run + 1)) {
            let place = ranked.iter().position(|who| *who == FRIEND).map_or(ranked.len(), |place| place);
            match places.iter_mut().find(|(name, _)| *name == method) {
                Some((_, places)) => places.push(place as f64 + 1.0),
                None => places.push((method, vec![place as f64 + 1.0])),
            }
        }
    }
    for (method, places) in places.into_iter().filter(|(method, _)| is_shown(method)) {
        let top = mean(places.iter().map(|place| f64::from(u8::from(*place <= 3.0))));
        line(task, method, &[("mean place", mean(places)), ("in the top 3", top)]);
    }
}

/// The topic on which somebody approves of everything that others write, for some months, and has written `own` contents that one
/// person acknowledged.
fn alone(months: u32, own: u32, seed: u64) -> Vec<Item> {
    let mut items = topic(&Attack { name: "", months, contents: 0 }, 0, seed);
    let first = START + f64::from(MONTHS - months) * MONTH;
    for item in items.iter_mut().filter(|item| item.at >= first) {
        item.approvers.insert(FRIEND);
    }
    for number in 0..own {
        let at = first + f64::from(number) * DAY;
        let item = Item { at, authors: BTreeSet::from([FRIEND]), approvers: BTreeSet::from([0]), topics: vec![0] };
        items.push(item);
    }
    items
}

/// Everything on the topic.
fn topic(attack: &Attack, colluders: u32, seed: u64) -> Vec<Item> {
    let mut dice = Dice::new(seed * 77);
    let mut items = Vec::new();
    for month in 0..MONTHS {
        let mut write = |dice: &mut Dice, author: u32, approvers: BTreeSet<u32>| {
            let at = START + (f64::from(month) + dice.share()) * MONTH;
            items.push(Item { at, authors: BTreeSet::from([author]), approvers, topics: vec![0] });
        };
        for author in 0..AUTHORS {
            // From six a month down to one in seven months.
            let mut expected = 6.0 / f64::from(author + 1);
            while dice.share() < expected {
                // A tenth of the raters looks at each content, some of them often and some seldom.
                let looks = |rater: &u32, dice: &mut Dice| {
                    *rater != author
                        && dice.share() < 20.0 / f64::from(RATERS) * (1.0 - f64::from(*rater) / f64::from(RATERS))
                };
                let approvers = (0..RATERS).filter(|rater| looks(rater, &mut dice)).collect();
                write(&mut dice, author, approvers);
                expected -= 1.0;
            }
        }
        if month >= MONTHS - attack.months {
            for _ in 0..attack.contents {
                // Every other rater, so that busy ones are among them.
                let friends =
                    (0..RATERS).filter(|rater| rater % 2 == 1).chain((0..RATERS).filter(|rater| rater % 2 == 0));
                write(&mut dice, FRIEND, friends.take(colluders as usize).collect());
            }
        }
    }
    // The friend answers in kind, and approves of what they write.
    let first = START + f64::from(MONTHS - attack.months) * MONTH;
    for item in items.iter_mut().filter(|item| item.at >= first) {
        if item.authors.iter().any(|author| author % 2 == 1 && author / 2 < colluders) {
            item.approvers.insert(FRIEND);
        }
    }
    items
}

fn rankings(items: &[Item]) -> Vec<(&'static str, Vec<u32>)> {
    let cut = START + f64::from(MONTHS) * MONTH;
    let facts = facts(items, RATERS as usize + 1, 1);
    let day = Day::of(&facts, Day::before(micros(cut)));
    let window = Window { from: i64::MIN, to: micros(cut) };
    let mut rankings = Past::of(items, cut).rankings(0);
    for (name, aspect) in [("**Peerlead, LEADING**", Aspect::Leading), ("**Peerlead, ACTIVE**", Aspect::Active)] {
        let ours = leaders(&facts, &day, &[0], window, aspect);
        rankings.push((name, ours.iter().map(|leader| leader.person).collect()));
    }
    rankings.retain(|(name, _)| !name.starts_with("mean") && !name.contains(" + "));
    rankings
}
