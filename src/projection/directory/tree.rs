//! The tree of topics as it is, and as it was at any place of the log.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use crate::domain::change::TopicFact;
use crate::domain::id::TopicId;
use crate::domain::topic::{Position, Topic};

/// Every topic, and how they hang together.
#[derive(Debug, Default)]
pub struct Topics {
    pub by_id: HashMap<TopicId, (i64, Arc<Topic>)>,
    pub by_slug: HashMap<String, TopicId>,
    children: HashMap<TopicId, Vec<TopicId>>,
    /// The other words for a topic.
    synonyms: HashMap<TopicId, Vec<TopicId>>,
    /// By the numbers of the changes that moved a topic: which, and where it stood before.
    moves: BTreeMap<i64, (TopicId, Position)>,
}

impl Topics {
    /// Takes a topic as it is after the change `seq`, unless it is known as it was later.
    pub fn put(&mut self, seq: i64, topic: &Topic) {
        match self.by_id.get(&topic.id) {
            Some((known, _)) if *known >= seq => return,
            Some((_, old)) => {
                let siblings = old.parent.and_then(|parent| self.children.get_mut(&parent));
                let synonyms = old.main.and_then(|main| self.synonyms.get_mut(&main));
                for others in siblings.into_iter().chain(synonyms) {
                    others.retain(|other| *other != topic.id);
                }
                self.by_slug.remove(&old.slug);
            }
            None => {}
        }
        if let Some(parent) = topic.parent {
            self.children.entry(parent).or_default().push(topic.id);
        }
        if let Some(main) = topic.main {
            self.synonyms.entry(main).or_default().push(topic.id);
        }
        self.by_slug.insert(topic.slug.clone(), topic.id);
        self.by_id.insert(topic.id, (seq, Arc::new(topic.clone())));
    }

    /// Remembers where a topic stood that has moved.
    pub fn note_move(&mut self, seq: i64, fact: &TopicFact) {
        if let Some(position) = fact.moved_from {
            self.moves.insert(seq, (fact.topic.id, position));
        }
    }

    /// The tree as it was after the change `seq`; with topics that were made later, on which nothing had happened by then.
    pub fn after(&self, seq: i64) -> Tree<'_> {
        let later = self.moves.range((Bound::Excluded(seq), Bound::Unbounded));
        // Of several moves of one topic the first one tells where it stood.
        Tree { topics: self, stood: later.rev().map(|(_, moved)| *moved).collect() }
    }
}

/// The tree at one place of the log.
pub struct Tree<'a> {
    topics: &'a Topics,
    /// Where those stood that have moved since.
    stood: HashMap<TopicId, Position>,
}

impl Tree<'_> {
    /// A topic and everything below it.
    pub fn subtree(&self, root: TopicId) -> HashSet<TopicId> {
        let (mut found, mut open) = (HashSet::from([root]), vec![root]);
        while let Some(id) = open.pop() {
            let children = self.hanging(&self.topics.children, |position| position.parent, id);
            open.extend(children.filter(|child| found.insert(*child)));
        }
        found
    }

    /// A topic, or the one that it is another word for, perhaps with everything below it; and all other words for those.
    pub fn branch(&self, topic: TopicId, below: bool) -> BTreeSet<TopicId> {
        let main = self.position(topic).and_then(|position| position.main).unwrap_or(topic);
        let mut all: BTreeSet<_> = if below { self.subtree(main).into_iter().collect() } else { [main].into() };
        for main in all.clone() {
            all.extend(self.hanging(&self.topics.synonyms, |position| position.main, main));
        }
        all
    }

    fn position(&self, id: TopicId) -> Option<Position> {
        self.stood.get(&id).copied().or_else(|| self.topics.by_id.get(&id).map(|(_, topic)| topic.position()))
    }

    /// What hangs on a topic, by what hangs there now and by what it hung on when it stood elsewhere.
    fn hanging<'a>(
        &'a self,
        now: &'a HashMap<TopicId, Vec<TopicId>>,
        on: fn(&Position) -> Option<TopicId>,
        id: TopicId,
    ) -> impl Iterator<Item = TopicId> + 'a {
        let stayed = now.get(&id).into_iter().flatten().filter(|other| !self.stood.contains_key(other));
        let gone = self.stood.iter().filter(move |(_, position)| on(position) == Some(id)).map(|(other, _)| other);
        stayed.chain(gone).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COUNT: i64 = 6;

    fn topic(id: i64, position: Position) -> Topic {
        let (slug, name, description) = (id.to_string(), String::new(), String::new());
        let Position { parent, main } = position;
        let created_at = chrono::DateTime::UNIX_EPOCH;
        Topic { id: TopicId(id), slug, name, description, parent, main, emergent: true, created_at }
    }

    fn positions() -> impl Strategy<Value = Position> {
        let some = || prop::option::of((0..COUNT).prop_map(TopicId));
        (some(), some()).prop_map(|(parent, main)| Position { parent, main })
    }

    fn branches(tree: &Tree<'_>) -> Vec<BTreeSet<TopicId>> {
        (0..COUNT).flat_map(|id| [false, true].map(|below| tree.branch(TopicId(id), below))).collect()
    }

    proptest! {
        #[test]
        fn the_tree_is_told_as_it_was_after_every_change(
            moves in prop::collection::vec((0..COUNT, positions()), 1..20),
        ) {
            let mut topics = Topics::default();
            (0..COUNT).for_each(|id| topics.put(0, &topic(id, Position { parent: None, main: None })));
            let mut seen = vec![branches(&topics.after(0))];
            for (seq, (id, position)) in (1..).zip(moves) {
                let fact = TopicFact::of(topic(id, position), Some(&topics.by_id[&TopicId(id)].1));
                topics.put(seq, &fact.topic);
                topics.note_move(seq, &fact);
                seen.push(branches(&topics.after(seq)));
            }
            for (seq, seen) in (0..).zip(&seen) {
                prop_assert_eq!(&branches(&topics.after(seq)), seen);
            }
        }
    }
}
