//! Batches from integrators: one transaction, a result for each item, and the same batch again changes nothing.
//!
//! Items are keyed by source and external id. An item that is refused leaves the others alone; what is written, is written whole.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::content::subject;
use super::error::{Error, refuse};
use super::house::App;
use super::rating::rate_all;
use super::topic::check_place;
use super::viewer::Viewer;
use crate::domain::change::{ContentAct, ContentFact, EndorsementAct, Fact, LeadershipAct};
use crate::domain::content::{Content, ContentText, NewContent, check_links, check_published};
use crate::domain::endorsement::{Endorsement, NewEndorsement};
use crate::domain::id::{ContentId, PersonId, RatingId, TopicId};
use crate::domain::ingest::{Batch, CAP, ContentItem, EndorsementItem, LeadershipItem, Outcome, PersonItem, RatingItem, Report, TopicItem};
use crate::domain::invalid::{Code, Invalid};
use crate::domain::leadership::{Leadership, LeadershipDraft, LeadershipKind, NewLeadership};
use crate::domain::person::{NewPerson, Person, PersonKind, PersonPatch};
use crate::domain::rating::{Rating, RatingDraft};
use crate::domain::source::{NATIVE, NewSource, Source, SourceRef};
use crate::domain::text;
use crate::domain::time::{Time, check_past, in_range};
use crate::domain::topic::{NewTopic, Topic, TopicPatch};
use crate::store::writing::Writing;

type Checked<T> = Result<T, Error>;

/// What the items of a batch may name, kept up while they are written.
struct Desk<'a, 'w> {
    writing: &'a mut Writing<'w>,
    source: &'a Source,
    now: Time,
    people: HashMap<String, Person>,
    topics: HashMap<String, Option<Topic>>,
    contents: HashMap<String, ContentId>,
}

impl App {
    /// Takes a batch of up to 1,000 items in. Operators only.
    ///
    /// # Errors
    /// `SOURCE_NOT_FOUND`, `TOO_MANY`. What is wrong with an item is in its outcome.
    pub async fn ingest(&self, viewer: &Viewer, source: &SourceRef, batch: &Batch) -> Result<Report, Error> {
        viewer.operator()?;
        self.take_in(source, batch).await
    }

    /// Takes a batch in, for those who have the database anyway: the commands.
    ///
    /// # Errors
    /// As [`App::ingest`].
    pub async fn take_in(&self, source: &SourceRef, batch: &Batch) -> Result<Report, Error> {
        if batch.len() > CAP {
            return refuse(Code::TooMany, "", format!("a batch has at most {CAP} items; this one has {}", batch.len()));
        }
        let source = self.named_source("source", source)?;
        let mut writing = self.store.begin().await?;
        let report = take_all(&mut writing, &source, batch, self.clock.now()).await?;
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

async fn take_all(writing: &mut Writing<'_>, source: &Source, batch: &Batch, now: Time) -> Result<Report, Error> {
    let people = writing.people_by_account(source.id, &named_people(batch)).await?;
    let contents = writing.content_ids(source.id, &named_contents(batch)).await?;
    let mut desk = Desk { writing, source, now, people, topics: HashMap::new(), contents };
    desk.follow_merges().await?;
    let mut report = Report::default();
    for item in &batch.people {
        report.people.push(outcome(desk.person(item).await)?);
    }
    for item in &batch.topics {
        report.topics.push(outcome(desk.topic(item).await)?);
    }
    report.contents = desk.take_contents(&batch.contents).await?;
    report.ratings = desk.take_ratings(&batch.ratings).await?;
    for item in &batch.leaderships {
        report.leaderships.push(outcome(desk.leadership(item).await)?);
    }
    for item in &batch.endorsements {
        report.endorsements.push(outcome(desk.endorsement(item).await)?);
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
    if checked == id { Ok(checked) } else { Err(Invalid::new(Code::TextInvalid, "externalId", "it must not begin or end with blanks")) }
}

fn named_people(batch: &Batch) -> Vec<&str> {
    let told = batch.people.iter().map(|item| item.external_id.as_str());
    let authors = batch.contents.iter().flat_map(|item| item.authors.iter().map(String::as_str));
    let raters = batch.ratings.iter().map(|item| item.rater.as_str());
    let leaders = batch.leaderships.iter().map(|item| item.person.as_str());
    let endorsers = batch.endorsements.iter().flat_map(|item| [item.from.as_str(), item.to.as_str()]);
    unique(told.chain(authors).chain(raters).chain(leaders).chain(endorsers))
}

fn named_contents(batch: &Batch) -> Vec<&str> {
    let told = batch.contents.iter().flat_map(|item| std::iter::once(item.external_id.as_str()).chain(item.parent.as_deref()));
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
            let mut patch = PersonPatch { handle: told, name: item.name.clone(), kind: item.kind, active: item.active };
            // The handle of one who was merged still names the person they were merged into.
            if let Some(handle) = patch.handle.as_deref().filter(|handle| *handle != known.handle) {
                if self.named(handle).await?.is_some_and(|named| named.id == known.id) {
                    patch.handle = None;
                }
            }
            return self.change_person(external_id, known, &patch).await;
        }
        // A handle that is told names a person across sources; one that we make up must not.
        if let Some(handle) = &told {
            if let Some(known) = self.named(handle).await? {
                let patch = PersonPatch { name: item.name.clone(), kind: item.kind, active: item.active, ..PersonPatch::default() };
                // What is refused must be refused before the account is written.
                patch.apply(&known)?;
                self.writing.insert_account(self.source.id, &external_id, known.id).await?;
                self.change_person(external_id, known, &patch).await?;
                return Ok(Outcome::Created);
            }
        }
        let handle = match told {
            Some(handle) => handle,
            None => self.free_handle(&text::slugify(&external_id)).await?,
        };
        let name = item.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or(&external_id);
        let mut new = NewPerson::check(&handle, name, item.kind.unwrap_or(PersonKind::Human))?;
        new.active = item.active.unwrap_or(true);
        let person = self.writing.insert_person(&new, self.now).await?;
        self.writing.insert_account(self.source.id, &external_id, person.id).await?;
        self.writing.note(Fact::Person(person.clone()));
        self.people.insert(external_id, person);
        Ok(Outcome::Created)
    }

    async fn change_person(&mut self, external_id: String, known: Person, patch: &PersonPatch) -> Checked<Outcome> {
        let changed = patch.apply(&known)?;
        if changed.handle != known.handle && self.writing.is_handle_taken(&changed.handle).await? {
            return refuse(Code::Taken, "handle", format!("the handle {:?} is taken by another person", changed.handle));
        }
        self.people.insert(external_id, changed.clone());
        if changed == known {
            return Ok(Outcome::Unchanged);
        }
        self.writing.update_person(&changed).await?;
        if changed.kind != known.kind {
            let rated: Vec<ContentId> = self.writing.all_ratings_of(known.id).await?.iter().map(|rating| rating.content).collect();
            let tallies = self.writing.recount(&rated).await?;
            self.writing.update_tallies(&tallies).await?;
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
        let (topic, outcome) = match self.topic_of(&slug).await? {
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
                    created_at: self.now,
                };
                check_place(self.writing, &topic).await?;
                (self.writing.insert_topic(&new, self.now).await?, Outcome::Created)
            }
            // A merged topic stays what it is: another word.
            Some(known) if known.main.is_some() => return Ok(Outcome::Unchanged),
            Some(known) => {
                let patch = TopicPatch {
                    name: item.name.clone(),
                    description: item.description.clone(),
                    parent: parent.map(Some),
                    main: main.map(Some),
                };
                let changed = patch.apply(&known)?;
                if changed == known {
                    return Ok(Outcome::Unchanged);
                }
                check_place(self.writing, &changed).await?;
                self.writing.update_topic(&changed).await?;
                (changed, Outcome::Changed)
            }
        };
        self.writing.note(Fact::Topic(topic.clone()));
        self.topics.insert(slug, Some(topic));
        Ok(outcome)
    }

    async fn take_contents(&mut self, items: &[ContentItem]) -> Result<Vec<Outcome>, Error> {
        let ids = unique(items.iter().map(|item| item.external_id.as_str()));
        let known = self.writing.contents_by_external(self.source.id, &ids).await?;
        let mut outcomes = Vec::with_capacity(items.len());
        // New contents gather and are written together, before the first one that needs them to be there.
        let mut fresh: Vec<(NewContent, &ContentItem)> = Vec::new();
        for item in items {
            let waits = |(new, _): &(NewContent, &ContentItem)| new.external_id == item.external_id || Some(&new.external_id) == item.parent.as_ref();
            if fresh.iter().any(waits) {
                self.write_fresh(&mut fresh).await?;
            }
            let written = self.contents.contains_key(&item.external_id) && !known.contains_key(&item.external_id);
            let outcome = match self.new_content(item).await {
                Err(Error::Invalid(invalid)) => Outcome::Refused(invalid),
                Err(error) => return Err(error),
                Ok(new) if written => match self.writing.content(self.contents[&item.external_id]).await? {
                    Some(content) => outcome(self.change_content(&content, &new, item).await)?,
                    None => Outcome::Unchanged,
                },
                Ok(new) => match known.get(&item.external_id) {
                    Some(content) => outcome(self.change_content(content, &new, item).await)?,
                    None => {
                        fresh.push((new, item));
                        Outcome::Created
                    }
                },
            };
            outcomes.push(outcome);
        }
        self.write_fresh(&mut fresh).await?;
        Ok(outcomes)
    }

    async fn new_content(&mut self, item: &ContentItem) -> Checked<NewContent> {
        let text = ContentText::check(&item.kind, &item.title, &item.body, item.url.as_deref(), item.language.as_deref())?;
        let authors: Vec<PersonId> = item.authors.iter().map(|id| Ok(self.known_person("authors", id)?.id)).collect::<Checked<_>>()?;
        // Two accounts of one person are one author, two words for one topic one topic.
        let authors = once(authors);
        let mut topics = Vec::with_capacity(item.topics.len());
        for slug in &item.topics {
            topics.push(self.topic_id("topics", slug).await?);
        }
        let topics = once(topics);
        check_links("authors", &authors)?;
        check_links("topics", &topics)?;
        let parent = match &item.parent {
            None => None,
            Some(parent) if *parent == item.external_id => return refuse(Code::Cycle, "parent", "a content is no reply to itself"),
            Some(parent) => match self.contents.get(parent) {
                Some(id) => Some(*id),
                None => return refuse(Code::ContentNotFound, "parent", format!("this source has no content {parent:?}")),
            },
        };
        let external_id = external_id(&item.external_id)?;
        item.hidden_reason.as_deref().map(|reason| text::optional("hiddenReason", reason, 2_000)).transpose()?;
        let published_at = check_published(item.published_at, self.now)?;
        for (field, time) in [("withdrawnAt", item.withdrawn_at), ("hiddenAt", item.hidden_at)] {
            if let Some(time) = time {
                check_past(field, time, self.now)?;
            }
        }
        Ok(NewContent { source: self.source.id, external_id, text, parent, published_at, authors, topics })
    }

    async fn write_fresh(&mut self, fresh: &mut Vec<(NewContent, &ContentItem)>) -> Result<(), Error> {
        let (new, items): (Vec<NewContent>, Vec<&ContentItem>) = fresh.drain(..).unzip();
        let ids = self.writing.insert_contents(&new).await?;
        for (new, item) in new.iter().zip(items) {
            let Some(id) = ids.get(&new.external_id).copied() else { continue };
            self.contents.insert(new.external_id.clone(), id);
            super::content::note(self.writing, id, new, ContentAct::Published);
            if item.withdrawn_at.is_some() || item.hidden_at.is_some() {
                if let Some(content) = self.writing.content(id).await? {
                    self.change_state(&content, item).await?;
                }
            }
        }
        Ok(())
    }

    async fn change_content(&mut self, known: &Content, new: &NewContent, item: &ContentItem) -> Checked<Outcome> {
        if new.parent != known.parent {
            self.check_reply(known.id, new.parent).await?;
        }
        let state = self.change_state(known, item).await?;
        let kept;
        let new = match (new.parent, known.parent) {
            (None, Some(parent)) if self.is_elsewhere(parent).await? => {
                kept = NewContent { parent: Some(parent), ..new.clone() };
                &kept
            }
            _ => new,
        };
        let text = ContentText {
            kind: known.kind.clone(),
            title: known.title.clone(),
            body: known.body.clone(),
            url: known.url.clone(),
            language: known.language.clone(),
        };
        let same = text == new.text
            && known.parent == new.parent
            && known.published_at == new.published_at
            && known.authors == new.authors
            && known.topics == new.topics;
        if same {
            return Ok(if state { Outcome::Changed } else { Outcome::Unchanged });
        }
        self.writing.update_content(known.id, new, &known.tally).await?;
        if known.authors != new.authors {
            self.drop_own_ratings(known.id, &new.authors).await?;
        }
        if let Some(content) = self.writing.content(known.id).await? {
            self.writing.note(Fact::Content(ContentFact { act: ContentAct::Edited, subject: subject(&content) }));
        }
        Ok(Outcome::Changed)
    }

    /// A content is no reply to what replies to it.
    async fn check_reply(&self, content: ContentId, parent: Option<ContentId>) -> Checked<()> {
        let mut above = parent;
        while let Some(id) = above {
            if id == content {
                return refuse(Code::Cycle, "parent", "a content is no reply to what replies to it");
            }
            above = self.writing.content(id).await?.and_then(|content| content.parent);
        }
        Ok(())
    }

    /// Whether a content is of another source. That one replies to it this source cannot say, so its silence takes nothing back.
    async fn is_elsewhere(&self, content: ContentId) -> Result<bool, Error> {
        Ok(self.writing.content(content).await?.is_some_and(|content| content.source != self.source.id))
    }

    /// Ratings of those who turn out to be authors do not stay: nobody rates their own content.
    async fn drop_own_ratings(&mut self, content: ContentId, authors: &[PersonId]) -> Result<(), Error> {
        let pairs: Vec<(PersonId, ContentId)> = authors.iter().map(|author| (*author, content)).collect();
        let own: Vec<RatingId> = self.writing.current_ratings(&pairs).await?.values().map(|rating| rating.id).collect();
        if !own.is_empty() {
            self.writing.delete_ratings(&own).await?;
            let tallies = self.writing.recount(&[content]).await?;
            self.writing.update_tallies(&tallies).await?;
        }
        Ok(())
    }

    /// Brings a content's withdrawal and hiding to what the source says. What the source does not mention stays: it may not
    /// know what was decided here.
    async fn change_state(&mut self, known: &Content, item: &ContentItem) -> Result<bool, Error> {
        let mut content = known.clone();
        content.withdrawn_at = known.withdrawn_at.or(item.withdrawn_at);
        if known.hidden_at.is_none() && item.hidden_at.is_some() {
            content.hidden_at = item.hidden_at;
            content.hidden_reason = item.hidden_reason.clone();
        }
        if content == *known {
            return Ok(false);
        }
        self.writing.update_content_state(&content).await?;
        let act = if content.hidden_at == known.hidden_at { ContentAct::Withdrawn } else { ContentAct::Hidden };
        self.writing.note(Fact::Content(ContentFact { act, subject: subject(&content) }));
        Ok(true)
    }

    async fn take_ratings(&mut self, items: &[RatingItem]) -> Result<Vec<Outcome>, Error> {
        let checked: Vec<Result<RatingDraft, Invalid>> = items.iter().map(|item| self.rating_draft(item)).collect();
        let drafts: Vec<RatingDraft> = checked.iter().flatten().cloned().collect();
        let mut remembered = self.remember_withdrawals(&drafts).await?;
        let mut done = if drafts.is_empty() { Vec::new() } else { rate_all(self.writing, &drafts).await? }.into_iter();
        let outcomes = checked.into_iter().map(|checked| {
            let remembered = checked.as_ref().is_ok_and(|draft| remembered.remove(&(draft.rater, draft.content)));
            match checked.and_then(|_| done.next().transpose()) {
                Err(invalid) => Outcome::Refused(invalid),
                Ok(_) if remembered => Outcome::Created,
                Ok(Some(rated)) if rated.stale => Outcome::Stale,
                Ok(Some(rated)) if rated.change.is_none() => Outcome::Unchanged,
                Ok(Some(rated)) if rated.before.is_none() => Outcome::Created,
                Ok(_) => Outcome::Changed,
            }
        });
        Ok(outcomes.collect())
    }

    /// Writes down that something was withdrawn before we heard that it had been given: told later, the earlier word must
    /// not come back. Nothing counted changes, so the log has nothing to tell.
    async fn remember_withdrawals(&self, drafts: &[RatingDraft]) -> Result<HashSet<(PersonId, ContentId)>, Error> {
        let mut seen = HashSet::new();
        let mut first: Vec<&RatingDraft> = drafts.iter().filter(|draft| seen.insert((draft.rater, draft.content))).collect();
        first.retain(|draft| draft.value.is_none());
        if first.is_empty() {
            return Ok(HashSet::new());
        }
        let pairs: Vec<(PersonId, ContentId)> = first.iter().map(|draft| (draft.rater, draft.content)).collect();
        let known = self.writing.current_ratings(&pairs).await?;
        let contents = self.writing.rated_contents(&pairs.iter().map(|(_, content)| *content).collect::<Vec<_>>()).await?;
        let own = |draft: &RatingDraft| contents.get(&draft.content).is_none_or(|content| content.authors.contains(&draft.rater));
        first.retain(|draft| !known.contains_key(&(draft.rater, draft.content)) && !own(draft));
        let gone = first.iter().map(|draft| Rating {
            id: RatingId(0),
            content: draft.content,
            rater: draft.rater,
            mark: None,
            kind: draft.kind.clone(),
            rated_at: draft.at,
        });
        Ok(self.writing.upsert_ratings(&gone.collect::<Vec<_>>()).await?.into_keys().collect())
    }

    fn rating_draft(&self, item: &RatingItem) -> Result<RatingDraft, Invalid> {
        let not_found = |code, field, what: &str| Invalid::new(code, field, format!("this source has no {field} {what:?}"));
        let rater = self.people.get(&item.rater).ok_or_else(|| not_found(Code::PersonNotFound, "rater", &item.rater))?;
        if rater.kind == PersonKind::Bot {
            return Err(Invalid::new(Code::BotCannotRate, "rater", "bots neither rate nor endorse"));
        }
        let content = *self.contents.get(&item.content).ok_or_else(|| not_found(Code::ContentNotFound, "content", &item.content))?;
        let kind = item.kind.as_deref().map(|kind| text::required("kind", kind, 50)).transpose()?;
        let at = check_past("at", item.at, self.now)?;
        Ok(RatingDraft { rater: rater.id, content, value: item.value, kind, at, imported: true })
    }

    async fn leadership(&mut self, item: &LeadershipItem) -> Checked<Outcome> {
        let person = self.known_person("person", &item.person)?.id;
        let topic = self.topic_id("topic", &item.topic).await?;
        let kind = if item.declared { LeadershipKind::Declared } else { LeadershipKind::Appointed };
        let draft = LeadershipDraft {
            role: item.role.clone(),
            valid_from: item.from,
            valid_to: item.to,
            evidence_text: item.evidence_text.clone(),
            evidence_url: item.evidence_url.clone(),
        };
        let Some(from) = item.from else {
            return refuse(Code::NothingGiven, "from", "an imported leadership needs its start");
        };
        let terms = draft.check(from)?;
        let same = |l: &&Leadership| l.kind == kind && l.role == terms.role && l.valid_from == terms.valid_from;
        let known = self.writing.leaderships_between(person, topic).await?;
        let Some(known) = known.iter().find(same) else {
            let leadership = self.writing.insert_leadership(&NewLeadership { person, topic, kind, told_by: None, terms }).await?;
            let act = if item.declared { LeadershipAct::Declared } else { LeadershipAct::Appointed };
            self.writing.note(Fact::Leadership { act, leadership });
            return Ok(Outcome::Created);
        };
        let changed = Leadership { valid_to: terms.valid_to, evidence_text: terms.evidence_text, evidence_url: terms.evidence_url, ..known.clone() };
        if changed == *known {
            return Ok(Outcome::Unchanged);
        }
        self.writing.update_leadership(&changed).await?;
        let act = if changed.valid_to == known.valid_to { LeadershipAct::Edited } else { LeadershipAct::Ended };
        self.writing.note(Fact::Leadership { act, leadership: changed });
        Ok(Outcome::Changed)
    }

    async fn endorsement(&mut self, item: &EndorsementItem) -> Checked<Outcome> {
        let (from, to) = (self.known_person("from", &item.from)?, self.known_person("to", &item.to)?.id);
        if from.kind == PersonKind::Bot {
            return refuse(Code::BotCannotRate, "from", "bots neither rate nor endorse");
        }
        let from = from.id;
        let topic = self.topic_id("topic", &item.topic).await?;
        let at = check_past("at", item.at, self.now)?;
        let withdrawn_at = item.withdrawn_at.map(|at| in_range("withdrawnAt", at)).transpose()?;
        let new = NewEndorsement::check((from, to, topic), &item.text, at, item.expires_at)?;
        let Some(known) = self.writing.endorsement_between(from, to, topic).await? else {
            let mut endorsement = self.writing.insert_endorsement(&new).await?;
            if withdrawn_at.is_some() {
                endorsement.withdrawn_at = withdrawn_at;
                self.writing.update_endorsement(&endorsement).await?;
            }
            self.writing.note(Fact::Endorsement { act: EndorsementAct::Endorsed, endorsement });
            return Ok(Outcome::Created);
        };
        let told = Endorsement { text: new.text, endorsed_at: new.endorsed_at, expires_at: new.expires_at, withdrawn_at, ..known.clone() };
        if told == known {
            return Ok(Outcome::Unchanged);
        }
        // The last thing that was said of it counts: given again after a withdrawal, it holds again.
        let last = |e: &Endorsement| (e.withdrawn_at.unwrap_or(e.endorsed_at).max(e.endorsed_at), e.withdrawn_at.is_some(), e.expires_at);
        if last(&known) > last(&told) {
            return Ok(Outcome::Stale);
        }
        self.writing.update_endorsement(&told).await?;
        let act = if told.withdrawn_at.is_some() { EndorsementAct::Withdrawn } else { EndorsementAct::Renewed };
        self.writing.note(Fact::Endorsement { act, endorsement: told });
        Ok(Outcome::Changed)
    }
}

/// The person that somebody was merged into, or themselves.
async fn main_person(writing: &Writing<'_>, mut person: Person) -> Result<Person, Error> {
    while let Some(into) = person.merged_into {
        match writing.person(into).await? {
            Some(main) => person = main,
            None => break,
        }
    }
    Ok(person)
}

/// Each item once, in the order of their first appearance.
fn once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut seen = Vec::with_capacity(items.len());
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}
