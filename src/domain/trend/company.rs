//! Who came together, and what that leaves to each of them: a bound on what newcomers and teams can do together.

use super::fair::{Parameters, Rater, Vote};
use super::window::HOUR;

/// Stands for the group of somebody who is in none.
const ALONE: u32 = u32::MAX;
/// Hours of a day.
const DAY: u32 = 24;
/// The last hour that is told from others, in the year 2448; who never rated came in it, too.
const LAST: u32 = 1 << 22;

/// By what raters are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Their teams, where any is known; these are numbers from 0 on, without large gaps.
    Teams,
    /// When they gave their first rating ever. The hours of that are counted from this one on.
    Arrivals { since: u32 },
}

impl Default for Grouping {
    fn default() -> Self {
        Self::Arrivals { since: 0 }
    }
}

impl Grouping {
    /// What can be known of these raters.
    #[must_use]
    pub fn of(raters: &[Rater]) -> Self {
        if raters.iter().any(|rater| rater.team.is_some()) {
            return Self::Teams;
        }
        Self::Arrivals { since: raters.iter().map(|rater| hour(*rater)).min().unwrap_or_default() }
    }

    fn group(self, rater: Rater) -> u32 {
        match self {
            Self::Teams => rater.team.unwrap_or(ALONE),
            // Who turns out to have come before the first is of that hour, until it is known of whom hours are counted from.
            Self::Arrivals { since } => hour(rater).saturating_sub(since),
        }
    }
}

/// The hour of somebody's first rating.
fn hour(rater: Rater) -> u32 {
    u32::try_from(rater.first.div_euclid(HOUR).max(0)).map_or(LAST, |hour| hour.min(LAST))
}

/// Counts who came together among the raters of one content after the other: in lists by group, since to count is quicker than to sort.
#[derive(Debug)]
pub struct Company {
    grouping: Grouping,
    /// All zero between two contents.
    groups: Vec<u32>,
    days: Vec<u32>,
}

impl Company {
    /// Nobody yet.
    #[must_use]
    pub const fn new(grouping: Grouping) -> Self {
        Self { grouping, groups: Vec::new(), days: Vec::new() }
    }

    /// What is left to each of a content's raters beside those who came together with them, 0 to 1, by what is `known` of each. All
    /// count, and the shares of those from the place `first` on are told.
    #[must_use]
    pub fn shares(
        &mut self,
        votes: &[Vote],
        first: usize,
        known: impl Fn(u32) -> Rater,
        parameters: &Parameters,
    ) -> Vec<f64> {
        let groups: Vec<u32> = votes.iter().map(|vote| self.grouping.group(known(vote.rater))).collect();
        self.make_room(&groups);
        for group in groups.iter().filter(|group| **group != ALONE) {
            self.groups[*group as usize] += 1;
            let day = self.day(*group);
            self.days[day] += 1;
        }
        let shares = groups[first..].iter().map(|group| self.share(*group, parameters)).collect();
        for group in groups.into_iter().filter(|group| *group != ALONE) {
            let day = self.day(group);
            (self.groups[group as usize], self.days[day]) = (0, 0);
        }
        shares
    }

    fn make_room(&mut self, groups: &[u32]) {
        let Some(last) = groups.iter().copied().filter(|group| *group != ALONE).max() else { return };
        if self.groups.len() <= last as usize {
            self.groups.resize(last as usize + 1, 0);
            let days = self.day(last) + 1;
            self.days.resize(days, 0);
        }
    }

    /// The place of a group's day. Teams have none: they are all of one.
    const fn day(&self, group: u32) -> usize {
        match self.grouping {
            Grouping::Teams => 0,
            Grouping::Arrivals { since } => ((group + since % DAY) / DAY) as usize,
        }
    }

    fn share(&self, group: u32, parameters: &Parameters) -> f64 {
        // Who stands alone counts fully.
        let shared = |together: u32, excess: f64| 1.0 / (1.0 + excess * (f64::from(together) - 1.0));
        match self.grouping {
            _ if group == ALONE => 1.0,
            Grouping::Teams => shared(self.groups[group as usize], parameters.team),
            Grouping::Arrivals { .. } => shared(self.groups[group as usize], parameters.same_hour)
                .min(shared(self.days[self.day(group)], parameters.same_day)),
        }
    }
}

#[cfg(test)]
mod tests;
