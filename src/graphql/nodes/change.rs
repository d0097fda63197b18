//! Changes as they are told.

use async_graphql::{Enum, Interface, SimpleObject};

use super::rating::{RatingValue, Tally};
use crate::domain::change;
use crate::domain::change::Fact;
use crate::domain::content::Subject;
use crate::domain::contest::Contest;
use crate::domain::endorsement::Endorsement;
use crate::domain::leadership::Leadership;
use crate::domain::merge::Merge;
use crate::domain::person::Person;
use crate::domain::source::Source;
use crate::domain::topic::Topic;
use crate::graphql::page::PageInfo;
use crate::graphql::scalar::DateTime;

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "change::Noun")]
pub enum ChangeNoun {
    /// A rating was given, changed or withdrawn.
    Rating,
    /// A content was published, edited, withdrawn, hidden, restored or recounted.
    Content,
    /// A person was made or changed.
    Person,
    /// A topic was made or changed.
    Topic,
    /// A source was made or changed.
    Source,
    /// A leadership was declared, appointed, edited or ended.
    Leadership,
    /// An endorsement was given, renewed or withdrawn.
    Endorsement,
    /// Somebody objected to what is shown of them, or took it back.
    Contest,
    /// Two people or two topics were merged, or a merge was undone.
    Merge,
}

/// What happened to a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "change::ContentAct")]
pub enum ContentAct {
    /// It is new, or it can be read again.
    Published,
    /// Its text, authors or topics changed.
    Edited,
    /// It was taken back.
    Withdrawn,
    /// A moderator hid it. Its authors and moderators are told so, everybody else that it is `WITHDRAWN`.
    Hidden,
    /// A moderator shows it again. Its authors and moderators are told so, everybody else that it is `PUBLISHED`.
    Restored,
    /// Its ratings were counted anew, because people were merged or somebody turned out to be a bot.
    Recounted,
}

impl ContentAct {
    /// As somebody is told: that a moderator did it is for those who see what is hidden. Asked only where it matters.
    #[must_use]
    pub fn shown(self, sees_hidden: impl FnOnce() -> bool) -> Self {
        let other = match self {
            Self::Hidden => Self::Withdrawn,
            Self::Restored => Self::Published,
            _ => return self,
        };
        if sees_hidden() { self } else { other }
    }
}

/// What happened to a leadership or an endorsement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LeadershipAct {
    /// The person says that they lead.
    Declared,
    /// The organisation says that they lead.
    Appointed,
    /// Its end or its evidence was corrected.
    Edited,
    /// It ended.
    Ended,
    /// A peer endorsed the person.
    Endorsed,
    /// A peer renewed an endorsement.
    Renewed,
    /// A peer took an endorsement back, or a person an objection.
    Withdrawn,
    /// A person objects to what is shown of them.
    Contested,
}

/// What every change tells.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Names this change.
    pub cursor: String,
    /// When it was written down.
    pub at: DateTime,
}

/// A rating moved the tally of a content.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct RatingChange {
    #[graphql(skip)]
    pub fact: change::RatingFact,
    /// Names this change: give it as `after` to hear everything that follows it.
    pub cursor: String,
    /// When it was written down.
    pub at: DateTime,
    /// How many changes of this content it stands for: more than 1 only with an `interval`, which may have begun before this subscription.
    pub changes: i32,
    /// The value before; null when there was none, when the viewer may not see it, or when several changes are told as one.
    pub before: Option<RatingValue>,
    /// The value after; null when it was withdrawn, when the viewer may not see it, or when several changes are told as one.
    pub after: Option<RatingValue>,
    /// The tally that it left.
    pub tally: Tally,
    #[graphql(skip)]
    pub seen: bool,
}

/// Something happened to a content.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ContentChange {
    #[graphql(skip)]
    pub subject: Subject,
    /// Names this change: give it as `after` to hear everything that follows it.
    pub cursor: String,
    /// When it was written down.
    pub at: DateTime,
    /// What happened.
    pub act: ContentAct,
}

/// Something happened to a leadership, to an endorsement or to an objection.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct LeadershipChange {
    #[graphql(skip)]
    pub relation: Relation,
    /// Names this change: give it as `after` to hear everything that follows it.
    pub cursor: String,
    /// When it was written down.
    pub at: DateTime,
    /// What happened.
    pub act: LeadershipAct,
}

/// What is said of a leadership.
#[derive(Clone, Debug)]
pub enum Relation {
    Leadership(Box<Leadership>),
    Endorsement(Box<Endorsement>),
    Contest(Box<Contest>),
}

/// A person was made or changed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PersonChange {
    #[graphql(skip)]
    pub noun: Person,
    /// Names this change: give it as `after` to hear everything that follows it.
    pub cursor: String,
    /// When it was written down.
    pub at: DateTime,
}

/// A topic was made or changed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct TopicChange {
    #[graphql(skip)]
    pub noun: Topic,
    /// Names this change: give it as `after` to hear everything that follows it.
    pub cursor: String,
    /// When it was written down.
    pub at: DateTime,
}

/// A source was made or changed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SourceChange {
    #[graphql(skip)]
    pub noun: Source,
    /// Names this change: give it as `after` to hear everything that follows it.
    pub cursor: String,
    /// When it was written down.
    pub at: DateTime,
}

/// Two people or topics were merged, or a merge was undone. The contents that it moved have changes of their own, before it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct MergeChange {
    #[graphql(skip)]
    pub noun: Merge,
    /// Names this change: give it as `after` to hear everything that follows it.
    pub cursor: String,
    /// When it was written down.
    pub at: DateTime,
}

/// Something happened. Changes have one order, the same for everybody, and none is missing.
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(
        name = "cursor",
        ty = "&String",
        desc = "Names this change: give it as `after` to hear everything that follows it."
    ),
    field(name = "at", ty = "&DateTime", desc = "When it was written down.")
)]
pub enum Change {
    RatingChange(Box<RatingChange>),
    ContentChange(Box<ContentChange>),
    LeadershipChange(Box<LeadershipChange>),
    PersonChange(Box<PersonChange>),
    TopicChange(Box<TopicChange>),
    SourceChange(Box<SourceChange>),
    MergeChange(Box<MergeChange>),
}

impl Change {
    /// How a fact is told. `seen`: whether the viewer may see who rated, or did so; `changes`: how many it stands for.
    #[must_use]
    pub fn of(fact: &Fact, mark: Mark, (seen, own): (bool, bool), changes: usize) -> Self {
        match fact {
            Fact::Rating(fact) => Self::RatingChange(Box::new(RatingChange::of(fact, mark, (seen, own), changes))),
            Fact::Content(fact) => Self::ContentChange(Box::new(ContentChange {
                subject: fact.card.subject.clone(),
                cursor: mark.cursor,
                at: mark.at,
                act: fact.act.into(),
            })),
            Fact::Leadership { act, leadership } => {
                let act = match act {
                    change::LeadershipAct::Declared => LeadershipAct::Declared,
                    change::LeadershipAct::Appointed => LeadershipAct::Appointed,
                    change::LeadershipAct::Edited => LeadershipAct::Edited,
                    change::LeadershipAct::Ended => LeadershipAct::Ended,
                };
                let relation = Relation::Leadership(Box::new(leadership.clone()));
                Self::LeadershipChange(Box::new(LeadershipChange { relation, cursor: mark.cursor, at: mark.at, act }))
            }
            Fact::Endorsement { act, endorsement } => {
                let act = match act {
                    change::EndorsementAct::Endorsed => LeadershipAct::Endorsed,
                    change::EndorsementAct::Renewed => LeadershipAct::Renewed,
                    change::EndorsementAct::Withdrawn => LeadershipAct::Withdrawn,
                };
                let relation = Relation::Endorsement(Box::new(endorsement.clone()));
                Self::LeadershipChange(Box::new(LeadershipChange { relation, cursor: mark.cursor, at: mark.at, act }))
            }
            Fact::Contest { act, contest } => {
                let act = match act {
                    change::ContestAct::Contested => LeadershipAct::Contested,
                    change::ContestAct::Withdrawn => LeadershipAct::Withdrawn,
                };
                let relation = Relation::Contest(Box::new(contest.clone()));
                Self::LeadershipChange(Box::new(LeadershipChange { relation, cursor: mark.cursor, at: mark.at, act }))
            }
            Fact::Person(noun) => {
                Self::PersonChange(Box::new(PersonChange { noun: noun.clone(), cursor: mark.cursor, at: mark.at }))
            }
            Fact::Topic(fact) => {
                Self::TopicChange(Box::new(TopicChange { noun: fact.topic.clone(), cursor: mark.cursor, at: mark.at }))
            }
            Fact::Source(noun) => {
                Self::SourceChange(Box::new(SourceChange { noun: noun.clone(), cursor: mark.cursor, at: mark.at }))
            }
            Fact::Merge { merge } => {
                Self::MergeChange(Box::new(MergeChange { noun: merge.clone(), cursor: mark.cursor, at: mark.at }))
            }
        }
    }
}

impl RatingChange {
    /// How a rating is told. Of several told as one, no single value is shown.
    #[must_use]
    pub fn of(fact: &change::RatingFact, mark: Mark, (seen, own): (bool, bool), changes: usize) -> Self {
        let seen = seen && changes == 1;
        Self {
            fact: fact.clone(),
            cursor: mark.cursor,
            at: mark.at,
            changes: i32::try_from(changes).unwrap_or(i32::MAX),
            before: fact.before.filter(|_| seen).map(Into::into),
            after: fact.after.filter(|_| seen).map(Into::into),
            tally: if own { fact.tally.shown_to(fact.rater, fact.after) } else { fact.tally.shown() }.into(),
            seen,
        }
    }
}

/// A page of the change log, in its order.
#[derive(Debug, SimpleObject)]
pub struct ChangeConnection {
    /// The changes of this page with their cursors.
    pub edges: Vec<ChangeEdge>,
    /// The changes of this page.
    pub nodes: Vec<Change>,
    /// Where this page lies. Its `endCursor` is the place up to which the log was looked through, also on an empty page.
    pub page_info: PageInfo,
}

/// A change on a page.
#[derive(Debug, SimpleObject)]
pub struct ChangeEdge {
    /// The place of this change, to go on from with `after`.
    pub cursor: String,
    /// The change.
    pub node: Change,
}
