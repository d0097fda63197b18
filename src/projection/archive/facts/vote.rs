//! What people think of contents, now and at any moment before.

use std::borrow::Cow;

use hashbrown::HashSet;
use itertools::Itertools;

use super::{Beside, Cast, Facts, Kept, append, make_room};
use crate::domain::id::{ContentId, PersonId};
use crate::domain::trend::fair::{Rater, Vote};

impl Facts {
    /// Takes note of what somebody thinks of a content now: `step` `None` for nothing any more.
    pub fn put_vote(&mut self, content: ContentId, rater: PersonId, step: Option<i16>, at: i64) {
        let Some(slot) = self.slots.get(&content).copied() else { return };
        let rater = self.person(rater);
        let vote = step.and_then(|step| i8::try_from(step).ok()).map(|step| Vote { at, rater, step });
        let kept = &mut self.contents[slot as usize];
        let known = kept.votes.iter().position(|vote| vote.rater == rater);
        let since = known.map_or(at, |known| kept.votes[known].at.min(at));
        if known.map(|known| kept.votes[known]) == vote {
            return;
        }
        let is_told = known.is_some_and(|known| kept.votes[known].at == at);
        if known.is_none() && !kept.ended().iter().any(|(vote, _)| vote.rater == rater) {
            append(&mut self.given[rater as usize], slot);
        }
        if let Some(known) = known {
            let old = kept.votes.remove(known);
            self.raters[rater as usize].ratings -= 1;
            if old.at < at {
                kept.beside.get_or_insert_default().ended.push((old, at));
            }
        }
        self.touch(at);
        if let Some(vote) = vote {
            self.push_vote(slot, vote);
            if !is_told {
                self.cast(Cast { at, slot });
            }
        } else if known.is_some() {
            self.cast(Cast { at, slot });
        }
        self.retell(slot, since);
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
        let ended_before = self.contents[slot as usize].beside.take().map(|beside| beside.ended).unwrap_or_default();
        known.extend(ended_before.iter().flat_map(|(vote, end)| [(vote.rater, vote.at), (vote.rater, *end)]));
        let mut raters: HashSet<u32> = known.iter().map(|(rater, _)| *rater).collect();
        let mut latest = i64::MIN;
        let mut votes: Vec<Vote> = votes.iter().map(|(rater, step, at)| self.vote(*rater, *step, *at)).collect();
        votes.sort_unstable_by_key(order);
        // Most contents are hardly rated any more after they were read.
        self.contents[slot as usize].votes.reserve_exact(votes.len());
        for vote in votes {
            self.note_given(slot, (vote.rater, vote.at), &mut known, &mut raters);
            self.push_vote(slot, vote);
            self.touch(vote.at);
            latest = latest.max(vote.at);
        }
        let mut ended = Vec::with_capacity(past.len());
        for (rater, step, at, end) in past {
            let vote = self.vote(*rater, *step, *at);
            let first = &mut self.raters[vote.rater as usize].first;
            *first = (*first).min(*at);
            self.note_given(slot, (vote.rater, *at), &mut known, &mut raters);
            self.note_given(slot, (vote.rater, *end), &mut known, &mut raters);
            ended.push((vote, *end));
            self.touch(*at);
            latest = latest.max(*end);
        }
        if !ended.is_empty() {
            self.contents[slot as usize].beside = Some(Box::new(Beside { ended, told: Vec::new() }));
        }
        self.retell(slot, i64::MIN);
        self.note_last_vote(slot, latest);
    }

    fn vote(&mut self, rater: PersonId, step: i16, at: i64) -> Vote {
        Vote { at, rater: self.person(rater), step: i8::try_from(step).unwrap_or_default() }
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
        make_room(&mut kept.votes);
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
            append(&mut self.given[rater as usize], slot);
        }
        if known.insert((rater, at)) {
            self.cast(Cast { at, slot });
        }
    }

    fn cast(&mut self, cast: Cast) {
        self.is_sorted &= self.casts.last().is_none_or(|last| *last <= cast);
        append(&mut self.casts, cast);
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
        self.votes_since(kept, i64::MIN, at)
    }

    /// Those of them that were given after another moment.
    pub(super) fn votes_since<'a>(&self, kept: &'a Kept, from: i64, at: i64) -> Cow<'a, [Vote]> {
        let given = given_after(kept.votes_up_to(at), from);
        if kept.ended().is_empty() && !self.bots_rated {
            return Cow::Borrowed(given);
        }
        let counted = |vote: &Vote| from < vote.at && vote.at <= at && !self.bots[vote.rater as usize];
        let back = kept.ended().iter().filter(|(vote, end)| counted(vote) && at < *end).map(|(vote, _)| *vote);
        let mut back: Vec<Vote> = back.collect();
        if back.is_empty() && (!self.bots_rated || given.iter().all(counted)) {
            return Cow::Borrowed(given);
        }
        back.sort_unstable_by_key(order);
        let given = given.iter().copied().filter(counted);
        Cow::Owned(given.merge_by(back, |a, b| order(a) <= order(b)).collect())
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
            for (vote, _) in kept.ended().iter().filter(|(vote, end)| vote.at <= at && at < *end) {
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
pub(super) fn given_after(votes: &[Vote], at: i64) -> &[Vote] {
    if at == i64::MIN {
        return votes;
    }
    let count = votes.iter().rev().take_while(|vote| vote.at > at).count();
    &votes[votes.len() - count..]
}
