//! When something last changed around a topic, so that what was counted of it can be used again.

use super::Facts;

/// How many changes there may be between two readings.
const SPAN: u64 = 1 << 40;

/// A number for each topic that moves with every change around it.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    last: u64,
    /// Of what concerns everything.
    all: u64,
    topics: Vec<u64>,
}

impl Facts {
    /// Nothing yet. Facts that are read anew, with a higher number, never have a stamp that older ones had.
    #[must_use]
    pub fn of_reading(number: u64) -> Self {
        let last = number * SPAN;
        Self { stamps: Stamps { last, all: last, topics: Vec::new() }, ..Self::default() }
    }

    /// Takes note that something changed around a content: also around what it answers.
    pub(super) fn stamp(&mut self, slot: u32) {
        self.stamps.last += 1;
        let kept = &self.contents[slot as usize];
        let parent = kept.parent.and_then(|parent| self.slots.get(&parent));
        let above = parent.map(|parent| &*self.contents[*parent as usize].topics).unwrap_or_default();
        for topic in kept.topics.iter().chain(above) {
            let place = *topic as usize;
            if self.stamps.topics.len() <= place {
                self.stamps.topics.resize(place + 1, 0);
            }
            self.stamps.topics[place] = self.stamps.last;
        }
    }

    /// Takes note that something changed that concerns everything.
    pub(super) const fn stamp_all(&mut self) {
        self.stamps.last += 1;
        self.stamps.all = self.stamps.last;
    }

    /// What is counted of a topic is the same as long as this is.
    #[must_use]
    pub fn stamp_of(&self, topic: u32) -> u64 {
        self.stamps.topics.get(topic as usize).copied().unwrap_or_default().max(self.stamps.all)
    }

    /// Whether nothing around a topic happened after a moment.
    #[must_use]
    pub fn is_past(&self, topic: u32, at: i64) -> bool {
        let slots = self.on_topics.get(topic as usize).map(Vec::as_slice).unwrap_or_default();
        let is_past = |slot: &u32| {
            let kept = &self.contents[*slot as usize];
            kept.at <= at && kept.voted_at <= at
        };
        slots.iter().all(|slot| {
            let replies = self.replies.get(&self.contents[*slot as usize].id).map(Vec::as_slice).unwrap_or_default();
            is_past(slot) && replies.iter().all(is_past)
        })
    }
}
