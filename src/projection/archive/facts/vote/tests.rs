//! Votes that are told in turn are told as the rule says.

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::domain::ballot::Ballot;
use crate::domain::content::{Card, Subject};
use crate::domain::id::SourceId;

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
