//! Votes that are told in turn are told as the rule says.

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::domain::ballot::Ballot;
use crate::domain::content::{Card, Subject};
use crate::domain::id::{ContentId, PersonId, SourceId};

const QUORUM: usize = 3;

/// A content with votes of different people, each so long after the one before; with no time between them two are of the same moment.
fn rated(pauses: &[i64]) -> (Facts, Vec<(i64, u32)>) {
    let mut facts = Facts { quorum: QUORUM, ..Facts::default() };
    let subject =
        Subject { content: ContentId(1), source: SourceId(1), authors: vec![], topics: vec![], visible: true };
    let (kind, published_at) = ("post".to_owned(), DateTime::UNIX_EPOCH);
    let (external_id, tally) = (String::new(), Ballot::default());
    facts.put_card(&Card { subject, external_id, kind, parent: None, published_at, tally });
    let mut at = 0;
    for (rater, pause) in (0..).zip(pauses) {
        at += pause;
        facts.put_vote(ContentId(1), PersonId(rater), Some(2), at);
    }
    let votes = facts.contents[0].votes.iter().map(|vote| (vote.at, vote.rater)).collect();
    (facts, votes)
}

proptest! {
    /// With and without votes of the same moment.
    #[test]
    fn votes_are_told_as_the_rule_says(pauses in prop::collection::vec(0_i64..4, 0..40), from in 0_i64..60, length in 0_i64..60) {
        let (facts, votes) = rated(&pauses);
        let to = from + length;
        let given = votes.iter().copied().filter(|(at, _)| *at <= to);
        let moments: Vec<i64> = tellings(given.clone(), QUORUM).collect();
        let told: Vec<(i64, u32)> = given.filter(|(at, _)| moments.last().is_some_and(|last| at <= last)).collect();
        let when = |at: i64| moments.iter().copied().find(|moment| *moment >= at).unwrap_or(i64::MIN);
        let within: Vec<(i64, u32)> =
            told.iter().map(|(at, rater)| (when(*at), *rater)).filter(|(at, _)| *at > from).collect();
        let kept = &facts.contents[0];
        prop_assert_eq!(facts.told_at(kept, to).iter().map(|vote| (vote.at, vote.rater)).collect::<Vec<_>>(), told);
        prop_assert_eq!(facts.told_within(kept, from, to).to_vec(), within);
    }
}

/// What somebody does: rates the content so, or takes their rating back.
fn deeds() -> impl Strategy<Value = Vec<(i64, i64, Option<i16>)>> {
    prop::collection::vec((0_i64..8, 0_i64..4, prop::option::of(-2_i16..3)), 0..40)
}

proptest! {
    /// With changes of mind: what is told holds at the last telling, and every vote that came to be told is told once.
    #[test]
    fn what_was_taken_back_is_told_as_the_rule_says(deeds in deeds(), from in 0_i64..60, length in 0_i64..60) {
        let (mut facts, _) = rated(&[]);
        let (mut at, mut moves, mut held) = (0, Vec::new(), std::collections::BTreeMap::new());
        let to = from + length;
        // Who held what at each moment, by the rule and not by the archive.
        let mut moments = Vec::new();
        for (rater, pause, step) in deeds {
            at += pause + 1;
            if held.get(&rater).copied() == step {
                continue;
            }
            facts.put_vote(ContentId(1), PersonId(rater), step, at);
            let number = facts.number_of(PersonId(rater)).unwrap_or(u32::MAX);
            match step {
                Some(step) => held.insert(rater, step),
                None => held.remove(&rater),
            };
            moves.push((at, number));
            moments.push((at, held.clone()));
        }
        let told: Vec<i64> = tellings(moves.into_iter().filter(|(at, _)| *at <= to), QUORUM).collect();
        let at_last = told.last().and_then(|last| moments.iter().find(|(at, _)| at == last));
        let mut expected: Vec<i8> = at_last
            .filter(|(_, held)| held.len() >= QUORUM)
            .map(|(_, held)| held.values().filter_map(|step| i8::try_from(*step).ok()).collect())
            .unwrap_or_default();
        let kept = &facts.contents[0];
        let mut steps: Vec<i8> = facts.told_at(kept, to).iter().map(|vote| vote.step).collect();
        let times: Vec<i64> = facts.told_at(kept, to).iter().map(|vote| vote.at).collect();
        prop_assert!(times.is_sorted());
        expected.sort_unstable();
        steps.sort_unstable();
        prop_assert_eq!(steps, expected);
        let within = facts.told_within(kept, from, to);
        prop_assert!(within.iter().all(|(at, _)| *at > from && told.contains(at)));
    }
}

proptest! {
    /// Told in whatever order: what is remembered of the tellings is what the rule says of all that moved it.
    #[test]
    fn tellings_are_remembered_as_they_are_reckoned(
        deeds in prop::collection::vec((0_i64..6, 0_i64..30, prop::option::of(-2_i16..3)), 0..40),
        at in 0_i64..30,
    ) {
        let (mut facts, _) = rated(&[]);
        for (rater, at, step) in deeds {
            facts.put_vote(ContentId(1), PersonId(rater), step, at);
        }
        let kept = &facts.contents[0];
        let reckoned: Vec<i64> = tellings(facts.moves(kept, i64::MIN), QUORUM).filter(|told| *told <= at).collect();
        if kept.is_plain() {
            prop_assert!(kept.told().is_empty());
        } else {
            prop_assert_eq!(facts.tellings(kept, at).into_owned(), reckoned);
        }
        prop_assert_eq!(facts.count_at(kept, at), facts.votes_at(kept, at).len());
    }
}
