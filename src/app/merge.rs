//! Merges of two people or two topics: their facts move, what has no place is set aside, and all of it can be undone.

use std::collections::{HashMap, HashSet};

use super::content::note_all;
use super::error::{Error, refuse};
use super::house::App;
use super::rating::write_recounted;
use super::topic::check_place;
use super::viewer::Viewer;
use crate::domain::change::{ContentAct, Fact};
use crate::domain::endorsement::Endorsement;
use crate::domain::id::{ContentId, MergeId, PersonId, RatingId, TopicId};
use crate::domain::invalid::Code;
use crate::domain::leadership::Leadership;
use crate::domain::merge::{Merge, Merged, PersonJournal, TopicJournal};
use crate::domain::person::{Person, PersonRef};
use crate::domain::rating::Rating;
use crate::domain::topic::{Topic, TopicRef};
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
        writing.note(Fact::Merge { merge: merge.clone() });
        self.commit(writing).await?;
        Ok(merge)
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
        writing.note(Fact::Merge { merge: merge.clone() });
        self.commit(writing).await?;
        Ok(merge)
    }

    /// Moves back what a merge moved, and brings back what it had set aside. Admins only.
    ///
    /// # Errors
    /// `MERGE_NOT_FOUND`, `ALREADY_UNDONE`.
    pub async fn undo_merge(&self, viewer: &Viewer, id: MergeId) -> Result<Merge, Error> {
        viewer.admin()?;
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
        let merge = Merge { undone_at: Some(now), ..merge };
        writing.note(Fact::Merge { merge: merge.clone() });
        self.commit(writing).await?;
        Ok(merge)
    }
}

/// Checks that a topic can be merged into another as they stand in this transaction: that one is a main topic, and not below it.
async fn check_target(writing: &Writing<'_>, from: TopicId, into: TopicId) -> Result<(), Error> {
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

/// Moves everything of one person. Second: the contents whose ratings moved.
async fn move_person(
    app: &App,
    writing: &Writing<'_>,
    from: PersonId,
    into: PersonId,
) -> Result<(PersonJournal, HashSet<ContentId>), Error> {
    let mut journal = PersonJournal { accounts: writing.account_rows(from).await?, ..PersonJournal::default() };
    writing.move_accounts(&journal.accounts, into).await?;
    let own: HashSet<ContentId> = writing.authored(into).await?.into_iter().map(|(id, _)| id).collect();
    (journal.authored_twice, journal.authored) =
        writing.authored(from).await?.into_iter().partition(|(id, _)| own.contains(id));
    writing.delete_authored(from, &ids(&journal.authored_twice)).await?;
    writing.move_authored(from, into, &ids(&journal.authored)).await?;
    let rated = move_ratings(app, writing, from, into, &mut journal).await?;
    let known: HashMap<_, Leadership> =
        writing.leaderships_of(into).await?.into_iter().map(|l| (relation(&l, into, l.topic), l)).collect();
    for mut leadership in writing.leaderships_of(from).await? {
        let other = known.get(&relation(&leadership, into, leadership.topic));
        if leadership_stays(writing, &leadership, other, &mut journal.dropped_leaderships).await? {
            leadership.person = into;
            writing.update_leadership(&leadership).await?;
            journal.leaderships.push(leadership.id);
        }
    }
    let known: HashMap<_, Endorsement> =
        writing.endorsements_of(into).await?.into_iter().map(|e| ((e.endorser, e.person, e.topic), e)).collect();
    for endorsement in writing.endorsements_of(from).await? {
        let given = endorsement.endorser == from;
        let mut moved = endorsement.clone();
        *(if given { &mut moved.endorser } else { &mut moved.person }) = into;
        let other = known.get(&(moved.endorser, moved.person, moved.topic));
        if moved.endorser == moved.person {
            writing.delete_endorsement(endorsement.id).await?;
            journal.dropped_endorsements.push(endorsement);
        } else if endorsement_stays(writing, &endorsement, other, &mut journal.dropped_endorsements).await? {
            writing.update_endorsement(&moved).await?;
            (if given { &mut journal.given } else { &mut journal.received }).push(moved.id);
        }
    }
    Ok((journal, rated))
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

/// The same for endorsements.
async fn endorsement_stays(
    writing: &Writing<'_>,
    coming: &Endorsement,
    known: Option<&Endorsement>,
    dropped: &mut Vec<Endorsement>,
) -> Result<bool, Error> {
    let Some(known) = known else { return Ok(true) };
    let stays = coming.outlasts(known);
    let gone = if stays { known } else { coming };
    writing.delete_endorsement(gone.id).await?;
    dropped.push(gone.clone());
    Ok(stays)
}

/// Moves ratings. Of two of one content the later stays; those of what is now one's own content do not stay at all.
async fn move_ratings(
    app: &App,
    writing: &Writing<'_>,
    from: PersonId,
    into: PersonId,
    journal: &mut PersonJournal,
) -> Result<HashSet<ContentId>, Error> {
    let own: HashSet<ContentId> = writing.authored(into).await?.into_iter().map(|(id, _)| id).collect();
    let known: HashMap<ContentId, Rating> =
        writing.all_ratings_of(into).await?.into_iter().map(|r| (r.content, r)).collect();
    let mut dropped: Vec<Rating> = known.values().filter(|rating| own.contains(&rating.content)).cloned().collect();
    let mut touched: HashSet<ContentId> = dropped.iter().map(|rating| rating.content).collect();
    for rating in writing.all_ratings_of(from).await? {
        touched.insert(rating.content);
        match known.get(&rating.content) {
            _ if own.contains(&rating.content) => dropped.push(rating),
            Some(other) if other.rated_at >= rating.rated_at => dropped.push(rating),
            Some(other) => {
                dropped.push(other.clone());
                journal.moved_ratings.push(rating);
            }
            None => journal.moved_ratings.push(rating),
        }
    }
    let moved: Vec<ContentId> = journal.moved_ratings.iter().map(|rating| rating.content).collect();
    writing.delete_ratings(&dropped.iter().map(Rating::id).collect::<Vec<RatingId>>()).await?;
    writing.move_ratings(from, into, &moved).await?;
    journal.dropped_ratings = dropped;
    recount(app, writing, &touched, into).await?;
    Ok(touched)
}

async fn unmove_person(
    app: &App,
    writing: &mut Writing<'_>,
    id: MergeId,
    from: PersonId,
    into: PersonId,
) -> Result<(), Error> {
    let journal: PersonJournal = writing.merge_journal(id).await?;
    writing.move_accounts(&journal.accounts, from).await?;
    writing.move_authored(into, from, &ids(&journal.authored)).await?;
    writing.restore_authored(from, &journal.authored_twice).await?;
    let mut touched: HashSet<ContentId> =
        writing.all_ratings_of(into).await?.iter().map(|rating| rating.content).collect();
    // A merge of an earlier version did not note what they had said.
    writing.move_ratings(into, from, &journal.rated).await?;
    touched.extend(unmove_ratings(writing, &journal.moved_ratings, into).await?);
    // What was rated since then is a later word, and stays.
    let pairs: Vec<_> = journal.dropped_ratings.iter().map(|rating| (rating.rater, rating.content)).collect();
    let since = writing.current_ratings(&pairs).await?;
    let restored: Vec<Rating> = journal
        .dropped_ratings
        .iter()
        .filter(|rating| !since.contains_key(&(rating.rater, rating.content)))
        .cloned()
        .collect();
    touched.extend(restored.iter().map(|rating| rating.content));
    writing.upsert_ratings(&restored).await?;
    recount(app, writing, &touched, into).await?;
    note_moved(writing, [&journal.authored, &journal.authored_twice], touched).await?;
    for known in writing.leaderships_of(into).await? {
        if journal.leaderships.contains(&known.id) {
            writing.update_leadership(&Leadership { person: from, ..known }).await?;
        }
    }
    restore_leaderships(writing, &journal.dropped_leaderships).await?;
    for known in writing.endorsements_of(into).await? {
        if journal.given.contains(&known.id) {
            writing.update_endorsement(&Endorsement { endorser: from, ..known }).await?;
        } else if journal.received.contains(&known.id) {
            writing.update_endorsement(&Endorsement { person: from, ..known }).await?;
        }
    }
    restore_endorsements(writing, &journal.dropped_endorsements).await?;
    if let Some(person) = writing.person(from).await? {
        let person = Person { merged_into: None, ..person };
        writing.update_person(&person).await?;
        writing.note(Fact::Person(person));
    }
    Ok(())
}

/// Gives ratings back to whom they were moved from, and says on which contents. What was said anew since is the word of the one who
/// said it, and stays theirs; the earlier one stood in its place, and is taken out of what they thought before.
async fn unmove_ratings(writing: &Writing<'_>, moved: &[Rating], into: PersonId) -> Result<Vec<ContentId>, Error> {
    let pairs: Vec<_> = moved.iter().map(|rating| (into, rating.content)).collect();
    let now = writing.current_ratings(&pairs).await?;
    let is_same = |rating: &Rating| {
        now.get(&(into, rating.content)).is_some_and(|now| *now == Rating { rater: into, ..rating.clone() })
    };
    let (same, other): (Vec<Rating>, Vec<Rating>) = moved.iter().cloned().partition(is_same);
    if let Some(from) = moved.first().map(|rating| rating.rater) {
        writing.move_ratings(into, from, &same.iter().map(|rating| rating.content).collect::<Vec<_>>()).await?;
    }
    writing.upsert_ratings(&other).await?;
    writing.forget_past_ratings(&other, into).await?;
    Ok(moved.iter().map(|rating| rating.content).collect())
}

async fn move_topic(writing: &mut Writing<'_>, from: &Topic, into: TopicId) -> Result<TopicJournal, Error> {
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
    let known: HashMap<_, Endorsement> =
        writing.endorsements_on(into).await?.into_iter().map(|e| ((e.endorser, e.person), e)).collect();
    for mut endorsement in writing.endorsements_on(from.id).await? {
        let other = known.get(&(endorsement.endorser, endorsement.person));
        if endorsement_stays(writing, &endorsement, other, &mut journal.dropped_endorsements).await? {
            endorsement.topic = into;
            writing.update_endorsement(&endorsement).await?;
            journal.endorsements.push(endorsement.id);
        }
    }
    for child in writing.topic_children(from.id).await? {
        journal.children.push(child.id);
        write_topic(writing, Topic { parent: Some(into), ..child }).await?;
    }
    for synonym in writing.topic_synonyms(from.id).await? {
        journal.synonyms.push(synonym.id);
        write_topic(writing, Topic { main: Some(into), ..synonym }).await?;
    }
    write_topic(writing, Topic { main: Some(into), parent: None, ..from.clone() }).await?;
    Ok(journal)
}

async fn unmove_topic(writing: &mut Writing<'_>, id: MergeId, from: TopicId, into: TopicId) -> Result<(), Error> {
    let journal: TopicJournal = writing.merge_journal(id).await?;
    if let Some(topic) = writing.topic(from).await? {
        write_topic(writing, Topic { main: None, parent: journal.parent, ..topic }).await?;
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
            write_topic(writing, Topic { parent: Some(from), ..child }).await?;
        }
    }
    for synonym in writing.topic_synonyms(into).await? {
        if journal.synonyms.contains(&synonym.id) {
            write_topic(writing, Topic { main: Some(from), ..synonym }).await?;
        }
    }
    match writing.topic(from).await? {
        Some(topic) => check_place(writing, &topic).await,
        None => Ok(()),
    }
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
        if writing.endorsement_between(endorsement.endorser, endorsement.person, endorsement.topic).await?.is_none() {
            writing.restore_endorsement(endorsement).await?;
        }
    }
    Ok(())
}

async fn write_topic(writing: &mut Writing<'_>, topic: Topic) -> Result<(), Error> {
    writing.update_topic(&topic).await?;
    writing.note(Fact::Topic(topic));
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
