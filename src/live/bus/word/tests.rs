//! What is said is what is heard, whatever room a word has.

use proptest::prelude::*;

use super::*;
use crate::domain::change::{ContestAct, Fact};
use crate::domain::contest::Contest;
use crate::domain::id::{ContestId, PersonId, TopicId};
use crate::domain::time::from_micros;

fn changes() -> impl Strategy<Value = Vec<Arc<Change>>> {
    (0..1_000_i64, prop::collection::vec("[a-z\"\\\\\n\u{e9}]{0,200}", 0..30)).prop_map(|(first, texts)| {
        let changes = texts.into_iter().zip(first + 1..).map(|(text, seq)| {
            let at = from_micros(1_700_000_000_000_000 + seq * 1_234_567);
            let (id, person, topic) = (ContestId(seq), PersonId(1), TopicId(2));
            let contest = Contest { id, person, topic, text, contested_at: at, withdrawn_at: None };
            Arc::new(Change { seq, at, fact: Fact::Contest { act: ContestAct::Contested, contest } })
        });
        changes.collect()
    })
}

proptest! {
    #[test]
    fn every_change_is_told_once_in_order_or_named_when_it_is_too_long(changes in changes(), limit in 250..2_000_usize) {
        let letters = Letter::with("name", &changes, limit).expect("letters");
        let (mut told, mut last) = (Vec::new(), 0);
        for letter in &letters {
            prop_assert!(letter.payload.len() <= limit + 100);
            let word = Word::read(&letter.payload, "name").expect("a word");
            prop_assert!(word.last > last && word.last == letter.last);
            last = word.last;
            prop_assert_eq!(word.changes.last().map_or(last, |change| change.seq), last);
            told.extend(word.changes);
        }
        prop_assert_eq!(last, changes.last().map_or(0, |change| change.seq));
        let short = |change: &&Arc<Change>| serde_json::to_string(&***change).expect("a text").len() <= limit;
        prop_assert_eq!(told, changes.iter().filter(short).map(|change| (**change).clone()).collect::<Vec<_>>());
    }
}

#[test]
fn what_is_no_word_or_about_another_database_is_refused() {
    let letter = Letter::without_changes("name", 7).expect("a letter");
    assert_eq!(Word::read(&letter.payload, "name").map(|word| (word.last, word.changes.len())).ok(), Some((7, 0)));
    assert_eq!(Word::read(&letter.payload, "other").err(), Some(Refused::Foreign));
    for garbage in [
        &b""[..],
        b"\xff\xfe",
        b"{}",
        b"[]",
        b"{\"database\":\"name\",\"last\":7}",
        b"{\"database\":\"name\",\"last\":7,\"changes\":[{}]}",
        b"{\"database\":\"name\",\"last\":\"7\",\"changes\":[]}",
        &letter.payload[1..],
    ] {
        assert_eq!(Word::read(garbage, "name").err(), Some(Refused::Broken), "{garbage:?}");
    }
}
