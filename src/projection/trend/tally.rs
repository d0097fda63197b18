//! Words counted in a window: texts, titles, people, and how often the past lets expect them.

use super::{Question, Scope};
use crate::domain::trend::window::{DAY, decay, to_f64};
use crate::domain::trend::word::{Distinction, Use};
use crate::projection::archive::day::{Day, Usage};
use crate::projection::archive::facts::{Facts, GAP, Kept};

/// How many texts of the whole organisation stand in for the past of a part of it that has none.
const PADDING: f64 = 50.0;
/// In a window with fewer texts a word may show that was used once.
const FEW: usize = 10;

/// A word in a window.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted {
    pub word: u32,
    /// Texts, and what they weigh together.
    pub texts: u32,
    pub weight: f64,
    pub titled: u32,
    pub people: u32,
    /// Weeks in which a person used it, summed over people.
    pub weeks: u32,
    /// What these texts are in [`Day::words`].
    inside: f64,
    pub expected: f64,
    seen: u32,
    writer: u32,
    week: i64,
}

/// All words of a window.
#[derive(Debug)]
pub struct Tally<'a> {
    /// The texts of the window.
    pub contents: Vec<(u32, &'a Kept)>,
    /// What each of them weighs, and what all do together.
    pub weights: Vec<f64>,
    pub weight: f64,
    pub words: Vec<Counted>,
    /// Where a word of the vocabulary stands in `words`, one more than that; zero for one that is not there.
    places: Vec<u32>,
}

impl<'a> Tally<'a> {
    /// Counts the words of a question's window. `weigh` says what a text counts; 1 when all count alike.
    #[must_use]
    pub fn of(facts: &'a Facts, day: &Day, question: &Question, weigh: impl Fn(&Kept) -> f64) -> Self {
        let window = question.window;
        let contents: Vec<(u32, &Kept)> = question.scope.published(facts, window.from, window.to).collect();
        let places = vec![0; facts.vocabulary.len()];
        let mut tally = Self { contents, weights: Vec::new(), weight: 0.0, words: Vec::new(), places };
        tally.count_texts(day, weigh);
        tally.count_people(facts);
        tally.expect(facts, day, question);
        tally
    }

    /// The place of a word, if it is there.
    #[must_use]
    pub fn place(&self, word: u32) -> Option<usize> {
        self.places.get(word as usize).and_then(|place| (*place as usize).checked_sub(1))
    }

    fn count_texts(&mut self, day: &Day, weigh: impl Fn(&Kept) -> f64) {
        let memory = Distinction::default().memory * to_f64(DAY);
        for (mark, (_, kept)) in (1_u32..).zip(&self.contents) {
            let weight = weigh(kept);
            let inside = if kept.at <= day.at { decay(day.at - kept.at, memory) } else { 0.0 };
            self.weights.push(weight);
            self.weight += weight;
            for packed in kept.words.iter().filter(|packed| **packed != GAP) {
                let (word, titled) = Facts::word(*packed);
                let place = &mut self.places[word as usize];
                if *place == 0 {
                    self.words.push(Counted { word, writer: u32::MAX, week: i64::MIN, ..Counted::default() });
                    *place = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
                }
                let counted = &mut self.words[*place as usize - 1];
                // A title stands before its body, so the first time says whether the word is in it.
                if counted.seen != mark {
                    counted.seen = mark;
                    counted.texts += 1;
                    counted.weight += weight;
                    counted.titled += u32::from(titled);
                    counted.inside += inside;
                }
            }
        }
    }

    fn count_people(&mut self, facts: &Facts) {
        let writers = |(_, kept): &(u32, &'a Kept)| -> Vec<(u32, i64, &'a Kept)> {
            let people = kept.authors.iter().filter(|author| !facts.bots[**author as usize]);
            people.map(|author| (*author, kept.at, *kept)).collect()
        };
        let mut written: Vec<(u32, i64, &Kept)> = self.contents.iter().flat_map(writers).collect();
        written.sort_unstable_by_key(|(author, at, kept)| (*author, *at, kept.id));
        for (author, at, kept) in written {
            let week = at.div_euclid(7 * DAY);
            for packed in kept.words.iter().filter(|packed| **packed != GAP) {
                let place = self.places[Facts::word(*packed).0 as usize] as usize - 1;
                let counted = &mut self.words[place];
                if counted.writer != author {
                    (counted.writer, counted.week) = (author, week);
                    counted.people += 1;
                    counted.weeks += 1;
                } else if counted.week != week {
                    counted.week = week;
                    counted.weeks += 1;
                }
            }
        }
    }

    /// What the past lets expect: the share of earlier texts that use a word, of as many texts as there are.
    fn expect(&mut self, facts: &Facts, day: &Day, question: &Question) {
        let memory = Distinction::default().memory * to_f64(DAY);
        let inside: f64 = self
            .contents
            .iter()
            .filter(|(_, kept)| kept.at <= day.at)
            .map(|(_, kept)| decay(day.at - kept.at, memory))
            .sum();
        let scoped = match &question.scope {
            Scope::Everything => None,
            scope => {
                Some(Usage::of(facts, question.window.from, scope.published(facts, i64::MIN, question.window.from)))
            }
        };
        for counted in &mut self.words {
            let word = counted.word as usize;
            // The words of the day know the window up to midnight, which is no past.
            let texts = day.words.texts.get(word).copied().unwrap_or_default();
            let everywhere = match &scoped {
                None => share(texts - counted.inside, day.words.total - inside),
                Some(_) => share(texts, day.words.total),
            };
            let share = match &scoped {
                None => everywhere,
                Some(usage) => (usage.texts[word] + PADDING * everywhere) / (usage.total + PADDING),
            };
            counted.expected = share * self.weight;
        }
    }

    /// Whether a word was used often enough, and by more than one person or for more than one week, to say something.
    #[must_use]
    pub fn says_something(&self, counted: &Counted) -> bool {
        self.contents.len() < FEW || (counted.texts >= 2 && counted.weeks >= 2)
    }
}

impl Counted {
    /// What the rules know of a word.
    #[must_use]
    pub fn used(&self) -> Use {
        Use {
            texts: self.weight,
            titled: f64::from(self.titled) / f64::from(self.texts.max(1)),
            people: f64::from(self.people),
            expected: self.expected,
        }
    }
}

/// A part of a whole that may have lost a little by rounding.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.5 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}
