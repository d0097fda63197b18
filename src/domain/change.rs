//! Changes: what the log says happened, each with the state after it, so that nothing need be asked backwards.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ballot::Ballot;
use super::content::{Card, Subject};
use super::contest::Contest;
use super::endorsement::Endorsement;
use super::id::{ContentId, PersonId, SourceId, TopicId};
use super::leadership::Leadership;
use super::merge::Merge;
use super::person::Person;
use super::rating::Mark;
use super::source::Source;
use super::time::{Time, micros};
use super::topic::{Position, Topic};

/// One row of the change log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Its number: without gaps, in the order of commits.
    pub seq: i64,
    /// When it was written down.
    pub at: Time,
    pub fact: Fact,
}

impl Change {
    /// The place after it in the log.
    #[must_use]
    pub fn point(&self) -> Point {
        Point::of(self.seq, self.at)
    }
}

/// A place in the log: after a change.
///
/// A number alone does not name a change for good. A database that was put back to an older state gives the same numbers once
/// more, to other changes, and so does a copy that goes on by itself. Their times differ, so a mark of it goes with the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub seq: i64,
    /// The last 32 bits of the change's time in microseconds.
    pub mark: u32,
}

impl Point {
    /// The place after the change with this number, which was written down at this time.
    #[must_use]
    pub fn of(seq: i64, at: Time) -> Self {
        let [.., a, b, c, d] = micros(at).to_be_bytes();
        Self { seq, mark: u32::from_be_bytes([a, b, c, d]) }
    }
}

/// What of the change log is kept. Without limits everything is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// How old a row may become.
    pub age: Option<Duration>,
    /// How many rows there may be.
    pub rows: Option<u64>,
}

/// How long a row is kept whatever the limits are: other processes may not have read it yet, and who reconnects goes on after it.
pub const KEPT_AT_LEAST: Duration = Duration::from_mins(10);

impl Retention {
    /// Whether a row may go. The last one stays: the numbers go on from it. A time that has not come yet was written by a clock that
    /// was wrong; what stood before it has gone by its own, and it keeps nothing any longer.
    #[must_use]
    pub fn lets_go(self, seq: i64, at: Time, last: i64, now: Time) -> bool {
        let age = now.signed_duration_since(at).to_std().unwrap_or(Duration::MAX);
        let too_old = self.age.is_some_and(|limit| age > limit);
        let too_many = self.rows.is_some_and(|rows| last.abs_diff(seq) >= rows);
        seq < last && age > KEPT_AT_LEAST && (too_old || too_many)
    }
}

/// A change to be told, and how many of its subject it stands for.
#[derive(Clone, Debug)]
pub struct Told {
    pub change: Arc<Change>,
    /// 1 when nothing was left out.
    pub changes: usize,
}

/// What happened, with the state after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "noun", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fact {
    Rating(RatingFact),
    Content(ContentFact),
    Person(Person),
    Topic(TopicFact),
    Source(Source),
    Leadership { act: LeadershipAct, leadership: Leadership },
    Endorsement { act: EndorsementAct, endorsement: Endorsement },
    Contest { act: ContestAct, contest: Contest },
    Merge { merge: Merge },
}

/// What the change is about, for those who ask for some nouns only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Noun {
    Rating,
    Content,
    Person,
    Topic,
    Source,
    Leadership,
    Endorsement,
    Contest,
    Merge,
}

impl Fact {
    /// The noun that changed.
    #[must_use]
    pub const fn noun(&self) -> Noun {
        match self {
            Self::Rating(_) => Noun::Rating,
            Self::Content(_) => Noun::Content,
            Self::Person(_) => Noun::Person,
            Self::Topic(_) => Noun::Topic,
            Self::Source(_) => Noun::Source,
            Self::Leadership { .. } => Noun::Leadership,
            Self::Endorsement { .. } => Noun::Endorsement,
            Self::Contest { .. } => Noun::Contest,
            Self::Merge { .. } => Noun::Merge,
        }
    }

    /// Whether everybody may hear of it. Of a rating that moves nothing that is told yet only its rater may: that there was one, and
    /// when, may be enough to know whose it is. And which contents were counted anew together is what somebody had rated.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        match self {
            Self::Rating(fact) => fact.tally.is_settled(),
            Self::Content(fact) => fact.act != ContentAct::Recounted,
            _ => true,
        }
    }

    /// The same without what it says of somebody who was erased: their names, their opinions and their words.
    #[must_use]
    pub fn without(self, erased: &Person) -> Self {
        match self {
            Self::Person(person) if person.id == erased.id => Self::Person(erased.clone()),
            Self::Rating(fact) if fact.rater == erased.id => {
                let tally = fact.tally.without(erased.id);
                Self::Rating(RatingFact { before: None, after: None, kind: None, tally, ..fact })
            }
            Self::Rating(fact) => Self::Rating(RatingFact { tally: fact.tally.without(erased.id), ..fact }),
            Self::Content(ContentFact { act, card }) => {
                let card = Card { tally: card.tally.without(erased.id), ..card };
                Self::Content(ContentFact { act, card })
            }
            Self::Contest { act, contest } if contest.person == erased.id => {
                Self::Contest { act, contest: Contest { text: String::new(), ..contest } }
            }
            Self::Leadership { act, leadership } if leadership.person == erased.id => {
                let leadership = Leadership { evidence_text: None, evidence_url: None, ..leadership };
                Self::Leadership { act, leadership }
            }
            Self::Endorsement { act, endorsement }
                if [endorsement.person, endorsement.endorser].contains(&erased.id) =>
            {
                Self::Endorsement { act, endorsement: Endorsement { text: String::new(), ..endorsement } }
            }
            other => other,
        }
    }

    /// What it happened to: of several changes to one subject, the last one tells its state.
    #[must_use]
    pub const fn subject(&self) -> (Noun, i64) {
        let id = match self {
            Self::Rating(fact) => fact.subject.content.0,
            Self::Content(fact) => fact.card.subject.content.0,
            Self::Person(person) => person.id.0,
            Self::Topic(fact) => fact.topic.id.0,
            Self::Source(source) => source.id.0,
            Self::Leadership { leadership, .. } => leadership.id.0,
            Self::Endorsement { endorsement, .. } => endorsement.id.0,
            Self::Contest { contest, .. } => contest.id.0,
            Self::Merge { merge } => merge.id.0,
        };
        (self.noun(), id)
    }
}

/// A rating moved: its value before and after, and the tally that it left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatingFact {
    pub rater: PersonId,
    #[serde(flatten)]
    pub subject: Subject,
    pub before: Option<Mark>,
    pub after: Option<Mark>,
    pub kind: Option<String>,
    pub rated_at: Time,
    pub tally: Ballot,
}

/// What happened to a content, with everything but its text as it is after that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentFact {
    pub act: ContentAct,
    #[serde(flatten)]
    pub card: Card,
}

/// What a topic is after it was made or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicFact {
    #[serde(flatten)]
    pub topic: Topic,
    /// Where it stood before, when it has moved: so the tree can be followed back along the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<Position>,
}

impl TopicFact {
    /// A topic as it is, and as it was before, if it was.
    #[must_use]
    pub fn of(topic: Topic, before: Option<&Topic>) -> Self {
        let moved_from = before.map(Topic::position).filter(|position| *position != topic.position());
        Self { topic, moved_from }
    }
}

/// What may happen to a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContentAct {
    Published,
    Edited,
    Withdrawn,
    Hidden,
    Restored,
    /// Its ratings were counted anew: people were merged, somebody turned out to be a bot, or an author to be a rater.
    Recounted,
}

/// What may happen to a leadership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LeadershipAct {
    Declared,
    Appointed,
    Edited,
    Ended,
}

/// What may happen to an endorsement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EndorsementAct {
    Endorsed,
    Renewed,
    Withdrawn,
}

/// What may happen to a contest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContestAct {
    Contested,
    Withdrawn,
}

/// A topic that somebody wants to hear of, perhaps with all below it. Two are the same when they were asked for alike: which topics that
/// is changes with the tree.
#[derive(Clone, Debug, Eq)]
pub struct Branch {
    pub topic: TopicId,
    pub below: bool,
    /// All topics that it is, and the words for them, as of a place in the log; whoever knows the tree finds them.
    pub all: BTreeSet<TopicId>,
}

impl PartialEq for Branch {
    fn eq(&self, other: &Self) -> bool {
        (self.topic, self.below) == (other.topic, other.below)
    }
}

impl Hash for Branch {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.topic, self.below).hash(state);
    }
}

impl Branch {
    /// A topic, perhaps with all below it, as somebody asks for it: which topics that is has still to be found.
    #[must_use]
    pub const fn of(topic: TopicId, below: bool) -> Self {
        Self { topic, below, all: BTreeSet::new() }
    }

    /// Whether it may be other topics since this one is as it is.
    #[must_use]
    pub fn may_change_with(&self, topic: &Topic) -> bool {
        [Some(topic.id), topic.parent, topic.main].iter().flatten().any(|id| self.all.contains(id))
    }
}

/// Whose news somebody wants to hear; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interest {
    pub nouns: Option<Vec<Noun>>,
    pub content: Option<ContentId>,
    /// One of the topics of a branch.
    pub topics: Option<Branch>,
    pub author: Option<PersonId>,
    pub source: Option<SourceId>,
    /// The person who leads, is endorsed or endorses.
    pub person: Option<PersonId>,
}

impl Interest {
    /// Whether a change is of interest. Facts that have no content never match a filter by content, author or source.
    #[must_use]
    pub fn matches(&self, fact: &Fact) -> bool {
        if self.nouns.as_ref().is_some_and(|nouns| !nouns.contains(&fact.noun())) {
            return false;
        }
        match fact {
            Fact::Rating(RatingFact { subject, .. })
            | Fact::Content(ContentFact { card: Card { subject, .. }, .. }) => self.matches_content(subject),
            Fact::Leadership { leadership: l, .. } => self.matches_relation(l.topic, &[l.person]),
            Fact::Endorsement { endorsement: e, .. } => self.matches_relation(e.topic, &[e.person, e.endorser]),
            Fact::Contest { contest, .. } => self.matches_relation(contest.topic, &[contest.person]),
            _ => self.is_open(),
        }
    }

    fn matches_content(&self, subject: &Subject) -> bool {
        self.person.is_none()
            && self.content.is_none_or(|content| content == subject.content)
            && self.source.is_none_or(|source| source == subject.source)
            && self.author.is_none_or(|author| subject.authors.contains(&author))
            && self.topics.as_ref().is_none_or(|branch| subject.topics.iter().any(|topic| branch.all.contains(topic)))
    }

    fn matches_relation(&self, topic: TopicId, people: &[PersonId]) -> bool {
        self.content.is_none()
            && self.source.is_none()
            && self.author.is_none()
            && self.topics.as_ref().is_none_or(|branch| branch.all.contains(&topic))
            && self.person.is_none_or(|person| people.contains(&person))
    }

    const fn is_open(&self) -> bool {
        self.content.is_none()
            && self.source.is_none()
            && self.author.is_none()
            && self.topics.is_none()
            && self.person.is_none()
    }
}
