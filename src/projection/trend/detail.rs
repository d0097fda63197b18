//! What is shown beside a word: its line of counts, how peers rate what uses it, the contents behind it, when it began to surge.

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::Question;
use super::tally::Tally;
use super::words::Chosen;
use crate::domain::time::from_micros;
use crate::domain::trend::fair::{Fair, Vote};
use crate::domain::trend::question::WordQuestion;
use crate::domain::trend::surge::{THRESHOLD, Watch};
use crate::domain::trend::trending::LEAST_RATERS;
use crate::domain::trend::window::DAY;
use crate::projection::archive::facts::{Facts, Kept};
use crate::projection::archive::text::Tokens;

/// How many contents behind a word are told of.
const CONTENTS: usize = 1_000;
/// Below which strength a word has calmed down and surges no more.
const CALM: f64 = THRESHOLD / 3.0;
/// How far back a surge is looked for, in microseconds.
const SURGES: i64 = 120 * DAY;

pub(super) fn fill(
    facts: &Facts,
    question: &Question,
    asked: &WordQuestion,
    tally: &Tally<'_>,
    fair: impl Fn(&Kept) -> Fair,
    chosen: &mut [Chosen],
) {
    for chosen in chosen.iter_mut() {
        chosen.word.line = vec![0; asked.parts];
    }
    let beginning = Beginning::of(facts, chosen);
    let mut opinions: Vec<Opinion> = chosen.iter().map(|_| Opinion::default()).collect();
    let mut here: Vec<usize> = Vec::new();
    for (_, kept) in tally.contents.iter().rev() {
        here.clear();
        let mut tokens = kept.text.tokens();
        while let (from_here, Some(token)) = (tokens.clone(), tokens.next()) {
            for place in token.map(|token| beginning.with(token.word)).unwrap_or_default() {
                if begins_with(from_here.clone(), &chosen[*place].numbers) && !here.contains(place) {
                    here.push(*place);
                }
            }
        }
        let part = question.window.part(kept.at, asked.parts);
        // Once for each text, however many of the words it has.
        let votes = if asked.detail.ratings && !here.is_empty() {
            facts.told_at(kept, question.window.to)
        } else {
            std::borrow::Cow::default()
        };
        let rated = (!votes.is_empty()).then(|| fair(kept));
        for place in here.iter().copied() {
            if let Some(count) = chosen[place].word.line.get_mut(part) {
                *count += 1;
            }
            if asked.detail.contents && chosen[place].word.contents.len() < CONTENTS {
                chosen[place].word.contents.push(kept.id);
            }
            if let Some(fair) = &rated {
                opinions[place].hear(&votes, fair);
            }
        }
    }
    for (chosen, opinion) in chosen.iter_mut().zip(opinions) {
        chosen.word.rating = opinion.told();
    }
    if asked.detail.surges {
        find_surges(facts, question, &beginning, chosen);
    }
}

/// Which of the chosen begin with a word. It is asked of each word of each text, and hardly any of them does.
struct Beginning {
    /// By the number of a word, whether one does.
    is_one: Vec<bool>,
    places: HashMap<u32, SmallVec<[usize; 1]>>,
}

impl Beginning {
    fn of(facts: &Facts, chosen: &[Chosen]) -> Self {
        let (mut is_one, mut places) = (vec![false; facts.vocabulary.len()], HashMap::new());
        for (place, chosen) in chosen.iter().enumerate() {
            if let Some(first) = chosen.numbers.first() {
                is_one[*first as usize] = true;
                places.entry(*first).or_insert_with(SmallVec::new).push(place);
            }
        }
        Self { is_one, places }
    }

    /// Places in the list of the chosen.
    fn with(&self, word: u32) -> &[usize] {
        let places = self.is_one[word as usize].then(|| self.places.get(&word)).flatten();
        places.map(SmallVec::as_slice).unwrap_or_default()
    }
}

/// Whether the rest of a text begins with these words.
fn begins_with(mut rest: Tokens<'_>, words: &[u32]) -> bool {
    words.iter().all(|word| rest.next().flatten().is_some_and(|token| token.word == *word))
}

/// What peers think of several contents together.
#[derive(Debug, Default)]
struct Opinion {
    sum: f64,
    weight: f64,
    /// The first different people who rated, as many as have to be.
    raters: Vec<u32>,
}

impl Opinion {
    fn hear(&mut self, votes: &[Vote], fair: &Fair) {
        for rater in votes.iter().take(LEAST_RATERS).map(|vote| vote.rater) {
            if self.raters.len() < LEAST_RATERS && !self.raters.contains(&rater) {
                self.raters.push(rater);
            }
        }
        self.sum += fair.rating() * fair.weight;
        self.weight += fair.weight;
    }

    fn told(&self) -> Option<f64> {
        (self.raters.len() >= LEAST_RATERS && self.weight > 0.0).then(|| self.sum / self.weight)
    }
}

/// Looks through the last months for the moment since which each word surges.
fn find_surges(facts: &Facts, question: &Question, beginning: &Beginning, chosen: &mut [Chosen]) {
    let mut watch = Watch::default();
    let to = question.window.to;
    for (_, kept) in question.scope.published(facts, to - SURGES, to) {
        let mut words: Vec<u32> =
            kept.text.words().map(|token| token.word).filter(|word| !beginning.with(*word).is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        let person = kept.authors.iter().find(|author| !facts.bots[**author as usize]).copied().unwrap_or(u32::MAX);
        let strengths = watch.hear(kept.at, person, &words);
        for (word, strength) in words.iter().zip(strengths) {
            for place in beginning.with(*word) {
                let surge = &mut chosen[*place].word.surging_since;
                match surge {
                    None if strength >= THRESHOLD => *surge = Some(from_micros(kept.at)),
                    Some(_) if strength < CALM => *surge = None,
                    _ => {}
                }
            }
        }
    }
    for (word, places) in &beginning.places {
        if watch.strength(to, *word) < CALM {
            places.iter().for_each(|place| chosen[*place].word.surging_since = None);
        }
    }
}
