//! The words of a text, by their numbers in the vocabulary, in little room: there are more of them than of anything else.

use std::slice::Iter;

/// Marks the first of two units: what is packed has 31 bits at the most.
const TWO: u16 = 1 << 15;

/// A word where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number in the vocabulary, below 2^30 - 1.
    pub word: u32,
    /// Whether it stands in the title.
    pub titled: bool,
}

/// Words in their order, with gaps between those that do not stand side by side. A word that was known early takes two bytes, most
/// others four: words that are used much are known early.
///
/// ```
/// use peerlead::projection::archive::text::{Text, Token};
/// let word = |word, titled| Some(Token { word, titled });
/// let tokens = [word(0, true), None, word(16_382, false), word(16_383, false), word(16_383, true), word((1 << 30) - 2, true)];
/// let text: Text = tokens.into_iter().collect();
/// assert!(text.tokens().eq(tokens));
/// assert_eq!(text.words().count(), 5);
/// ```
#[derive(Debug, Default)]
pub struct Text(Box<[u16]>);

/// See [`Text::tokens`].
#[derive(Clone, Debug)]
pub struct Tokens<'a>(Iter<'a, u16>);

impl Text {
    /// Its words and the gaps between them.
    #[must_use]
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens(self.0.iter())
    }

    /// Its words alone.
    pub fn words(&self) -> impl Iterator<Item = Token> + '_ {
        self.tokens().flatten()
    }
}

impl FromIterator<Option<Token>> for Text {
    fn from_iter<I: IntoIterator<Item = Option<Token>>>(tokens: I) -> Self {
        let mut units = Vec::new();
        for token in tokens {
            // Zero is a gap.
            let packed = token.map_or(0, |token| (token.word << 1 | u32::from(token.titled)) + 1);
            match u16::try_from(packed) {
                Ok(unit) if unit < TWO => units.push(unit),
                _ => units.extend([TWO | (packed >> 16) as u16, (packed & 0xffff) as u16]),
            }
        }
        Self(units.into())
    }
}

impl Iterator for Tokens<'_> {
    type Item = Option<Token>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = *self.0.next()?;
        let packed =
            if first < TWO { u32::from(first) } else { u32::from(first & !TWO) << 16 | u32::from(*self.0.next()?) };
        Some(packed.checked_sub(1).map(|packed| Token { word: packed >> 1, titled: packed & 1 == 1 }))
    }
}
