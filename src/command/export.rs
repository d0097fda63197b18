//! Data leave: every source as a folder that an import takes in again.
//!
//! What grows with contents and ratings is streamed. Only the names of people are kept, because any line may name anybody.
//! An export beside a server that is written to is no single moment: what comes in meanwhile may be there in part.

use std::collections::HashSet;
use std::fmt::{Display, Formatter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::{Stream, StreamExt, TryStreamExt};
use serde::Serialize;

use super::error::CommandError;
use super::folder::{Sheet, claim, publish};
use super::item::{FILES, Record};
use super::record::{
    ContentRecord, ContestRecord, EndorsementRecord, LeadershipRecord, PersonRecord, RatingRecord, SOURCE, TopicRecord,
};
use super::report::{Progress, Report};
use super::roll::Roll;
use super::scribe::{self, Scribe};
use crate::app::error::Error;
use crate::app::house::App;
use crate::domain::content::Content;
use crate::domain::contest::Contest;
use crate::domain::endorsement::Endorsement;
use crate::domain::id::PersonId;
use crate::domain::leadership::Leadership;
use crate::domain::person::Person;
use crate::domain::rating::Rating;
use crate::domain::source::{NATIVE, Source, SourceRef};

/// How many items are looked at together.
const CHUNK: usize = 500;

/// What an export wrote.
#[derive(Clone, Debug, Default)]
pub struct ExportSummary {
    /// A folder for each source.
    pub folders: Vec<PathBuf>,
    pub people: u64,
    pub topics: u64,
    pub contents: u64,
    pub ratings: u64,
    pub leaderships: u64,
    pub endorsements: u64,
    pub contests: u64,
}

impl Display for ExportSummary {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} people, {} topics, {} contents, ", self.people, self.topics, self.contents)?;
        write!(f, "{} ratings, {} leaderships, ", self.ratings, self.leaderships)?;
        write!(f, "{} endorsements, {} contests in {} folders", self.endorsements, self.contests, self.folders.len())
    }
}

/// Writes a folder for each source, or for one, into `folder`.
///
/// # Errors
/// When there is no such source, a folder holds something else, a file cannot be written, or the database fails. Files of an
/// earlier export stay as they are until all of the new ones are whole.
pub async fn export(
    app: &Arc<App>,
    folder: &Path,
    source: Option<&str>,
    quiet: bool,
) -> Result<ExportSummary, CommandError> {
    let mut desk = Desk { app, report: Report::new(quiet), shelves: Vec::new(), summary: ExportSummary::default() };
    for source in chosen(app, source)? {
        let folder = claim(folder, &source)?;
        desk.summary.folders.push(folder.clone());
        desk.shelves.push(Shelf { folder, roll: Roll::read(app, &source).await?, source });
    }
    for at in 0..desk.shelves.len() {
        desk.write_topics(at).await?;
        desk.write_contents(at).await?;
        desk.write_ratings(at).await?;
    }
    if source.is_none() {
        desk.leave_nobody_out().await?;
    }
    desk.write_leaderships().await?;
    desk.write_endorsements().await?;
    desk.write_contests().await?;
    for at in 0..desk.shelves.len() {
        desk.write_people(at).await?;
        desk.write_source(at)?;
    }
    for shelf in &desk.shelves {
        publish(&shelf.folder, &FILES)?;
    }
    desk.report.say(&desk.summary.to_string());
    Ok(desk.summary)
}

/// By slug, so that the same facts give the same files in whatever order their sources were made.
fn chosen(app: &App, source: Option<&str>) -> Result<Vec<Arc<Source>>, CommandError> {
    let Some(slug) = source else { return Ok(app.sources()) };
    match app.source(&SourceRef::Slug(slug.to_owned())) {
        Some(source) => Ok(vec![source]),
        None => {
            let known: Vec<String> = app.sources().iter().map(|source| source.slug.clone()).collect();
            Err(CommandError::NoSource { slug: slug.to_owned(), known: known.join(", ") })
        }
    }
}

/// Where folders are written.
struct Desk<'a> {
    app: &'a Arc<App>,
    report: Report,
    shelves: Vec<Shelf>,
    summary: ExportSummary,
}

/// The folder of one source.
struct Shelf {
    source: Arc<Source>,
    folder: PathBuf,
    roll: Roll,
}

impl Shelf {
    fn begin(&self, file: &'static str, report: &Report) -> Result<(Sheet, Progress), CommandError> {
        Ok((Sheet::begin(&self.folder, file)?, report.start(&format!("{}/{file}", self.source.slug), 0)))
    }

    fn end(&self, file: &str, sheet: Sheet, progress: Progress) -> Result<u64, CommandError> {
        let count = sheet.end()?;
        let _ = progress.finish(&self.folder.join(file).display().to_string(), count, "");
        Ok(count)
    }
}

impl Desk<'_> {
    /// Every topic, in each folder: topics belong to no source.
    async fn write_topics(&mut self, at: usize) -> Result<(), CommandError> {
        let shelf = &self.shelves[at];
        let (mut sheet, progress) = shelf.begin(TopicRecord::FILE, &self.report)?;
        for topic in self.app.all_topics().await? {
            sheet.put(&scribe::topic(self.app, topic))?;
        }
        let count = shelf.end(TopicRecord::FILE, sheet, progress)?;
        self.summary.topics = self.summary.topics.max(count);
        Ok(())
    }

    async fn write_contents(&mut self, at: usize) -> Result<(), CommandError> {
        let app = self.app;
        let source = Arc::clone(&self.shelves[at].source);
        let (mut sheet, progress) = self.shelves[at].begin(ContentRecord::FILE, &self.report)?;
        let mut strangers = 0_u64;
        let mut contents = std::pin::pin!(app.all_contents(&source).chunks(CHUNK));
        while let Some(chunk) = contents.next().await {
            let chunk: Vec<Content> = chunk.into_iter().collect::<Result<_, Error>>()?;
            self.shelves[at].roll.add(app, chunk.iter().flat_map(|content| content.authors.iter().copied())).await?;
            let parents: HashSet<_> = chunk.iter().filter_map(|content| content.parent).collect();
            let parents = app.external_ids(&parents.into_iter().collect::<Vec<_>>()).await?;
            for content in chunk {
                let parent = content.parent.and_then(|parent| parents.get(&parent));
                // An import knows the contents of its own source only.
                let here = parent.filter(|(from, _)| *from == source.id).map(|(_, id)| id.clone());
                strangers += u64::from(parent.is_some() && here.is_none());
                sheet.put(&self.scribe(at).content(content, here))?;
            }
            progress.show(0, sheet.count());
        }
        if strangers > 0 {
            let told = format!(
                "{}: replies to contents of other sources, written without parent_id: {strangers}",
                source.slug
            );
            self.report.warn(&told);
        }
        self.summary.contents += self.shelves[at].end(ContentRecord::FILE, sheet, progress)?;
        Ok(())
    }

    async fn write_ratings(&mut self, at: usize) -> Result<(), CommandError> {
        let app = self.app;
        let (mut sheet, progress) = self.shelves[at].begin(RatingRecord::FILE, &self.report)?;
        let source = Arc::clone(&self.shelves[at].source);
        let mut ratings = std::pin::pin!(app.all_ratings(&source));
        let mut of_one: Vec<(Rating, String)> = Vec::new();
        loop {
            let next = ratings.try_next().await?;
            let same = next
                .as_ref()
                .is_some_and(|(next, _)| of_one.first().is_none_or(|(first, _)| first.content == next.content));
            if !same {
                self.shelves[at].roll.add(app, of_one.iter().map(|(rating, _)| rating.rater)).await?;
                self.put_ratings(at, &mut sheet, &mut of_one)?;
                progress.show(0, sheet.count());
            }
            let Some(next) = next else { break };
            of_one.push(next);
        }
        self.summary.ratings += self.shelves[at].end(RatingRecord::FILE, sheet, progress)?;
        Ok(())
    }

    /// Writes the ratings of one content by time: in an order that does not depend on the numbers that a database gave.
    fn put_ratings(
        &self,
        at: usize,
        sheet: &mut Sheet,
        ratings: &mut Vec<(Rating, String)>,
    ) -> Result<(), CommandError> {
        let roll = &self.shelves[at].roll;
        ratings.sort_unstable_by_key(|(rating, _)| (rating.rated_at, roll.name(rating.rater)));
        for (rating, content) in ratings.drain(..) {
            if let Some(record) = self.scribe(at).rating(&rating, &content) {
                sheet.put(&record)?;
            }
        }
        Ok(())
    }

    /// Sees to it that everybody is in some folder, and each endorsement in one that has both of its people.
    async fn leave_nobody_out(&mut self) -> Result<(), CommandError> {
        let Some(native) = self.shelves.iter().position(|shelf| shelf.source.slug == NATIVE) else { return Ok(()) };
        let app = self.app;
        let mut people = std::pin::pin!(app.all_people().chunks(CHUNK));
        while let Some(chunk) = people.next().await {
            let chunk: Vec<Person> = chunk.into_iter().collect::<Result<_, Error>>()?;
            let nowhere = |person: &PersonId| !self.shelves.iter().any(|shelf| shelf.roll.has(*person));
            let lost: Vec<PersonId> = chunk.iter().map(|person| person.id).filter(nowhere).collect();
            self.shelves[native].roll.add(app, lost.into_iter()).await?;
        }
        // First all are looked for, then all added: what is added for one must not decide about another, so that an export
        // of what this one is imported to comes out the same.
        let mut guests: Vec<(usize, PersonId)> = Vec::new();
        let mut endorsements = std::pin::pin!(app.all_endorsements());
        while let Some(endorsement) = endorsements.try_next().await? {
            if self.shelf_of(&[endorsement.endorser, endorsement.person]).is_none() {
                guests.extend(self.shelf_of(&[endorsement.person]).map(|at| (at, endorsement.endorser)));
            }
        }
        for (at, person) in guests {
            self.shelves[at].roll.add(app, std::iter::once(person)).await?;
        }
        Ok(())
    }

    fn scribe(&self, at: usize) -> Scribe<'_> {
        Scribe { app: self.app, roll: &self.shelves[at].roll }
    }

    /// The first folder that has all of these people: a relation belongs to no source, and is written once.
    fn shelf_of(&self, people: &[PersonId]) -> Option<usize> {
        self.shelves.iter().position(|shelf| people.iter().all(|person| shelf.roll.has(*person)))
    }

    async fn write_leaderships(&mut self) -> Result<(), CommandError> {
        let all = self.app.all_leaderships();
        let record = |desk: &Self, leadership: Leadership| {
            let at = desk.shelf_of(&[leadership.person])?;
            Some((at, desk.scribe(at).leadership(leadership)?))
        };
        self.summary.leaderships = self.write_relations(LeadershipRecord::FILE, all, record).await?;
        Ok(())
    }

    async fn write_endorsements(&mut self) -> Result<(), CommandError> {
        let all = self.app.all_endorsements();
        let record = |desk: &Self, endorsement: Endorsement| {
            let at = desk.shelf_of(&[endorsement.endorser, endorsement.person])?;
            Some((at, desk.scribe(at).endorsement(endorsement)?))
        };
        self.summary.endorsements = self.write_relations(EndorsementRecord::FILE, all, record).await?;
        Ok(())
    }

    async fn write_contests(&mut self) -> Result<(), CommandError> {
        let all = self.app.all_contests();
        let record = |desk: &Self, contest: Contest| {
            let at = desk.shelf_of(&[contest.person])?;
            Some((at, desk.scribe(at).contest(contest)?))
        };
        self.summary.contests = self.write_relations(ContestRecord::FILE, all, record).await?;
        Ok(())
    }

    /// Writes each relation into the folder that `record` says, and returns how many were written.
    async fn write_relations<T, R: Serialize>(
        &self,
        file: &'static str,
        all: impl Stream<Item = Result<T, Error>>,
        record: impl Fn(&Self, T) -> Option<(usize, R)>,
    ) -> Result<u64, CommandError> {
        let begun: Result<Vec<_>, _> = self.shelves.iter().map(|shelf| shelf.begin(file, &self.report)).collect();
        let mut sheets = begun?;
        let mut all = std::pin::pin!(all);
        while let Some(relation) = all.try_next().await? {
            if let Some((at, record)) = record(self, relation) {
                sheets[at].0.put(&record)?;
            }
        }
        let ended = self.shelves.iter().zip(sheets).map(|(shelf, (sheet, progress))| shelf.end(file, sheet, progress));
        ended.sum()
    }

    /// The people come last: only now is it known whom the other files name.
    async fn write_people(&mut self, at: usize) -> Result<(), CommandError> {
        let shelf = &self.shelves[at];
        let (mut sheet, progress) = shelf.begin(PersonRecord::FILE, &self.report)?;
        let mut accounts = std::pin::pin!(self.app.all_accounts(&shelf.source));
        while let Some((account, person)) = accounts.try_next().await? {
            sheet.put(&scribe::person(&account.external_id, &person))?;
        }
        for chunk in shelf.roll.added().chunks(CHUNK) {
            let people = self.app.people(&chunk.iter().map(|(person, _)| *person).collect::<Vec<_>>()).await?;
            for (id, name) in chunk {
                if let Some(person) = people.get(id) {
                    sheet.put(&scribe::person(name, person))?;
                }
            }
        }
        self.summary.people += shelf.end(PersonRecord::FILE, sheet, progress)?;
        Ok(())
    }

    fn write_source(&self, at: usize) -> Result<(), CommandError> {
        let Shelf { source, folder, .. } = &self.shelves[at];
        let mut sheet = Sheet::begin(folder, SOURCE)?;
        sheet.put(&scribe::source(source))?;
        sheet.end().map(drop)
    }
}
