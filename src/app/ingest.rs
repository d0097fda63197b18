//! Batches from integrators: one transaction, a result for each item, and the same batch again changes nothing.
//!
//! Items are keyed by source and external id. An item that is refused leaves the others alone; what is written, is written whole.

mod content;
mod rating;
mod relation;

use std::collections::HashMap;
use std::sync::Arc;

use super::error::{Error, refuse};
use super::house::App;
use super::rating::recount;
use super::topic::check_place;
use super::viewer::Viewer;
use crate::domain::change::{Fact, TopicFact};
use crate::domain::id::{ContentId, PersonId, TopicId};
use crate::domain::ingest::{Batch, CAP, Outcome, PersonItem, Report, TopicItem};
use crate::domain::invalid::{Code, Invalid};
use crate::domain::person::{MERGES, NewPerson, Person, PersonKind, PersonPatch};
use crate::domain::source::{NATIVE, NewSource, Source, SourceRef};
use crate::domain::text;
use crate::domain::time::Time;
use crate::domain::topic::{NewTopic, Topic, TopicPatch};
use crate::store::writing::Writing;

type Checked<T> = Result<T, Error>;

/// Over what somebody who brings a batch has a say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Say {
    /// Everybody and every topic: admins, and those who have the database anyway.
    All,
    /// What the source has made itself: integrators. What belongs to all sources, such as a person whom another one knows, or a
    /// topic, is not theirs to change.
    Own,
}

/// What the items of a batch may name, kept up while they are written.
struct Desk<'a, 'w> {
    app: &'a App,
    writing: &'a mut Writing<'w>,
    source: &'a Source,
    now: Time,
    say: Say,
    people: HashMap<String, Person>,
    /// The person who was made for an account; none for an account of somebody who was there.
    made: HashMap<String, PersonId>,
    topics: HashMap<String, Option<Topic>>,
    contents: HashMap<String, ContentId>,
}

impl App {
    /// Takes a batch of up to 1,000 items in. Integrators only, for the source of their token. Of people and topics they change
    /// what their source has made; admins change all. What became of ratings is told only to those who may see them.
    ///
    /// # Errors
    /// `SOURCE_NOT_FOUND`, `TOO_MANY`. What is wrong with an item is in its outcome.
    pub async fn ingest(&self, viewer: &Viewer, source: &SourceRef, batch: &Batch) -> Result<Report, Error> {
        // Before the source is looked up: who may bring nothing in learns nothing of sources.
        viewer.may_ingest()?;
        let known = self.named_source("source", source)?;
        viewer.integrator(known.id)?;
        let say = if viewer.is_admin() && !viewer.is_limited() { Say::All } else { Say::Own };
        let report = self.bring(source, batch, say).await?;
        Ok(if viewer.sees_ratings(known.visibility) { report } else { report.with_ratings_untold() })
    }

    /// Takes a batch in, for those who have the database anyway: the commands.
    ///
    /// # Errors
    /// As [`App::ingest`].
    pub async fn take_in(&self, source: &SourceRef, batch: &Batch) -> Result<Report, Error> {
        self.bring(source, batch, Say::All).await
    }

    async fn bring(&self, source: &SourceRef, batch: &Batch, say: Say) -> Result<Report, Error> {
        if batch.len() > CAP {
            return refuse(Code::TooMany, "", format!("a batch has at most {CAP} items; this one has {}", batch.len()));
        }
        let source = self.named_source("source", source)?;
        let mut writing = self.store.begin().await?;
        let report = take_all(self, &mut writing, &source, batch, say).await?;
        self.commit(writing).await?;
        Ok(report)
    }

    /// The source with the slug of `new`, made when it is missing, for those who have the database anyway: the commands.
    /// Second: whether it was made.
    ///
    /// The native source is there before anybody can describe it, so it becomes as `new` says while nothing in it is rated.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ensure_source(&self, new: NewSource) -> Result<(Arc<Source>, bool), Error> {
        let mut writing = self.store.begin().await?;
        let (source, made) = match writing.source_by_slug(&new.slug).await? {
            None => (writing.insert_source(&new, self.clock.now()).await?, true),
            Some(known) => {
                let NewSource { name, kind, scale, visibility, .. } = new;
                let told = Source { name, kind, scale, visibility, ..known.clone() };
                if told == known || known.slug != NATIVE || writing.is_source_rated(known.id).await? {
                    return Ok((Arc::new(known), false));
                }
                writing.update_source(&told).await?;
                (told, false)
            }
        };
        writing.note(Fact::Source(source.clone()));
        self.commit(writing).await?;
        Ok((Arc::new(source), made))
    }
}

async fn take_all(
    app: &App,
    writing: &mut Writing<'_>,
    source: &Source,
    batch: &Batch,
    say: Say,
) -> Result<Report, Error> {
    let known = writing.people_by_account(source.id, &named_people(batch)).await?;
    let made = known.iter().filter_map(|(id, (_, made))| Some((id.clone(), (*made)?))).collect();
    let people = known.into_iter().map(|(id, (person, _))| (id, person)).collect();
    let contents = writing.content_ids(source.id, &named_contents(batch)).await?;
    let now = app.clock.now();
    let mut desk = Desk { app, writing, source, now, say, people, made, topics: HashMap::new(), contents };
    desk.follow_merges().await?;
    let mut report = Report::default();
    for item in &batch.people {
        report.people.push(outcome(desk.person(item).await)?);
    }
    for item in &batch.topics {
        report.topics.push(outcome(desk.topic(item).await)?);
    }
    report.contents = desk.take_contents(&batch.contents).await?;
    let fresh = batch.people.is_empty() && batch.topics.is_empty() && batch.contents.is_empty();
    report.ratings = desk.take_ratings(&batch.ratings, fresh).await?;
    for item in &batch.leaderships {
        report.leaderships.push(outcome(desk.leadership(item).await)?);
    }
    for item in &batch.endorsements {
        report.endorsements.push(outcome(desk.endorsement(item).await)?);
    }
    for item in &batch.contests {
        report.contests.push(outcome(desk.contest(item).await)?);
    }
    Ok(report)
}

/// A refusal is an outcome; a failing database is not.
fn outcome(done: Checked<Outcome>) -> Result<Outcome, Error> {
    match done {
        Err(Error::Invalid(invalid)) => Ok(Outcome::Refused(invalid)),
        other => other,
    }
}

fn unique<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    // No name has a zero byte, and PostgreSQL refuses the whole question after one that does.
    let mut ids: Vec<&str> = ids.filter(|id| !id.contains('\0')).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A name of the source's own, exactly as later items will say it.
fn external_id(id: &str) -> Result<String, Invalid> {
    let checked = text::required("externalId", id, text::LINE)?;
    if checked == id {
        Ok(checked)
    } else {
        Err(Invalid::new(Code::TextInvalid, "externalId", "it must not begin or end with blanks"))
    }
}

fn named_people(batch: &Batch) -> Vec<&str> {
    let told = batch.people.iter().map(|item| item.external_id.as_str());
    let authors = batch.contents.iter().flat_map(|item| item.authors.iter().map(String::as_str));
    let raters = batch.ratings.iter().map(|item| item.rater.as_str());
    let leaders = batch.leaderships.iter().map(|item| item.person.as_str());
    let endorsers = batch.endorsements.iter().flat_map(|item| [item.from.as_str(), item.to.as_str()]);
    let contests = batch.contests.iter().map(|item| item.person.as_str());
    unique(told.chain(authors).chain(raters).chain(leaders).chain(endorsers).chain(contests))
}

fn named_contents(batch: &Batch) -> Vec<&str> {
    let told =
        batch.contents.iter().flat_map(|item| std::iter::once(item.external_id.as_str()).chain(item.parent.as_deref()));
    unique(told.chain(batch.ratings.iter().map(|item| item.content.as_str())))
}

impl Desk<'_, '_> {
    /// An account whose person was merged is the account of the person they were merged into.
    async fn follow_merges(&mut self) -> Result<(), Error> {
        for person in self.people.values_mut() {
            *person = main_person(self.writing, person.clone()).await?;
        }
        Ok(())
    }

    /// The person whom a handle names.
    async fn named(&self, handle: &str) -> Result<Option<Person>, Error> {
        match self.writing.person_by_handle(handle).await? {
            Some(person) => Ok(Some(main_person(self.writing, person).await?)),
            None => Ok(None),
        }
    }

    fn known_person(&self, field: &'static str, external_id: &str) -> Checked<&Person> {
        match self.people.get(external_id) {
            Some(person) => Ok(person),
            None => refuse(Code::PersonNotFound, field, format!("this source has no person {external_id:?}")),
        }
    }

    async fn person(&mut self, item: &PersonItem) -> Checked<Outcome> {
        let external_id = external_id(&item.external_id)?;
        let told = item.handle.as_deref().map(|handle| text::slug("handle", handle)).transpose()?;
        if let Some(known) = self.people.get(&external_id).cloned() {
            let mut patch = patch_of(item, told);
            if !self.may_change(&external_id, &known) {
                patch.apply(&known)?;
                return Ok(Outcome::Unchanged);
            }
            // The handle of one who was merged still names the person they were merged into.
            if let Some(handle) = patch.handle.as_deref().filter(|handle| *handle != known.handle)
                && self.named(handle).await?.is_some_and(|named| named.id == known.id)
            {
                patch.handle = None;
            }
            return self.change_person(external_id, known, &patch).await;
        }
        // A handle that is told names a person across sources; one that we make up must not.
        if let Some(handle) = &told
            && let Some(known) = self.named(handle).await?
        {
            let patch = patch_of(item, None);
            // What is refused must be refused before the account is written.
            patch.apply(&known)?;
            self.writing.insert_account(self.source.id, &external_id, known.id, None).await?;
            if self.may_change(&external_id, &known) {
                self.change_person(external_id, known, &patch).await?;
            } else {
                self.people.insert(external_id, known);
            }
            return Ok(Outcome::Created);
        }
        let handle = match told {
            Some(handle) => handle,
            None => self.free_handle(&text::slugify(&external_id)).await?,
        };
        let name = item.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&external_id);
        let new = NewPerson::check(&handle, name, item.kind.unwrap_or(PersonKind::Human))?;
        let mut new = new.in_team(item.team.as_deref())?;
        new.active = item.active.unwrap_or(true);
        let person = self.writing.insert_person(&new, self.now).await?;
        self.writing.insert_account(self.source.id, &external_id, person.id, Some(person.id)).await?;
        self.writing.note(Fact::Person(person.clone()));
        self.made.insert(external_id.clone(), person.id);
        self.people.insert(external_id, person);
        Ok(Outcome::Created)
    }

    /// Whether what the batch says of a person whom it knows by this account is to be believed.
    fn may_change(&self, external_id: &str, known: &Person) -> bool {
        // Whose person was merged into another one knows only a part of who they are now.
        self.say == Say::All || self.made.get(external_id) == Some(&known.id)
    }

    async fn change_person(&mut self, external_id: String, known: Person, patch: &PersonPatch) -> Checked<Outcome> {
        let changed = patch.apply(&known)?;
        if changed.handle != known.handle && self.writing.is_handle_taken(&changed.handle).await? {
            return refuse(
                Code::Taken,
                "handle",
                format!("the handle {:?} is taken by another person", changed.handle),
            );
        }
        self.people.insert(external_id, changed.clone());
        if changed == known {
            return Ok(Outcome::Unchanged);
        }
        self.writing.update_person(&changed).await?;
        if changed.kind != known.kind {
            let rated: Vec<ContentId> =
                self.writing.all_ratings_of(known.id).await?.iter().map(|rating| rating.content).collect();
            recount(self.app, self.writing, &rated, &[known.id]).await?;
        }
        self.people.values_mut().filter(|person| person.id == changed.id).for_each(|person| *person = changed.clone());
        self.writing.note(Fact::Person(changed));
        Ok(Outcome::Changed)
    }

    async fn free_handle(&self, wanted: &str) -> Checked<String> {
        let wanted = if wanted.is_empty() { "person" } else { wanted };
        let mut handle = wanted.to_owned();
        let mut number = 1_u32;
        while self.writing.is_handle_taken(&handle).await? {
            number += 1;
            let short: String = wanted.chars().take(90).collect();
            handle = format!("{short}-{number}");
        }
        Ok(handle)
    }

    /// The topic of a slug as it stands, a synonym as itself.
    async fn topic_of(&mut self, slug: &str) -> Checked<Option<Topic>> {
        let slug = text::slugify(slug);
        if !self.topics.contains_key(&slug) {
            let found = self.writing.topic_by_slug(&slug).await?;
            self.topics.insert(slug.clone(), found);
        }
        Ok(self.topics.get(&slug).cloned().flatten())
    }

    /// The id of a slug; a synonym is its main topic.
    async fn topic_id(&mut self, field: &'static str, slug: &str) -> Checked<TopicId> {
        match self.topic_of(slug).await? {
            Some(topic) => Ok(topic.main.unwrap_or(topic.id)),
            None => refuse(Code::TopicNotFound, field, format!("there is no topic {slug:?}")),
        }
    }

    async fn topic(&mut self, item: &TopicItem) -> Checked<Outcome> {
        let slug = text::slug("slug", &text::slugify(&item.slug))?;
        let parent = match item.parent.as_deref() {
            Some(parent) => Some(self.topic_id("parent", parent).await?),
            None => None,
        };
        let main = match item.synonym_of.as_deref() {
            Some(main) => Some(self.topic_id("synonymOf", main).await?),
            None => None,
        };
        let (topic, before) = match self.topic_of(&slug).await? {
            None => {
                let name = item.name.as_deref().unwrap_or(&item.slug);
                let mut new = NewTopic::check(&slug, name, item.description.as_deref().unwrap_or_default())?;
                (new.parent, new.main) = (parent, main);
                let topic = Topic {
                    id: TopicId(0),
                    slug: new.slug.clone(),
                    name: new.name.clone(),
                    description: new.description.clone(),
                    parent,
                    main,
                    emergent: item.emergent.unwrap_or(true),
                    created_at: self.now,
                };
                check_place(self.writing, &topic).await?;
                (self.writing.insert_topic(&new, self.now).await?, None)
            }
            // A merged topic stays what it is: another word.
            Some(known) if known.main.is_some() => return Ok(Outcome::Unchanged),
            Some(known) => {
                let patch = TopicPatch {
                    name: item.name.clone(),
                    description: item.description.clone(),
                    parent: parent.map(Some),
                    main: main.map(Some),
                    emergent: item.emergent,
                };
                let changed = patch.apply(&known)?;
                // It cannot be known who has made a topic, and all sources share it.
                if changed == known || self.say == Say::Own {
                    return Ok(Outcome::Unchanged);
                }
                check_place(self.writing, &changed).await?;
                self.writing.update_topic(&changed).await?;
                (changed, Some(known))
            }
        };
        self.writing.note(Fact::Topic(TopicFact::of(topic.clone(), before.as_ref())));
        self.topics.insert(slug, Some(topic));
        Ok(if before.is_some() { Outcome::Changed } else { Outcome::Created })
    }
}

/// What an item says of a person who is known.
fn patch_of(item: &PersonItem, handle: Option<String>) -> PersonPatch {
    PersonPatch { handle, name: item.name.clone(), kind: item.kind, active: item.active, team: item.team.clone() }
}

/// The person that somebody was merged into, or themselves.
async fn main_person(writing: &Writing<'_>, mut person: Person) -> Result<Person, Error> {
    for _ in 0..MERGES {
        let Some(into) = person.merged_into else { break };
        match writing.person(into).await? {
            Some(main) => person = main,
            None => break,
        }
    }
    Ok(person)
}
