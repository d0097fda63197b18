//! What is said in contents: each sentence counts for who said it first.

use super::Facts;
use crate::domain::id::ContentId;
use crate::domain::term::Sentence;
use crate::projection::archive::text::Token;

impl Facts {
    /// Takes note of a content's text. What comes back are contents whose text has to be told again, because a sentence of theirs
    /// is now somebody else's, or theirs again.
    pub fn put_text(&mut self, slot: u32, sentences: &[Sentence]) -> Vec<ContentId> {
        let before = std::mem::take(&mut self.contents[slot as usize].prints);
        let after: Box<[u64]> = if self.contents[slot as usize].visible {
            sentences.iter().filter_map(|sentence| sentence.print).collect()
        } else {
            Box::default()
        };
        let mut stale = Vec::new();
        let mut affected: Vec<u64> = before.iter().chain(&after).copied().collect();
        affected.sort_unstable();
        affected.dedup();
        let owned: Vec<Option<u32>> = affected.iter().map(|print| self.first_sayer(*print)).collect();
        before.iter().for_each(|print| self.prints.remove(*print, slot));
        after.iter().for_each(|print| self.prints.add(*print, slot));
        for (print, was) in affected.iter().zip(owned) {
            let is = self.first_sayer(*print);
            if was != is {
                stale.extend([was, is].into_iter().flatten().filter(|other| *other != slot));
            }
        }
        let mut tokens: Vec<Option<Token>> = Vec::new();
        for sentence in sentences {
            let is_own = sentence.print.is_none_or(|print| self.first_sayer(print).is_none_or(|sayer| sayer == slot));
            if is_own {
                tokens.extend(sentence.words.iter().map(|word| {
                    let word = word.as_ref()?;
                    Some(Token { word: self.vocabulary.number(&word.key, &word.surface), titled: sentence.in_title })
                }));
            }
            tokens.push(None);
        }
        tokens.dedup_by(|a, b| a.is_none() && b.is_none());
        let kept = &mut self.contents[slot as usize];
        (kept.text, kept.prints) = (tokens.into_iter().collect(), after);
        let at = kept.at;
        self.touch(at);
        stale.sort_unstable();
        stale.dedup();
        stale.into_iter().map(|slot| self.contents[slot as usize].id).collect()
    }

    /// The first who said a sentence.
    fn first_sayer(&self, print: u64) -> Option<u32> {
        let time = |slot: &u32| (self.contents[*slot as usize].at, self.contents[*slot as usize].id);
        self.prints.sayers(print).iter().copied().min_by_key(time)
    }
}
