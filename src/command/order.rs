//! Topics in an order in which each comes after those it names.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::lines::Place;
use crate::domain::ingest::TopicItem;
use crate::domain::text::slugify;

/// Parents and main topics first, otherwise as they stand in the file. Second, those that name themselves by a detour.
#[must_use]
pub fn named_first(topics: Vec<(Place, TopicItem)>) -> (Vec<(Place, TopicItem)>, Vec<Place>) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for (at, (_, topic)) in topics.iter().enumerate() {
        first.entry(slugify(&topic.slug)).or_insert(at);
    }
    // What each waits for, and who waits for each. A topic that is not in the file may be in the database.
    let mut waits = vec![0_usize; topics.len()];
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); topics.len()];
    for (at, (_, topic)) in topics.iter().enumerate() {
        let named = topic.parent.iter().chain(&topic.synonym_of).filter_map(|slug| first.get(&slugify(slug)));
        // A later line about the same topic comes after the first one.
        let own = first.get(&slugify(&topic.slug)).filter(|own| **own != at);
        for other in named.chain(own) {
            waits[at] += 1;
            waiting[*other].push(at);
        }
    }
    // The first in the file of those who wait for nothing any more: a file in a good order keeps it.
    let mut ready: BinaryHeap<Reverse<usize>> = (0..topics.len()).filter(|at| waits[*at] == 0).map(Reverse).collect();
    let mut topics: Vec<Option<(Place, TopicItem)>> = topics.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(topics.len());
    while let Some(Reverse(at)) = ready.pop() {
        ordered.extend(topics[at].take());
        for next in std::mem::take(&mut waiting[at]) {
            waits[next] -= 1;
            if waits[next] == 0 {
                ready.push(Reverse(next));
            }
        }
    }
    let circle = topics.into_iter().flatten().map(|(place, _)| place).collect();
    (ordered, circle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_follow_their_parents_and_circles_are_found() {
        let line = |number, slug: &str, parent: Option<&str>| {
            let topic = TopicItem {
                slug: slug.to_owned(),
                name: None,
                description: None,
                parent: parent.map(str::to_owned),
                synonym_of: None,
                emergent: None,
            };
            (Place { number, offset: 0 }, topic)
        };
        let file = vec![
            line(1, "leaf", Some("Branch")),
            line(2, "branch", Some("root")),
            line(3, "a", Some("b")),
            line(4, "b", Some("a")),
            line(5, "root", Some("elsewhere")),
            line(6, "root", None),
            line(7, "self", Some("self")),
        ];
        let (ordered, circle) = named_first(file);
        let numbers = |places: Vec<Place>| places.into_iter().map(|place| place.number).collect::<Vec<_>>();
        assert_eq!(numbers(ordered.into_iter().map(|(place, _)| place).collect()), [5, 2, 1, 6]);
        assert_eq!(numbers(circle), [3, 4, 7]);
    }
}
