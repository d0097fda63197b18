//! Sentences that more than one content has: quotations, copies, forms that were filled in. Each counts for the first who said it.

use hashbrown::HashMap;

/// Who said which sentence.
#[derive(Debug, Default)]
pub(super) struct Prints {
    /// Nearly all sentences are said once. Of others one of those who said it.
    said: HashMap<u64, u32>,
    /// All who said what several did.
    shared: HashMap<u64, Vec<u32>>,
}

impl Prints {
    /// Makes room for so many sentences.
    pub fn reserve(&mut self, sentences: usize) {
        self.said.reserve(sentences);
    }

    pub fn add(&mut self, print: u64, slot: u32) {
        let one = *self.said.entry(print).or_insert(slot);
        if one != slot {
            let sayers = self.shared.entry(print).or_insert_with(|| vec![one]);
            if !sayers.contains(&slot) {
                sayers.push(slot);
            }
        }
    }

    pub fn remove(&mut self, print: u64, slot: u32) {
        let Some(sayers) = self.shared.get_mut(&print) else {
            if self.said.get(&print) == Some(&slot) {
                self.said.remove(&print);
            }
            return;
        };
        sayers.retain(|other| *other != slot);
        if let Some(one) = sayers.first() {
            self.said.insert(print, *one);
        }
        if sayers.len() < 2 {
            self.shared.remove(&print);
        }
    }

    /// Everybody who said it.
    pub fn sayers(&self, print: u64) -> &[u32] {
        match self.shared.get(&print) {
            Some(sayers) => sayers,
            None => self.said.get(&print).map(std::slice::from_ref).unwrap_or_default(),
        }
    }
}
