//! What people think of contents, now and at any moment before.

use std::borrow::Cow;
use std::hint::black_box;

use hashbrown::HashSet;
use itertools::Itertools;
use smallvec::SmallVec;

use super::{Cast, Facts, Kept, make_room};
use crate::domain::ballot::{last_telling, tellings};
use crate::domain::id::{ContentId, PersonId};
use crate::domain::trend::fair::{Rater, Vote};
use crate::projection::archive::marks::Marks;

/// How many contents are looked up together.
pub const TOGETHER: usize = 16;

impl Facts {
    /// Takes note of what somebody thinks of a content now: `step` `None` for nothing any more.
    pub fn put_vote(&mut self, content: ContentId, rater: PersonId, step: Option<i16>, at: i64) {
        let Some(slot) = self.slots.get(&content).copied() else { return };
        let rater = self.person(rater);
        let vote = step.and_then(|step| i8::try_from(step).ok()).map(|step| Vote { at, rater, step });
        let kept = &mut self.contents[slot as usize];
        let known = kept.votes.iter().position(|vote| vote.rater == rater);
        if known.map(|known| kept.votes[known]) == vote {
            return;
        }
        let is_told = known.is_some_and(|known| kept.votes[known].at == at);
        if known.is_none() && !kept.past.iter().any(|(vote, _)| vote.rater == rater) {
            self.given[rater as usize].push(slot);
        }
        if let Some(known) = known {
            let old = kept.votes.remove(known);
            self.raters[rater as usize].ratings -= 1;
            if old.at < at {
                kept.past.push((old, at));
            }
        }
        self.touch(at);
        if let Some(vote) = vote {
            self.push_vote(slot, vote);
            if !is_told {
                self.cast(Cast { at, slot, rater });
            }
        } else if known.is_some() {
            self.cast(Cast { at, slot, rater });
        }
        self.note_last_vote(slot, at.max(self.contents[slot as usize].voted_at));
    }

    /// Takes the votes of a content as they are in the database, past ones too, in the place of those that are known.
    pub fn put_votes(
        &mut self,
        content: ContentId,
        votes: &[(PersonId, i16, i64)],
        past: &[(PersonId, i16, i64, i64)],
    ) {
        let Some(slot) = self.slots.get(&content).copied() else { return };
        let mut known: HashSet<(u32, i64)> = HashSet::new();
        self.contents[slot as usize].may_tie = false;
        for vote in std::mem::take(&mut self.contents[slot as usize].votes) {
            self.raters[vote.rater as usize].ratings -= 1;
            self.touch(vote.at);
            known.insert((vote.rater, vote.at));
        }
        let past_before = std::mem::take(&mut self.contents[slot as usize].past);
        known.extend(past_before.iter().flat_map(|(vote, end)| [(vote.rater, vote.at), (vote.rater, *end)]));
        let mut raters: HashSet<u32> = known.iter().map(|(rater, _)| *rater).collect();
        let mut latest = i64::MIN;
        for (rater, step, at) in votes {
            let vote = Vote { at: *at, rater: self.person(*rater), step: i8::try_from(*step).unwrap_or_default() };
            self.note_given(slot, (vote.rater, vote.at), &mut known, &mut raters);
            self.push_vote(slot, vote);
            self.touch(*at);
            latest = latest.max(*at);
        }
        let mut ended = Vec::with_capacity(past.len());
        for (rater, step, at, end) in past {
            let rater = self.person(*rater);
            self.raters[rater as usize].first = self.raters[rater as usize].first.min(*at);
            self.note_given(slot, (rater, *at), &mut known, &mut raters);
            self.note_given(slot, (rater, *end), &mut known, &mut raters);
            ended.push((Vote { at: *at, rater, step: i8::try_from(*step).unwrap_or_default() }, *end));
            self.touch(*at);
            latest = latest.max(*end);
        }
        self.contents[slot as usize].past = ended;
        // Most contents are hardly rated any more after they were read.
        self.contents[slot as usize].votes.shrink_to_fit();
        self.note_last_vote(slot, latest);
    }

    fn push_vote(&mut self, slot: u32, vote: Vote) {
        self.bots_rated |= self.bots[vote.rater as usize];
        let rater = &mut self.raters[vote.rater as usize];
        rater.ratings += 1;
        rater.first = rater.first.min(vote.at);
        let kept = &mut self.contents[slot as usize];
        let place = kept.votes.partition_point(|other| (other.at, other.rater) < (vote.at, vote.rater));
        let beside = [place.checked_sub(1), Some(place)].into_iter().flatten();
        kept.may_tie |= beside.filter_map(|place| kept.votes.get(place)).any(|other| other.at == vote.at);
        kept.votes.insert(place, vote);
    }

    /// Remembers that somebody has rated a content, once, and when they did or took it back. What became of it the content knows.
    fn note_given(
        &mut self,
        slot: u32,
        (rater, at): (u32, i64),
        known: &mut HashSet<(u32, i64)>,
        raters: &mut HashSet<u32>,
    ) {
        if raters.insert(rater) {
            self.given[rater as usize].push(slot);
        }
        if known.insert((rater, at)) {
            self.cast(Cast { at, slot, rater });
        }
    }

    fn cast(&mut self, cast: Cast) {
        self.is_sorted &= self.casts.last().is_none_or(|last| *last <= cast);
        make_room(&mut self.casts);
        self.casts.push(cast);
        self.acts[cast.slot as usize] += 1;
    }

    /// Votes that were given or taken back after `from` up to `to`, in the order of time, whatever became of them.
    #[must_use]
    pub fn casts(&self, from: i64, to: i64) -> &[Cast] {
        let start = self.casts.partition_point(|cast| cast.at <= from);
        let end = self.casts.partition_point(|cast| cast.at <= to).max(start);
        &self.casts[start..end]
    }

    /// How many votes and replies a content has ever had, at the most.
    #[must_use]
    pub fn acts_on(&self, slot: u32) -> u32 {
        self.acts.get(slot as usize).copied().unwrap_or_default()
    }

    fn note_last_vote(&mut self, slot: u32, at: i64) {
        self.last = self.last.max(at);
        let before = std::mem::replace(&mut self.contents[slot as usize].voted_at, at);
        self.stamp(slot);
        if before != at {
            self.last_votes.remove(&(before, slot));
            if at > i64::MIN {
                self.last_votes.insert((at, slot));
            }
        }
    }

    /// The votes that a content had at a moment, those of people.
    #[must_use]
    pub fn votes_at<'a>(&self, kept: &'a Kept, at: i64) -> Cow<'a, [Vote]> {
        if kept.past.is_empty() && !self.bots_rated {
            return Cow::Borrowed(kept.votes_up_to(at));
        }
        let counted = |vote: &Vote| vote.at <= at && !self.bots[vote.rater as usize];
        let back = kept.past.iter().filter(|(vote, end)| counted(vote) && at < *end).map(|(vote, _)| *vote);
        let mut back: Vec<Vote> = back.collect();
        let given = kept.votes_up_to(at);
        if back.is_empty() && (!self.bots_rated || given.iter().all(counted)) {
            return Cow::Borrowed(given);
        }
        back.sort_unstable_by_key(order);
        let given = given.iter().copied().filter(counted);
        Cow::Owned(given.merge_by(back, |a, b| order(a) <= order(b)).collect())
    }

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
        let told = last_telling(self.moves(kept, at), self.quorum).map(|told| self.votes_at(kept, told));
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

    /// The same of all contents that count, one content after the other. They are gathered before anything is done with them, so
    /// that the processor looks up many at a time: each lies somewhere else in memory.
    #[must_use]
    pub fn all_told_within(&self, from: i64, to: i64) -> Vec<Cast> {
        let mut told = Vec::with_capacity(self.casts(from, to).len());
        for slots in self.rated_within(from, to).chunks(TOGETHER) {
            self.look_up(slots);
            for slot in slots {
                let kept = &self.contents[*slot as usize];
                if kept.counts() {
                    self.each_told_within(kept, from, to, |at, rater| told.push(Cast { at, slot: *slot, rater }));
                }
            }
        }
        told
    }

    /// Has some contents and their last votes read from memory, where each lies somewhere else. Nothing here depends on what is read,
    /// so the processor waits for all of them together.
    pub fn look_up(&self, slots: &[u32]) {
        let votes = slots.iter().map(|slot| &self.contents[*slot as usize]).map(|kept| {
            black_box(kept.counts());
            black_box(kept.past.len());
            black_box(kept.topics.len());
            kept.votes.as_slice()
        });
        let votes: SmallVec<[&[Vote]; TOGETHER]> = votes.collect();
        black_box(votes.iter().filter_map(|votes| votes.last()).map(|vote| vote.at).max());
    }

    fn each_told_within(&self, kept: &Kept, from: i64, to: i64, mut tell: impl FnMut(i64, u32)) {
        if self.quorum <= 1 || self.is_public(kept.source) {
            let votes = self.votes_at(kept, to);
            for vote in given_after(&votes, from) {
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
        let told: SmallVec<[i64; 8]> = tellings(self.moves(kept, to), self.quorum).collect();
        let Some(last) = told.last().filter(|last| **last > from) else { return };
        let votes = self.votes_at(kept, *last);
        if votes.len() < self.quorum {
            return;
        }
        for vote in votes.iter() {
            let when = told.get(told.partition_point(|moment| *moment < vote.at));
            if let Some(at) = when.filter(|at| **at > from) {
                tell(*at, vote.rater);
            }
        }
    }

    /// The votes of a content that are told at a moment, where that is plain to see: nobody took theirs back and no two are of the
    /// same moment, so they were told as many at a time as the quorum is.
    fn told_in_turn<'a>(&self, kept: &'a Kept, at: i64) -> Option<&'a [Vote]> {
        if kept.may_tie || !kept.past.is_empty() || self.bots_rated {
            return None;
        }
        let given = kept.votes_up_to(at);
        Some(&given[..given.len() - given.len() % self.quorum])
    }

    /// Contents that somebody rated, or took a rating back of, after `from` up to `to`, by their numbers in their order.
    fn rated_within(&self, from: i64, to: i64) -> Vec<u32> {
        let mut marks = Marks::new(self.contents.len());
        self.casts(from, to).iter().for_each(|cast| marks.mark(cast.slot));
        marks.marked().collect()
    }

    /// When people gave, changed or took back what they think of a content, up to a moment, in the order of time.
    fn moves(&self, kept: &Kept, at: i64) -> impl Iterator<Item = (i64, u32)> {
        let ended = kept.past.iter().flat_map(|(vote, end)| [(vote.at, vote.rater), (*end, vote.rater)]);
        let mut ended: Vec<(i64, u32)> = ended.collect();
        ended.sort_unstable();
        let given = kept.votes.iter().map(|vote| (vote.at, vote.rater));
        let counts = move |(moment, rater): &(i64, u32)| *moment <= at && !self.bots[*rater as usize];
        given.merge(ended).filter(counts)
    }

    /// What was known of raters at a moment.
    #[must_use]
    pub fn raters_at(&self, at: i64) -> Cow<'_, [Rater]> {
        if at >= self.last {
            return Cow::Borrowed(&self.raters);
        }
        // Back from now, by what has happened since.
        let mut raters = self.raters.clone();
        for (_, slot) in self.last_votes.range((at, u32::MAX)..) {
            let kept = &self.contents[*slot as usize];
            for vote in kept.votes.iter().rev().take_while(|vote| vote.at > at) {
                raters[vote.rater as usize].ratings -= 1;
            }
            for (vote, _) in kept.past.iter().filter(|(vote, end)| vote.at <= at && at < *end) {
                raters[vote.rater as usize].ratings += 1;
            }
        }
        Cow::Owned(raters)
    }
}

/// What votes are sorted by.
const fn order(vote: &Vote) -> (i64, u32) {
    (vote.at, vote.rater)
}

/// Those of some votes in the order of time that were given after a moment: looked for from the end, where few are read.
fn given_after(votes: &[Vote], at: i64) -> &[Vote] {
    let count = votes.iter().rev().take_while(|vote| vote.at > at).count();
    &votes[votes.len() - count..]
}

#[cfg(test)]
mod tests;
