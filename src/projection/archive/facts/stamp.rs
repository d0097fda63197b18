//! When something last changed around a topic, so that what was counted of it can be used again.

use super::{Facts, Kept, Numbers};

/// How many changes there may be between two readings.
const SPAN: u64 = 1 << 40;

/// A number for each topic that moves with every change around it, and the latest moment at which anything happened there.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    last: u64,
    /// Of what concerns everything.
    all: u64,
    topics: Vec<(u64, i64)>,
}

impl Facts {
    /// Nothing yet. Facts that are read anew, with a higher number, never have a stamp that older ones had.
    #[must_use]
    pub fn of_reading(number: u64) -> Self {
        let last = number * SPAN;
        Self { stamps: Stamps { last, all: last, topics: Vec::new() }, ..Self::default() }
    }

    /// Takes note that something changed around a content: also around what it answers, and where that is on no topic of its own around
    /// what that answers. So far evidence reaches: an answer without topics is work on the topics of what it answers, and whoever
    /// answers it acknowledges it.
    pub(super) fn stamp(&mut self, slot: u32) {
        self.stamps.last += 1;
        let kept = &self.contents[slot as usize];
        let moment = kept.at.max(kept.voted_at);
        let above = |kept: &Kept| kept.parent.and_then(|parent| self.content(parent));
        let parent = above(kept);
        let beyond = parent.filter(|parent| parent.topics.is_empty()).and_then(above);
        let answered = [parent, beyond].into_iter().flatten().flat_map(|kept| &kept.topics);
        let topics: Numbers = kept.topics.iter().chain(answered).copied().collect();
        for topic in &topics {
            let place = *topic as usize;
            if self.stamps.topics.len() <= place {
                self.stamps.topics.resize(place + 1, (0, i64::MIN));
            }
            let (stamp, latest) = &mut self.stamps.topics[place];
            (*stamp, *latest) = (self.stamps.last, moment.max(*latest));
        }
    }

    /// Takes note that a content is new where it stands: so are its answers, and what answers those that are on no topic of their own.
    pub(super) fn stamp_answers(&mut self, slot: u32) {
        for answer in self.answers_to(slot) {
            self.stamp(answer);
            if self.contents[answer as usize].topics.is_empty() {
                self.answers_to(answer).into_iter().for_each(|answer| self.stamp(answer));
            }
        }
    }

    fn answers_to(&self, slot: u32) -> Vec<u32> {
        self.replies.get(&self.contents[slot as usize].id).cloned().unwrap_or_default()
    }

    /// Takes note that something changed that concerns everything.
    pub(super) const fn stamp_all(&mut self) {
        self.stamps.last += 1;
        self.stamps.all = self.stamps.last;
    }

    /// What is counted of a topic is the same as long as this is.
    #[must_use]
    pub fn stamp_of(&self, topic: u32) -> u64 {
        self.stamps.topics.get(topic as usize).map_or(0, |(stamp, _)| *stamp).max(self.stamps.all)
    }

    /// Whether nothing around a topic happened after a moment.
    #[must_use]
    pub fn is_past(&self, topic: u32, at: i64) -> bool {
        self.stamps.topics.get(topic as usize).is_none_or(|(_, latest)| *latest <= at)
    }
}
