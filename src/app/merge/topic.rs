//! What moves when two topics are merged, and how it comes apart again.

use std::collections::{HashMap, HashSet};

use super::{
    endorsement_stays, ids, leadership_stays, note_moved, relation, restore_endorsements, restore_leaderships,
};
use crate::app::error::{Error, refuse};
use crate::app::topic::check_place;
use crate::domain::change::{Fact, TopicFact};
use crate::domain::endorsement::Endorsement;
use crate::domain::id::{ContentId, MergeId, TopicId};
use crate::domain::invalid::Code;
use crate::domain::leadership::Leadership;
use crate::domain::merge::TopicJournal;
use crate::domain::topic::{Position, Topic};
use crate::store::writing::Writing;

/// Checks that a topic can be merged into another as they stand in this transaction: that one is a main topic, and not below it.
pub(super) async fn check_target(writing: &Writing<'_>, from: TopicId, into: TopicId) -> Result<(), Error> {
    let Some(target) = writing.topic(into).await? else {
        return refuse(Code::TopicNotFound, "into", "there is no such topic");
    };
    // Both are looked at again: while this waited for its turn they may have been merged the other way round.
    if target.main.is_some() {
        return refuse(Code::TopicNotFound, "into", "this topic was merged meanwhile; name its main topic");
    }
    let (mut seen, mut above) = (HashSet::from([into]), target.parent);
    while let Some(id) = above.filter(|id| seen.insert(*id)) {
        if id == from {
            return refuse(
                Code::Cycle,
                "into",
                "a topic cannot be merged into one below itself; merge that one into it",
            );
        }
        above = writing.topic(id).await?.and_then(|topic| topic.parent);
    }
    Ok(())
}

pub(super) async fn move_topic(writing: &mut Writing<'_>, from: &Topic, into: TopicId) -> Result<TopicJournal, Error> {
    let mut journal = TopicJournal { parent: from.parent, ..TopicJournal::default() };
    let there: HashSet<ContentId> = writing.on_topic(into).await?.into_iter().map(|(id, _)| id).collect();
    (journal.contents_twice, journal.contents) =
        writing.on_topic(from.id).await?.into_iter().partition(|(id, _)| there.contains(id));
    writing.delete_on_topic(from.id, &ids(&journal.contents_twice)).await?;
    writing.move_on_topic(from.id, into, &ids(&journal.contents)).await?;
    let known: HashMap<_, Leadership> =
        writing.leaderships_on(into).await?.into_iter().map(|l| (relation(&l, l.person, into), l)).collect();
    for mut leadership in writing.leaderships_on(from.id).await? {
        let other = known.get(&relation(&leadership, leadership.person, into));
        if leadership_stays(writing, &leadership, other, &mut journal.dropped_leaderships).await? {
            leadership.topic = into;
            writing.update_leadership(&leadership).await?;
            journal.leaderships.push(leadership.id);
        }
    }
    let mut known: HashMap<_, Vec<Endorsement>> = HashMap::new();
    for endorsement in writing.endorsements_on(into).await? {
        known.entry((endorsement.endorser, endorsement.person)).or_default().push(endorsement);
    }
    for mut endorsement in writing.endorsements_on(from.id).await? {
        let other = known.get_mut(&(endorsement.endorser, endorsement.person));
        if endorsement_stays(writing, &endorsement, other, &mut journal.dropped_endorsements).await? {
            endorsement.topic = into;
            writing.update_endorsement(&endorsement).await?;
            journal.endorsements.push(endorsement.id);
        }
    }
    for child in writing.topic_children(from.id).await? {
        journal.children.push(child.id);
        write_topic(writing, &child, Position { parent: Some(into), ..child.position() }).await?;
    }
    for synonym in writing.topic_synonyms(from.id).await? {
        journal.synonyms.push(synonym.id);
        write_topic(writing, &synonym, Position { main: Some(into), ..synonym.position() }).await?;
    }
    write_topic(writing, from, Position { main: Some(into), parent: None }).await?;
    Ok(journal)
}

pub(super) async fn unmove_topic(
    writing: &mut Writing<'_>,
    id: MergeId,
    from: TopicId,
    into: TopicId,
) -> Result<(), Error> {
    let journal: TopicJournal = writing.merge_journal(id).await?;
    if let Some(topic) = writing.topic(from).await? {
        write_topic(writing, &topic, Position { main: None, parent: journal.parent }).await?;
    }
    writing.move_on_topic(into, from, &ids(&journal.contents)).await?;
    writing.restore_on_topic(from, &journal.contents_twice).await?;
    note_moved(writing, [&journal.contents, &journal.contents_twice], HashSet::new()).await?;
    for known in writing.leaderships_on(into).await? {
        if journal.leaderships.contains(&known.id) {
            writing.update_leadership(&Leadership { topic: from, ..known }).await?;
        }
    }
    restore_leaderships(writing, &journal.dropped_leaderships).await?;
    for known in writing.endorsements_on(into).await? {
        if journal.endorsements.contains(&known.id) {
            writing.update_endorsement(&Endorsement { topic: from, ..known }).await?;
        }
    }
    restore_endorsements(writing, &journal.dropped_endorsements).await?;
    for child in writing.topic_children(into).await? {
        if journal.children.contains(&child.id) {
            write_topic(writing, &child, Position { parent: Some(from), ..child.position() }).await?;
        }
    }
    for synonym in writing.topic_synonyms(into).await? {
        if journal.synonyms.contains(&synonym.id) {
            write_topic(writing, &synonym, Position { main: Some(from), ..synonym.position() }).await?;
        }
    }
    match writing.topic(from).await? {
        Some(topic) => check_place(writing, &topic).await,
        None => Ok(()),
    }
}

async fn write_topic(
    writing: &mut Writing<'_>,
    topic: &Topic,
    Position { parent, main }: Position,
) -> Result<(), Error> {
    let moved = Topic { parent, main, ..topic.clone() };
    writing.update_topic(&moved).await?;
    writing.note(Fact::Topic(TopicFact::of(moved, Some(topic))));
    Ok(())
}
