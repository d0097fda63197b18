//! A bus for a test, with names of its own, and a switch before it.

use std::time::Duration;

use async_nats::jetstream;
use futures_util::StreamExt;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The NATS of this machine. What a test has made there goes when it is over.
pub struct Nats {
    pub url: String,
    pub prefix: String,
}

impl Nats {
    /// `None` on SQLite, and where no NATS answers, which is said aloud.
    pub async fn find() -> Option<Self> {
        std::env::var("PEERLEAD_TEST_POSTGRES").ok().filter(|server| !server.is_empty())?;
        let url = std::env::var("PEERLEAD_TEST_NATS").unwrap_or_else(|_| "nats://127.0.0.1:4222".to_owned());
        if let Err(error) = async_nats::connect(&url).await {
            #[expect(clippy::print_stderr, reason = "what was not looked at is said aloud")]
            {
                eprintln!("SKIPPED: no NATS at PEERLEAD_TEST_NATS: {error}");
            }
            return None;
        }
        Some(Self { url, prefix: format!("test-{}", uuid::Uuid::now_v7().simple()) })
    }

    async fn context(&self) -> jetstream::Context {
        jetstream::new(async_nats::connect(&self.url).await.expect("a NATS"))
    }

    /// The names of our streams.
    async fn streams(&self) -> Vec<String> {
        let names: Vec<_> = self.context().await.stream_names().collect().await;
        let names = names.into_iter().map(|name| name.expect("a name"));
        names.filter(|name| name.starts_with(&self.prefix)).collect()
    }

    /// The name of the one database that is told of.
    pub async fn database(&self) -> String {
        let streams = self.streams().await;
        assert_eq!(streams.len(), 1, "{streams:?}");
        streams[0].rsplit_once('-').expect("a prefix and a name").1.to_owned()
    }

    /// Everything that was said goes, and what it was said on.
    pub async fn forget(&self) {
        for stream in self.streams().await {
            self.context().await.delete_stream(&stream).await.expect("a stream");
        }
    }

    /// What the stream has kept.
    pub async fn kept(&self) -> Vec<Vec<u8>> {
        let name = self.streams().await.pop().expect("a stream");
        let stream = self.context().await.get_stream(name).await.expect("a stream");
        let state = &stream.cached_info().state;
        let mut kept = Vec::new();
        for number in state.first_sequence..=state.last_sequence {
            if let Ok(message) = stream.get_raw_message(number).await {
                kept.push(message.payload.to_vec());
            }
        }
        kept
    }

    /// Says something on the subject of a database.
    pub async fn say(&self, database: &str, payload: Vec<u8>) {
        let subject = format!("{}.{database}.changes", self.prefix);
        let context = self.context().await;
        let taken = context.publish(subject, payload.into()).await.expect("a bus");
        taken.await.expect("a stream");
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let ours = Self { url: self.url.clone(), prefix: self.prefix.clone() };
        // A thread of its own: the test's runtime may be at its end.
        let cleaned = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(ours.forget());
            std::mem::forget(ours);
        });
        let _ = cleaned.join();
    }
}

/// What becomes of connections.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Open,
    /// Nothing is carried any more, and nobody is told.
    Frozen,
    Cut,
}

/// Stands before a bus and takes it away.
pub struct Switch {
    pub url: String,
    way: watch::Sender<Way>,
}

impl Switch {
    pub async fn before(url: &str) -> Self {
        let bus = url.rsplit_once(['/', '@']).map_or(url, |(_, bus)| bus).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("nats://{}", listener.local_addr().expect("an address"));
        let way = watch::Sender::new(Way::Open);
        let ways = way.clone();
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                tokio::spawn(carry(caller, bus.clone(), ways.subscribe()));
            }
        });
        Self { url, way }
    }

    pub fn connect(&self) {
        self.way.send_replace(Way::Open);
    }

    pub fn cut(&self) {
        self.way.send_replace(Way::Cut);
    }

    pub fn freeze(&self) {
        self.way.send_replace(Way::Frozen);
    }
}

async fn carry(mut caller: TcpStream, bus: String, mut way: watch::Receiver<Way>) {
    if *way.borrow_and_update() == Way::Open {
        let mut bus = TcpStream::connect(bus).await.expect("a NATS");
        tokio::select! {
            _ = copy_bidirectional(&mut caller, &mut bus) => return,
            _ = way.changed() => {}
        }
    }
    // A frozen connection stays so until it is cut: what was said on it never arrives.
    while *way.borrow_and_update() == Way::Frozen {
        if tokio::time::timeout(Duration::from_mins(1), way.changed()).await.is_err() {
            return;
        }
    }
}
