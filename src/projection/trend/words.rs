//! Which words sum up a window, and which ones are rising.

use std::cell::RefCell;

use hashbrown::HashSet;

use super::Question;
use super::detail;
use super::phrase::{self, Phrase};
use super::tally::{Counted, Tally};
use crate::domain::trend::company::Company;
use crate::domain::trend::explanation::Explanation;
use crate::domain::trend::fair::{Fair, Parameters};
use crate::domain::trend::question::{Weighing, WordQuestion, WordRanking};
use crate::domain::trend::trending::TrendingWord;
use crate::domain::trend::window::{DAY, decay, to_f64};
use crate::domain::trend::word::{Distinction, Momentum, Rise, Use, distinctive, frequent, rising};
use crate::projection::archive::day::{Day, Usage};
use crate::projection::archive::facts::{Facts, Kept};
use crate::projection::archive::text::Token;

/// A word or a phrase that was chosen.
#[derive(Debug)]
pub(super) struct Chosen {
    /// The numbers of its words, one or more.
    pub numbers: Vec<u32>,
    pub word: TrendingWord,
}

/// How many candidates more than asked for are kept until phrases have been found.
const SPARE: usize = 100;
/// Among how many of the best candidates phrases are looked for, however many are asked for: so each page tells of the same ranking.
const PHRASED: usize = 500;

/// The words of a window, best first.
#[must_use]
pub fn words(facts: &Facts, day: &Day, question: &Question, asked: &WordQuestion) -> Vec<TrendingWord> {
    let company = RefCell::new(Company::new(day.grouping));
    let fair = |kept: &Kept| -> Fair {
        let (votes, mut company) = (facts.told_at(kept, question.window.to), company.borrow_mut());
        let rater = |rater| day.rater(facts, rater);
        day.standard(kept.source).fair(&votes, rater, &mut company, &Parameters::default())
    };
    let tally = match asked.weighing {
        Weighing::Ratings => Tally::of(facts, day, question, |kept| 1.0 + fair(kept).rating()),
        Weighing::Mentions | Weighing::People => Tally::of(facts, day, question, |_| 1.0),
    };
    let judge = Judge::of(facts, day, question, asked);
    let mut candidates: Vec<(f64, usize)> = tally
        .words
        .iter()
        .enumerate()
        .filter(|(_, counted)| tally.says_something(counted))
        .map(|(place, counted)| (judge.explain(counted, 1.0, None).score(), place))
        .filter(|(score, _)| *score > 0.0)
        .collect();
    let better = |a: &(f64, usize), b: &(f64, usize)| {
        let key = |place: usize| facts.vocabulary.key(tally.words[place].word);
        b.0.total_cmp(&a.0).then_with(|| key(a.1).cmp(key(b.1)))
    };
    let most = (3 * asked.count + SPARE).max(PHRASED);
    if candidates.len() > most {
        candidates.select_nth_unstable_by(most, better);
        candidates.truncate(most);
    }
    candidates.sort_unstable_by(better);
    let mut chosen = choose(facts, &tally, &judge, asked, &candidates);
    chosen.truncate(asked.count);
    detail::fill(facts, question, asked, &tally, fair, &mut chosen);
    chosen.into_iter().map(|chosen| chosen.word).collect()
}

/// Words and phrases, best first, no word in two of them.
fn choose(
    facts: &Facts,
    tally: &Tally<'_>,
    judge: &Judge,
    asked: &WordQuestion,
    candidates: &[(f64, usize)],
) -> Vec<Chosen> {
    let best = &candidates[..candidates.len().min(PHRASED)];
    let phrases = if asked.phrases { phrase::find(facts, tally, best) } else { Vec::new() };
    let mut entries: Vec<Chosen> = Vec::new();
    let mut covered: HashSet<usize> = HashSet::new();
    for phrase in &phrases {
        entries.push(of_phrase(facts, tally, judge, phrase));
        covered.extend(&phrase.covers);
    }
    for (_, place) in candidates.iter().filter(|(_, place)| !covered.contains(place)) {
        let counted = &tally.words[*place];
        let explanation = judge.explain(counted, 1.0, None);
        let text = facts.vocabulary.shown(counted.word).to_owned();
        entries.push(Chosen::of(vec![counted.word], text, explanation, counted, counted.weight));
    }
    entries.sort_by(|a, b| b.word.weight.total_cmp(&a.word.weight).then_with(|| a.word.text.cmp(&b.word.text)));
    let best = entries.first().map_or(1.0, |best| best.word.weight);
    for entry in &mut entries {
        entry.word.weight /= best;
    }
    entries
}

fn of_phrase(facts: &Facts, tally: &Tally<'_>, judge: &Judge, phrase: &Phrase) -> Chosen {
    // The rarest of its words stands for its past: of that, the phrase had its share before too.
    let rarest = &tally.words[phrase.rarest];
    let part = f64::from(phrase.texts) / f64::from(rarest.texts.max(1));
    let mut counted = *rarest;
    (counted.texts, counted.titled, counted.people) = (phrase.texts, phrase.titled, phrase.people);
    let explanation = judge.explain(&counted, part, Some(phrase.weight));
    counted.expected *= part;
    let shown: Vec<&str> = phrase.words.iter().map(|word| facts.vocabulary.shown(*word)).collect();
    Chosen::of(phrase.words.clone(), join(&shown), explanation, &counted, phrase.weight)
}

impl Chosen {
    fn of(numbers: Vec<u32>, text: String, explanation: Explanation, counted: &Counted, weight: f64) -> Self {
        let word = TrendingWord {
            text,
            weight: explanation.score(),
            explanation,
            texts: counted.texts,
            people: counted.people,
            expected: counted.expected,
            lift: lift(weight, counted.expected),
            line: Vec::new(),
            rating: None,
            contents: Vec::new(),
            surging_since: None,
        };
        Self { numbers, word }
    }
}

/// Words of a phrase as they are written: without a blank between signs that need none.
fn join(words: &[&str]) -> String {
    let is_sign =
        |c: char| matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3041..=0x9fff);
    let mut text = String::new();
    for word in words {
        let needs_blank = match (text.chars().last(), word.chars().next()) {
            (Some(last), Some(next)) => !is_sign(last) || !is_sign(next),
            _ => false,
        };
        if needs_blank {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

fn lift(weight: f64, expected: f64) -> f64 {
    let smoothing = Distinction::default().smoothing;
    (weight + smoothing) / (expected + smoothing)
}

/// Applies the rule that was asked for.
struct Judge {
    asked: WordQuestion,
    lately: Option<Lately>,
    /// By word: how often it is used in the long run.
    usage: Vec<f64>,
    total: f64,
}

impl Judge {
    fn of(facts: &Facts, day: &Day, question: &Question, asked: &WordQuestion) -> Self {
        let mut judge = Self { asked: *asked, lately: None, usage: Vec::new(), total: 0.0 };
        if asked.ranking == WordRanking::Rising {
            let usage = long_run(facts, day, question);
            judge.lately = Some(Lately::of(facts, question));
            (judge.usage, judge.total) = (usage.texts, usage.total);
        }
        judge
    }

    /// The score of a word, or of a phrase that has `part` of the word's texts and weighs `weight`.
    fn explain(&self, counted: &Counted, part: f64, weight: Option<f64>) -> Explanation {
        let mut used = counted.used();
        used.texts = weight.unwrap_or(used.texts);
        used.expected *= part;
        if self.asked.weighing == Weighing::People {
            // People instead of texts, on both sides of the comparison.
            used.expected *= used.people / used.texts.max(1.0);
            used.texts = used.people;
        }
        match (self.asked.ranking, &self.lately) {
            (WordRanking::Rising, Some(lately)) => {
                let momentum = lately.momentum(counted.word, &used, part, &self.usage, self.total);
                rising(&momentum, &Rise::default())
            }
            (WordRanking::Frequent, _) => frequent(&used, &Distinction::default()),
            _ => distinctive(&used, &Distinction::default()),
        }
    }
}

/// Usage in the long run up to the end of the window.
fn long_run(facts: &Facts, day: &Day, question: &Question) -> Usage {
    if question.scope != super::Scope::Everything {
        return Usage::of(facts, question.window.to, question.scope.published(facts, i64::MIN, question.window.to));
    }
    let mut usage = day.words.clone();
    usage.texts.resize(facts.vocabulary.len(), 0.0);
    let mut seen = vec![0; facts.vocabulary.len()];
    // Today's texts are as fresh as can be.
    for (slot, kept) in facts.published(day.at, question.window.to) {
        usage.add(kept, 1.0, slot + 1, &mut seen);
    }
    usage
}

/// What was said lately, each text forgotten by half in a half-life somewhat longer than the window.
struct Lately {
    by_word: Vec<(f64, f64, f64)>,
    total: f64,
    /// Texts of one window at the present pace.
    window: f64,
}

impl Lately {
    fn of(facts: &Facts, question: &Question) -> Self {
        let (window, rise) = (question.window, Rise::default());
        let half_life = to_f64(window.length()) + rise.longer * to_f64(DAY);
        #[expect(clippy::cast_possible_truncation, reason = "some years in microseconds")]
        let from = window.to - (half_life * rise.reach) as i64;
        let mut written: Vec<(u32, std::cmp::Reverse<i64>, u32, &Kept)> = Vec::new();
        let mut total = 0.0;
        for (slot, kept) in question.scope.published(facts, from, window.to) {
            total += decay(window.to - kept.at, half_life);
            let people = kept.authors.iter().filter(|author| !facts.bots[**author as usize]);
            written.extend(people.map(|author| (*author, std::cmp::Reverse(kept.at), slot, kept)));
            if kept.authors.is_empty() {
                written.push((u32::MAX, std::cmp::Reverse(kept.at), slot, kept));
            }
        }
        // By person, the newest first: the first time a word comes is its last use.
        written.sort_unstable_by_key(|(author, at, slot, _)| (*author, *at, *slot));
        let mut by_word = vec![(0.0, 0.0, 0.0); facts.vocabulary.len()];
        let (mut writer, mut text) = (vec![u32::MAX; facts.vocabulary.len()], vec![u32::MAX; facts.vocabulary.len()]);
        for (author, at, slot, kept) in written {
            let weight = decay(window.to - at.0, half_life);
            // A text of several people counts once, for each of them as a person.
            let counts =
                kept.authors.iter().find(|author| !facts.bots[**author as usize]).is_none_or(|first| *first == author);
            for Token { word, titled } in kept.text.words() {
                let (index, entry) = (word as usize, &mut by_word[word as usize]);
                if text[index] != slot {
                    text[index] = slot;
                    if counts {
                        entry.0 += weight;
                        entry.1 += if titled { weight } else { 0.0 };
                    }
                }
                if writer[index] != author {
                    writer[index] = author;
                    entry.2 += weight;
                }
            }
        }
        let pace = to_f64(window.length()) * std::f64::consts::LN_2 / half_life;
        Self { by_word, total, window: total * pace }
    }

    fn momentum(&self, word: u32, used: &Use, part: f64, usage: &[f64], total: f64) -> Momentum {
        let (texts, titled, people) = self.by_word.get(word as usize).copied().unwrap_or_default();
        Momentum {
            texts: texts * part,
            titled: if texts > 0.0 { titled / texts } else { used.titled },
            people: people * part.sqrt(),
            share: if self.total > 0.0 { texts * part / self.total } else { 0.0 },
            long_share: if total > 0.0 {
                usage.get(word as usize).copied().unwrap_or_default() * part / total
            } else {
                0.0
            },
            window: self.window,
        }
    }
}
