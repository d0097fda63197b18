//! Merges of two people or two topics: their facts move, what has no place is set aside, and all of it can be undone.

mod person;
mod topic;

use std::collections::HashSet;

use self::person::{move_person, unmove_person};
use self::topic::{check_target, move_topic, unmove_topic};
use super::content::note_all;
use super::error::{Error, refuse};
use super::house::App;
use super::rating::write_recounted;
use super::viewer::Viewer;
use crate::domain::audit::{AuditAct, AuditSubject, NewAudit};
use crate::domain::change::{ContentAct, Fact};
use crate::domain::endorsement::Endorsement;
use crate::domain::id::{ContentId, MergeId, PersonId, TopicId};
use crate::domain::invalid::Code;
use crate::domain::leadership::Leadership;
use crate::domain::merge::{Merge, Merged};
use crate::domain::person::{Person, PersonRef};
use crate::domain::topic::TopicRef;
use crate::store::writing::Writing;

impl App {
    /// Moves all facts of one person to another, who is the same human. Admins only.
    ///
    /// # Errors
    /// `PERSON_NOT_FOUND`, `SAME_TWICE`, `ALREADY_MERGED`.
    pub async fn merge_people(&self, viewer: &Viewer, from: &PersonRef, into: &PersonRef) -> Result<Merge, Error> {
        let actor = viewer.admin()?.id;
        let (from, into) = (self.named_person("from", from).await?.id, self.named_person("into", into).await?.id);
        if from == into {
            return refuse(Code::SameTwice, "into", "these are one person already");
        }
        let mut writing = self.store.begin().await?;
        let Some(person) = writing.person(from).await?.filter(|person| person.merged_into.is_none()) else {
            return refuse(Code::AlreadyMerged, "from", "this person was merged before");
        };
        // Both are looked at again: while this waited for its turn they may have been merged the other way round.
        if writing.person(into).await?.is_none_or(|person| person.merged_into.is_some()) {
            return refuse(
                Code::AlreadyMerged,
                "into",
                "this person was merged meanwhile; name the one they were merged into",
            );
        }
        let (journal, rated) = move_person(self, &writing, from, into).await?;
        let person = Person { merged_into: Some(into), ..person };
        writing.update_person(&person).await?;
        let merge =
            writing.insert_merge(&Merged::Person { from, into }, Some(actor), self.clock.now(), &journal).await?;
        writing.note(Fact::Person(person));
        note_moved(&mut writing, [&journal.authored, &journal.authored_twice], rated).await?;
        self.finish(writing, actor, merge).await
    }

    /// Moves all facts of one topic to another, and makes the first another word for the second. Admins only.
    ///
    /// # Errors
    /// `TOPIC_NOT_FOUND`, `SAME_TWICE`, `CYCLE`.
    pub async fn merge_topics(&self, viewer: &Viewer, from: &TopicRef, into: &TopicRef) -> Result<Merge, Error> {
        let actor = viewer.admin()?.id;
        let (from, into) = (self.named_topic("from", from)?.id, self.named_topic("into", into)?.id);
        if from == into {
            return refuse(Code::SameTwice, "into", "these are one topic already");
        }
        let mut writing = self.store.begin().await?;
        let Some(topic) = writing.topic(from).await?.filter(|topic| topic.main.is_none()) else {
            return refuse(Code::TopicNotFound, "from", "there is no such topic");
        };
        check_target(&writing, from, into).await?;
        let journal = move_topic(&mut writing, &topic, into).await?;
        let merge =
            writing.insert_merge(&Merged::Topic { from, into }, Some(actor), self.clock.now(), &journal).await?;
        note_moved(&mut writing, [&journal.contents, &journal.contents_twice], HashSet::new()).await?;
        self.finish(writing, actor, merge).await
    }

    /// Moves back what a merge moved, and brings back what it had set aside. Admins only.
    ///
    /// # Errors
    /// `MERGE_NOT_FOUND`, `ALREADY_UNDONE`.
    pub async fn undo_merge(&self, viewer: &Viewer, id: MergeId) -> Result<Merge, Error> {
        let actor = viewer.admin()?.id;
        let now = self.clock.now();
        let mut writing = self.store.begin().await?;
        let Some(merge) = writing.merge(id).await? else {
            return refuse(Code::MergeNotFound, "merge", "there is no such merge");
        };
        if merge.undone_at.is_some() {
            return refuse(Code::AlreadyUndone, "merge", "this merge was undone before");
        }
        let merged_on = match merge.merged {
            Merged::Person { into, .. } => {
                writing.person(into).await?.is_some_and(|person| person.merged_into.is_some())
            }
            Merged::Topic { into, .. } => writing.topic(into).await?.is_some_and(|topic| topic.main.is_some()),
        };
        // A later merge into the same one may have set aside what this one moved: they come apart last first.
        if merged_on || writing.is_merged_later(&merge).await? {
            return refuse(
                Code::Conflict,
                "merge",
                "what came of this merge was merged on; undo the later merge first",
            );
        }
        match merge.merged {
            Merged::Person { from, into } => unmove_person(self, &mut writing, id, from, into).await?,
            Merged::Topic { from, into } => unmove_topic(&mut writing, id, from, into).await?,
        }
        writing.mark_undone(id, now).await?;
        self.finish(writing, actor, Merge { undone_at: Some(now), ..merge }).await
    }

    /// Writes down that a merge was made or undone, and by whom.
    async fn finish(&self, mut writing: Writing<'_>, actor: PersonId, merge: Merge) -> Result<Merge, Error> {
        let (act, subject) = match (&merge.merged, merge.undone_at) {
            (Merged::Person { from, .. }, None) => (AuditAct::PersonMerged, AuditSubject::Person(*from)),
            (Merged::Person { from, .. }, Some(_)) => (AuditAct::PersonSeparated, AuditSubject::Person(*from)),
            (Merged::Topic { from, .. }, None) => (AuditAct::TopicMerged, AuditSubject::Topic(*from)),
            (Merged::Topic { from, .. }, Some(_)) => (AuditAct::TopicSeparated, AuditSubject::Topic(*from)),
        };
        let entry = NewAudit { actor: Some(actor), act, subject, reason: None };
        writing.insert_audit(entry, self.clock.now()).await?;
        writing.note(Fact::Merge { merge: merge.clone() });
        self.commit(writing).await?;
        Ok(merge)
    }
}

/// Whether a relation that comes has its place; of two that are the same now the one with the later word does, and the other is set aside.
async fn leadership_stays(
    writing: &Writing<'_>,
    coming: &Leadership,
    known: Option<&Leadership>,
    dropped: &mut Vec<Leadership>,
) -> Result<bool, Error> {
    let Some(known) = known else { return Ok(true) };
    let stays = coming.last_word() > known.last_word();
    let gone = if stays { known } else { coming };
    writing.delete_leadership(gone.id).await?;
    dropped.push(gone.clone());
    Ok(stays)
}

/// The same for endorsements, of which only those are one that hold at the same time: one that ended before another began has its
/// place beside it.
async fn endorsement_stays(
    writing: &Writing<'_>,
    coming: &Endorsement,
    known: Option<&mut Vec<Endorsement>>,
    dropped: &mut Vec<Endorsement>,
) -> Result<bool, Error> {
    let Some(known) = known else { return Ok(true) };
    let stays = known.iter().all(|known| !known.meets(coming) || coming.outlasts(known));
    let gone = if stays { known.extract_if(.., |known| known.meets(coming)).collect() } else { vec![coming.clone()] };
    for endorsement in gone {
        writing.delete_endorsement(endorsement.id).await?;
        dropped.push(endorsement);
    }
    Ok(stays)
}

/// Brings back what was set aside, unless the same was said anew since.
async fn restore_leaderships(writing: &Writing<'_>, dropped: &[Leadership]) -> Result<(), Error> {
    for leadership in dropped {
        let since = writing.leaderships_between(leadership.person, leadership.topic).await?;
        if !since.iter().any(|known| {
            relation(known, known.person, known.topic) == relation(leadership, leadership.person, leadership.topic)
        }) {
            writing.restore_leadership(leadership).await?;
        }
    }
    Ok(())
}

/// Brings back what was set aside, unless the same was said anew since.
async fn restore_endorsements(writing: &Writing<'_>, dropped: &[Endorsement]) -> Result<(), Error> {
    for endorsement in dropped {
        let (endorser, person) = (endorsement.endorser, endorsement.person);
        let since = writing.endorsements_between(endorser, person, endorsement.topic).await?;
        if !since.iter().any(|known| known.meets(endorsement)) {
            writing.restore_endorsement(endorsement).await?;
        }
    }
    Ok(())
}

/// Counts anew what two people rated, who are one human.
async fn recount(
    app: &App,
    writing: &Writing<'_>,
    contents: &HashSet<ContentId>,
    person: PersonId,
) -> Result<(), Error> {
    write_recounted(app, writing, &contents.iter().copied().collect::<Vec<_>>(), &[person]).await
}

/// Notes which contents have other authors or topics now, and of which others the ratings were counted anew.
async fn note_moved(
    writing: &mut Writing<'_>,
    relinked: [&Vec<(ContentId, i16)>; 2],
    mut recounted: HashSet<ContentId>,
) -> Result<(), Error> {
    let relinked: HashSet<ContentId> = relinked.into_iter().flatten().map(|(id, _)| *id).collect();
    recounted.retain(|id| !relinked.contains(id));
    note_all(writing, relinked, ContentAct::Edited).await?;
    note_all(writing, recounted, ContentAct::Recounted).await
}

fn ids(contents: &[(ContentId, i16)]) -> Vec<ContentId> {
    contents.iter().map(|(id, _)| *id).collect()
}

/// What makes two relations the same one.
fn relation(
    l: &Leadership,
    person: PersonId,
    topic: TopicId,
) -> (PersonId, TopicId, crate::domain::leadership::LeadershipKind, String, crate::domain::time::Time) {
    (person, topic, l.kind, l.role.clone(), l.valid_from)
}
