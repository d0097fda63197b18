//! A bus for a test, with names of its own, and a switch before it or before a database.

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

/// What becomes of connections from now on.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Open,
    /// Nothing is carried any more, and nobody is told.
    Frozen,
    Cut,
}

/// What becomes of those that come, and how often those that were there were frozen or cut.
#[derive(Clone, Copy)]
struct Ways {
    now: Way,
    frozen: usize,
    cut: usize,
}

/// Stands before a bus or a database and takes it away.
pub struct Switch {
    /// The address that was given, with our place in that of the machine.
    pub url: String,
    ways: watch::Sender<Ways>,
}

impl Switch {
    /// Before what is at an address such as `nats://host:port` or `postgres://user@host:port/database`.
    pub async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let start = url.find("://").map_or(0, |at| at + "://".len());
        let end = url[start..].find(['/', '?']).map_or(url.len(), |at| start + at);
        let start = url[start..end].rfind('@').map_or(start, |at| start + at + 1);
        let server = url[start..end].to_owned();
        let here = listener.local_addr().expect("an address");
        let url = format!("{}{here}{}", &url[..start], &url[end..]);
        let ways = watch::Sender::new(Ways { now: Way::Open, frozen: 0, cut: 0 });
        let changes = ways.clone();
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                tokio::spawn(carry(caller, server.clone(), changes.subscribe()));
            }
        });
        Self { url, ways }
    }

    /// Lets through who comes from now on. What was frozen stays so.
    pub fn connect(&self) {
        self.ways.send_modify(|ways| ways.now = Way::Open);
    }

    /// Ends all connections, and each that is made.
    pub fn cut(&self) {
        self.ways.send_modify(|ways| (ways.now, ways.cut) = (Way::Cut, ways.cut + 1));
    }

    /// Falls silent on all connections, and on each that is made.
    pub fn freeze(&self) {
        self.ways.send_modify(|ways| (ways.now, ways.frozen) = (Way::Frozen, ways.frozen + 1));
    }
}

async fn carry(mut caller: TcpStream, server: String, mut ways: watch::Receiver<Ways>) {
    let came = *ways.borrow_and_update();
    if came.now == Way::Cut {
        // Whoever speaks first has spoken when the connection ends, so that how it ends is no matter of chance.
        let _ = tokio::time::timeout(Duration::from_millis(100), caller.readable()).await;
        return;
    }
    let mut server = TcpStream::connect(server).await.expect("a server");
    if came.now == Way::Open {
        let over = |now: &Ways| now.frozen > came.frozen || now.cut > came.cut;
        tokio::select! {
            _ = copy_bidirectional(&mut caller, &mut server) => return,
            _ = ways.wait_for(over) => {}
        }
    }
    // A frozen connection stays so until it is cut, on both sides: what was said on it never arrives.
    let _ = ways.wait_for(|now| now.cut > came.cut).await;
}
