//! Words counted in a window: texts, titles, people, and how often the past lets expect them.

use super::{Question, Scope};
use crate::domain::trend::window::{DAY, decay, to_f64};
use crate::domain::trend::word::{Distinction, Use};
use crate::projection::archive::day::{Day, Usage};
use crate::projection::archive::facts::{Facts, Kept};
use crate::projection::archive::text::Token;

/// How many texts of the whole organisation stand in for the past of a part of it that has none.
const PADDING: f64 = 50.0;
/// In a window with fewer texts a word may show that was used once.
const FEW: usize = 10;
/// Stands for the author of a text that has none.
const NOBODY: u32 = u32::MAX;

/// A word in a window. As large as what a processor fetches from memory at once: each use of a word looks up another one.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
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
    week: u32,
}

const _: () = assert!(size_of::<Counted>() == 64);

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
        let weights: Vec<f64> = contents.iter().map(|(_, kept)| weigh(kept)).collect();
        let weight = weights.iter().sum();
        // A text brings some ten words that none before it had, and a list that grows is copied.
        let words = Vec::with_capacity(facts.vocabulary.len().min(12 * contents.len()));
        let mut tally = Self { contents, weights, weight, words, places: vec![0; facts.vocabulary.len()] };
        tally.count(facts, day);
        tally.expect(facts, day, question);
        tally
    }

    /// The place of a word, if it is there.
    #[must_use]
    pub fn place(&self, word: u32) -> Option<usize> {
        self.places.get(word as usize).and_then(|place| (*place as usize).checked_sub(1))
    }

    /// Counts texts and people in one go: person by person, each text with the first of its people, or alone if it has none.
    fn count(&mut self, facts: &Facts, day: &Day) {
        let mut texts = Vec::with_capacity(self.contents.len());
        for (place, (_, kept)) in self.contents.iter().enumerate() {
            let mut people = kept.authors.iter().copied().filter(|author| !facts.bots[*author as usize]).peekable();
            let first = people.peek().copied().unwrap_or(NOBODY);
            texts.push((first, kept.at, place, true));
            texts.extend(people.skip(1).map(|author| (author, kept.at, place, false)));
        }
        texts.sort_unstable();
        let memory = Distinction::default().memory * to_f64(DAY);
        for (writer, at, place, is_first) in texts {
            let (kept, weight) = (self.contents[place].1, self.weights[place]);
            let mark = u32::try_from(place + 1).unwrap_or(u32::MAX);
            let inside = if at <= day.at { decay(day.at - at, memory) } else { 0.0 };
            let week = u32::try_from(at.div_euclid(7 * DAY)).unwrap_or_default();
            for Token { word, titled } in kept.text.words() {
                let counted = self.entry(word);
                if is_first {
                    counted.hear_text(mark, weight, inside, titled);
                }
                if writer != NOBODY {
                    counted.hear_person(writer, week);
                }
            }
        }
    }

    fn entry(&mut self, word: u32) -> &mut Counted {
        let place = &mut self.places[word as usize];
        if *place == 0 {
            self.words.push(Counted { word, writer: NOBODY, ..Counted::default() });
            *place = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        }
        &mut self.words[*place as usize - 1]
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
    /// Once for each text: a title stands before its body, so the first time says whether the word is in it.
    fn hear_text(&mut self, text: u32, weight: f64, inside: f64, titled: bool) {
        if std::mem::replace(&mut self.seen, text) != text {
            self.texts += 1;
            self.weight += weight;
            self.titled += u32::from(titled);
            self.inside += inside;
        }
    }

    /// Told person by person, of each in the order of time.
    fn hear_person(&mut self, person: u32, week: u32) {
        if std::mem::replace(&mut self.writer, person) != person {
            self.people += 1;
            self.weeks += 1;
        } else if self.week != week {
            self.weeks += 1;
        }
        self.week = week;
    }

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
