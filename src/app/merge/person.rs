//! What moves when two people are merged, and how it comes apart again.

use std::collections::{HashMap, HashSet};

use super::{
    endorsement_stays, ids, leadership_stays, note_moved, recount, relation, restore_endorsements, restore_leaderships,
};
use crate::app::error::Error;
use crate::app::house::App;
use crate::domain::change::Fact;
use crate::domain::endorsement::Endorsement;
use crate::domain::id::{ContentId, MergeId, PersonId, RatingId};
use crate::domain::leadership::Leadership;
use crate::domain::merge::PersonJournal;
use crate::domain::person::Person;
use crate::domain::rating::Rating;
use crate::store::writing::Writing;

/// Moves everything of one person. Second: the contents whose ratings moved.
pub(super) async fn move_person(
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
    let mut known: HashMap<_, Vec<Endorsement>> = HashMap::new();
    for endorsement in writing.endorsements_of(into).await? {
        known.entry((endorsement.endorser, endorsement.person, endorsement.topic)).or_default().push(endorsement);
    }
    for endorsement in writing.endorsements_of(from).await? {
        let given = endorsement.endorser == from;
        let mut moved = endorsement.clone();
        *(if given { &mut moved.endorser } else { &mut moved.person }) = into;
        let other = known.get_mut(&(moved.endorser, moved.person, moved.topic));
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

pub(super) async fn unmove_person(
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
