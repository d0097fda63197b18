//! Words out of a sentence.
//!
//! Where words are written with spaces, a word begins with a letter, and `+`, `#`, `.` and `-` may stand inside it, so that `c++`,
//! `node.js` and `well-known` are words. Chinese, Japanese, Thai, Lao, Khmer and Burmese are cut by ICU's dictionaries.

use std::sync::LazyLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest word, in characters; what is longer was made by a machine.
const LONGEST: usize = 40;

/// Up to `most` words of a sentence in their order; `None` for a number or a mark between them that keeps them apart.
pub(super) fn words(sentence: &str, most: usize) -> Vec<Option<String>> {
    let normal;
    let sentence = if sentence.is_ascii() {
        sentence
    } else {
        // Not NFKC: it takes vowels of Thai apart, and no dictionary knows the word any more.
        normal = sentence.nfc().map(narrow).collect::<String>();
        &normal
    };
    let mut found = Vec::new();
    let mut rest = sentence;
    while let (Some(c), true) = (rest.chars().next(), found.len() < most) {
        let length = if is_unspaced(c) {
            let length = run(rest, is_unspaced);
            unspaced(&rest[..length], &mut found);
            length
        } else if c.is_alphabetic() {
            let length = spaced(rest);
            found.push(Some(rest[..length].to_owned()).filter(|word| is_word(word)));
            length
        } else {
            if !c.is_whitespace() {
                found.push(None);
            }
            // A number, an identifier that begins with a digit, an emoji.
            if c.is_alphanumeric() { run(rest, is_inside) } else { c.len_utf8() }
        };
        rest = &rest[length..];
    }
    found.truncate(most);
    found
}

/// Whether a word is long enough to say something: three letters, or two that are written large or are more than letters.
pub(super) fn is_long_enough(word: &str) -> bool {
    let (mut count, mut large) = (0, true);
    for c in word.chars().take(3) {
        count += 1;
        large &= !c.is_lowercase();
    }
    match word.chars().next() {
        // One sign is a syllable or a particle; short words in the syllables of grammar are grammar.
        Some(c) if is_unspaced(c) => count > 1 && !(word.chars().all(is_hiragana) && word.chars().count() < 5),
        Some(c) if is_hangul(c) => count > 1,
        _ => count > 2 || (count == 2 && large),
    }
}

/// The usual form of the wide letters of East Asian typesetting.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// The length of the part of a text, from its start, that has only such characters.
fn run(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

fn is_inside(c: char) -> bool {
    (c.is_alphanumeric() || c == '_' || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')) && !is_unspaced(c)
}

/// The length of the word that a text begins with. An apostrophe ends it: what stands beyond is grammar, as in `don't` and `l'eau`.
fn spaced(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_inside(c) || (at > 0 && matches!(c, '+' | '#')) {
            end = at + c.len_utf8();
        } else if !matches!(c, '.' | '-') {
            break;
        }
    }
    end
}

/// Whether it is a word and not the name of a change or a key.
fn is_word(word: &str) -> bool {
    let hex = word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    !hex && word.chars().count() <= LONGEST
}

fn unspaced(text: &str, found: &mut Vec<Option<String>>) {
    static SEGMENTER: LazyLock<WordSegmenterBorrowed<'static>> =
        LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));
    let mut start = 0;
    for end in SEGMENTER.segment_str(text).filter(|end| *end > 0) {
        let word = &text[start..end];
        found.push(word.chars().any(char::is_alphabetic).then(|| word.to_owned()));
        start = end;
    }
}

const fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}')
}

const fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Scripts that are written without spaces: Thai, Lao, Burmese, Khmer, kana, and the signs of Chinese.
const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
