//! The same at the door: spoilt requests, headers, frames and files against a server that must answer each of them, blame none of
//! them on itself, and go on.

use std::sync::Arc;
use std::time::Duration;

use peerlead::app::house::Settings;
use peerlead::http::identity::Identity;
use peerlead::http::oidc::Oidc;
use peerlead::http::server::Settings as HttpSettings;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::corpus;
use crate::fuzz::{body, frame, line};
use crate::house::{Database, House, Socket};
use crate::oidc::{Provider, Signer};
use crate::spoil::{bytes, cases, text};

/// How long a server may think about nonsense.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many cases, drawn at once: what is sent takes longer than what is parsed, so there are fewer of them.
fn drawn<S: Strategy>(strategy: &S) -> Vec<S::Value> {
    let mut runner = TestRunner::default();
    let draw = |_| strategy.new_tree(&mut runner).expect("a case").current();
    (0..cases().div_ceil(2).min(20_000)).map(draw).collect()
}

async fn furnished() -> House {
    let house = House::new().await;
    corpus::world(&house).await;
    house
}

/// The server still knows what is true.
async fn goes_on(house: &House) {
    let data = house.data("", "{ people(first: 1) { nodes { handle } } cursor }", json!({})).await;
    assert!(data["people"]["nodes"][0]["handle"].is_string(), "{data}");
}

/// Sends bytes and gives the status of the answer; `None` when the connection was closed without one.
async fn status(address: &str, sent: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // A server that has seen enough may hang up before it has read all.
    let _ = stream.write_all(sent).await;
    let mut head = [0; 12];
    let answered = tokio::time::timeout(Duration::from_millis(500), stream.read_exact(&mut head)).await;
    let answered = match answered {
        Ok(answered) => answered,
        // It waits for more than was sent: that is all there is.
        Err(_) => {
            let _ = stream.shutdown().await;
            tokio::time::timeout(PATIENCE, stream.read_exact(&mut head)).await.expect("an answer, or an end")
        }
    };
    answered.ok()?;
    let text = std::str::from_utf8(&head).expect("a status line");
    assert!(text.starts_with("HTTP/1."), "{text}");
    Some(text[9..].parse().expect("a status"))
}

/// The heads of requests, with and without a body.
const HEADS: &[&str] = &[
    "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json\r\npeerlead-person: ada\r\n",
    "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json; charset=utf-8\r\naccept: application/graphql-response+json;q=0.9, */*;q=0.1\r\norigin: http://localhost\r\nx-request-id: r1\r\naccept-encoding: gzip\r\n",
    "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: text/event-stream\r\nlast-event-id: YzE6MQ\r\nx-forwarded-for: 192.0.2.1, ::1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
    "GET /graphql?query=query($n:Int){contents(first:$n){nodes{title}}}&variables={%22n%22:3}&operationName=&extensions={} HTTP/1.1\r\nhost: localhost\r\n",
    "GET /graphql HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n",
    "GET /pictures/word-cloud.svg?window=P28D&topic=rust&width=800&height=400&theme=dark HTTP/1.1\r\nhost: localhost\r\n",
    "GET /pictures/leadership-map.svg?asOf=2026-01-01T00:00:00Z&topic=rust&first=20 HTTP/1.1\r\nhost: localhost\r\n",
    "GET /pictures/trends.svg?window=PT1H&topics=5 HTTP/1.1\r\nhost: [::1]:80\r\nif-none-match: \"x\"\r\n",
    "GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer peerlead_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
    "OPTIONS /graphql HTTP/1.1\r\nhost: localhost\r\naccess-control-request-method: POST\r\n",
    "GET /schema.graphql HTTP/1.0\r\nhost: localhost\r\nrange: bytes=0-10\r\n",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spoilt_requests_are_answered_and_never_blamed_on_the_server() {
    let house = furnished().await;
    let honest = (select(HEADS), body()).prop_map(|(head, body)| (head.as_bytes().to_vec(), body));
    let heads = (bytes(select(HEADS).prop_map(|head| head.as_bytes().to_vec())), select(corpus::bodies()))
        .prop_map(|(head, body)| (head, body.to_string().into_bytes()));
    let requests = prop_oneof![honest, heads].prop_map(|(head, body)| {
        let length = format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len());
        [head, length.into_bytes(), body].concat()
    });
    for some in drawn(&requests).chunks(16) {
        let answers = some.iter().map(|sent| status(&house.address, sent));
        for (status, sent) in futures_util::future::join_all(answers).await.into_iter().zip(some) {
            // Who closes before the whole body is there gets no answer.
            assert!(status.is_none_or(|status| status < 500), "{status:?}: {}", String::from_utf8_lossy(sent));
        }
    }
    goes_on(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spoilt_tokens_are_nobodys() {
    let (provider, key) = (Provider::new().await, Signer::edwards("k1", 1));
    provider.publish(&[&key]);
    let named = Some(Arc::new(Oidc::new(provider.settings()).expect("settings")));
    let http =
        HttpSettings { identity: Identity::Tokens { provider: named, anonymous: false }, ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings::default(), http).await;
    let valid = key.sign(&provider.claims("ada"));
    let own = "Bearer peerlead_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let claims = crate::spoil::json(Just(provider.claims("ada"))).prop_map(move |claims| key.sign(&claims));
    let shown = prop_oneof![text(prop_oneof![Just(valid.clone()), Just(own)]), claims];
    for some in drawn(&shown).chunks(16) {
        let answers = some.iter().map(|shown| {
            let body = r#"{"query":"{ viewer { person { handle } } }"}"#;
            let sent = format!(
                "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: {shown}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let address = house.address.clone();
            async move { status(&address, sent.as_bytes()).await }
        });
        for (status, shown) in futures_util::future::join_all(answers).await.into_iter().zip(some) {
            assert!(status.is_none_or(|status| status < 500), "{status:?}: {shown}");
        }
    }
    let data = house.data(&valid, "{ viewer { person { handle } } }", json!({})).await;
    assert_eq!(data["viewer"]["person"]["handle"], "ada");
}

/// Whether a socket still answers; otherwise the code with which it was closed.
async fn answers(socket: &mut Socket) -> Result<(), u16> {
    let ping = json!({ "type": "ping", "payload": { "still": "there" } });
    // Who has been told farewell cannot send.
    let _ = socket.try_send(Message::text(ping.to_string())).await;
    loop {
        let message = socket.next_within(PATIENCE.as_secs_f64()).await.expect("a word in time");
        if let Some(code) = message.get("closed") {
            return Err(u16::try_from(code.as_u64().expect("a connection ends with a code")).expect("a code"));
        }
        if message["type"] == "pong" && message["payload"]["still"] == "there" {
            return Ok(());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spoilt_frames_are_answered_or_closed_with_their_code() {
    let house = furnished().await;
    let mut socket = house.socket("ada").await;
    let mut survived = 0;
    for frame in drawn(&frame()) {
        let told: String = frame.chars().take(300).collect();
        socket.try_send(Message::text(frame)).await.expect("a frame sent");
        match answers(&mut socket).await {
            Ok(()) => survived += 1,
            Err(code) => {
                assert!(matches!(code, 4400 | 4403 | 4409 | 4429 | 1009), "{code}: {told}");
                socket = house.socket("ada").await;
            }
        }
    }
    assert!(survived > 0, "some are no worse than before");
    goes_on(&house).await;
}

/// A frame as it is on the wire, of any form, masked with nothing.
fn wire(first: u8, length: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first, 0x80 | length];
    match length {
        126 => frame.extend(u16::try_from(payload.len()).expect("short").to_be_bytes()),
        127 => frame.extend((payload.len() as u64).to_be_bytes()),
        _ => {}
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// Frames whose bits are anything and whose length is true.
fn wires() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        text(Just(r#"{"type":"ping","payload":{"a":1}}"#.to_owned())).prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..200)
    ];
    (prop_oneof![select(vec![0x81, 0x01, 0x80, 0x00, 0x88, 0x89, 0x8a, 0x82, 0xc1]), any::<u8>()], payload, 0_u8..3)
        .prop_map(|(first, payload, long)| {
            let length = match (payload.len(), long) {
                (short @ 0..126, 0) => u8::try_from(short).expect("short"),
                (0..65_536, 1) => 126,
                _ => 127,
            };
            wire(first, length, &payload)
        })
}

/// Reads the frames of a server up to a closing one or the end; the code, if there was one, and whether a pong was heard.
async fn heard(stream: &mut TcpStream) -> (Option<u16>, bool) {
    let mut pong = false;
    loop {
        let mut head = [0; 2];
        if stream.read_exact(&mut head).await.is_err() {
            return (None, pong);
        }
        let length = match head[1] {
            126 => usize::from(stream.read_u16().await.expect("a length")),
            127 => usize::try_from(stream.read_u64().await.expect("a length")).expect("short"),
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.expect("a payload");
        if head[0] & 0x0f == 8 {
            return (payload.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]])), pong);
        }
        if String::from_utf8_lossy(&payload).contains("still there") {
            return (None, true);
        }
        pong = false;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spoilt_bits_are_answered_or_closed_with_their_code() {
    let house = furnished().await;
    for sent in drawn(&proptest::collection::vec(wires(), 1..3)) {
        let mut stream = TcpStream::connect(&house.address).await.expect("a connection");
        stream.write_all(HEADS[4].as_bytes()).await.expect("a head");
        stream.write_all(b"\r\n").await.expect("a head");
        let mut last = [0; 4];
        while &last != b"\r\n\r\n" {
            last.rotate_left(1);
            last[3] = stream.read_u8().await.expect("an answer");
        }
        let ping = wire(0x81, 126, br#"{"type":"ping","payload":{"a":"still there"}}"#);
        let all = [sent.concat(), ping].concat();
        let _ = stream.write_all(&all).await;
        let (code, pong) = tokio::time::timeout(PATIENCE, heard(&mut stream)).await.expect("a word in time");
        // A client that has said its own farewell gets it back, with its code or without one.
        let said_farewell = sent.iter().any(|frame| frame[0] & 0x0f == 8);
        assert!(pong || said_farewell || matches!(code, Some(1002 | 1007 | 1009 | 4400)), "{code:?}: {sent:?}");
    }
    goes_on(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_spoilt_lines_is_taken_in_as_far_as_it_goes() {
    let (database, folder) = (Database::fresh().await, tempfile::tempdir().expect("a temporary folder"));
    for file in ["people", "topics", "content", "ratings", "leadership", "endorsements"] {
        let text = drawn(&line()).join(&b'\n');
        std::fs::write(folder.path().join(format!("{file}.jsonl")), text).expect("a file");
    }
    let options = ["import", ".", "--source", "spoilt", "--scale", "stars", "--quiet", "--database-url", &database.url];
    for _ in 0..2 {
        let output = crate::program::peerlead(folder.path(), &options).output().expect("the program");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        let is_about_a_line = |line: &str| line.starts_with("./") && line.contains(".jsonl:");
        let other: Vec<&str> = told.lines().filter(|line| !is_about_a_line(line)).collect();
        assert!(!other.iter().any(|line| line.contains("panicked") || line.starts_with("peerlead:")), "{other:#?}");
    }
    goes_on(&House::on(database).await).await;
}
