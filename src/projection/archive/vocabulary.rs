//! All words that were ever used, each a number, with the forms in which they were written.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// How many forms of one word are remembered.
const FORMS: usize = 8;

/// Words by number.
#[derive(Debug, Default)]
pub struct Vocabulary {
    numbers: HashTable<u32>,
    hasher: RandomState,
    words: Vec<Known>,
}

/// Forms of a word and how often each was written.
type Forms = Vec<(Box<str>, u32)>;

#[derive(Debug)]
struct Known {
    key: Box<str>,
    /// How often it was written as its key, and how often otherwise.
    plain: u32,
    /// Most words have one form, and an empty box is a third of an empty list.
    forms: Option<Box<Forms>>,
}

impl Vocabulary {
    /// How many words there are; their numbers are below.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The number of a word that was written so, new or known.
    pub fn number(&mut self, key: &str, surface: &str) -> u32 {
        let hash = self.hasher.hash_one(key);
        let number = match self.numbers.find(hash, |number| *self.words[*number as usize].key == *key) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
                self.words.push(Known { key: key.into(), plain: 0, forms: None });
                let (words, hasher) = (&self.words, &self.hasher);
                self.numbers.insert_unique(hash, number, |number| hasher.hash_one(&*words[*number as usize].key));
                number
            }
        };
        self.words[number as usize].write(surface);
        number
    }

    /// The number of a known word.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        self.numbers.find(hash, |number| *self.words[*number as usize].key == *key).copied()
    }

    /// What all forms of a word have in common.
    #[must_use]
    pub fn key(&self, number: u32) -> &str {
        self.words.get(number as usize).map_or("", |known| &known.key)
    }

    /// The form in which a word is written most.
    #[must_use]
    pub fn shown(&self, number: u32) -> &str {
        let Some(known) = self.words.get(number as usize) else { return "" };
        let forms = known.forms.iter().flat_map(|forms| forms.iter()).map(|(form, count)| (*count, &**form));
        // Of forms that are written as often the shorter one, then the first of the alphabet, so that the answer is always the same.
        let rank = |(count, form): &(u32, &str)| (*count, std::cmp::Reverse((form.len(), (*form).to_owned())));
        let most = forms.max_by_key(rank);
        match most {
            Some((count, form)) if count > known.plain => form,
            _ if known.plain > 0 => &known.key,
            Some((_, form)) => form,
            None => &known.key,
        }
    }
}

impl Known {
    fn write(&mut self, surface: &str) {
        if *surface == *self.key {
            self.plain = self.plain.saturating_add(1);
            return;
        }
        let forms = self.forms.get_or_insert_default();
        if let Some((_, count)) = forms.iter_mut().find(|(form, _)| **form == *surface) {
            *count = count.saturating_add(1);
        } else if forms.len() < FORMS {
            forms.push((surface.into(), 1));
        }
    }
}
