//! A line to the bus: hears the stream of a database, and says something only if it has heard everything before.

use std::time::Duration;

use async_nats::jetstream::consumer::push::{Config as ConsumerConfig, Messages};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use async_nats::jetstream::context::{Context, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config as StreamConfig, StorageType};
use bytes::Bytes;
use futures_util::StreamExt;

use super::address::{Address, PATIENCE};

/// How much of a stream is kept, in bytes and for how long: for those who are a moment behind. Whoever is further behind reads
/// the log.
const KEPT: (i64, Duration) = (32 * 1024 * 1024, Duration::from_mins(1));
/// How long a word may be, in bytes, where the bus does not want it shorter.
const LONGEST: usize = 256 * 1024;
/// What of the bus's own limit is left to what stands around a word.
const AROUND: usize = 4 * 1024;

/// Why a line is of no more use.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error(transparent)]
    Bus(async_nats::Error),
    #[error("the bus has gone")]
    Gone,
    #[error("the bus has kept something from us")]
    Lost,
}

impl Broken {
    /// A word that cannot be written down.
    pub fn unwritten(error: serde_json::Error) -> Self {
        Self::Bus(error.into())
    }
}

fn failed(error: impl Into<async_nats::Error>) -> Broken {
    Broken::Bus(error.into())
}

/// A line to the stream of one database.
pub struct Line {
    context: Context,
    stream: String,
    subject: String,
    messages: Messages,
    /// The number in the stream of the last message that we have heard or said. The bus takes a word of ours only when there is
    /// none after it, so that nobody speaks who has not heard the others.
    seen: u64,
}

impl Line {
    /// Opens a line: it hears what is said from now on. A stream that is not there is made.
    ///
    /// # Errors
    /// When the bus cannot be reached, or does not let us.
    pub async fn open(address: &Address, database: &str) -> Result<Self, Broken> {
        let client = address.connect().await.map_err(failed)?;
        let mut context = async_nats::jetstream::new(client.clone());
        context.set_timeout(PATIENCE);
        let (stream, subject) = (address.stream(database), address.subject(database));
        let config = StreamConfig {
            name: stream.clone(),
            subjects: vec![subject.clone()],
            description: Some("The change log of Peerlead, on its way between processes".to_owned()),
            storage: StorageType::Memory,
            max_bytes: KEPT.0,
            max_age: KEPT.1,
            ..StreamConfig::default()
        };
        let made = context.get_or_create_stream(config).await.map_err(failed)?;
        let seen = made.cached_info().state.last_sequence;
        let consumer = ConsumerConfig {
            deliver_subject: client.new_inbox(),
            // By number: nothing falls between the question and the consumer.
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: seen + 1 },
            ack_policy: AckPolicy::None,
            ..ConsumerConfig::default()
        };
        let consumer = made.create_consumer(consumer).await.map_err(failed)?;
        let messages = consumer.messages().await.map_err(failed)?;
        Ok(Self { context, stream, subject, messages, seen })
    }

    /// How long a word may be, in bytes.
    pub fn limit(&self) -> usize {
        self.context.client().max_payload().saturating_sub(AROUND).min(LONGEST)
    }

    /// What somebody else says next. May be dropped before it is there.
    ///
    /// # Errors
    /// When nothing more will come.
    pub async fn next(&mut self) -> Result<Bytes, Broken> {
        loop {
            let message = self.messages.next().await.ok_or(Broken::Gone)?.map_err(failed)?;
            let number = message.info().map_err(failed)?.stream_sequence;
            // What we have said comes back to us.
            if number > self.seen {
                self.seen = number;
                return Ok(message.message.payload);
            }
        }
    }

    /// Says something, unless somebody else has said something that we have not heard: then nobody hears it.
    ///
    /// # Errors
    /// When it is not known whether the bus has taken it. Then this line must not be used to say anything else.
    pub async fn say(&mut self, payload: Bytes) -> Result<bool, Broken> {
        let message =
            PublishMessage::build().payload(payload).expected_stream(&self.stream).expected_last_sequence(self.seen);
        let said = match self.context.send_publish(self.subject.clone(), message).await {
            Ok(said) => said.await,
            Err(error) => Err(error),
        };
        match said {
            Ok(taken) => {
                self.seen = taken.sequence;
                Ok(true)
            }
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }
}
