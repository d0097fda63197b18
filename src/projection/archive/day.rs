//! What is usual on a day: everything that changes slowly, reckoned once from all that was known at the last midnight before it.
//!
//! So a score is a function of the facts alone. Asked about a past moment it comes out as it came out then, and nothing adds up
//! small errors over the years.

use hashbrown::HashMap;

use super::breadths::Breadths;
use super::facts::{Facts, Kept};
use super::presence::Presences;
use crate::domain::id::SourceId;
use crate::domain::trend::company::Grouping;
use crate::domain::trend::fair::{Parameters, Rater, Standard, Vote};
use crate::domain::trend::heat::{HOURS, MEMORY, Week};
use crate::domain::trend::window::{DAY, decay, to_f64};
use crate::domain::trend::word::Distinction;

/// How many half-lives back acts are looked at.
const REACH: f64 = 4.0;
/// Acts of how much time are looked at together: room for those of a year at once would be a fair part of all that is needed.
const SPAN: i64 = 28 * DAY;

/// What is usual.
#[derive(Debug, Default)]
pub struct Day {
    /// The midnight from which it was reckoned, in microseconds.
    pub at: i64,
    /// Tells one reckoning from another.
    pub serial: u64,
    pub words: Usage,
    /// By source, and what stands in where nothing is known yet.
    pub standards: HashMap<SourceId, Standard>,
    pub(super) unknown: Standard,
    /// By what raters are counted together.
    pub grouping: Grouping,
    /// By rater, how many ratings they had given.
    pub(super) ratings: Vec<u32>,
    pub week: Week,
    /// Acts by topic and by person, older ones forgotten.
    pub topics: Vec<f64>,
    pub people: Vec<f64>,
    pub presences: Presences,
    /// How broadly people are acknowledged.
    pub breadths: Breadths,
    /// For how many average days that was, forgotten alike.
    pub days: f64,
}

/// How often words are used in the long run, older texts forgotten.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// By the number of a word: texts that use it.
    pub texts: Vec<f64>,
    /// All texts.
    pub total: f64,
}

/// An act: somebody did something around a topic or a person on a day. In one number, so that acts are counted by sorting.
///
/// Who rates is somebody else here than who writes, also when they are one person: what people are seen to do would tell
/// otherwise who of them gave a rating, as soon as it makes nobody more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Act(u64);

impl Act {
    /// `around` stays below 2^24, `who` below 2^23, days below 2^16: millions of either, and more than a century.
    #[must_use]
    pub fn of(around: u32, deed: Deed, who: u32, at: i64) -> Self {
        let day = u64::try_from(at.div_euclid(DAY)).unwrap_or_default() & 0xffff;
        let who = u64::from(who & 0x7f_ffff) << 1 | u64::from(deed == Deed::Rated);
        Self(u64::from(around & 0xff_ffff) << 40 | who << 16 | day)
    }

    #[must_use]
    pub const fn around(self) -> u32 {
        (self.0 >> 40) as u32
    }

    /// Who it was, as somebody who rates or as one who writes.
    #[must_use]
    pub const fn who(self) -> u32 {
        (self.0 >> 16 & 0xff_ffff) as u32
    }

    /// The start of its day in microseconds.
    #[must_use]
    pub const fn day(self) -> i64 {
        (self.0 & 0xffff).cast_signed() * DAY
    }
}

impl Day {
    /// What is usual as of a midnight.
    #[must_use]
    pub fn of(facts: &Facts, at: i64) -> Self {
        let mut day = Self { at, words: Usage::of(facts, at, facts.published(i64::MIN, at)), ..Self::default() };
        day.presences = Presences::of(facts, at);
        day.take_standards(facts);
        day.take_acts(facts);
        day
    }

    /// The midnight before a moment.
    #[must_use]
    pub const fn before(at: i64) -> i64 {
        at.div_euclid(DAY) * DAY
    }

    fn take_standards(&mut self, facts: &Facts) {
        let raters = facts.raters_at(self.at);
        let mut sources: HashMap<SourceId, Vec<std::borrow::Cow<'_, [Vote]>>> = HashMap::new();
        for kept in facts.contents.iter().filter(|kept| kept.counts()) {
            let votes = facts.told_at(kept, self.at);
            if !votes.is_empty() {
                sources.entry(kept.source).or_default().push(votes);
            }
        }
        for (source, contents) in sources {
            let votes: Vec<&[Vote]> = contents.iter().map(AsRef::as_ref).collect();
            let one_sided = votes.iter().all(|votes| votes.iter().all(|vote| vote.step == 2));
            let standard = Standard::of(&votes, &raters, one_sided, &Parameters::default());
            self.standards.insert(source, standard);
        }
        self.grouping = Grouping::of(&raters);
        self.ratings = raters.iter().map(|rater| rater.ratings).collect();
    }

    /// What is usual among the ratings of a source.
    #[must_use]
    pub fn standard(&self, source: SourceId) -> &Standard {
        self.standards.get(&source).unwrap_or(&self.unknown)
    }

    /// What is known of a rater. Who had not rated before the day counts like one who had once.
    #[must_use]
    pub fn rater(&self, facts: &Facts, number: u32) -> Rater {
        let ratings = self.ratings.get(number as usize).copied().unwrap_or_default().max(1);
        Rater { ratings, ..facts.raters.get(number as usize).copied().unwrap_or_default() }
    }

    fn take_acts(&mut self, facts: &Facts) {
        let memory = MEMORY * to_f64(DAY);
        #[expect(clippy::cast_possible_truncation, reason = "a year in microseconds")]
        let from = self.at - (memory * REACH) as i64;
        let (mut hours, mut first, fading) = ([0.0; HOURS], self.at, Fading::of(from, self.at));
        (self.topics, self.people) = (vec![0.0; facts.topics.len()], vec![0.0; facts.people.len()]);
        let (mut topics, mut people) = (Vec::new(), Vec::new());
        for (after, upto) in spans(from, self.at) {
            each_act(facts, after, upto, |deed, kept, who, at| {
                hours[Week::hour(at)] += decay(self.at - at, memory);
                first = first.min(at);
                topics.extend(kept.topics.iter().map(|topic| Act::of(*topic, deed, who, at)));
                let others = kept.authors.iter().filter(|author| **author != who);
                people.extend(others.map(|author| Act::of(*author, deed, who, at)));
            });
            add(&mut topics, &mut self.topics, &fading);
            add(&mut people, &mut self.people, &fading);
        }
        self.week = Week::of(&hours);
        let mut day = Self::before(first);
        while day < self.at {
            self.days += decay(self.at - day, memory);
            day += DAY;
        }
    }
}

/// What somebody did around a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Wrote it, first of its authors or together with them.
    Wrote,
    Coauthored,
    Answered,
    Rated,
}

/// Calls `act` for everything that somebody did within a time, with what, around which content, who and when. Bots do nothing.
/// A rating is an act of the moment at which it is told, together with others.
pub fn each_act<'a>(facts: &'a Facts, from: i64, to: i64, mut act: impl FnMut(Deed, &'a Kept, u32, i64)) {
    let is_person = |who: &&u32| !facts.bots[**who as usize];
    for (_, kept) in facts.published(from, to) {
        for (place, who) in kept.authors.iter().filter(is_person).enumerate() {
            act(if place == 0 { Deed::Wrote } else { Deed::Coauthored }, kept, *who, kept.at);
        }
        // An answer is an act around what it answers, too.
        if let Some(parent) = kept.parent.and_then(|parent| facts.content(parent)).filter(|parent| parent.counts()) {
            for who in kept.authors.iter().filter(is_person) {
                act(Deed::Answered, parent, *who, kept.at);
            }
        }
    }
    facts.each_of_all_told_within(from, to, |kept, at, rater| act(Deed::Rated, kept, rater, at));
}

/// What an act of each day weighs as of a midnight: half as much for each half-life before it.
#[derive(Debug)]
pub struct Fading {
    at: i64,
    /// By how many days ago it was.
    weights: Vec<f64>,
}

impl Fading {
    /// For acts that are not older than `from`.
    #[must_use]
    pub fn of(from: i64, at: i64) -> Self {
        let days = (at - Day::before(from)) / DAY;
        Self { at, weights: (0..=days).map(|days| decay(days * DAY, MEMORY * to_f64(DAY))).collect() }
    }

    /// What an act weighs that happened on the day that begins with the midnight, or before.
    #[must_use]
    pub fn weight(&self, act: Act) -> f64 {
        let days = usize::try_from((self.at - act.day()) / DAY).unwrap_or_default();
        self.weights.get(days).copied().unwrap_or_default()
    }
}

/// Adds what different acts weigh to what they are around. All acts of a day have to be told together.
pub fn add(acts: &mut Vec<Act>, sums: &mut [f64], fading: &Fading) {
    // Where they lie: they may be so many that room for another list of them matters more than time.
    acts.sort_unstable();
    acts.dedup();
    for act in acts.drain(..) {
        sums[act.around() as usize] += fading.weight(act);
    }
}

/// The time after `from` up to `to` in parts that end with a day, each as the time after a moment up to another.
///
/// ```
/// use peerlead::domain::trend::window::DAY;
/// use peerlead::projection::archive::day::spans;
/// let (noon, end) = (DAY / 2, 60 * DAY);
/// assert!(spans(noon, end).eq([(noon, 28 * DAY - 1), (28 * DAY - 1, 56 * DAY - 1), (56 * DAY - 1, end)]));
/// assert!(spans(noon, noon).eq([]));
/// ```
pub fn spans(from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> {
    let last_of = move |from: i64| (Day::before(from + 1) + SPAN - 1).min(to);
    let starts = std::iter::successors(Some(from), move |from| Some(last_of(*from)));
    starts.take_while(move |from| *from < to).map(move |from| (from, last_of(from)))
}

impl Usage {
    /// Usage in some contents as of a moment.
    #[must_use]
    pub fn of<'a>(facts: &Facts, at: i64, contents: impl Iterator<Item = (u32, &'a Kept)>) -> Self {
        let mut usage = Self { texts: vec![0.0; facts.vocabulary.len()], total: 0.0 };
        let mut seen = vec![0_u32; facts.vocabulary.len()];
        for (slot, kept) in contents {
            usage.add(kept, decay(at - kept.at, Distinction::default().memory * to_f64(DAY)), slot + 1, &mut seen);
        }
        usage
    }

    /// Adds a text with a weight. `seen` remembers by `mark` which words it has had already.
    pub fn add(&mut self, kept: &Kept, weight: f64, mark: u32, seen: &mut [u32]) {
        self.total += weight;
        for token in kept.text.words() {
            let word = token.word as usize;
            if seen[word] != mark {
                seen[word] = mark;
                self.texts[word] += weight;
            }
        }
    }
}
