//! Data come in: the files of a folder, in batches, in the order in which they name each other.
//!
//! The same folder again changes nothing, so an import that was broken off is completed by running it again.

use std::fmt::{Display, Formatter};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::error::CommandError;
use super::item::{FILES, Record};
use super::lines::{Lines, Place};
use super::order::named_first;
use super::origin::settle;
use super::record::{
    ContentRecord, ContestRecord, EndorsementRecord, LeadershipRecord, PersonRecord, RatingRecord, TopicRecord,
};
use super::report::{Counts, Progress, Report};
use crate::app::house::App;
use crate::domain::ingest::{CAP, Outcome, TopicItem};
use crate::domain::invalid::{Code, Invalid};
use crate::domain::source::{Scale, SourceRef};

/// The most bytes of lines that a batch gathers, so that a thousand long texts do not fill the memory.
const BATCH_BYTES: usize = 8 << 20;
/// How many replies may wait for an original that stands further down in the file.
const WAITING: usize = 100_000;

/// What the one who imports decides.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The folder with the files.
    pub folder: PathBuf,
    /// The slug of the source; otherwise the id in `source.json`, or the name of the folder.
    pub source: Option<String>,
    /// The scale of a new source; otherwise that of `source.json`, or the narrowest that has every value.
    pub scale: Option<Scale>,
    /// The name of a new source.
    pub name: Option<String>,
    /// The kind of a new source.
    pub kind: Option<String>,
    /// Whether the ratings of a new source are public acts.
    pub public: bool,
    /// Whether no bars are shown.
    pub quiet: bool,
}

/// What an import came to.
#[derive(Clone, Debug, Default)]
pub struct ImportSummary {
    /// The slug of the source.
    pub source: String,
    /// Whether this import made the source.
    pub source_created: bool,
    /// Lines that were not blank.
    pub read: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Lines that say less than what is known of a later time.
    pub stale: u64,
    /// Lines that could not be taken in.
    pub bad: u64,
    /// The same of each file that was there.
    pub files: Vec<FileSummary>,
}

/// What the import of one file came to.
#[derive(Clone, Debug)]
pub struct FileSummary {
    pub file: &'static str,
    pub counts: Counts,
    pub time: Duration,
}

impl Display for ImportSummary {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { source, read, created, changed, unchanged, stale, bad, .. } = self;
        let counts = Counts {
            read: *read,
            created: *created,
            changed: *changed,
            unchanged: *unchanged,
            stale: *stale,
            bad: *bad,
        };
        write!(f, "{source}: {read} lines read: {counts}")
    }
}

/// Takes in the files of a folder. Bad lines are told and left out; everything else goes on.
///
/// # Errors
/// When there is nothing to import, a file cannot be read, or the database fails; what was committed until then stays.
pub async fn import(app: &Arc<App>, options: &ImportOptions) -> Result<ImportSummary, CommandError> {
    if !FILES.iter().any(|file| options.folder.join(file).is_file()) {
        return Err(CommandError::NothingThere { folder: options.folder.clone(), looked_for: FILES.join(", ") });
    }
    let report = Report::new(options.quiet);
    let (source, made) = settle(app, options, &report).await?;
    let summary = ImportSummary { source: source.slug.clone(), source_created: made, ..ImportSummary::default() };
    let mut desk = Desk { app, folder: &options.folder, source: SourceRef::Id(source.id), report, summary };
    desk.take::<PersonRecord>().await?;
    desk.take_topics().await?;
    desk.take::<ContentRecord>().await?;
    desk.take::<RatingRecord>().await?;
    desk.take::<LeadershipRecord>().await?;
    desk.take::<EndorsementRecord>().await?;
    desk.take::<ContestRecord>().await?;
    desk.report.say(&desk.summary.to_string());
    Ok(desk.summary)
}

/// Where files are taken in.
struct Desk<'a> {
    app: &'a Arc<App>,
    folder: &'a PathBuf,
    source: SourceRef,
    report: Report,
    summary: ImportSummary,
}

/// One file on the desk.
struct Open<R: Record> {
    path: PathBuf,
    lines: Lines,
    progress: Progress,
    counts: Counts,
    /// The next batch.
    places: Vec<Place>,
    items: Vec<R::Item>,
    bytes: usize,
    /// Replies whose original may still come, with what is wrong with them if it does not.
    waiting: Vec<(Place, Invalid)>,
}

impl Desk<'_> {
    async fn take<R: Record>(&mut self) -> Result<(), CommandError> {
        let Some(mut open) = self.open::<R>()? else { return Ok(()) };
        let path = open.path.clone();
        let unread = CommandError::of_file(&path);
        while let Some(line) = open.lines.next_line().map_err(&unread)? {
            open.counts.read += 1;
            match line.parse::<R>().and_then(R::item) {
                Ok(item) => open.gather(line.place, item, line.len()),
                Err(reason) => open.bad(line.place, &reason),
            }
            if open.is_full() {
                self.send(&mut open).await?;
            }
        }
        self.send(&mut open).await?;
        self.take_waiting(&mut open).await?;
        self.close(open);
        Ok(())
    }

    /// Topics are few: they are read whole, so that each can come after the topics it names.
    async fn take_topics(&mut self) -> Result<(), CommandError> {
        let Some(mut open) = self.open::<TopicRecord>()? else { return Ok(()) };
        let path = open.path.clone();
        let unread = CommandError::of_file(&path);
        let mut topics: Vec<(Place, TopicItem)> = Vec::new();
        while let Some(line) = open.lines.next_line().map_err(&unread)? {
            open.counts.read += 1;
            match line.parse::<TopicRecord>().and_then(TopicRecord::item) {
                Ok(topic) => topics.push((line.place, topic)),
                Err(reason) => open.bad(line.place, &reason),
            }
        }
        let (topics, circle) = named_first(topics);
        for place in circle {
            open.bad(place, "parent_id, synonym_of: the topics it names lead back to itself");
        }
        for (place, topic) in topics {
            open.gather(place, topic, 0);
            if open.is_full() {
                self.send(&mut open).await?;
            }
        }
        self.send(&mut open).await?;
        self.close(open);
        Ok(())
    }

    fn open<R: Record>(&self) -> Result<Option<Open<R>>, CommandError> {
        let path = self.folder.join(R::FILE);
        let Some(lines) = Lines::open(&path).map_err(CommandError::of_file(&path))? else { return Ok(None) };
        let progress = self.report.start(R::FILE, lines.length());
        let (places, items, waiting) = (Vec::with_capacity(CAP), Vec::with_capacity(CAP), Vec::new());
        Ok(Some(Open { path, lines, progress, counts: Counts::default(), places, items, bytes: 0, waiting }))
    }

    /// Sends what was gathered, and counts what became of it.
    async fn send<R: Record>(&self, open: &mut Open<R>) -> Result<(), CommandError> {
        let (places, items) = (std::mem::take(&mut open.places), std::mem::take(&mut open.items));
        open.bytes = 0;
        if items.is_empty() {
            return Ok(());
        }
        let report = self.app.take_in(&self.source, &R::batch(items)).await?;
        for (place, outcome) in places.into_iter().zip(R::outcomes(report)) {
            match outcome {
                Outcome::Created => open.counts.created += 1,
                Outcome::Changed => open.counts.changed += 1,
                Outcome::Unchanged | Outcome::Accepted => open.counts.unchanged += 1,
                Outcome::Stale => open.counts.stale += 1,
                Outcome::Refused(invalid) if open.may_wait(&invalid) => open.waiting.push((place, invalid)),
                Outcome::Refused(invalid) => open.refused(place, &invalid),
            }
        }
        open.progress.show(open.lines.offset(), open.counts.read);
        Ok(())
    }

    /// Tries replies again that came before their originals, as long as that helps. A file is often sorted newest first, so
    /// each time they are tried the other way round.
    async fn take_waiting<R: Record>(&self, open: &mut Open<R>) -> Result<(), CommandError> {
        let path = open.path.clone();
        let unread = CommandError::of_file(&path);
        let mut before = usize::MAX;
        while !open.waiting.is_empty() && open.waiting.len() < before {
            before = open.waiting.len();
            for (place, _) in std::mem::take(&mut open.waiting).into_iter().rev() {
                let Some(line) = open.lines.again(place).map_err(&unread)? else { continue };
                match line.parse::<R>().and_then(R::item) {
                    Ok(item) => open.gather(place, item, line.len()),
                    // The file was changed while it was read.
                    Err(reason) => open.bad(place, &reason),
                }
                if open.is_full() {
                    self.send(open).await?;
                }
            }
            self.send(open).await?;
        }
        let mut hopeless = std::mem::take(&mut open.waiting);
        hopeless.sort_unstable_by_key(|(place, _)| place.number);
        for (place, invalid) in hopeless {
            open.refused(place, &invalid);
        }
        Ok(())
    }

    fn close<R: Record>(&mut self, open: Open<R>) {
        let counts = open.counts;
        let time = open.progress.finish(&open.path.display().to_string(), counts.read, &counts.to_string());
        let sum = &mut self.summary;
        sum.read += counts.read;
        sum.created += counts.created;
        sum.changed += counts.changed;
        sum.unchanged += counts.unchanged;
        sum.stale += counts.stale;
        sum.bad += counts.bad;
        sum.files.push(FileSummary { file: R::FILE, counts, time });
    }
}

impl<R: Record> Open<R> {
    fn gather(&mut self, place: Place, item: R::Item, bytes: usize) {
        self.places.push(place);
        self.items.push(item);
        self.bytes += bytes;
    }

    const fn is_full(&self) -> bool {
        self.items.len() >= CAP || self.bytes >= BATCH_BYTES
    }

    fn may_wait(&self, invalid: &Invalid) -> bool {
        R::FILE == ContentRecord::FILE
            && invalid.code == Code::ContentNotFound
            && invalid.field == "parent"
            && self.waiting.len() < WAITING
    }

    fn refused(&mut self, place: Place, invalid: &Invalid) {
        let field = R::FIELDS.iter().find(|(name, _)| *name == invalid.field).map_or(invalid.field, |(_, told)| told);
        self.bad(place, &format!("{field}: {}", invalid.message));
    }

    fn bad(&mut self, place: Place, reason: &str) {
        self.counts.bad += 1;
        self.progress.bad(format_args!("{}:{}", self.path.display(), place.number), reason);
    }
}
