//! Phrases: words that stand together in most texts that use one of them.

use hashbrown::{HashMap, HashSet};
use smallvec::SmallVec;

use super::tally::Tally;
use crate::domain::trend::window::size;
use crate::domain::trend::word::{COHESION, COVERED, PHRASE_TEXTS, cohesion};
use crate::projection::archive::facts::Facts;
use crate::projection::archive::text::Token;

/// Stands for the word that is not there.
const NONE: u32 = u32::MAX;

/// Two or three words that belong together.
#[derive(Clone, Debug)]
pub struct Phrase {
    /// Numbers in the vocabulary, in their order.
    pub words: Vec<u32>,
    pub texts: u32,
    pub weight: f64,
    pub titled: u32,
    pub people: u32,
    /// The place of its rarest word in the tally.
    pub rarest: usize,
    /// The places of words that are hardly ever used without it.
    pub covers: Vec<usize>,
}

#[derive(Debug, Default)]
struct Seen {
    texts: u32,
    weight: f64,
    titled: u32,
    /// Who wrote them, as often as they did.
    people: SmallVec<[u32; 4]>,
    text: u32,
}

/// The phrases that are made of candidates, those that hold together most first, no word in two of them.
pub(super) fn find(facts: &Facts, tally: &Tally<'_>, candidates: &[(f64, usize)]) -> Vec<Phrase> {
    let mut wanted = vec![false; facts.vocabulary.len()];
    for (_, place) in candidates {
        wanted[tally.words[*place].word as usize] = true;
    }
    let mut seen: HashMap<[u32; 3], Seen> = HashMap::new();
    for (mark, ((_, kept), weight)) in (1_u32..).zip(tally.contents.iter().zip(&tally.weights)) {
        let mut before = [NONE; 2];
        for token in kept.text.tokens() {
            let Some(Token { word, titled }) = token.filter(|token| wanted[token.word as usize]) else {
                before = [NONE; 2];
                continue;
            };
            for words in [[before[1], word, NONE], [before[0], before[1], word]] {
                if words[0] != NONE && words[0] != words[1] && words[1] != words[2] {
                    let entry = seen.entry(words).or_default();
                    if entry.text != mark {
                        entry.text = mark;
                        entry.texts += 1;
                        entry.weight += weight;
                        entry.titled += u32::from(titled);
                        entry
                            .people
                            .extend(kept.authors.iter().copied().filter(|author| !facts.bots[*author as usize]));
                    }
                }
            }
            before = [before[1], word];
        }
    }
    pick(tally, seen)
}

fn pick(tally: &Tally<'_>, seen: HashMap<[u32; 3], Seen>) -> Vec<Phrase> {
    let texts = size(tally.contents.len());
    let mut found: Vec<(f64, Phrase)> = Vec::new();
    for (words, mut seen) in seen.into_iter().filter(|(_, seen)| f64::from(seen.texts) >= PHRASE_TEXTS) {
        seen.people.sort_unstable();
        seen.people.dedup();
        let words: Vec<u32> = words.into_iter().filter(|word| *word != NONE).collect();
        let places: Option<Vec<usize>> = words.iter().map(|word| tally.place(*word)).collect();
        let Some(places) = places.filter(|_| seen.people.len() > 1) else {
            continue;
        };
        let alone: Vec<f64> = places.iter().map(|place| f64::from(tally.words[*place].texts)).collect();
        let cohesion = cohesion(f64::from(seen.texts), &alone, texts);
        let covered = |place: &usize| f64::from(seen.texts) >= COVERED * f64::from(tally.words[*place].texts);
        let covers: Vec<usize> = places.iter().copied().filter(covered).collect();
        let Some(rarest) = places.iter().copied().min_by_key(|place| tally.words[*place].texts) else { continue };
        if cohesion >= COHESION && !covers.is_empty() {
            let people = u32::try_from(seen.people.len()).unwrap_or(u32::MAX);
            let Seen { texts, weight, titled, .. } = seen;
            found.push((cohesion, Phrase { words, texts, weight, titled, people, rarest, covers }));
        }
    }
    // Three words before two of them, as long as most texts have all three.
    found.sort_by(|(a, left), (b, right)| {
        let length = right.words.len().cmp(&left.words.len());
        length.then(b.total_cmp(a)).then_with(|| left.words.cmp(&right.words))
    });
    let mut used: HashSet<u32> = HashSet::new();
    let mut picked = Vec::new();
    for (_, phrase) in found {
        if phrase.words.iter().all(|word| !used.contains(word)) {
            used.extend(&phrase.words);
            picked.push(phrase);
        }
    }
    picked
}
