//! The archive: what was said, by whom, and how it was rated, in numbers that can be counted quickly.
//!
//! It is read from the facts once, in the background, and then follows the log like any subscriber. Nothing is counted in advance but
//! what is usual on a day; a question looks at the contents of its window and no others, so it costs the same however long the
//! history is, and it may end at any moment of the past.

pub mod breadths;
pub mod day;
mod days;
pub mod facts;
pub mod marks;
pub mod presence;
mod print;
mod reckoning;
pub mod text;
pub mod vocabulary;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::{RwLock, Semaphore, watch};

use self::days::Days;
use self::facts::Facts;
use crate::domain::change::{Change, ContentAct, Fact};
use crate::domain::content::{Card, Content};
use crate::domain::id::ContentId;
use crate::domain::term;
use crate::domain::time::micros;
use crate::live::feed::{Feed, Gap};
use crate::projection::aside::Aside;
use crate::store::connection::Store;
use crate::store::error::Error;

/// How many contents are read at once, and how many changes are taken at once.
const CHUNK: i64 = 250;
const TOGETHER: usize = 256;
/// How long to wait before the database is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// What was said and rated.
#[derive(Debug)]
pub struct Archive {
    store: Arc<Store>,
    /// How many people must have moved what is told of private ratings.
    quorum: usize,
    facts: RwLock<Facts>,
    days: Days,
    /// Who may reckon now, and where.
    turns: Arc<Semaphore>,
    aside: Aside,
    /// How often everything was read.
    readings: AtomicU64,
    /// Moves with everything that may change an answer that was given already.
    version: AtomicU64,
    /// The latest moment that was asked about.
    asked: AtomicI64,
    /// The last change that was heard; -1 before everything was read.
    heard: watch::Sender<i64>,
}

impl Archive {
    /// An empty archive.
    #[must_use]
    pub fn new(store: Arc<Store>, quorum: usize) -> Arc<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        Arc::new(Self {
            store,
            quorum,
            facts: RwLock::default(),
            days: Days::default(),
            turns: Arc::new(Semaphore::new(cores)),
            aside: Aside::new(cores),
            readings: AtomicU64::default(),
            version: AtomicU64::default(),
            asked: AtomicI64::default(),
            heard: watch::Sender::new(-1),
        })
    }

    /// Waits until everything has been read, and at least the change `seq` was heard.
    pub async fn heard(&self, seq: i64) {
        let mut heard = self.heard.subscribe();
        // The sender lives as long as we do.
        let _ = heard.wait_for(|heard| *heard >= seq).await;
    }

    /// Whether everything has been read.
    #[must_use]
    pub fn is_read(&self) -> bool {
        *self.heard.borrow() >= 0
    }

    /// Reads the facts and follows the log from there, until the feed ends.
    pub async fn follow(self: Arc<Self>, feed: Arc<Feed>) {
        let (mut failing, mut heard) = (false, None);
        loop {
            let begun = match heard.take() {
                Some(last) => Ok(last),
                None => self.read().await,
            };
            let ended = match begun {
                Ok(seq) => {
                    failing = false;
                    self.hear(&feed, seq).await
                }
                Err(error) => Gap::from(error),
            };
            match ended {
                Gap::Closed => return,
                // So much was written at once that we came too late. It stands in the log.
                Gap::Lagged { last } => {
                    heard = Some(last);
                    continue;
                }
                Gap::Store(error) if !failing => {
                    tracing::error!(%error, "the facts cannot be read; trends wait until they can");
                    failing = true;
                }
                _ => {}
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Reads everything anew. What comes back is the change up to which it is true.
    async fn read(&self) -> Result<i64, Error> {
        // The end of the log first: what changes while we read is heard again.
        let (_, seq) = self.store.log_ends().await?;
        let mut facts = Facts::of_reading(self.readings.fetch_add(1, Ordering::Relaxed));
        facts.quorum = self.quorum;
        // Room alone: what cannot be counted in time is read without it.
        let counts = (self.store.content_count().await, self.store.cast_count().await);
        facts.reserve(counts.0.unwrap_or_default(), counts.1.unwrap_or_default());
        for source in self.store.sources().await? {
            facts.put_source(&source);
        }
        let mut last = crate::domain::id::PersonId(0);
        loop {
            let people = self.store.people_after(last, 4 * CHUNK).await?;
            let Some(end) = people.last() else { break };
            last = end.id;
            for person in &people {
                facts.put_person(person);
            }
        }
        let (mut after, mut stale) = (ContentId(0), Vec::new());
        loop {
            let contents = self.store.contents_from(after, CHUNK).await?;
            let Some(end) = contents.last().map(|content| content.id) else { break };
            for content in &contents {
                stale.extend(put(&mut facts, content));
            }
            self.read_votes(&mut facts, after, end).await?;
            after = end;
            // Cutting texts is work, and others want to be served.
            tokio::task::yield_now().await;
        }
        while !stale.is_empty() {
            let contents = self.texts(&mut stale).await?;
            for content in &contents {
                stale.extend(put(&mut facts, content));
            }
        }
        facts.sort();
        facts.take_touched();
        {
            let mut held = self.facts.write().await;
            *held = facts;
            // Before anybody can ask: what was usual is told in the numbers of what was there before.
            self.days.clear();
            self.version.fetch_add(1, Ordering::AcqRel);
        }
        self.heard.send_replace(seq);
        Ok(seq)
    }

    /// The votes of the contents after one, up to another.
    async fn read_votes(&self, facts: &mut Facts, after: ContentId, upto: ContentId) -> Result<(), Error> {
        // One content after the other, so that what is kept of neighbours lies side by side.
        let mut votes: BTreeMap<ContentId, (Vec<_>, Vec<_>)> = BTreeMap::new();
        for (content, rater, step, at) in self.store.votes_between(after, upto).await? {
            votes.entry(content).or_default().0.push((rater, step, at));
        }
        for past in self.store.past_votes_between(after, upto).await? {
            let entry = &mut votes.entry(past.content).or_default().1;
            entry.push((past.rater, past.step, micros(past.rated_at), micros(past.ended_at)));
        }
        for (content, (votes, past)) in votes {
            facts.put_votes(content, &votes, &past);
        }
        Ok(())
    }

    /// The contents whose texts have to be told again, because a sentence of theirs is now somebody else's or theirs again.
    async fn texts(&self, stale: &mut Vec<ContentId>) -> Result<Vec<Content>, Error> {
        let mut ids = std::mem::take(stale);
        ids.sort_unstable();
        ids.dedup();
        let mut contents = Vec::with_capacity(ids.len());
        for some in ids.chunks(500) {
            contents.extend(self.store.contents(some).await?);
        }
        Ok(contents)
    }

    /// Hears the log after a change, until it cannot go on.
    async fn hear(&self, feed: &Arc<Feed>, seq: i64) -> Gap {
        let mut news = std::pin::pin!(feed.follow(Some(seq)).ready_chunks(TOGETHER));
        while let Some(some) = news.next().await {
            let (mut changes, mut ended) = (Vec::with_capacity(some.len()), None);
            for item in some {
                match item {
                    Ok(change) => changes.push(change),
                    Err(gap) => ended = Some(gap),
                }
            }
            if let Err(error) = self.take(&changes).await {
                return Gap::from(error);
            }
            if let Some(gap) = ended {
                return gap;
            }
        }
        Gap::Closed
    }

    async fn take(&self, changes: &[Arc<Change>]) -> Result<(), Error> {
        let Some(last) = changes.last().map(|change| change.seq) else { return Ok(()) };
        let has_text = |act| matches!(act, ContentAct::Published | ContentAct::Edited | ContentAct::Restored);
        let mut wanted: Vec<ContentId> = Vec::new();
        for change in changes {
            if let Fact::Content(fact) = &change.fact
                && has_text(fact.act)
            {
                wanted.push(fact.card.subject.content);
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        let mut texts = HashMap::with_capacity(wanted.len());
        for some in wanted.chunks(500) {
            for content in self.store.bare_contents(some).await? {
                let sentences = term::read(&content.title, &content.body, content.language.as_deref());
                texts.insert(content.id, sentences);
            }
        }
        let (mut stale, mut recounted) = (Vec::new(), Vec::new());
        {
            let mut facts = self.facts.write().await;
            for change in changes {
                match &change.fact {
                    Fact::Person(person) => facts.put_person(person),
                    Fact::Source(source) => facts.put_source(source),
                    Fact::Rating(fact) => {
                        let step = fact.after.map(|mark| mark.step);
                        facts.put_vote(fact.subject.content, fact.rater, step, micros(fact.rated_at));
                    }
                    Fact::Content(fact) => {
                        let slot = facts.put_card(&fact.card);
                        match texts.get(&fact.card.subject.content).filter(|_| has_text(fact.act)) {
                            Some(sentences) => stale.extend(facts.put_text(slot, sentences)),
                            None if !fact.card.subject.visible => stale.extend(facts.put_text(slot, &[])),
                            None => {}
                        }
                        if matches!(fact.act, ContentAct::Edited | ContentAct::Recounted) {
                            recounted.push(fact.card.subject.content);
                        }
                    }
                    _ => {}
                }
            }
        }
        recounted.sort_unstable();
        recounted.dedup();
        for content in recounted {
            let votes: Vec<_> = self.store.votes_between(ContentId(content.0 - 1), content).await?;
            let past = self.store.past_votes_between(ContentId(content.0 - 1), content).await?;
            let votes: Vec<_> = votes.into_iter().map(|(_, rater, step, at)| (rater, step, at)).collect();
            let past = past.iter().map(|past| (past.rater, past.step, micros(past.rated_at), micros(past.ended_at)));
            let past: Vec<_> = past.collect();
            self.facts.write().await.put_votes(content, &votes, &past);
        }
        while !stale.is_empty() {
            let contents = self.texts(&mut stale).await?;
            let mut facts = self.facts.write().await;
            for content in &contents {
                stale.extend(put(&mut facts, content));
            }
        }
        if let Some(touched) = self.facts.write().await.take_touched() {
            self.days.outdate(touched);
        }
        let asked = self.asked.load(Ordering::Acquire);
        let changes_the_past = |change: &Arc<Change>| match &change.fact {
            Fact::Rating(fact) => micros(fact.rated_at) <= asked,
            Fact::Content(_) | Fact::Person(_) | Fact::Source(_) => true,
            _ => false,
        };
        if changes.iter().any(changes_the_past) {
            self.version.fetch_add(1, Ordering::AcqRel);
        }
        self.heard.send_replace(last);
        Ok(())
    }
}

fn put(facts: &mut Facts, content: &Content) -> Vec<ContentId> {
    let slot = facts.put_card(&Card::from(content));
    if !content.is_visible() {
        return facts.put_text(slot, &[]);
    }
    facts.put_text(slot, &term::read(&content.title, &content.body, content.language.as_deref()))
}
