//! Who is interested in what: a change costs by those who want to hear it, not by all who listen.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::feed::Gap;
use crate::domain::change::{Branch, Change, Fact, Interest, Noun};
use crate::domain::content::Subject;
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::topic::Topic;

/// One who hears changes. Both calls come in the order of the log and must not wait.
pub trait Hears: Send + Sync {
    /// A change that is of interest.
    fn hear(&self, change: &Arc<Change>);
    /// There will be no more.
    fn end(&self, gap: &Gap);
}

/// A word under which an interest stands: the narrowest that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Word {
    Content(ContentId),
    Author(PersonId),
    Person(PersonId),
    Topic(TopicId),
    Source(SourceId),
    Noun(Noun),
    Everything,
}

impl Word {
    /// The words of an interest. A change that matches it has at least one of them.
    fn of_interest(interest: &Interest) -> Vec<Self> {
        if let Some(content) = interest.content {
            return vec![Self::Content(content)];
        }
        if let Some(author) = interest.author {
            return vec![Self::Author(author)];
        }
        if let Some(person) = interest.person {
            return vec![Self::Person(person)];
        }
        if let Some(topics) = &interest.topics {
            return topics.all.iter().copied().map(Self::Topic).collect();
        }
        if let Some(source) = interest.source {
            return vec![Self::Source(source)];
        }
        interest
            .nouns
            .as_ref()
            .map_or_else(|| vec![Self::Everything], |nouns| nouns.iter().copied().map(Self::Noun).collect())
    }

    /// The words of a change.
    fn of_fact(fact: &Fact) -> Vec<Self> {
        let mut words = vec![Self::Everything, Self::Noun(fact.noun())];
        match fact {
            Fact::Rating(fact) => words.extend(Self::of_subject(&fact.subject)),
            Fact::Content(fact) => words.extend(Self::of_subject(&fact.card.subject)),
            Fact::Leadership { leadership, .. } => {
                words.extend([Self::Person(leadership.person), Self::Topic(leadership.topic)]);
            }
            Fact::Endorsement { endorsement, .. } => words.extend([
                Self::Person(endorsement.person),
                Self::Person(endorsement.endorser),
                Self::Topic(endorsement.topic),
            ]),
            Fact::Contest { contest, .. } => words.extend([Self::Person(contest.person), Self::Topic(contest.topic)]),
            Fact::Person(_) | Fact::Topic(_) | Fact::Source(_) | Fact::Merge { .. } => {}
        }
        words
    }

    fn of_subject(subject: &Subject) -> impl Iterator<Item = Self> {
        let named = [Self::Content(subject.content), Self::Source(subject.source)];
        let authors = subject.authors.iter().copied().map(Self::Author);
        named.into_iter().chain(authors).chain(subject.topics.iter().copied().map(Self::Topic))
    }
}

struct Entry {
    interest: Interest,
    hears: Arc<dyn Hears>,
    /// The last change that was told, for interests that stand under several words of one change.
    told: i64,
}

/// The index of interests.
#[derive(Default)]
pub struct Interests {
    entries: HashMap<u64, Entry>,
    words: HashMap<Word, Vec<u64>>,
    last: u64,
}

impl std::fmt::Debug for Interests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interests").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Interests {
    /// Enters somebody; the number is for [`Interests::remove`].
    pub fn add(&mut self, interest: Interest, hears: Arc<dyn Hears>) -> u64 {
        self.last += 1;
        self.list(self.last, Entry { interest, hears, told: 0 });
        self.last
    }

    /// Removes the entry with this number.
    pub fn remove(&mut self, number: u64) {
        self.take(number);
    }

    /// After a change of a topic: whoever listens to a branch that is other topics now, as `grown` says, hears of those.
    pub fn regrow(&mut self, topic: &Topic, grown: impl Fn(&Branch) -> BTreeSet<TopicId>) {
        let of_branch = |(number, entry): (&u64, &Entry)| {
            let branch = entry.interest.topics.as_ref().filter(|branch| branch.may_change_with(topic))?;
            let all = grown(branch);
            (all != branch.all).then_some((*number, all))
        };
        let changed: Vec<_> = self.entries.iter().filter_map(of_branch).collect();
        for (number, all) in changed {
            let Some(mut entry) = self.take(number) else { continue };
            entry.interest.topics.iter_mut().for_each(|branch| branch.all.clone_from(&all));
            self.list(number, entry);
        }
    }

    fn list(&mut self, number: u64, entry: Entry) {
        for word in Word::of_interest(&entry.interest) {
            self.words.entry(word).or_default().push(number);
        }
        self.entries.insert(number, entry);
    }

    fn take(&mut self, number: u64) -> Option<Entry> {
        let entry = self.entries.remove(&number)?;
        for word in Word::of_interest(&entry.interest) {
            if let Some(numbers) = self.words.get_mut(&word) {
                numbers.retain(|other| *other != number);
                if numbers.is_empty() {
                    self.words.remove(&word);
                }
            }
        }
        Some(entry)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Tells a change to everybody whom it interests, once each.
    pub fn tell(&mut self, change: &Arc<Change>) {
        if self.entries.is_empty() {
            return;
        }
        for word in Word::of_fact(&change.fact) {
            for number in self.words.get(&word).into_iter().flatten() {
                let Some(entry) = self.entries.get_mut(number) else { continue };
                if entry.told < change.seq && entry.interest.matches(&change.fact) {
                    entry.told = change.seq;
                    entry.hears.hear(change);
                }
            }
        }
    }

    /// Tells everybody that there will be no more.
    pub fn end(&self, gap: &Gap) {
        self.entries.values().for_each(|entry| entry.hears.end(gap));
    }
}

#[cfg(test)]
mod tests;
