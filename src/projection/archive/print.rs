//! Sentences that more than one content has: quotations, copies, forms that were filled in. Each counts for the first who said it.

use hashbrown::HashMap;

/// Who said which sentence.
#[derive(Debug, Default)]
pub(super) struct Prints {
    said: HashMap<u64, Sayers>,
}

#[derive(Debug)]
enum Sayers {
    One(u32),
    #[expect(clippy::box_collection, reason = "nearly all sentences are said once")]
    Many(Box<Vec<u32>>),
}

impl Prints {
    pub fn add(&mut self, print: u64, slot: u32) {
        let sayers = self.said.entry(print).or_insert(Sayers::One(slot));
        match sayers {
            Sayers::One(one) if *one != slot => *sayers = Sayers::Many(Box::new(vec![*one, slot])),
            Sayers::Many(many) if !many.contains(&slot) => many.push(slot),
            _ => {}
        }
    }

    pub fn remove(&mut self, print: u64, slot: u32) {
        match self.said.get_mut(&print) {
            Some(Sayers::One(one)) if *one == slot => drop(self.said.remove(&print)),
            Some(Sayers::Many(many)) => {
                many.retain(|other| *other != slot);
                if let [last] = many[..] {
                    self.said.insert(print, Sayers::One(last));
                }
            }
            _ => {}
        }
    }

    /// Everybody who said it.
    pub fn sayers(&self, print: u64) -> &[u32] {
        match self.said.get(&print) {
            Some(Sayers::One(one)) => std::slice::from_ref(one),
            Some(Sayers::Many(many)) => many,
            None => &[],
        }
    }
}
