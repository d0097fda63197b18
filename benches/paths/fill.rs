//! Fills an empty database, batch by batch, through the same door as every import.

use std::sync::Arc;
use std::time::{Duration, Instant};

use peerlead::app::clock::Clock;
use peerlead::app::house::{App, Settings};
use peerlead::domain::ingest::{
    Batch, ContentItem, LeadershipItem, Outcome, PersonItem, RatingItem, Report, TopicItem,
};
use peerlead::domain::source::{NewSource, Scale, SourceRef, Visibility};
use peerlead::domain::time::{Time, from_micros, micros};
use peerlead::store::connection::Store;
use serde::{Deserialize, Serialize};

use super::Failure;
use super::data::{Organisation, Rng, SOURCES, Shape, Vocabulary, external_id, handle, slug, source};
use super::scene::statements;

/// What a filled database was filled with, and how fast. Kept beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Filled {
    /// Goes up whenever the data or the tables change, so that an old database is filled anew.
    pub version: u32,
    pub scale: f64,
    pub years: f64,
    /// The moment the organisation is as of, in microseconds.
    pub now: i64,
    pub contents_per_second: f64,
    pub ratings_per_second: f64,
}

/// The version of the data and of the tables they are in.
pub const VERSION: u32 = 4;
/// Items of one batch.
const BATCH: usize = 1_000;

impl Filled {
    pub fn fits(&self, shape: &Shape) -> bool {
        self.version == VERSION && (self.scale, self.years) == (shape.scale, shape.years)
    }

    pub fn organisation(&self, shape: &Shape) -> Organisation {
        Organisation::new(shape, self.now())
    }

    pub fn now(&self) -> Time {
        from_micros(self.now)
    }
}

/// Fills the database at `url`, with trends kept up to date meanwhile or without.
pub async fn fill(url: &str, shape: &Shape, trends: bool) -> Result<Filled, Failure> {
    let clock = Clock::default();
    let now = clock.now();
    let organisation = Organisation::new(shape, now);
    let store = Store::connect(url).await?;
    store.migrate().await?;
    let app = App::start(store, Arc::new(clock), Settings { trends, quorum: 1, ..Settings::default() }).await?;
    let counting = url.starts_with("postgres").then(|| tokio::spawn(analyze(url.to_owned())));
    make_sources(&app).await?;
    take_people_and_topics(&app, &organisation).await?;

    let began = Instant::now();
    take_contents(&app, &organisation).await?;
    let contents_per_second = shape.contents as f64 / began.elapsed().as_secs_f64();
    eprintln!("  {} contents, {contents_per_second:.0}/s", shape.contents);

    take_leaderships(&app, &organisation).await?;

    let batches = rating_batches(&organisation);
    let began = Instant::now();
    for (number, (source, batch)) in batches.iter().enumerate() {
        take(&app, source, batch).await?;
        if number % 100 == 99 {
            eprintln!(
                "  {} ratings, {:.0}/s",
                (number + 1) * BATCH,
                ((number + 1) * BATCH) as f64 / began.elapsed().as_secs_f64()
            );
        }
    }
    let ratings_per_second = shape.ratings as f64 / began.elapsed().as_secs_f64();
    if let Some(task) = counting {
        task.abort();
    }
    app.close().await;
    let (scale, years, now) = (shape.scale, shape.years, micros(now));
    Ok(Filled { version: VERSION, scale, years, now, contents_per_second, ratings_per_second })
}

/// Counts what PostgreSQL plans with again and again, as its autovacuum does where it is on.
async fn analyze(url: String) {
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        // What fails here is only slower.
        let _ = statements(&url, &["ANALYZE"]).await;
    }
}

async fn make_sources(app: &App) -> Result<(), Failure> {
    let operator = app.viewer(Some("operator")).await?;
    for (slug, name, kind, scale) in
        [(SOURCES[0], "Forum", "FORUM", Scale::Vote), (SOURCES[1], "Reviews", "CODE_REVIEW", Scale::Stars)]
    {
        app.create_source(&operator, NewSource::check(slug, name, kind, scale, Visibility::Private)?).await?;
    }
    Ok(())
}

/// Takes one batch in; everything in it has to be new.
async fn take(app: &App, source: &str, batch: &Batch) -> Result<(), Failure> {
    let Report { people, topics, contents, ratings, leaderships, endorsements, contests } =
        app.take_in(&SourceRef::Slug(source.to_owned()), batch).await?;
    let outcomes = [people, topics, contents, ratings, leaderships, endorsements, contests].concat();
    match outcomes.into_iter().find(|outcome| *outcome != Outcome::Created) {
        Some(other) => Err(format!("an item of the generated data was not new: {other:?}").into()),
        None => Ok(()),
    }
}

async fn take_people_and_topics(app: &App, organisation: &Organisation) -> Result<(), Failure> {
    let words = Vocabulary::new();
    let mut rng = Rng::new(4);
    let people: Vec<PersonItem> = (0..organisation.shape.people)
        .map(|person| PersonItem {
            external_id: handle(person),
            handle: Some(handle(person)),
            name: Some(words.text(&mut rng, 2, 2)),
            kind: None,
            active: None,
            team: None,
        })
        .collect();
    for source in SOURCES {
        for people in people.chunks(BATCH) {
            take(app, source, &Batch { people: people.to_vec(), ..Batch::default() }).await?;
        }
    }
    // A tenth are roots, the others stand below them.
    let roots = organisation.shape.topics.div_ceil(10);
    let topics = (0..organisation.shape.topics)
        .map(|topic| TopicItem {
            slug: slug(topic),
            name: Some(words.text(&mut rng, 1, 3)),
            description: Some(words.text(&mut rng, 10, 20)),
            parent: (topic >= roots).then(|| slug(topic % roots)),
            synonym_of: None,
            emergent: None,
        })
        .collect();
    take(app, SOURCES[0], &Batch { topics, ..Batch::default() }).await
}

async fn take_contents(app: &App, organisation: &Organisation) -> Result<(), Failure> {
    let words = Vocabulary::new();
    let mut rng = Rng::new(5);
    let mut waiting: [Vec<ContentItem>; SOURCES.len()] = Default::default();
    for (number, content) in organisation.contents.iter().enumerate() {
        let at = number % SOURCES.len();
        waiting[at].push(ContentItem {
            external_id: external_id(number),
            kind: "post".to_owned(),
            title: words.text(&mut rng, 4, 10),
            body: words.text(&mut rng, 40, 80),
            url: Some(format!("https://{}.example.com/{number}", source(number))),
            language: Some("en".to_owned()),
            authors: content.authors.iter().map(|person| handle(*person)).collect(),
            topics: content.topics.iter().map(|topic| slug(*topic)).collect(),
            parent: None,
            published_at: content.published,
            withdrawn_at: None,
            hidden_at: None,
            hidden_reason: None,
        });
        if waiting[at].len() == BATCH {
            take(app, SOURCES[at], &Batch { contents: std::mem::take(&mut waiting[at]), ..Batch::default() }).await?;
        }
    }
    for (at, contents) in waiting.into_iter().enumerate() {
        take(app, SOURCES[at], &Batch { contents, ..Batch::default() }).await?;
    }
    Ok(())
}

async fn take_leaderships(app: &App, organisation: &Organisation) -> Result<(), Failure> {
    let mut rng = Rng::new(6);
    let leaderships: Vec<LeadershipItem> = organisation
        .leaderships
        .iter()
        .map(|(person, topic)| LeadershipItem {
            person: handle(*person),
            topic: slug(*topic),
            declared: rng.below(2) == 0,
            role: None,
            from: Some(from_micros(micros(organisation.now) - (1 + rng.below(700)) as i64 * 86_400_000_000)),
            to: None,
            evidence_text: None,
            evidence_url: None,
        })
        .collect();
    for leaderships in leaderships.chunks(BATCH) {
        take(app, SOURCES[0], &Batch { leaderships: leaderships.to_vec(), ..Batch::default() }).await?;
    }
    Ok(())
}

/// The ratings of each source in the order they were given, the sources in turn.
fn rating_batches(organisation: &Organisation) -> Vec<(&'static str, Batch)> {
    let mut batches = Vec::new();
    let mut waiting: [Vec<RatingItem>; SOURCES.len()] = Default::default();
    for rating in organisation.ratings() {
        let content = rating.content as usize;
        let at = content % SOURCES.len();
        waiting[at].push(RatingItem {
            rater: handle(rating.rater as usize),
            content: external_id(content),
            value: Some(rating.value),
            kind: None,
            at: from_micros(rating.at),
        });
        if waiting[at].len() == BATCH {
            batches.push((SOURCES[at], Batch { ratings: std::mem::take(&mut waiting[at]), ..Batch::default() }));
        }
    }
    for (at, ratings) in waiting.into_iter().enumerate() {
        batches.push((SOURCES[at], Batch { ratings, ..Batch::default() }));
    }
    batches
}
