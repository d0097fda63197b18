//! Whose turn it is to tell, and telling.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::line::{Broken, Line};
use super::word::Letter;
use super::{Bus, add};
use crate::domain::change::Change;
use crate::live::feed::Gap;

/// How often whoever tells says something, if only how far the log has come.
const BEAT: Duration = Duration::from_millis(500);
/// After how much silence another one tries to tell.
const SILENCE: Duration = Duration::from_secs(2);
/// After how much silence the line is of no use: nobody tells, and we are not taken either. And whoever has not read the log for so
/// long has nothing to tell.
const LOST: Duration = Duration::from_secs(5);
/// How many changes are taken at once while the bus keeps up.
const TOGETHER: usize = 512;

type News = BoxStream<'static, Vec<Result<Arc<Change>, Gap>>>;

/// One process on a line: it hears, and it may be its turn to tell.
pub struct Turn<'a> {
    bus: &'a Bus,
    line: Line,
    /// There while it is our turn.
    relay: Option<Relay>,
    /// When one of us was heard last, or taken.
    heard: Instant,
}

/// What we tell.
struct Relay {
    /// The last change that we have told, or said that others have to know.
    last: i64,
    /// What follows it. Not there when something came in between: then it begins anew after the last change.
    news: Option<News>,
}

enum Event {
    Heard(Bytes),
    News(Vec<Result<Arc<Change>, Gap>>),
    Beat,
}

async fn news(relay: &mut Option<Relay>) -> Vec<Result<Arc<Change>, Gap>> {
    match relay.as_mut().and_then(|relay| relay.news.as_mut()) {
        // The feed has ended: so will we.
        Some(news) => news.next().await.unwrap_or_else(|| vec![Err(Gap::Closed)]),
        None => std::future::pending().await,
    }
}

impl<'a> Turn<'a> {
    pub fn new(bus: &'a Bus, line: Line) -> Self {
        Self { bus, line, relay: None, heard: Instant::now() }
    }

    /// Goes on until the line breaks or the feed ends.
    pub async fn last(mut self) -> Result<Infallible, Broken> {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (line, relay) = (&mut self.line, &mut self.relay);
            let event = tokio::select! {
                heard = line.next() => Event::Heard(heard?),
                news = news(relay) => Event::News(news),
                _ = beat.tick() => Event::Beat,
            };
            match event {
                Event::Heard(payload) => self.hear(&payload),
                Event::News(news) => self.tell(news).await?,
                Event::Beat => self.beat().await?,
            }
        }
    }

    fn hear(&mut self, payload: &[u8]) {
        if self.bus.take(payload) {
            self.heard = Instant::now();
            self.bus.works();
            self.leave();
        }
    }

    /// Leaves it to another one to tell.
    fn leave(&mut self) {
        if self.relay.take().is_some() {
            self.bus.relays.store(false, Ordering::Relaxed);
            tracing::info!("another process may tell the bus what the log says");
        }
    }

    /// Tells changes, in as few words as they fit into.
    async fn tell(&mut self, news: Vec<Result<Arc<Change>, Gap>>) -> Result<(), Broken> {
        let changes: Vec<Arc<Change>> = news.iter().filter_map(|item| item.as_ref().ok().cloned()).collect();
        let letters = Letter::with(&self.bus.database, &changes, self.line.limit()).map_err(Broken::unwritten)?;
        // After an end, such as that we were too slow, everything is told anew from the log, also what came before it here.
        let mut goes_on = changes.len() == news.len();
        for letter in letters {
            goes_on = goes_on && self.say(letter).await?;
            if !goes_on {
                break;
            }
        }
        if let Some(relay) = self.relay.as_mut().filter(|_| !goes_on) {
            relay.news = None;
        }
        Ok(())
    }

    /// Says a word; whether it was taken. It was not when somebody has said something that we have not heard yet.
    async fn say(&mut self, letter: Letter) -> Result<bool, Broken> {
        if !self.line.say(letter.payload).await? {
            return Ok(false);
        }
        self.heard = Instant::now();
        self.bus.works();
        if let Some(relay) = &mut self.relay {
            add(&self.bus.counts.said, usize::try_from(letter.last - relay.last).unwrap_or(0));
            relay.last = letter.last;
        }
        Ok(true)
    }

    /// Keeps our turn, or takes it when nobody has it.
    async fn beat(&mut self) -> Result<(), Broken> {
        let silence = self.heard.elapsed();
        if silence > LOST {
            return Err(Broken::Lost);
        }
        if self.bus.feed.is_closed() {
            return Err(Broken::Gone);
        }
        if self.relay.is_none() {
            if silence < SILENCE {
                return Ok(());
            }
            self.bus.feed.miss();
        }
        // They would keep the others from reading it, too.
        if self.bus.feed.looked() > LOST {
            self.leave();
            return Ok(());
        }
        let last = self.relay.as_ref().map_or_else(|| self.bus.feed.head(), |relay| relay.last);
        let letter = Letter::without_changes(&self.bus.database, last).map_err(Broken::unwritten)?;
        if !self.say(letter).await? {
            return Ok(());
        }
        if self.relay.is_none() {
            self.bus.relays.store(true, Ordering::Relaxed);
            tracing::info!(after = last, "this process tells the bus what the log says");
        }
        let relay = self.relay.get_or_insert(Relay { last, news: None });
        relay.news.get_or_insert_with(|| self.bus.feed.follow(Some(last)).ready_chunks(TOGETHER).boxed());
        Ok(())
    }
}
