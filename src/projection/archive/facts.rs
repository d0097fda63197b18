//! What the archive holds: contents as lists of numbers, with their votes; people as raters; words.
//!
//! Everything is told as it is, and telling it again does no harm; so whoever follows the log comes to the same state as one who
//! reads the facts anew.

mod by_person;
mod stamp;
mod text;
mod told;
mod vote;

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};
use smallvec::SmallVec;

use super::print::Prints;
use super::text::Text;
use super::vocabulary::Vocabulary;
use crate::domain::content::Card;
use crate::domain::id::{ContentId, PersonId, SourceId, TopicId};
use crate::domain::person::{Person, PersonKind};
use crate::domain::time::micros;
use crate::domain::trend::fair::{Rater, Vote};

/// A few numbers beside each other: most contents have one or two authors and topics.
pub type Numbers = SmallVec<[u32; 4]>;

/// A content.
#[derive(Debug)]
pub struct Kept {
    pub id: ContentId,
    pub source: SourceId,
    /// When it was published, in microseconds.
    pub at: i64,
    pub visible: bool,
    counts: bool,
    pub parent: Option<ContentId>,
    /// Numbers of people.
    pub authors: Numbers,
    /// Numbers of topics.
    pub topics: Numbers,
    pub text: Text,
    /// In the order of time.
    pub votes: Vec<Vote>,
    /// Whether two of them may have been given at the same moment.
    may_tie: bool,
    /// What is to be known of them that they do not say themselves.
    beside: Option<Box<Beside>>,
    /// When a vote was last given or ended.
    voted_at: i64,
    prints: Box<[u64]>,
}

/// What most contents do not have.
#[derive(Debug, Default)]
struct Beside {
    /// Votes that ended, and when.
    ended: Vec<(Vote, i64)>,
    /// When it came to be told how it was rated, in the order of time; empty where that is plain to see.
    told: Vec<i64>,
}

/// That somebody rated a content or took that back, whatever became of it. Short, so that the votes of a window are read in one go;
/// who it was, the content knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(Rust, packed(4))]
pub struct Cast {
    pub at: i64,
    /// The number of the content.
    pub slot: u32,
}

impl Kept {
    /// Whether it counts: everybody may see it, and not only bots wrote it.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.counts
    }

    /// Whether somebody is among its authors.
    #[must_use]
    pub fn is_by(&self, person: u32) -> bool {
        self.authors.contains(&person)
    }

    /// Whether its votes alone say when they came to be told: nobody took theirs back and no two are of the same moment.
    fn is_plain(&self) -> bool {
        !self.may_tie && self.ended().is_empty()
    }

    /// Votes that ended, and when.
    #[must_use]
    pub fn ended(&self) -> &[(Vote, i64)] {
        self.beside.as_ref().map(|beside| beside.ended.as_slice()).unwrap_or_default()
    }

    /// When it came to be told how it was rated, where that is not plain to see.
    fn told(&self) -> &[i64] {
        self.beside.as_ref().map(|beside| beside.told.as_slice()).unwrap_or_default()
    }

    /// The votes that hold now and were given up to a moment.
    #[must_use]
    pub fn votes_up_to(&self, at: i64) -> &[Vote] {
        // Most ask about now. Then the last one says it, and the others need not come from memory, which takes longest of all.
        let is_all = self.votes.last().is_none_or(|last| last.at <= at);
        let end = if is_all { self.votes.len() } else { self.votes.partition_point(|vote| vote.at <= at) };
        &self.votes[..end]
    }
}

/// All facts.
#[derive(Debug, Default)]
pub struct Facts {
    pub contents: Vec<Kept>,
    slots: HashMap<ContentId, u32>,
    /// Contents by time; sorted by [`Facts::sort`].
    by_time: Vec<(i64, u32)>,
    is_sorted: bool,
    /// Every vote that was ever given or taken back; sorted by [`Facts::sort`], too.
    casts: Vec<Cast>,
    /// By the number of a content, how many votes and replies it has had, at the most.
    acts: Vec<u32>,
    /// Contents by their last vote.
    last_votes: BTreeSet<(i64, u32)>,
    /// Numbers of replies.
    replies: HashMap<ContentId, Vec<u32>>,
    pub people: Vec<PersonId>,
    numbers: HashMap<PersonId, u32>,
    /// By the number of a person.
    pub raters: Vec<Rater>,
    pub bots: Vec<bool>,
    erased: Vec<bool>,
    teams: HashMap<String, u32>,
    pub topics: Vec<TopicId>,
    topic_numbers: HashMap<TopicId, u32>,
    /// By the number of a topic, the contents on it.
    on_topics: Vec<Vec<u32>>,
    /// By the number of a person, the contents they wrote, and those they have ever rated.
    written: Vec<Vec<u32>>,
    given: Vec<Vec<u32>>,
    /// Whether somebody who is a bot now has ever rated: then each vote has to be looked at.
    bots_rated: bool,
    /// How many people must have moved what is told of private ratings.
    pub quorum: usize,
    /// Sources whose ratings are public acts, and the one of what is told to Peerlead itself.
    public: HashSet<SourceId>,
    native: Option<SourceId>,
    stamps: stamp::Stamps,
    pub vocabulary: Vocabulary,
    prints: Prints,
    /// The latest moment at which a vote was given or ended: whoever asks about a later one asks about now.
    last: i64,
    /// The earliest moment that was told of since somebody asked.
    touched: Option<i64>,
}

/// Adds one at the end of a list that may be long.
fn append<T>(list: &mut Vec<T>, one: T) {
    make_room(list);
    list.push(one);
}

/// Makes room for one more in a list, and for an eighth of it: to double it would leave half of it empty.
fn make_room<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 8 + 2);
    }
}

impl Facts {
    /// Makes room for so many contents and casts, and some that come later.
    pub fn reserve(&mut self, contents: usize, casts: usize) {
        self.contents.reserve_exact(contents + contents / 8);
        self.casts.reserve_exact(casts + casts / 8);
        // To grow a map step by step would leave as much again that is free, but nobody's.
        self.slots.reserve(contents);
        self.by_time.reserve(contents);
        self.acts.reserve(contents);
        self.prints.reserve(2 * contents);
    }

    /// The number of a person.
    pub fn person(&mut self, id: PersonId) -> u32 {
        if let Some(number) = self.numbers.get(&id) {
            return *number;
        }
        let number = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        self.people.push(id);
        self.raters.push(Rater { ratings: 0, first: i64::MAX, team: None });
        self.bots.push(false);
        self.erased.push(false);
        self.written.push(Vec::new());
        self.given.push(Vec::new());
        self.numbers.insert(id, number);
        number
    }

    /// The number of a known person.
    #[must_use]
    pub fn number_of(&self, id: PersonId) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    /// Whether somebody has a place among people who are ranked: bots have none, nor who was erased.
    #[must_use]
    pub fn is_ranked(&self, person: u32) -> bool {
        let person = person as usize;
        !self.bots.get(person).copied().unwrap_or_default() && !self.erased.get(person).copied().unwrap_or_default()
    }

    fn topic(&mut self, id: TopicId) -> u32 {
        *self.topic_numbers.entry(id).or_insert_with(|| {
            self.topics.push(id);
            self.on_topics.push(Vec::new());
            u32::try_from(self.topics.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// The number of a topic that somebody wrote on.
    #[must_use]
    pub fn topic_number(&self, id: TopicId) -> Option<u32> {
        self.topic_numbers.get(&id).copied()
    }

    /// Takes note of who somebody is.
    pub fn put_person(&mut self, person: &Person) {
        let number = self.person(person.id) as usize;
        let next = u32::try_from(self.teams.len()).unwrap_or(u32::MAX);
        let team = person.team.as_ref().map(|team| *self.teams.entry(team.clone()).or_insert(next));
        let bot = person.kind == PersonKind::Bot;
        if std::mem::replace(&mut self.erased[number], person.is_erased()) != person.is_erased() {
            self.touch(i64::MIN);
        }
        if (self.raters[number].team, self.bots[number]) != (team, bot) {
            (self.raters[number].team, self.bots[number]) = (team, bot);
            for slot in self.written[number].clone() {
                self.judge(slot);
            }
            self.bots_rated |= bot && !self.given[number].is_empty();
            self.stamp_all();
            self.touch(i64::MIN);
        }
    }

    /// Takes note of a content without its text. Its votes stay.
    pub fn put_card(&mut self, card: &Card) -> u32 {
        let subject = &card.subject;
        let authors: Numbers = subject.authors.iter().map(|id| self.person(*id)).collect();
        let topics: Numbers = subject.topics.iter().map(|id| self.topic(*id)).collect();
        let at = micros(card.published_at);
        self.touch(at);
        let Some(slot) = self.slots.get(&subject.content).copied() else {
            let slot = u32::try_from(self.contents.len()).unwrap_or(u32::MAX);
            self.slots.insert(subject.content, slot);
            topics.iter().for_each(|topic| self.on_topics[*topic as usize].push(slot));
            authors.iter().for_each(|author| self.written[*author as usize].push(slot));
            self.is_sorted &= self.by_time.last().is_none_or(|last| *last <= (at, slot));
            self.by_time.push((at, slot));
            // Replies may come before what they answer.
            let answers = self.replies.get(&subject.content).map_or(0, Vec::len);
            self.acts.push(u32::try_from(answers).unwrap_or(u32::MAX));
            self.answer(slot, card.parent);
            let kept = Kept {
                id: subject.content,
                source: subject.source,
                at,
                visible: subject.visible,
                counts: false,
                parent: card.parent,
                authors,
                topics,
                text: Text::default(),
                votes: Vec::new(),
                may_tie: false,
                beside: None,
                voted_at: i64::MIN,
                prints: Box::default(),
            };
            append(&mut self.contents, kept);
            self.judge(slot);
            self.stamp(slot);
            self.stamp_answers(slot);
            return slot;
        };
        self.stamp(slot);
        let kept = &mut self.contents[slot as usize];
        let has_moved = kept.topics != topics || kept.parent != card.parent;
        if kept.topics != topics {
            kept.topics.iter().for_each(|topic| self.on_topics[*topic as usize].retain(|other| *other != slot));
            topics.iter().for_each(|topic| self.on_topics[*topic as usize].push(slot));
        }
        if kept.authors != authors {
            kept.authors.iter().for_each(|author| self.written[*author as usize].retain(|other| *other != slot));
            authors.iter().for_each(|author| self.written[*author as usize].push(slot));
        }
        if kept.parent != card.parent
            && let Some(replies) = kept.parent.and_then(|parent| self.replies.get_mut(&parent))
        {
            replies.retain(|other| *other != slot);
        }
        if kept.at != at {
            self.by_time.retain(|(_, other)| *other != slot);
            self.by_time.push((at, slot));
            self.is_sorted = false;
        }
        let (was, before) = (kept.at, kept.parent);
        (kept.at, kept.visible, kept.parent) = (at, subject.visible, card.parent);
        (kept.authors, kept.topics) = (authors, topics);
        if before != card.parent {
            self.answer(slot, card.parent);
        }
        self.judge(slot);
        self.touch(was);
        self.stamp(slot);
        if has_moved {
            self.stamp_answers(slot);
        }
        slot
    }

    fn touch(&mut self, at: i64) {
        self.touched = Some(self.touched.map_or(at, |touched| touched.min(at)));
    }

    /// The earliest moment that was told of since this was asked last.
    pub fn take_touched(&mut self) -> Option<i64> {
        self.touched.take()
    }

    /// Sorts what was told out of order. Has to be called before [`Facts::published`] when [`Facts::is_sorted`] says no.
    pub fn sort(&mut self) {
        self.by_time.sort_unstable();
        self.casts.sort_unstable();
        self.is_sorted = true;
    }

    /// Whether contents and votes are in the order of time.
    #[must_use]
    pub const fn is_sorted(&self) -> bool {
        self.is_sorted
    }

    /// The content with this id.
    #[must_use]
    pub fn content(&self, id: ContentId) -> Option<&Kept> {
        self.slots.get(&id).map(|slot| &self.contents[*slot as usize])
    }

    /// The number of the content with this id.
    #[must_use]
    pub fn slot(&self, id: ContentId) -> Option<u32> {
        self.slots.get(&id).copied()
    }

    /// Contents that were published after `from` up to `to`, in the order of time, and count.
    #[must_use]
    pub fn published(&self, from: i64, to: i64) -> impl DoubleEndedIterator<Item = (u32, &Kept)> {
        let start = self.by_time.partition_point(|(at, _)| *at <= from);
        let end = self.by_time.partition_point(|(at, _)| *at <= to).max(start);
        let kept = |(_, slot): &(i64, u32)| (*slot, &self.contents[*slot as usize]);
        self.by_time[start..end].iter().map(kept).filter(|(_, kept)| kept.counts())
    }

    /// The same of those that are on one of some topics; costs by what is on them.
    #[must_use]
    pub fn published_on(&self, topics: &[u32], from: i64, to: i64) -> Vec<(u32, &Kept)> {
        let lists = topics.iter().filter_map(|topic| self.on_topics.get(*topic as usize)).flatten();
        let kept = lists.map(|slot| (*slot, &self.contents[*slot as usize]));
        let mut found: Vec<_> = kept.filter(|(_, kept)| from < kept.at && kept.at <= to && kept.counts()).collect();
        found.sort_unstable_by_key(|(slot, kept)| (kept.at, *slot));
        found.dedup_by_key(|(slot, _)| *slot);
        found
    }

    /// The replies to a content that count.
    pub fn replies(&self, id: ContentId) -> impl Iterator<Item = &Kept> {
        let replies = self.replies.get(&id).map(Vec::as_slice).unwrap_or_default();
        replies.iter().map(|slot| &self.contents[*slot as usize]).filter(|kept| kept.counts())
    }

    /// Takes note that a content answers another.
    fn answer(&mut self, slot: u32, parent: Option<ContentId>) {
        let Some(parent) = parent else { return };
        self.replies.entry(parent).or_default().push(slot);
        if let Some(parent) = self.slots.get(&parent) {
            self.acts[*parent as usize] += 1;
        }
    }

    /// Takes note of whether a content counts: it is asked for each content of a window, and seldom changes.
    fn judge(&mut self, slot: u32) {
        let kept = &mut self.contents[slot as usize];
        let is_person = |author: &u32| !self.bots[*author as usize];
        kept.counts = kept.visible && (kept.authors.is_empty() || kept.authors.iter().any(is_person));
    }
}
