//! Clients as they come: too many, too loud, too slow, gone without a word. Everything has a bound, and nobody else notices.

use std::time::Duration;

use peerlead::app::house::Settings;
use peerlead::http::server::Settings as HttpSettings;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::events::Events;
use crate::hearing::HEAR;
use crate::house::{Database, House, Socket};
use crate::sharing::wait_for;

const ALL: &str = "subscription { changes { cursor } }";

async fn furnished(house: &House) -> String {
    for person in ["ada", "ben"] {
        house.person(person).await;
    }
    let long = json!({ "kind": "post", "title": "Long", "body": "peer leadership ".repeat(6_000) });
    let made = house.act("ada", "publishContent", long, "content { id }").await;
    made["content"]["id"].as_str().expect("an id").to_owned()
}

/// A client that says what it wants and then never reads.
async fn deaf(house: &House, query: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&house.address).await.expect("a connection");
    let request = format!(
        "GET /graphql HTTP/1.1\r\nhost: {}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n",
        house.address
    );
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("an answer"));
    }
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": query } });
    for message in [json!({ "type": "connection_init" }), subscribe] {
        let text = message.to_string();
        let length = u16::try_from(text.len()).expect("a short message");
        let mut frame = vec![0x81, 0xfe];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        stream.write_all(&frame).await.expect("a frame");
    }
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_never_reads_is_let_go_and_others_are_told_everything_meanwhile() {
    let house = House::new().await;
    let content = furnished(&house).await;
    let query = "subscription { ratingChanged { cursor content { body } } }";
    let deaf = deaf(&house, query).await;
    let mut other = house.socket("").await;
    other.subscribe("1", query, json!({})).await;
    wait_for(&house, 2).await;
    // More than the network takes in between.
    for number in 0..200 {
        let rated = house.rate("ben", &content, 1 + number % 5).await;
        assert_eq!(other.data("1").await["ratingChanged"]["cursor"], rated["cursor"]);
    }
    for _ in 0..300 {
        if house.app.live().listeners == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(house.app.live().listeners, 1, "the deaf one is still there");
    drop(deaf);
}

/// Reads whatever comes until nothing has come for a while: whether the connection is still open.
async fn drain(stream: &mut TcpStream) -> bool {
    let mut buffer = vec![0; 1 << 20];
    while let Ok(read) = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut buffer)).await {
        if read.expect("bytes") == 0 {
            return false;
        }
    }
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_read_nothing_for_a_moment_stays_when_it_has_caught_up() {
    let http = HttpSettings { ping: Duration::from_mins(5), ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings { quorum: 1, ..Settings::default() }, http).await;
    let content = furnished(&house).await;
    let mut slow = deaf(&house, "subscription { ratingChanged { cursor content { body } } }").await;
    wait_for(&house, 1).await;
    // More than the network takes in between.
    for number in 0..200 {
        house.rate("ben", &content, 1 + number % 5).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(drain(&mut slow).await);
    // Longer than a frame may take.
    tokio::time::sleep(Duration::from_secs(21)).await;
    house.rate("ben", &content, 1).await;
    assert!(drain(&mut slow).await, "it was given up although it had caught up");
    assert_eq!(house.app.live().listeners, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_stream_that_is_never_read_gives_its_seat_back_and_one_that_is_quiet_keeps_it() {
    let http = HttpSettings { stall: Duration::from_secs(1), ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings::default(), http).await;
    let content = furnished(&house).await;
    let mut quiet = Events::post(&house, "", "subscription { leadershipChanged { cursor } }", json!({})).await;
    let query = json!({ "query": "subscription { contentChanged { cursor content { body } } }" }).to_string();
    let mut deaf = TcpStream::connect(&house.address).await.expect("a connection");
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: {}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{query}",
        house.address,
        query.len()
    );
    deaf.write_all(request.as_bytes()).await.expect("a request");
    wait_for(&house, 2).await;
    // More than the network takes in between.
    for number in 0..100 {
        let edit = if number % 2 == 0 { "hideContent" } else { "restoreContent" };
        house.act("operator", edit, json!({ "content": { "id": content }, "reason": "rude" }), "").await;
    }
    wait_for(&house, 1).await;
    house.topic("rust", "").await;
    house.act("ada", "declareLeadership", json!({ "topic": { "slug": "rust" } }), "").await;
    assert!(quiet.data().await["leadershipChanged"]["cursor"].is_string());
    drop(deaf);
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_let_go_and_one_that_does_stays() {
    let http = HttpSettings { ping: Duration::from_millis(200), ..HttpSettings::default() };
    let house = House::furnished(Database::fresh().await, Settings::default(), http).await;
    let mut gone = house.socket("").await;
    gone.subscribe("1", ALL, json!({})).await;
    let mut there = house.socket("").await;
    there.subscribe("1", ALL, json!({})).await;
    wait_for(&house, 2).await;
    // It reads our pings, and answers; the other one says nothing at all.
    for _ in 0..12 {
        assert_eq!(there.next_within(0.1).await, None);
        there.send(json!({ "type": "pong" })).await;
    }
    assert_eq!(house.app.live().listeners, 1);
    assert_eq!(gone.next().await["closed"], json!(null));
    there.send(json!({ "type": "ping" })).await;
    assert_eq!(there.next().await["type"], "pong");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_subscribes_is_answered_in_turn_and_others_do_not_wait() {
    let house = House::new().await;
    let mut flood = house.socket("").await;
    for number in 0..3_000 {
        flood.subscribe(&number.to_string(), ALL, json!({})).await;
    }
    let mut other = house.socket("operator").await;
    other.subscribe("1", "{ viewer { isOperator } }", json!({})).await;
    assert_eq!(other.data("1").await["viewer"]["isOperator"], json!(true));
    let mut refused = 0;
    while refused < 2_900 {
        let message = flood.next().await;
        assert_eq!(message["payload"][0]["extensions"]["code"], "COST_EXCEEDED", "{message:#}");
        refused += 1;
    }
    wait_for(&house, 100).await;
    assert_eq!(house.app.live().audiences, 1);
    drop(flood);
    wait_for(&house, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_has_a_thousand_subscriptions_on_all_connections_together() {
    let house = House::new().await;
    house.person("ada").await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        let mut socket = house.socket("ada").await;
        for number in 0..100 {
            socket.subscribe(&number.to_string(), ALL, json!({})).await;
        }
        sockets.push(socket);
    }
    wait_for(&house, 1_000).await;
    let mut more = house.socket("ada").await;
    more.subscribe("1", ALL, json!({})).await;
    let message = more.next().await;
    assert_eq!(
        (&message["type"], &message["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("COST_EXCEEDED"))
    );
    let mut other = house.socket("operator").await;
    other.subscribe("1", ALL, json!({})).await;
    wait_for(&house, 1_001).await;
    sockets[3].send(json!({ "type": "complete", "id": "7" })).await;
    wait_for(&house, 1_000).await;
    more.subscribe("1", ALL, json!({})).await;
    wait_for(&house, 1_001).await;
}

#[tokio::test]
async fn a_message_that_is_too_long_or_no_frame_closes_with_its_code() {
    let house = House::new().await;
    let mut socket = house.socket("").await;
    let query = format!("{{ __typename }} # {}", "x".repeat(1024 * 1024));
    socket.subscribe("1", &query, json!({})).await;
    assert_eq!(socket.next().await["closed"], json!(1009));
    let mut socket = house.socket("").await;
    socket.send_frame(Message::Ping(vec![0; 100].into())).await;
    socket.subscribe("1", "{ __typename }", json!({})).await;
    assert_eq!(socket.data("1").await["__typename"], "Query", "a ping of the socket itself is no message");
    let mut stream = deaf(&house, ALL).await;
    stream.write_all(&[0xff; 64]).await.expect("no frame");
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.expect("an end");
    assert!(said.windows(4).any(|bytes| bytes[0] == 0x88 && bytes[2..] == 1002_u16.to_be_bytes()), "{said:?}");
}

#[tokio::test]
async fn an_event_source_goes_on_after_the_last_event_that_it_names() {
    let house = House::new().await;
    let content = furnished(&house).await;
    let first = house.rate("ben", &content, 1).await["cursor"].clone();
    let second = house.rate("ben", &content, 2).await["cursor"].clone();
    let third = house.rate("ben", &content, 3).await["cursor"].clone();
    let mut told = Events::resume(&house, HEAR, json!({ "after": first }), "").await;
    let (id, data) = told.next_with_id().await;
    assert_eq!(
        (json!(id), &data["ratingChanged"]["cursor"]),
        (second.clone(), &second),
        "the id of an event is its cursor"
    );
    // The document still names the first place; the last event is newer.
    let mut again = Events::resume(&house, HEAR, json!({ "after": first }), second.as_str().expect("a cursor")).await;
    assert_eq!(again.next_with_id().await.1["ratingChanged"]["cursor"], third);
    for nonsense in ["nonsense", "n\u{f6}nsense"] {
        let mut wrong = Events::resume(&house, HEAR, json!({}), nonsense).await;
        assert_eq!(wrong.answer().await["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{nonsense}");
    }
}

#[tokio::test]
async fn a_quiet_event_stream_says_that_it_is_still_there() {
    let house = House::new().await;
    let mut events = Events::resume(&house, ALL, json!({}), "").await;
    let comment = tokio::time::timeout(Duration::from_secs(20), events.raw()).await.expect("a comment in time");
    assert!(comment.starts_with(':'), "{comment:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_come_and_go_while_things_happen_leave_nothing_behind() {
    let house = House::new().await;
    let content = furnished(&house).await;
    let after = house.cursor().await;
    let wishes: [Value; 3] = [json!({}), json!({ "after": after }), json!({ "after": after, "interval": "PT0.05S" })];
    let guests: Vec<_> = (0..30)
        .map(|number: usize| {
            let (address, wish) = (house.address.clone(), wishes[number % 3].clone());
            tokio::spawn(async move {
                for turn in 0..5 {
                    let mut socket = Socket::open(&address).await;
                    socket.send(json!({ "type": "connection_init" })).await;
                    socket.subscribe("1", HEAR, wish.clone()).await;
                    socket.subscribe("2", "{ __typename }", json!({})).await;
                    if turn % 2 == 0 {
                        socket.next_within(0.2).await;
                        socket.send(json!({ "type": "complete", "id": "1" })).await;
                    }
                    socket.next_within(0.05).await;
                }
            })
        })
        .collect();
    for number in 0..40 {
        house.rate("ben", &content, 1 + number % 5).await;
    }
    for guest in guests {
        guest.await.expect("a guest");
    }
    wait_for(&house, 0).await;
    assert_eq!(house.app.live().audiences, 0);
}
