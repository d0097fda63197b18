//! A bus for a test, with names of its own, and a switch before it.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use async_nats::jetstream;
use futures_util::StreamExt;
use serde_json::{Value, json};
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

    /// The changes of the last word that has any.
    pub async fn kept_changes(&self) -> Value {
        let name = self.streams().await.pop().expect("a stream");
        let stream = self.context().await.get_stream(name).await.expect("a stream");
        let state = &stream.cached_info().state;
        for number in (state.first_sequence..=state.last_sequence).rev() {
            let message = stream.get_raw_message(number).await.expect("a message");
            let word: Value = serde_json::from_slice(&message.payload).expect("a word");
            if word["changes"] != json!([]) {
                return word["changes"].clone();
            }
        }
        panic!("nothing was told");
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

/// A NATS of one's own, which lets nobody in without a password.
pub struct Guarded {
    child: Child,
    pub address: String,
    _folder: tempfile::TempDir,
}

impl Guarded {
    /// `None` where the program is not installed, which is said aloud.
    pub async fn start(user: &str, password: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
        let (address, port) = (free.to_string(), free.port().to_string());
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", &port, "-js", "--user", user, "--pass", password, "-sd"]);
        let Ok(child) = command.arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
            #[expect(clippy::print_stderr, reason = "what was not looked at is said aloud")]
            {
                eprintln!("SKIPPED: nats-server is not installed");
            }
            return None;
        };
        let started = Self { child, address, _folder: folder };
        for _ in 0..500 {
            if TcpStream::connect(free).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some(started)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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
