//! The demo: a slice of a real organisation, moved in time so that it ends now, whose further ratings keep coming in.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::import::{ImportOptions, import};
use crate::app::house::App;
use crate::app::viewer::Viewer;
use crate::domain::content::ContentRef;
use crate::domain::ingest::{Batch, ContentItem, RatingItem};
use crate::domain::source::SourceRef;
use crate::http::explorer::{Start, Tab};

/// The files of the slice; `demo/dpdk/README.md` says where they come from.
const FILES: [(&str, &str); 6] = [
    ("source.json", include_str!("../../demo/dpdk/source.json")),
    ("people.jsonl", include_str!("../../demo/dpdk/people.jsonl")),
    ("topics.jsonl", include_str!("../../demo/dpdk/topics.jsonl")),
    ("content.jsonl", include_str!("../../demo/dpdk/content.jsonl")),
    ("ratings.jsonl", include_str!("../../demo/dpdk/ratings.jsonl")),
    ("leadership.jsonl", include_str!("../../demo/dpdk/leadership.jsonl")),
];
/// The source of the slice.
const SOURCE: &str = "dpdk";
/// The fields that hold times.
const TIMES: [&str; 4] = ["created_at", "at", "from", "to"];
/// The share of ratings, in percent, that are history; the others come in live.
const HISTORY: usize = 60;
/// How the pause before a rating varies around the pace, so that it does not look like a clock.
const RHYTHM: [f64; 7] = [0.4, 1.7, 0.6, 1.1, 0.2, 2.1, 0.9];

type Row = Map<String, Value>;
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Where the demo lives.
#[derive(Debug)]
pub struct Demo {
    folder: PathBuf,
    /// Deleted when the demo ends.
    _temporary: Option<tempfile::TempDir>,
    rows: Vec<(&'static str, Vec<Row>)>,
}

/// One thing that still happens.
#[derive(Debug)]
enum Event {
    Published(ContentItem),
    Rated(RatingItem),
}

/// What still happens, in its order.
#[derive(Debug)]
pub struct Replay(Vec<Event>);

impl Demo {
    /// A demo in a folder that stays, or in a temporary one.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn in_folder(folder: Option<&Path>) -> Result<Self, Failure> {
        let temporary = if folder.is_none() { Some(tempfile::tempdir()?) } else { None };
        let folder =
            folder.or(temporary.as_ref().map(tempfile::TempDir::path)).map(Path::to_path_buf).unwrap_or_default();
        fs::create_dir_all(&folder)?;
        let read = |text: &str| text.lines().map(serde_json::from_str).collect::<Result<Vec<Row>, _>>();
        let rows = FILES
            .iter()
            .filter(|(name, _)| Path::new(name).extension().is_some_and(|kind| kind == "jsonl"))
            .map(|(name, text)| Ok((*name, read(text)?)));
        Ok(Self { folder, _temporary: temporary, rows: rows.collect::<Result<_, Failure>>()? })
    }

    /// The database of the demo.
    #[must_use]
    pub fn database_url(&self) -> String {
        format!("sqlite:{}", self.folder.join("demo.db").display())
    }

    fn rows(&self, file: &str) -> &[Row] {
        self.rows.iter().find(|(name, _)| *name == file).map_or(&[], |(_, rows)| rows)
    }

    /// The moment up to which everything is history.
    fn split(&self) -> Result<DateTime<Utc>, Failure> {
        let ratings = self.rows("ratings.jsonl");
        let row = ratings.get(ratings.len() * HISTORY / 100).ok_or("the demo has no ratings")?;
        time(row, "at").ok_or_else(|| "a rating of the demo has no time".into())
    }

    /// Brings the history in, unless it is there from the last time, and gives what still happens.
    ///
    /// # Errors
    /// When the slice cannot be read or the database fails.
    pub async fn load(&self, app: &Arc<App>) -> Result<Replay, Failure> {
        let split = self.split()?;
        let is_history = |row: &Row| TIMES.iter().take(2).filter_map(|field| time(row, field)).all(|at| at < split);
        // The slice stays in the folder until all of it is in, with the times that it was given: what was broken off goes on so.
        let (files, part) = (self.folder.join("slice"), self.folder.join("slice.part"));
        if app.source(&SourceRef::Slug(SOURCE.to_owned())).is_none() {
            for old in [&files, &part].into_iter().filter(|old| old.exists()) {
                fs::remove_dir_all(old)?;
            }
            fs::create_dir_all(&part)?;
            let shift = app.clock().now() - split;
            for (name, text) in FILES {
                let text = match self.rows.iter().find(|(file, _)| *file == name) {
                    Some((_, rows)) => {
                        rows.iter().filter(|row| is_history(row)).map(|row| moved(row, shift)).collect::<String>()
                    }
                    None => text.to_owned(),
                };
                fs::write(part.join(name), text)?;
            }
            fs::rename(&part, &files)?;
        }
        if files.exists() {
            let options = ImportOptions {
                folder: files.clone(),
                source: None,
                scale: None,
                name: None,
                kind: None,
                public: false,
                quiet: true,
            };
            let summary = import(app, &options).await?;
            // At one stroke: a part of it must not be taken for all of it.
            fs::rename(&files, &part)?;
            if summary.bad > 0 {
                return Err(format!("{} rows of the demo were refused", summary.bad).into());
            }
        }
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        let contents = self
            .rows("content.jsonl")
            .iter()
            .filter(|row| !is_history(row))
            .filter_map(|row| Some((time(row, "created_at")?, Event::Published(content(row)))));
        let ratings = self
            .rows("ratings.jsonl")
            .iter()
            .filter(|row| !is_history(row))
            .filter_map(|row| Some((time(row, "at")?, Event::Rated(rating(row)))));
        let mut events: Vec<(DateTime<Utc>, Event)> = contents.chain(ratings).collect();
        // The sort is stable: a content comes before its ratings.
        events.sort_by_key(|(at, _)| *at);
        Ok(Replay(events.into_iter().map(|(_, event)| event).collect()))
    }

    /// Who acts in the explorer until somebody else is chosen: the first author of the slice's newest content.
    fn guest(&self) -> Option<String> {
        self.rows("content.jsonl")
            .last()
            .and_then(|row| row.get("author_ids")?.as_array()?.first()?.as_str().map(str::to_owned))
    }

    /// What is said when the demo is ready.
    #[must_use]
    pub fn greeting(&self, url: &str) -> String {
        let guest = self.guest().unwrap_or_default();
        format!(
            "\nA sample organisation is live. Look around:\n\n    {url}/\n\n\
            That page has queries to begin with and a subscription that shows ratings as they come in.\n\
            From a terminal:\n\n    \
            curl -s {url}/graphql -H 'content-type: application/json' -H 'Peerlead-Person: {guest}' \\\n      \
            -d '{{\"query\":\"{{ contents(first: 3) {{ nodes {{ title tally {{ count score }} }} }} }}\"}}'\n\n    \
            curl -sN {url}/graphql -H 'content-type: application/json' -H 'accept: text/event-stream' \\\n      \
            -d '{{\"query\":\"subscription {{ ratingChanged {{ cursor tally {{ count score }} content {{ title }} }} }}\"}}'\n\n\
            Database: {}\nStop with Ctrl-C.",
            self.folder.join("demo.db").display()
        )
    }
}

fn time(row: &Row, field: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(row.get(field)?.as_str()?).ok().map(|at| at.to_utc())
}

/// A row as a line, its times moved.
fn moved(row: &Row, shift: TimeDelta) -> String {
    let mut row = row.clone();
    for field in TIMES {
        if let Some(at) = time(&row, field) {
            row.insert(field.to_owned(), Value::String((at + shift).to_rfc3339()));
        }
    }
    format!("{}\n", Value::Object(row))
}

fn text(row: &Row, field: &str) -> String {
    row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn texts(row: &Row, field: &str) -> Vec<String> {
    row.get(field)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

fn content(row: &Row) -> ContentItem {
    ContentItem {
        external_id: text(row, "id"),
        kind: text(row, "kind"),
        title: text(row, "title"),
        body: text(row, "body"),
        url: None,
        language: None,
        authors: texts(row, "author_ids"),
        topics: texts(row, "topic_ids"),
        parent: None,
        published_at: DateTime::UNIX_EPOCH,
        withdrawn_at: None,
        hidden_at: None,
        hidden_reason: None,
    }
}

fn rating(row: &Row) -> RatingItem {
    let kind = Some(text(row, "kind"));
    RatingItem {
        rater: text(row, "rater_id"),
        content: text(row, "content_id"),
        value: row.get("value").and_then(Value::as_i64),
        kind,
        at: DateTime::UNIX_EPOCH,
    }
}

/// Lets the rest happen, one thing after another, now. When all of it has, the same ratings are taken back and given again.
pub async fn replay(app: Arc<App>, Replay(events): Replay, pace: Duration) {
    for (number, event) in events.iter().enumerate() {
        let share = if matches!(event, Event::Rated(_)) { 1.0 } else { 0.25 };
        tokio::time::sleep(pace.mul_f64(share * RHYTHM[number % RHYTHM.len()])).await;
        let batch = match event {
            Event::Published(item) => publish(&app, item).await,
            Event::Rated(item) => rate(&app, item, item.value),
        };
        take_in(&app, batch).await;
    }
    let ratings: Vec<&RatingItem> =
        events.iter().filter_map(|event| if let Event::Rated(item) = event { Some(item) } else { None }).collect();
    for number in 0_usize.. {
        let Some(item) = ratings.get(number / 2 % ratings.len().max(1)) else { return };
        tokio::time::sleep(pace.mul_f64(RHYTHM[number % RHYTHM.len()])).await;
        let batch = rate(&app, item, if number % 2 == 0 { None } else { item.value });
        take_in(&app, batch).await;
    }
}

async fn publish(app: &App, item: &ContentItem) -> Batch {
    let by = ContentRef::External { source: SOURCE.to_owned(), external_id: item.external_id.clone() };
    match app.content(&Viewer::default(), &by).await {
        Ok(None) => Batch {
            contents: vec![ContentItem { published_at: app.clock().now(), ..item.clone() }],
            ..Batch::default()
        },
        _ => Batch::default(),
    }
}

fn rate(app: &App, item: &RatingItem, value: Option<i64>) -> Batch {
    Batch { ratings: vec![RatingItem { value, at: app.clock().now(), ..item.clone() }], ..Batch::default() }
}

async fn take_in(app: &App, batch: Batch) {
    if batch.is_empty() {
        return;
    }
    if let Err(error) = app.take_in(&SourceRef::Slug(SOURCE.to_owned()), &batch).await {
        tracing::warn!(%error, "the demo's next event was not written down");
    }
}

/// What the explorer shows first.
#[must_use]
pub fn tabs(demo: Option<&Demo>) -> Start {
    let tab =
        |title: &str, query: &str| Tab { title: title.to_owned(), query: query.to_owned(), variables: String::new() };
    let tabs = vec![
        tab("Best of the last weeks", include_str!("query/best.graphql")),
        tab("What is new", include_str!("query/trends.graphql")),
        tab("Live ratings", include_str!("query/live.graphql")),
        tab("A topic and its leaders", include_str!("query/topic.graphql")),
        tab("Rate something", include_str!("query/rate.graphql")),
        tab("What happened", include_str!("query/log.graphql")),
    ];
    let notice = "No identity is configured: this server answers on this machine only, and whoever is named acts.";
    Start { acting_as: demo.and_then(Demo::guest), notice: Some(notice.to_owned()), tabs }
}
