//! Subscribers that cost next to nothing: a socket each, and as much of WebSocket as our frames need.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Failure;

/// What subscribers say first: the path of the socket, and the messages after the handshake.
#[derive(Clone, Debug)]
pub struct Greeting {
    pub path: String,
    pub messages: Vec<String>,
    /// Frames that are no news, such as the acknowledgement.
    pub answers: usize,
}

/// What all subscribers of a run have heard together.
#[derive(Debug, Default)]
pub struct Heard {
    /// Subscribers that hear.
    pub ready: AtomicUsize,
    pub frames: AtomicUsize,
    pub bytes: AtomicUsize,
    /// For each feed: when its changes were answered, in their order.
    pub answered: Vec<Mutex<Vec<Instant>>>,
    /// Microseconds from the answer to each subscriber.
    pub latencies: Mutex<Vec<u32>>,
    /// The text of a frame.
    pub sample: Mutex<String>,
}

impl Heard {
    pub fn of(feeds: usize) -> Arc<Self> {
        Arc::new(Self { answered: (0..feeds).map(|_| Mutex::default()).collect(), ..Self::default() })
    }

    /// A change of a feed was answered.
    pub fn answer(&self, feed: usize) {
        if let Some(Ok(mut times)) = self.answered.get(feed).map(Mutex::lock) {
            times.push(Instant::now());
        }
    }

    pub fn frames(&self) -> usize {
        self.frames.load(Ordering::Relaxed)
    }
}

fn masked(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match text.len() {
        short @ 0..126 => frame.push(0x80 | short as u8),
        long => {
            frame.push(0xfe);
            frame.extend((long as u16).to_be_bytes());
        }
    }
    // A mask of zeros changes nothing.
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    frame
}

/// The payload's place in the first whole frame, and where the next one begins.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    let short = usize::from(bytes.get(1)? & 0x7f);
    let (head, length) = match short {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize),
        length => (2, length),
    };
    (bytes.len() >= head + length).then_some((head, head + length))
}

/// One subscriber of one feed, until its connection ends.
pub async fn listen(address: SocketAddr, greeting: Greeting, feed: usize, heard: Arc<Heard>) -> Result<(), Failure> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n",
        greeting.path
    );
    stream.write_all(request.as_bytes()).await?;
    let mut buffer = Vec::with_capacity(2048);
    while !buffer.ends_with(b"\r\n\r\n") {
        buffer.push(stream.read_u8().await?);
    }
    if !buffer.starts_with(b"HTTP/1.1 101") {
        return Err(String::from_utf8_lossy(&buffer).into_owned().into());
    }
    buffer.clear();
    for message in &greeting.messages {
        stream.write_all(&masked(message)).await?;
    }
    let (mut seen, mut news) = (0, 0);
    if greeting.answers == 0 {
        heard.ready.fetch_add(1, Ordering::Relaxed);
    }
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
        let now = Instant::now();
        let mut done = 0;
        while let Some((start, end)) = frame(&buffer[done..]) {
            // Only texts are told; pings of the socket itself are not ours.
            if buffer[done] == 0x81 {
                seen += 1;
                if seen == greeting.answers {
                    heard.ready.fetch_add(1, Ordering::Relaxed);
                } else if seen > greeting.answers {
                    note(&heard, feed, news, now, &buffer[done + start..done + end]);
                    news += 1;
                }
            }
            done += end;
        }
        buffer.drain(..done);
    }
}

fn note(heard: &Heard, feed: usize, number: usize, now: Instant, text: &[u8]) {
    heard.bytes.fetch_add(text.len(), Ordering::Relaxed);
    if heard.frames.fetch_add(1, Ordering::Relaxed) == 0
        && let Ok(mut sample) = heard.sample.lock()
    {
        *sample = String::from_utf8_lossy(text).into_owned();
    }
    let answered = heard.answered.get(feed).and_then(|times| times.lock().ok()?.get(number).copied());
    // A frame may be here before the answer is.
    let late = answered.map_or(0, |answered| now.saturating_duration_since(answered).as_micros());
    if let Ok(mut latencies) = heard.latencies.lock() {
        latencies.push(u32::try_from(late).unwrap_or(u32::MAX));
    }
}
