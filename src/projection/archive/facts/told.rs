//! Which votes everybody may know of, and when they came to be told.

use std::borrow::Cow;

use itertools::Itertools;
use smallvec::SmallVec;

use super::vote::given_after;
use super::{Facts, Kept};
use crate::domain::ballot::tellings;
use crate::domain::trend::fair::Vote;
use crate::projection::archive::marks::Marks;

impl Facts {
    /// The votes of which everybody may know at a moment what they say: all where ratings are public acts, else those that were given
    /// until enough people had moved them together, if they are so many.
    #[must_use]
    pub fn told_at<'a>(&self, kept: &'a Kept, at: i64) -> Cow<'a, [Vote]> {
        if self.quorum <= 1 || self.is_public(kept.source) {
            return self.votes_at(kept, at);
        }
        if let Some(told) = self.told_in_turn(kept, at) {
            return Cow::Borrowed(told);
        }
        let told = self.tellings(kept, at).last().map(|last| self.votes_at(kept, *last));
        told.filter(|told| told.len() >= self.quorum).unwrap_or(Cow::Borrowed(&[]))
    }

    /// The votes that came to be told after `from` up to `to` and held then, each with the moment at which it was told: where ratings
    /// are public acts that at which it was given, else that at which enough people had moved the tally together.
    #[must_use]
    pub fn told_within(&self, kept: &Kept, from: i64, to: i64) -> SmallVec<[(i64, u32); 8]> {
        let mut told = SmallVec::new();
        self.each_told_within(kept, from, to, |at, rater| told.push((at, rater)));
        told
    }

    /// Tells the same of all contents that count, one content after the other.
    pub fn each_of_all_told_within<'a>(&'a self, from: i64, to: i64, mut tell: impl FnMut(&'a Kept, i64, u32)) {
        for slot in self.rated_within(from, to) {
            let kept = &self.contents[slot as usize];
            if kept.counts() {
                self.each_told_within(kept, from, to, |at, rater| tell(kept, at, rater));
            }
        }
    }

    /// Contents that somebody rated, or took a rating back of, after `from` up to `to`, by their numbers in their order.
    fn rated_within(&self, from: i64, to: i64) -> Vec<u32> {
        let mut marks = Marks::new(self.contents.len());
        self.casts(from, to).iter().for_each(|cast| marks.mark(cast.slot));
        marks.marked().collect()
    }

    fn each_told_within(&self, kept: &Kept, from: i64, to: i64, mut tell: impl FnMut(i64, u32)) {
        if self.quorum <= 1 || self.is_public(kept.source) {
            for vote in self.votes_since(kept, from, to).iter() {
                tell(vote.at, vote.rater);
            }
            return;
        }
        if let Some(told) = self.told_in_turn(kept, to) {
            // Those whom the first vote after `from` belongs to, and all after them.
            let known = (told.len() - given_after(told, from).len()) / self.quorum * self.quorum;
            for votes in told[known..].chunks_exact(self.quorum) {
                for vote in votes {
                    tell(votes[votes.len() - 1].at, vote.rater);
                }
            }
            return;
        }
        let told = self.tellings(kept, to);
        let (before, within) = told.split_at(told.partition_point(|moment| *moment <= from));
        let Some(last) = within.last().filter(|last| self.count_at(kept, **last) >= self.quorum) else { return };
        for vote in self.votes_since(kept, before.last().copied().unwrap_or(i64::MIN), *last).iter() {
            if let Some(at) = within.get(within.partition_point(|moment| *moment < vote.at)) {
                tell(*at, vote.rater);
            }
        }
    }

    /// The votes of a content that are told at a moment, where that is plain to see: nobody took theirs back and no two are of the
    /// same moment, so they were told as many at a time as the quorum is.
    fn told_in_turn<'a>(&self, kept: &'a Kept, at: i64) -> Option<&'a [Vote]> {
        if !kept.is_plain() || self.bots_rated {
            return None;
        }
        let given = kept.votes_up_to(at);
        Some(&given[..given.len() - given.len() % self.quorum])
    }

    /// The moments up to one at which it came to be told how a content that is not plain was rated.
    fn tellings<'a>(&self, kept: &'a Kept, at: i64) -> Cow<'a, [i64]> {
        if self.bots_rated {
            return Cow::Owned(
                tellings(self.moves(kept, i64::MIN).filter(|(moment, _)| *moment <= at), self.quorum).collect(),
            );
        }
        Cow::Borrowed(&kept.told()[..kept.told().partition_point(|moment| *moment <= at)])
    }

    /// Takes note of when it came to be told how a content was rated, if that is not plain to see, after something moved it at a moment.
    pub(super) fn retell(&mut self, slot: u32, since: i64) {
        let kept = &self.contents[slot as usize];
        if kept.is_plain() || self.quorum <= 1 {
            if let Some(beside) = &mut self.contents[slot as usize].beside {
                beside.told = Vec::new();
            }
            return;
        }
        // Whoever moved it before the last of these has been told.
        let known = kept.told().partition_point(|moment| *moment < since);
        let after = kept.told()[..known].last().copied().unwrap_or(i64::MIN);
        let new: Vec<i64> = tellings(self.moves(kept, after), self.quorum).collect();
        let told = &mut self.contents[slot as usize].beside.get_or_insert_default().told;
        told.truncate(known);
        told.extend(new);
    }

    /// When people gave, changed or took back what they think of a content, after a moment, in the order of time.
    fn moves(&self, kept: &Kept, after: i64) -> impl Iterator<Item = (i64, u32)> {
        let ended = kept.ended().iter().flat_map(|(vote, end)| [(vote.at, vote.rater), (*end, vote.rater)]);
        let mut ended: Vec<(i64, u32)> = ended.filter(|(moment, _)| *moment > after).collect();
        ended.sort_unstable();
        let given = given_after(&kept.votes, after).iter().map(|vote| (vote.at, vote.rater));
        given.merge(ended).filter(|(_, rater)| !self.bots[*rater as usize])
    }

    /// How many votes of people a content had at a moment.
    fn count_at(&self, kept: &Kept, at: i64) -> usize {
        if self.bots_rated {
            return self.votes_at(kept, at).len();
        }
        let back = kept.ended().iter().filter(|(vote, end)| vote.at <= at && at < *end);
        kept.votes_up_to(at).len() + back.count()
    }
}

#[cfg(test)]
mod tests;
