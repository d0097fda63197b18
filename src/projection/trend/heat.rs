//! Which topics and which people heat up or cool down.

use super::{Question, Scope};
use crate::domain::trend::heat::{Activity, MEMORY};
use crate::domain::trend::question::Around;
use crate::domain::trend::trending::Trending;
use crate::domain::trend::window::{DAY, decay, size, to_f64};
use crate::projection::archive::day::{Act, Day, Deed, Fading, add, each_act, spans};
use crate::projection::archive::facts::{Facts, Kept};

/// A topic or a person, by its number.
pub type Heated = Trending<u32>;

/// Average days that stand in for a past that nobody knows.
const PADDING: f64 = 7.0;
/// How far back acts are looked at for a part of the organisation, in half-lives.
const REACH: f64 = 4.0;

/// Everything around which something happened or was to be expected, hottest first.
#[must_use]
pub fn heat(facts: &Facts, day: &Day, question: &Question, around: Around, parts: usize) -> Vec<Heated> {
    let window = question.window;
    let mut found = Found::new(count(facts, around), parts);
    let mut acts: Vec<Act> = Vec::with_capacity(facts.casts(window.from, window.to).len());
    each_act(facts, window.from, window.to, |deed, kept, who, at| {
        if !question.scope.has(kept) {
            return;
        }
        let part = window.part(at, parts);
        each_around(kept, who, around, |number| {
            acts.push(Act::of(number, deed, who, at));
            let entry = found.entry(number);
            entry.ratings += u32::from(deed == Deed::Rated);
            if let Some(count) = entry.line.get_mut(part) {
                *count += 1;
            }
        });
        if deed == Deed::Wrote {
            for number in subjects(kept, around) {
                found.entry(*number).contents += 1;
            }
        }
    });
    let acts = in_order(&acts, count(facts, around));
    for of_one in acts.chunk_by(|a, b| a.around() == b.around()) {
        let activity = &mut found.entry(of_one[0].around()).activity;
        activity.acts = size(of_one.len());
        activity.people = size(of_one.chunk_by(|a, b| a.who() == b.who()).count());
    }
    let past = Past::of(facts, day, question, around, &acts);
    for number in past.usual() {
        found.entry(number);
    }
    let mut all = found.all;
    all.retain(|heated| past.is_wanted(heated.id, &question.scope));
    if around == Around::People {
        all.retain(|heated| facts.is_ranked(heated.id));
    }
    let usual = past.usual_of_all(&all);
    for entry in &mut all {
        entry.activity.expected = past.expected(entry.id, usual);
    }
    let mut ranked: Vec<(f64, Heated)> =
        all.into_iter().map(|heated| (heated.activity.heat().score(), heated)).collect();
    ranked.sort_by(|(a, left), (b, right)| {
        let heat = b.total_cmp(a).then(right.activity.acts.total_cmp(&left.activity.acts));
        heat.then_with(|| left.id.cmp(&right.id))
    });
    ranked.into_iter().map(|(_, heated)| heated).collect()
}

/// What was found, each once.
struct Found {
    all: Vec<Heated>,
    /// By number, where it stands in `all`; `u32::MAX` for what is not there.
    places: Vec<u32>,
    parts: usize,
}

impl Found {
    fn new(count: usize, parts: usize) -> Self {
        Self { all: Vec::new(), places: vec![u32::MAX; count], parts }
    }

    fn entry(&mut self, number: u32) -> &mut Heated {
        let place = &mut self.places[number as usize];
        if *place == u32::MAX {
            *place = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
            let (activity, line) = (Activity::default(), vec![0; self.parts]);
            self.all.push(Trending { id: number, activity, contents: 0, ratings: 0, line });
        }
        &mut self.all[*place as usize]
    }
}

/// How many of them there are.
fn count(facts: &Facts, around: Around) -> usize {
    match around {
        Around::Topics => facts.topics.len(),
        Around::People => facts.people.len(),
    }
}

/// Acts in their order, each once. They are around fewer than `count`; each is compared with those around the same alone.
fn in_order(acts: &[Act], count: usize) -> Vec<Act> {
    let mut ends = vec![0_usize; count];
    for act in acts {
        ends[act.around() as usize] += 1;
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let mut sorted = acts.to_vec();
    for act in acts {
        let end = &mut ends[act.around() as usize];
        *end -= 1;
        sorted[*end] = *act;
    }
    // What was an end is a beginning now.
    ends.push(acts.len());
    ends.windows(2).for_each(|around| sorted[around[0]..around[1]].sort_unstable());
    sorted.dedup();
    sorted
}

/// Around what an act counts.
fn each_around(kept: &Kept, who: u32, around: Around, mut act: impl FnMut(u32)) {
    match around {
        Around::Topics => kept.topics.iter().for_each(|topic| act(*topic)),
        Around::People => kept.authors.iter().filter(|author| **author != who).for_each(|author| act(*author)),
    }
}

/// What a content is on, or whose it is.
fn subjects(kept: &Kept, around: Around) -> &[u32] {
    match around {
        Around::Topics => &kept.topics,
        Around::People => &kept.authors,
    }
}

/// What was usual before the window.
struct Past {
    around: Around,
    /// Acts by number, older ones forgotten, and for how many average days.
    acts: Vec<f64>,
    days: f64,
    /// How many average days the window is worth.
    window: f64,
}

impl Past {
    fn of(facts: &Facts, day: &Day, question: &Question, around: Around, within: &[Act]) -> Self {
        let memory = MEMORY * to_f64(DAY);
        let (window, week) = (question.window, &day.week);
        let mut past = Self { around, acts: Vec::new(), days: day.days, window: week.days(window) };
        if question.scope == Scope::Everything {
            past.acts = match around {
                Around::Topics => day.topics.clone(),
                Around::People => day.people.clone(),
            };
            // What is usual on the day knows the window up to midnight, which is no past.
            let fading = Fading::of(window.from, day.at);
            for act in within.iter().filter(|act| act.day() < day.at) {
                if let Some(sum) = past.acts.get_mut(act.around() as usize) {
                    *sum = (*sum - fading.weight(*act)).max(0.0);
                }
            }
        } else {
            past.acts = Self::scoped(facts, day, question, around, memory);
        }
        let mut at = Day::before(window.from.max(0)) + DAY;
        while at < day.at {
            past.days -= decay(day.at - at, memory);
            at += DAY;
        }
        past.days = past.days.max(0.0);
        past
    }

    /// Acts before the window in a part of the organisation, forgotten up to the midnight from which everything usual is reckoned.
    fn scoped(facts: &Facts, day: &Day, question: &Question, around: Around, memory: f64) -> Vec<f64> {
        #[expect(clippy::cast_possible_truncation, reason = "a year in microseconds")]
        let from = day.at - (memory * REACH) as i64;
        let (mut acts, mut sums, fading) = (Vec::new(), vec![0.0; count(facts, around)], Fading::of(from, day.at));
        for (after, upto) in spans(from, question.window.from.min(day.at)) {
            each_act(facts, after, upto, |deed, kept, who, at| {
                if question.scope.has(kept) {
                    each_around(kept, who, around, |number| acts.push(Act::of(number, deed, who, at)));
                }
            });
            add(&mut acts, &mut sums, &fading);
        }
        sums
    }

    /// Around what at least one act was to be expected.
    fn usual(&self) -> impl Iterator<Item = u32> + '_ {
        let expects = |(_, acts): &(u32, &f64)| self.days > 1.0 && *acts / self.days * self.window >= 1.0;
        (0_u32..).zip(&self.acts).filter(expects).map(|(number, _)| number)
    }

    fn is_wanted(&self, number: u32, scope: &Scope) -> bool {
        match (self.around, scope) {
            (Around::Topics, Scope::Topics(topics)) => topics.binary_search(&number).is_ok(),
            (Around::People, Scope::Circle(people)) => people.binary_search(&number).is_ok(),
            _ => true,
        }
    }

    /// What happens a day around one of them on average, in this window: what is usual where there is no past.
    fn usual_of_all(&self, all: &[Heated]) -> f64 {
        let acts: f64 = all.iter().map(|heated| heated.activity.acts).sum();
        acts / size(all.len()).max(1.0) / self.window.max(0.05)
    }

    fn expected(&self, number: u32, usual: f64) -> f64 {
        let acts = self.acts.get(number as usize).copied().unwrap_or_default();
        // An average day at the pace of now, worth less and less the more is known.
        let padding = PADDING * PADDING / (PADDING + self.days);
        (acts + padding * usual) / (self.days + padding) * self.window
    }
}
