//! The index tells exactly those whom a look at everybody would find.

use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::domain::ballot::Ballot;
use crate::domain::change::RatingFact;

/// Notes what it hears.
#[derive(Default)]
struct Ear(Mutex<Vec<i64>>);

impl Hears for Ear {
    fn hear(&self, change: &Arc<Change>) {
        self.0.lock().expect("a lock").push(change.seq);
    }

    fn end(&self, _: &Gap) {}
}

fn branch(all: BTreeSet<TopicId>) -> Branch {
    Branch { topic: TopicId(0), below: true, all }
}

fn interests() -> impl Strategy<Value = Interest> {
    let few = || prop::option::weighted(0.3, 0..4_i64);
    let topics =
        prop::option::weighted(0.3, prop::collection::btree_set((0..4_i64).prop_map(TopicId), 1..3).prop_map(branch));
    let nouns =
        prop::option::weighted(0.3, prop::sample::subsequence(vec![Noun::Rating, Noun::Person, Noun::Content], 1..3));
    (nouns, few(), topics, few(), few(), few()).prop_map(|(nouns, content, topics, author, source, person)| Interest {
        nouns,
        content: content.map(ContentId),
        topics,
        author: author.map(PersonId),
        source: source.map(SourceId),
        person: person.map(PersonId),
    })
}

fn subjects() -> impl Strategy<Value = Subject> {
    let ids = || prop::collection::vec(0..4_i64, 0..3);
    (0..4_i64, 0..4_i64, ids(), ids()).prop_map(|(content, source, authors, topics)| Subject {
        content: ContentId(content),
        source: SourceId(source),
        authors: authors.into_iter().map(PersonId).collect(),
        topics: topics.into_iter().map(TopicId).collect(),
        visible: true,
    })
}

fn rating(seq: i64, subject: Subject) -> Arc<Change> {
    let (at, tally) = (chrono::DateTime::UNIX_EPOCH, Ballot::default());
    let fact = RatingFact { rater: PersonId(9), subject, before: None, after: None, kind: None, rated_at: at, tally };
    Arc::new(Change { seq, at, fact: Fact::Rating(fact) })
}

#[test]
fn a_branch_hears_of_what_it_has_become() {
    let on = |seq, topic| {
        let topics = vec![TopicId(topic)];
        rating(seq, Subject { content: ContentId(1), source: SourceId(1), authors: Vec::new(), topics, visible: true })
    };
    let topic = |id, parent: Option<i64>| {
        let (slug, name, description) = (String::new(), String::new(), String::new());
        let (parent, created_at) = (parent.map(TopicId), chrono::DateTime::UNIX_EPOCH);
        Topic { id: TopicId(id), slug, name, description, parent, main: None, emergent: true, created_at }
    };
    let (mut index, ear) = (Interests::default(), Arc::new(Ear::default()));
    let interest = Interest { topics: Some(branch([TopicId(0)].into())), ..Interest::default() };
    let number = index.add(interest, Arc::clone(&ear) as Arc<dyn Hears>);
    index.tell(&on(1, 5));
    index.regrow(&topic(5, Some(0)), |_| [TopicId(0), TopicId(5)].into());
    index.tell(&on(2, 5));
    index.regrow(&topic(7, Some(6)), |_| unreachable!("it has nothing to do with the branch"));
    index.regrow(&topic(5, None), |_| [TopicId(0)].into());
    index.tell(&on(3, 5));
    index.tell(&on(4, 0));
    assert_eq!(*ear.0.lock().expect("a lock"), [2, 4]);
    index.remove(number);
    assert!(index.is_empty() && index.words.is_empty());
}

proptest! {
    #[test]
    fn everybody_hears_what_they_asked_for_once_and_in_order_until_they_go(
        asked in prop::collection::vec(interests(), 1..20),
        happens in prop::collection::vec(subjects(), 1..20),
        gone in any::<prop::sample::Index>(),
    ) {
        let mut index = Interests::default();
        let ears: Vec<_> = asked.iter().map(|interest| {
            let ear = Arc::new(Ear::default());
            (index.add(interest.clone(), Arc::clone(&ear) as Arc<dyn Hears>), ear)
        }).collect();
        let changes: Vec<_> = (1..).zip(happens).map(|(seq, subject)| rating(seq, subject)).collect();
        for change in &changes {
            index.tell(change);
        }
        let gone = gone.index(ears.len());
        index.remove(ears[gone].0);
        let more: Vec<_> = (100..).zip(&changes).map(|(seq, change)| Arc::new(Change { seq, ..Change::clone(change) })).collect();
        for change in &more {
            index.tell(change);
        }
        for (number, (interest, (_, ear))) in asked.iter().zip(&ears).enumerate() {
            let after: &[Arc<Change>] = if number == gone { &[] } else { &more };
            let expected: Vec<i64> =
                changes.iter().chain(after).filter(|change| interest.matches(&change.fact)).map(|change| change.seq).collect();
            prop_assert_eq!(&*ear.0.lock().expect("a lock"), &expected);
        }
        for (number, _) in &ears {
            index.remove(*number);
        }
        prop_assert!(index.is_empty() && index.words.is_empty());
    }
}
