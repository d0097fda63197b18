//! graphql-transport-ws, rule by rule.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::hearing::HEAR;
use crate::house::{House, Socket};
use crate::token::token;

const WHO: &str = "{ viewer { person { handle } } }";

/// Sends one frame on a fresh socket, after the acknowledgement or before it, and gives the code with which it is closed.
async fn closed(house: &House, acknowledged: bool, frame: Message) -> Value {
    let mut socket = if acknowledged { house.socket("").await } else { Socket::open(&house.address).await };
    socket.send_frame(frame).await;
    let message = socket.next().await;
    assert!(message.get("closed").is_some(), "{message:#}");
    message["closed"].clone()
}

fn text(message: &Value) -> Message {
    Message::text(message.to_string())
}

#[tokio::test]
async fn what_is_no_message_closes_with_4400() {
    let house = House::new().await;
    let broken = [
        Message::text("{"),
        Message::text(""),
        Message::binary(vec![1, 2, 3]),
        Message::binary(br#"{"type":"ping"}"#.to_vec()),
        text(&json!([])),
        text(&json!({})),
        text(&json!({ "type": "start", "id": "1", "payload": { "query": WHO } })),
        text(&json!({ "type": "subscribe", "id": "1" })),
        text(&json!({ "type": "subscribe", "payload": { "query": WHO } })),
        text(&json!({ "type": "subscribe", "id": "", "payload": { "query": WHO } })),
        text(&json!({ "type": "subscribe", "id": 1, "payload": { "query": WHO } })),
        text(&json!({ "type": "subscribe", "id": "1", "payload": {} })),
        text(&json!({ "type": "subscribe", "id": "1", "payload": { "query": null } })),
        text(&json!({ "type": "subscribe", "id": "1", "payload": { "query": WHO, "variables": 1 } })),
        text(&json!({ "type": "subscribe", "id": "1", "payload": { "query": WHO, "operationName": 1 } })),
        text(
            &json!({ "type": "subscribe", "id": "1", "payload": { "query": WHO, "variables": { "a": vec![1; 100_000] } } }),
        ),
        text(&json!({ "type": "complete" })),
        text(&json!({ "type": "complete", "id": "" })),
        text(&json!({ "type": "ping", "payload": 1 })),
        text(&json!({ "type": "pong", "payload": 1 })),
        text(&json!({ "type": "connection_ack" })),
    ];
    for frame in broken {
        assert_eq!(closed(&house, true, frame.clone()).await, json!(4400), "{frame}");
    }
    for frame in [Message::text("nonsense"), text(&json!({ "type": "connection_init", "payload": 1 }))] {
        assert_eq!(closed(&house, false, frame.clone()).await, json!(4400), "{frame}");
    }
}

#[tokio::test]
async fn who_is_not_acknowledged_or_not_known_or_acknowledged_already_is_closed_with_its_code() {
    let house = House::new().await;
    let subscribe = text(&json!({ "type": "subscribe", "id": "1", "payload": { "query": WHO } }));
    assert_eq!(closed(&house, false, subscribe).await, json!(4401));
    let stranger = text(&json!({ "type": "connection_init", "payload": { "Peerlead-Person": "nobody" } }));
    assert_eq!(closed(&house, false, stranger).await, json!(4403));
    assert_eq!(closed(&house, true, text(&json!({ "type": "connection_init" }))).await, json!(4429));
}

#[tokio::test]
async fn who_cannot_be_recognised_now_is_closed_with_1013_and_keeps_their_token() {
    let house = House::new().await;
    let token = token(&house, "operator", &["read"]).await;
    house.app.close().await;
    let init = text(&json!({ "type": "connection_init", "payload": { "Authorization": token } }));
    assert_eq!(closed(&house, false, init).await, json!(1013));
}

#[tokio::test]
async fn another_protocol_is_closed_with_4406() {
    let house = House::new().await;
    for protocol in [Some("graphql-ws"), Some("rubbish"), None] {
        let mut request = format!("ws://{}/graphql", house.address).into_client_request().expect("a request");
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().expect("a header"));
        }
        let mut stream = match tokio_tungstenite::connect_async(request).await {
            Ok((stream, _)) => stream,
            // The client itself gives up when the server selects none of its protocols.
            Err(Error::Protocol(_)) => continue,
            Err(error) => panic!("{protocol:?}: {error}"),
        };
        match stream.next().await {
            Some(Ok(Message::Close(Some(frame)))) => assert_eq!(u16::from(frame.code), 4406),
            other => panic!("{protocol:?}: {other:?}"),
        }
        let _ = stream.close(None).await;
    }
}

#[tokio::test]
async fn who_says_nothing_is_closed_with_4408_and_who_did_is_not() {
    let house = House::new().await;
    let mut silent = Socket::open(&house.address).await;
    let mut polite = house.socket("").await;
    assert_eq!(silent.next_within(9.0).await, None, "closed too early");
    assert_eq!(silent.next_within(3.0).await, Some(json!({ "closed": 4408 })));
    polite.subscribe("1", WHO, json!({})).await;
    assert_eq!(polite.data("1").await["viewer"]["person"], json!(null));
}

#[tokio::test]
async fn an_id_in_use_closes_with_4409() {
    let house = House::new().await;
    let mut socket = house.socket("").await;
    let long = "ä".repeat(200);
    socket.subscribe(&long, HEAR, json!({})).await;
    socket.subscribe(&long, HEAR, json!({})).await;
    assert_eq!(socket.next().await, json!({ "closed": 4409 }));
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload_at_any_time() {
    let house = House::new().await;
    let mut socket = Socket::open(&house.address).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));
    socket.send(json!({ "type": "ping", "payload": { "b": [1, null], "a": "x" } })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong", "payload": { "b": [1, null], "a": "x" } }));
    socket.send(json!({ "type": "pong", "payload": { "x": 1 } })).await;
    socket.send(json!({ "type": "connection_init", "payload": null })).await;
    assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
}

#[tokio::test]
async fn an_operation_that_cannot_be_run_is_an_error_and_the_socket_stays() {
    let house = House::new().await;
    let mut socket = house.socket("").await;
    let broken = [
        "{",
        "",
        "{ nothing }",
        "query a { viewer { isOperator } } query b { viewer { isOperator } }",
        "subscription { ratingChanged(after: \"rubbish\") { cursor } }",
        "subscription { a: ratingChanged { cursor } b: ratingChanged { cursor } }",
    ];
    for query in broken {
        socket.subscribe("1", query, json!({})).await;
        let message = socket.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("1")), "{query}: {message:#}");
        assert_eq!(message["payload"][0]["extensions"]["code"], "BAD_REQUEST", "{query}: {message:#}");
        assert!(
            message["payload"][0]["extensions"]["requestId"].as_str().is_some_and(|id| !id.is_empty()),
            "{query}: {message:#}"
        );
    }
    socket.subscribe("1", "query($x: Int!) { people(first: $x) { nodes { handle } } }", json!({})).await;
    assert_eq!(socket.next().await["type"], "error");
    socket.subscribe("1", WHO, json!({})).await;
    assert_eq!(socket.data("1").await["viewer"]["person"], json!(null));
    assert_eq!(socket.next().await, json!({ "type": "complete", "id": "1" }));
    assert_eq!(socket.next_within(0.3).await, None, "an error has no complete");
}

#[tokio::test]
async fn queries_and_mutations_run_over_the_socket_as_the_one_who_opened_it() {
    let house = House::new().await;
    house.person("ada").await;
    let mut socket = Socket::open(&house.address).await;
    socket.send(json!({ "type": "connection_init", "payload": { "PEERLEAD-person": "ada" } })).await;
    assert_eq!(socket.next().await["type"], "connection_ack");
    let publish = "mutation($title: String!) { publishContent(input: { kind: \"post\", title: $title }) { content { title authors { handle } } } }";
    socket.send(json!({ "type": "subscribe", "id": "m", "payload": { "query": format!("{WHO} {publish}").replace("{ viewer", "query q { viewer").replace("mutation(", "mutation m("), "operationName": "m", "variables": { "title": "x" } } })).await;
    assert_eq!(
        socket.data("m").await["publishContent"]["content"],
        json!({ "title": "x", "authors": [{ "handle": "ada" }] })
    );
    assert_eq!(socket.next().await, json!({ "type": "complete", "id": "m" }));
    // The id is free as soon as its complete has come.
    for _ in 0..50 {
        socket.subscribe("m", WHO, json!({})).await;
        assert_eq!(socket.data("m").await["viewer"]["person"]["handle"], "ada");
        assert_eq!(socket.next().await, json!({ "type": "complete", "id": "m" }));
    }
}

#[tokio::test]
async fn complete_by_the_client_stops_the_stream_and_frees_the_id() {
    let house = House::new().await;
    house.person("ada").await;
    house.person("grace").await;
    let content = house.content("ada", "x", &[]).await;
    let mut socket = house.socket("").await;
    let after = house.cursor().await;
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    house.rate("grace", &content, 1).await;
    socket.data("1").await;
    socket.send(json!({ "type": "complete", "id": "1" })).await;
    socket.send(json!({ "type": "complete", "id": "never used" })).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }), "a complete is not echoed");
    house.rate("grace", &content, 2).await;
    assert_eq!(socket.next_within(0.5).await, None);
    let last = house.rate("grace", &content, 3).await;
    let after = house.cursor().await;
    for _ in 0..20 {
        socket.subscribe("1", HEAR, json!({ "after": after })).await;
        socket.send(json!({ "type": "complete", "id": "1" })).await;
    }
    socket.subscribe("1", HEAR, json!({ "after": after })).await;
    // The server has heard all of this before the next thing happens.
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));
    let next = house.rate("grace", &content, 4).await;
    assert_ne!(last["cursor"], next["cursor"]);
    assert_eq!(socket.data("1").await["ratingChanged"]["cursor"], next["cursor"]);
    assert_eq!(socket.next_within(0.3).await, None, "one subscription is left, not twenty");
}

#[tokio::test]
async fn a_connection_runs_a_hundred_operations_and_refuses_more_until_one_ends() {
    let house = House::new().await;
    let mut socket = house.socket("").await;
    for number in 0..100 {
        socket.subscribe(&number.to_string(), "subscription { ratingChanged { cursor } }", json!({})).await;
    }
    socket.subscribe("more", "subscription { ratingChanged { cursor } }", json!({})).await;
    let refused = socket.next().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("more")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "COST_EXCEEDED");
    socket.send(json!({ "type": "complete", "id": "7" })).await;
    socket.subscribe("more", WHO, json!({})).await;
    assert_eq!(socket.data("more").await["viewer"]["person"], json!(null));
}

#[tokio::test]
async fn a_client_that_says_goodbye_is_answered() {
    let house = House::new().await;
    for acknowledged in [true, false] {
        let mut socket = if acknowledged { house.socket("").await } else { Socket::open(&house.address).await };
        let normal = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        socket.send_frame(Message::Close(Some(normal))).await;
        assert_eq!(socket.next().await, json!({ "closed": 1000 }));
    }
}

#[tokio::test]
async fn a_page_of_elsewhere_opens_no_socket() {
    let house = House::new().await;
    for (header, value, expected) in [
        ("origin", "https://elsewhere.example".to_owned(), 403),
        ("origin", "null".to_owned(), 403),
        ("origin", format!("http://{}", house.address), 101),
        ("host", "elsewhere.example".to_owned(), 403),
    ] {
        let mut request = format!("ws://{}/graphql", house.address).into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
        request.headers_mut().insert(header, value.parse().expect("a header"));
        let status = match tokio_tungstenite::connect_async(request).await {
            Ok((mut stream, answer)) => {
                stream.send(Message::Close(None)).await.expect("an end");
                answer.status().as_u16()
            }
            Err(Error::Http(answer)) => answer.status().as_u16(),
            Err(error) => panic!("{header}: {value}: {error}"),
        };
        assert_eq!(status, expected, "{header}: {value}");
    }
}

#[tokio::test]
async fn a_stop_closes_with_1012_and_no_complete_so_that_clients_come_back() {
    let house = House::new().await;
    let after = house.cursor().await;
    let mut sockets = Vec::new();
    for number in 0..10 {
        let mut socket = house.socket("").await;
        for id in 0..number {
            socket.subscribe(&id.to_string(), HEAR, json!({ "after": after })).await;
        }
        socket.send(json!({ "type": "ping" })).await;
        assert_eq!(socket.next().await["type"], "pong");
        sockets.push(socket);
    }
    let database = house.stop().await;
    for mut socket in sockets {
        assert_eq!(socket.next().await, json!({ "closed": 1012 }));
    }
    drop(database);
}
