//! Who leads what, as it is shown.

use std::sync::Arc;

use async_graphql::{Enum, SimpleObject};

use crate::app::lead::follow::Follow;
use crate::app::lead::map::{Follows, Leads, Map, PersonNode, TopicNode};
use crate::app::lead::{Leader, View};
use crate::domain::contest::Contest;
use crate::domain::id::PersonId;
use crate::domain::lead::evidence::Aspect;
use crate::domain::lead::following::Following;
use crate::domain::lead::gap::{Gap, GapKind, Suggestion};
use crate::domain::lead::standing::Standing;
use crate::domain::lead::succession::{Chapter, LeadershipTurn, Turn};
use crate::graphql::nodes::content::Content;
use crate::graphql::nodes::trend::Explanation;
use crate::graphql::page::{PageInfo, ranking};
use crate::graphql::scalar::DateTime;

/// Where a leader stands, by the evidence of the last months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Standing")]
pub enum LeadershipStanding {
    /// Leads now: evidence in three different months at least, a score of 0.2 or more, and not far behind the strongest.
    Leads,
    /// On the way up: a quarter more evidence than half a year ago.
    Emerging,
    /// Was there, and shows much less than half a year ago.
    Fading,
    /// Was there, or is said to be, and has shown nothing for a year.
    Dormant,
    /// They object to what is shown of them.
    Contested,
}

/// What is asked about leading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Aspect")]
pub enum LeadershipAspect {
    /// Who leads a topic: who cares for it rather than for everything counts more.
    Leading,
    /// Whose work and judgement the topic will see most of, whatever else they do.
    Active,
}

/// What is missing between what is said of leadership and what the facts show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "GapKind")]
pub enum LeadershipGapKind {
    /// A topic on which more happens in these four weeks than was to be expected, that nobody leads. Weighed by its heat.
    NoLeader,
    /// Somebody is said to lead a topic, and has shown nothing on it for a year. Weighed by the years.
    InNameOnly,
    /// Somebody leads a topic, nobody says so, and they do not object to it. Weighed by the score.
    Unrecognised,
    /// A topic that hangs on one person. Weighed by the share that would be lost with them of the strength of all who are here.
    BusFactor,
    /// Somebody objects to what is shown of them.
    Contested,
    /// Somebody leads more than seven topics. Weighed by their number.
    Overloaded,
}

/// An act that would close a gap: the name of a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Suggestion")]
pub enum LeadershipSuggestion {
    /// `declareLeadership`, or `appointLeader` by an operator.
    DeclareLeadership,
    /// `endLeadership`.
    EndLeadership,
    /// `endorseLeadership`.
    EndorseLeadership,
}

/// What changed about who leads a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Turn")]
pub enum LeadershipShiftKind {
    /// Leads at the end, and did not at the start, as the facts show it.
    Began,
    /// Led at the start, and does not at the end, as the facts show it.
    Ceased,
    /// Said so themselves.
    Declared,
    /// The organisation said so.
    Appointed,
    /// What was declared or appointed ended.
    Ended,
    /// A peer endorsed them.
    Endorsed,
    /// An endorsement was withdrawn or ran out.
    Unendorsed,
}

/// Somebody who leads a topic, or is said to. Three kinds of evidence stand side by side: what is declared, what peers endorse,
/// and what the facts show. The score is that of the facts alone.
#[derive(Clone, Debug)]
pub struct TopicLeader(pub Leader);

/// What the facts show of somebody on a topic, and the contents behind it.
#[derive(Clone, Debug)]
pub struct LeadershipEvidence(pub Leader);

/// Why a score is what it is, in words and in numbers.
#[derive(Clone, Debug, SimpleObject)]
pub struct LeadershipExplanation {
    /// In words, for a person to read.
    pub text: String,
    /// The strength and its parts; null for who has nothing to show. The score is `strength / (strength + 10)`.
    pub strength: Option<Explanation>,
    /// The months of evidence that are its first part; null for who has nothing to show.
    pub evidence: Option<Explanation>,
}

/// A person who follows somebody, or whom somebody follows: answers them, approves of them by name, stands up for them.
#[derive(Clone, Debug)]
pub struct Followership(pub Follow);

/// A person objects to what is shown of them on a topic.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct LeadershipContest {
    #[graphql(skip)]
    pub contest: Contest,
    /// Why, in their words.
    pub text: String,
    /// Since when.
    pub contested_at: DateTime,
    /// When they took it back, null while they have not.
    pub withdrawn_at: Option<DateTime>,
}

impl From<&Contest> for LeadershipContest {
    fn from(contest: &Contest) -> Self {
        Self {
            contest: contest.clone(),
            text: contest.text.clone(),
            contested_at: DateTime(contest.contested_at),
            withdrawn_at: contest.withdrawn_at.map(DateTime),
        }
    }
}

/// What is followed on one topic.
#[derive(Clone, Debug)]
pub struct TopicFollowership(pub Following);

/// Who led a topic in a quarter.
#[derive(Clone, Debug)]
pub struct LeadershipChapter(pub Chapter);

/// Somebody who led in a quarter.
#[derive(Clone, Debug)]
pub struct ChapterLeader {
    pub(in crate::graphql) person: PersonId,
    pub(in crate::graphql) evidence: f64,
}

/// What changed about who leads a topic.
#[derive(Clone, Debug)]
pub struct LeadershipShift(pub LeadershipTurn);

/// Where what is said of leadership and what the facts show do not meet, with what could be done.
#[derive(Clone, Debug)]
pub struct LeadershipGap(pub Gap);

/// A part of the map of leadership, ready to be laid out: people and topics are nodes, and edges name them by id.
#[derive(Clone, Debug)]
pub struct LeadershipMap {
    pub(in crate::graphql) map: Arc<Map>,
    pub(in crate::graphql) page: PageInfo,
}

/// A person on the map.
#[derive(Clone, Debug)]
pub struct MapPerson(pub PersonNode);

/// A topic on the map.
#[derive(Clone, Debug)]
pub struct MapTopic(pub TopicNode);

/// An edge of the map: a person leads a topic.
#[derive(Clone, Debug)]
pub struct MapLeading(pub Leads);

/// An edge of the map: a person follows another.
#[derive(Clone, Debug)]
pub struct MapFollowing(pub Follows);

/// What everybody can see of the viewer.
#[derive(Clone, Debug)]
pub struct SeenByOthers {
    pub(in crate::graphql) person: PersonId,
    pub(in crate::graphql) view: View,
}

ranking!(
    /// A page of leaders, strongest first.
    TopicLeaderConnection,
    /// A leader on a page.
    TopicLeaderEdge,
    TopicLeader
);
ranking!(
    /// A page of contents that are evidence of leadership, the latest first.
    EvidenceContentConnection,
    /// A content on a page.
    EvidenceContentEdge,
    Content
);
ranking!(
    /// A page of people who follow or are followed, the closest first.
    FollowershipConnection,
    /// A person on a page.
    FollowershipEdge,
    Followership
);
ranking!(
    /// A page of gaps, by kind, and within a kind what matters most first.
    LeadershipGapConnection,
    /// A gap on a page.
    LeadershipGapEdge,
    LeadershipGap
);
ranking!(
    /// A page of changes, the latest first.
    LeadershipShiftConnection,
    /// A change on a page.
    LeadershipShiftEdge,
    LeadershipShift
);
