//! The organisation: people, topics, contents, ratings and leaderships, the same in every run.
//!
//! A few people write and rate a lot, a few topics and contents draw most of the attention, as everywhere.

use std::collections::HashSet;

use peerlead::domain::time::{Time, from_micros, micros};

/// Splitmix64: small, fast, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub const fn below(&mut self, n: usize) -> usize {
        ((self.next() as u128 * n as u128) >> 64) as usize
    }

    /// A number from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Ranks by Zipf's law: the first is drawn most.
#[derive(Debug)]
pub struct Zipf(Vec<f64>);

impl Zipf {
    pub fn new(n: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        Self(
            (1..=n)
                .map(|rank| {
                    sum += (rank as f64).powf(-exponent);
                    sum
                })
                .collect(),
        )
    }

    pub fn draw(&self, rng: &mut Rng) -> usize {
        let at = rng.unit() * self.0.last().copied().unwrap_or_default();
        self.0.partition_point(|sum| *sum <= at).min(self.0.len() - 1)
    }
}

/// How much of everything there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub scale: f64,
    /// How long ago the first content was published; as much is published in each.
    pub years: f64,
    pub people: usize,
    pub topics: usize,
    pub contents: usize,
    pub ratings: usize,
    pub leaderships: usize,
    /// People who lead ten topics.
    pub leaders: usize,
}

/// Topics that each of the leaders leads.
pub const LED: usize = 10;
/// The sources and the number of steps of their scales; contents belong to them in turn.
pub const SOURCES: [&str; 2] = ["forum", "review"];
/// A year in microseconds.
const YEAR: f64 = 365.0 * 86_400.0 * 1e6;

impl Shape {
    /// The organisation at a scale; 1 is ten thousand people and, in two years, a million ratings.
    pub fn of(scale: f64, years: f64) -> Self {
        let scaled = |n: f64, least: usize| ((n * scale) as usize).max(least);
        Self {
            scale,
            years,
            people: scaled(10_000.0, 100),
            topics: scaled(500.0, 20),
            contents: scaled(50_000.0 * years, 1_000),
            ratings: scaled(500_000.0 * years, 5_000),
            leaderships: scaled(5_000.0, 40),
            leaders: scaled(250.0, 2),
        }
    }
}

/// A content without its text.
#[derive(Clone, Debug)]
pub struct Content {
    pub authors: Vec<usize>,
    pub topics: Vec<usize>,
    pub published: Time,
}

/// A rating.
#[derive(Clone, Copy, Debug)]
pub struct Rating {
    pub rater: u32,
    pub content: u32,
    pub value: i64,
    pub at: i64,
}

/// The organisation as of a moment.
#[derive(Debug)]
pub struct Organisation {
    pub shape: Shape,
    pub now: Time,
    /// Oldest first.
    pub contents: Vec<Content>,
    /// Person and topic.
    pub leaderships: Vec<(usize, usize)>,
}

pub fn handle(person: usize) -> String {
    format!("person-{person:05}")
}

pub fn slug(topic: usize) -> String {
    format!("topic-{topic:03}")
}

pub fn external_id(content: usize) -> String {
    format!("{}-{content:06}", source(content))
}

pub const fn source(content: usize) -> &'static str {
    SOURCES[content % SOURCES.len()]
}

/// A value on the scale of a content's source: a vote for the forum, stars for reviews; people are kind on the whole.
pub fn value(content: usize, rng: &mut Rng) -> i64 {
    let kindness = rng.unit();
    if content.is_multiple_of(SOURCES.len()) {
        if kindness < 0.8 {
            1
        } else if kindness < 0.9 {
            0
        } else {
            -1
        }
    } else {
        (5.99 - 4.0 * kindness * kindness) as i64
    }
}

impl Organisation {
    pub fn new(shape: &Shape, now: Time) -> Self {
        let mut rng = Rng::new(1);
        let (writers, subjects) = (Zipf::new(shape.people, 0.7), Zipf::new(shape.topics, 0.8));
        let mut times: Vec<i64> =
            (0..shape.contents).map(|_| micros(now) - 60_000_000 - (rng.unit() * shape.years * YEAR) as i64).collect();
        times.sort_unstable();
        let several = |rng: &mut Rng, zipf: &Zipf, more: f64| {
            let mut drawn = vec![zipf.draw(rng)];
            if rng.unit() < more {
                let second = zipf.draw(rng);
                if second != drawn[0] {
                    drawn.push(second);
                }
            }
            drawn
        };
        let contents = times
            .into_iter()
            .map(|time| Content {
                authors: several(&mut rng, &writers, 0.2),
                topics: several(&mut rng, &subjects, 0.5),
                published: from_micros(time),
            })
            .collect();
        let mut leaderships = HashSet::new();
        for person in 0..shape.leaders {
            let before = leaderships.len();
            while leaderships.len() < before + LED {
                leaderships.insert((person, rng.below(shape.topics)));
            }
        }
        while leaderships.len() < shape.leaderships {
            let rest = shape.people - shape.leaders;
            leaderships.insert((shape.leaders + rng.below(rest), rng.below(shape.topics)));
        }
        let mut leaderships: Vec<_> = leaderships.into_iter().collect();
        leaderships.sort_unstable();
        Self { shape: shape.clone(), now, contents, leaderships }
    }

    /// Every rating, oldest first; each pair of person and content once, nobody their own.
    pub fn ratings(&self) -> Vec<Rating> {
        let mut rng = Rng::new(2);
        let (raters, liked) = (Zipf::new(self.shape.people, 0.6), Zipf::new(self.shape.contents, 0.6));
        // Attention has nothing to do with age or diligence.
        let (who, what) = (shuffled(self.shape.people, &mut rng), shuffled(self.shape.contents, &mut rng));
        let mut seen = HashSet::with_capacity(self.shape.ratings);
        let mut ratings = Vec::with_capacity(self.shape.ratings);
        while ratings.len() < self.shape.ratings {
            let (rater, content) = (who[raters.draw(&mut rng)], what[liked.draw(&mut rng)]);
            if self.contents[content as usize].authors.contains(&(rater as usize)) || !seen.insert((rater, content)) {
                continue;
            }
            let published = micros(self.contents[content as usize].published);
            // Most ratings come soon.
            let at = published + ((micros(self.now) - published) as f64 * rng.unit().powi(6)) as i64;
            ratings.push(Rating { rater, content, value: value(content as usize, &mut rng), at });
        }
        ratings.sort_unstable_by_key(|rating| (rating.at, rating.content, rating.rater));
        ratings
    }

    /// Topics on which at least `n` contents were published in the last 30 days.
    pub fn busy_topics(&self, n: usize) -> Vec<usize> {
        let from = self.month_ago();
        let mut counts = vec![0; self.shape.topics];
        for content in self.contents.iter().filter(|content| content.published >= from) {
            content.topics.iter().for_each(|topic| counts[*topic] += 1);
        }
        let most = counts.iter().copied().max().unwrap_or_default();
        (0..self.shape.topics).filter(|topic| counts[*topic] >= n.min(most)).collect()
    }

    pub fn month_ago(&self) -> Time {
        from_micros(micros(self.now) - 30 * 86_400 * 1_000_000)
    }
}

fn shuffled(n: usize, rng: &mut Rng) -> Vec<u32> {
    let mut all: Vec<u32> = (0..n as u32).collect();
    for at in (1..n).rev() {
        all.swap(at, rng.below(at + 1));
    }
    all
}

/// Words that look like words; a few of them are most of every text.
#[derive(Debug)]
pub struct Vocabulary {
    words: Vec<String>,
    zipf: Zipf,
}

impl Vocabulary {
    pub fn new() -> Self {
        const HEADS: [&str; 20] =
            ["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl", "ch", "gr", "sh"];
        const TAILS: [&str; 12] = ["a", "e", "i", "o", "u", "an", "er", "in", "on", "al", "ing", "ate"];
        let mut rng = Rng::new(3);
        let mut syllable = || format!("{}{}", HEADS[rng.below(HEADS.len())], TAILS[rng.below(TAILS.len())]);
        let words = (0..20_000).map(|rank| (0..2 + rank % 3).map(|_| syllable()).collect()).collect();
        Self { words, zipf: Zipf::new(20_000, 1.0) }
    }

    /// Between `least` and `most` words.
    pub fn text(&self, rng: &mut Rng, least: usize, most: usize) -> String {
        let count = least + rng.below(most - least + 1);
        let words: Vec<&str> = (0..count).map(|_| self.words[self.zipf.draw(rng)].as_str()).collect();
        words.join(" ")
    }
}
