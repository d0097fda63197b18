//! Terms: the words of a text that say what it is about, in any language.
//!
//! A text is cleaned of what nobody wrote as a sentence (markup, code, links, quotes, signatures), cut into words, freed of the
//! words that every text has, and its plurals are joined. What remains is a list of words with gaps between those that do not
//! stand side by side, so that phrases can be found later.

mod clean;
mod fold;
mod segment;
mod stop;

use std::hash::{Hash, Hasher};

/// How many words of one text are looked at: more say nothing new, and one text must not cost much.
pub const MOST: usize = 3_000;
/// From how many words on a sentence that somebody said before is taken for a quotation of it. Shorter ones are said by many.
const QUOTED: usize = 8;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The same for all forms of the word: lower case, singular where we know it.
    pub key: String,
    /// As it was written.
    pub surface: String,
}

/// One sentence, or a title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// The words in their order; `None` where something stood between them that says nothing.
    pub words: Vec<Option<Word>>,
    /// The same for the same words, of a sentence that is long enough for nobody to say it again by chance.
    pub print: Option<u64>,
    pub in_title: bool,
}

/// The sentences of a content, its title first. `language` is a BCP 47 tag; without it the language is guessed by its words.
///
/// ```
/// use peerlead::domain::term::read;
/// let text = read("Broken builds", "The build is broken again, see https://ci.example.org/1.\n> My build works.", None);
/// let words: Vec<&str> = text.iter().flat_map(|s| s.words.iter().flatten()).map(|w| w.key.as_str()).collect();
/// assert_eq!(words, ["broken", "build", "build", "broken", "see"]);
/// ```
#[must_use]
pub fn read(title: &str, body: &str, language: Option<&str>) -> Vec<Sentence> {
    let (title, body) = (clean::prose(title), clean::prose(body));
    let lines = title.lines().map(|line| (line, true)).chain(body.lines().map(|line| (line, false)));
    let mut left = MOST;
    let mut cut: Vec<(Vec<Option<String>>, bool)> = Vec::new();
    for (line, in_title) in lines {
        let words = segment::words(line, left);
        left = left.saturating_sub(words.len());
        if !words.is_empty() {
            cut.push((words, in_title));
        }
    }
    let language = stop::language(language, cut.iter().flat_map(|(words, _)| words.iter().flatten()));
    cut.into_iter().map(|(words, in_title)| sentence(words, in_title, language)).collect()
}

fn sentence(words: Vec<Option<String>>, in_title: bool, language: stop::Language) -> Sentence {
    let print = print(&words);
    let word = |surface: String| {
        let lower = surface.to_lowercase();
        let says = segment::is_long_enough(&surface) && !stop::is_stop_word(&lower, language);
        says.then(|| Word { key: fold::key(lower, &surface, language), surface })
    };
    let mut kept: Vec<Option<Word>> = words.into_iter().map(|surface| surface.and_then(word)).collect();
    kept.dedup_by(|a, b| a.is_none() && b.is_none());
    Sentence { words: kept, print, in_title }
}

/// A stable hash of what a sentence says, if it says enough.
fn print(words: &[Option<String>]) -> Option<u64> {
    if words.iter().flatten().count() < QUOTED {
        return None;
    }
    // With the same keys in every process.
    let mut hasher = std::hash::DefaultHasher::new();
    for word in words.iter().flatten() {
        word.to_lowercase().hash(&mut hasher);
    }
    Some(hasher.finish())
}
