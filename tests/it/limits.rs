//! What clients may spend, keep open and send.

use std::num::NonZeroU32;
use std::sync::Arc;

use peerlead::graphql::listening::News;
use peerlead::graphql::schema::Executor;
use peerlead::http::answer;
use peerlead::http::server::Settings as HttpSettings;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::house::{Database, House, open_settings};

const PAGE: &str = "query($n: Int) { contents(first: $n) { nodes { title authors { handle } replies(first: 10) { nodes { title } } } } rateLimit { cost limit remaining resetAt } }";

pub async fn house(http: HttpSettings) -> House {
    House::furnished(Database::fresh().await, open_settings(), http).await
}

pub async fn send(house: &House, person: &str, body: Value) -> (u16, Option<String>, Value) {
    let mut post = reqwest::Client::new().post(format!("http://{}/graphql", house.address));
    post = post.header("accept", "application/graphql-response+json");
    if !person.is_empty() {
        post = post.header("Peerlead-Person", person);
    }
    let answer = post.json(&body).send().await.expect("an answer");
    let wait = answer.headers().get("retry-after").map(|value| value.to_str().expect("text").to_owned());
    (answer.status().as_u16(), wait, answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn the_cost_is_known_from_the_pages_along_the_path_and_told_with_what_is_left() {
    let house = house(HttpSettings { budget: NonZeroU32::new(1_000), ..HttpSettings::default() }).await;
    let (_, _, answer) = send(&house, "", json!({ "query": PAGE, "variables": { "n": 10 } })).await;
    // Ten contents, each with three authors as a plain list is counted, and ten replies; and one for being asked.
    let cost = 10 * (1 + 3 + 10) + 1;
    let told = &answer["data"]["rateLimit"];
    assert_eq!(
        (&told["cost"], &told["limit"], &told["remaining"]),
        (&json!(cost), &json!(1_000), &json!(1_000 - cost))
    );
    assert_eq!(&answer["extensions"]["rateLimit"], told);
    let (_, _, answer) = send(&house, "", json!({ "query": "{ cursor }" })).await;
    assert_eq!(answer["extensions"]["rateLimit"]["cost"], 1);
    let act = "mutation { a: createTopic(input: { slug: \"a\", name: \"A\" }) { topic { id } } b: createTopic(input: { slug: \"b\", name: \"B\" }) { topic { id } } }";
    let (_, _, answer) = send(&house, "operator", json!({ "query": act })).await;
    assert_eq!(answer["extensions"]["rateLimit"]["cost"], 20);
    assert_eq!(answer["extensions"]["rateLimit"]["remaining"], 980, "another client has a budget of their own");
}

#[tokio::test]
async fn who_has_spent_everything_waits_and_others_do_not() {
    let house = house(HttpSettings { budget: NonZeroU32::new(300), ..HttpSettings::default() }).await;
    house.person("ada").await;
    let ask = |n: i32| json!({ "query": PAGE, "variables": { "n": n } });
    let (status, _, answer) = send(&house, "", ask(50)).await;
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (400, &json!("COST_EXCEEDED")), "{answer}");
    assert_eq!(send(&house, "", ask(10)).await.0, 200);
    assert_eq!(send(&house, "", ask(10)).await.0, 200);
    let (status, wait, answer) = send(&house, "", ask(10)).await;
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (429, &json!("RATE_LIMITED")));
    let wait: u64 = wait.expect("Retry-After").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(answer.get("data").is_none());
    assert_eq!(send(&house, "ada", ask(10)).await.0, 200);
    let mut socket = house.socket("").await;
    socket.subscribe("1", "query { contents(first: 100) { nodes { title } } }", json!({})).await;
    let told = socket.next().await;
    assert_eq!((&told["type"], &told["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("RATE_LIMITED")));
}

#[tokio::test]
async fn who_asks_on_with_a_spent_budget_is_answered_and_goes_on_hearing() {
    let house = house(HttpSettings { budget: NonZeroU32::new(300), ..HttpSettings::default() }).await;
    for handle in ["ada", "ben"] {
        house.person(handle).await;
    }
    let content = house.content("ada", "A post", &[]).await;
    let mut socket = house.socket("ada").await;
    socket.subscribe("news", "subscription { contentChanged { content { title } } }", json!({})).await;
    while send(&house, "ada", json!({ "query": PAGE, "variables": { "n": 10 } })).await.0 == 200 {}
    for id in 0..20 {
        socket.subscribe(&id.to_string(), "query { contents(first: 100) { nodes { title } } }", json!({})).await;
    }
    house.content("ben", "Another", &[]).await;
    let (mut refused, mut heard) = (0, 0);
    while refused < 20 || heard < 1 {
        match socket.next().await {
            told if told["type"] == "error" => refused += 1,
            told if told["type"] == "next" => heard += 1,
            other => panic!("{other:#}, {content}"),
        }
    }
}

#[tokio::test]
async fn what_cannot_be_run_is_paid_for_too() {
    // One point comes back in 20 s.
    let house = house(HttpSettings { budget: NonZeroU32::new(3), ..HttpSettings::default() }).await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(send(&house, "", json!({ "query": "{ nothing }" })).await.0);
    }
    assert_eq!(statuses[..3], [400, 400, 400]);
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn what_costs_a_point_takes_one() {
    // One point comes back in 20 s.
    let house = house(HttpSettings { budget: NonZeroU32::new(3), ..HttpSettings::default() }).await;
    for _ in 0..3 {
        assert_eq!(send(&house, "", json!({ "query": "{ cursor }" })).await.0, 200);
    }
}

#[tokio::test]
async fn a_forwarded_address_counts_only_behind_a_proxy_and_only_the_last() {
    for (behind_proxy, expected) in [(false, 429), (true, 200)] {
        let house = house(HttpSettings { budget: NonZeroU32::new(3), behind_proxy, ..HttpSettings::default() }).await;
        let mut last = 0;
        for number in 0..6 {
            let post = reqwest::Client::new().post(format!("http://{}/graphql", house.address));
            let post = post.header("x-forwarded-for", format!("192.0.2.99, 192.0.2.{number}"));
            last = post.json(&json!({ "query": "{ cursor }" })).send().await.expect("an answer").status().as_u16();
        }
        assert_eq!(last, expected, "{behind_proxy}");
    }
}

#[tokio::test]
async fn so_many_connections_and_no_more() {
    let house = house(HttpSettings { seats: (10, 2), ..HttpSettings::default() }).await;
    let (one, two) = (house.socket("").await, house.socket("").await);
    assert!(open(&house).await.is_none());
    drop(one);
    let mut opened = None;
    for _ in 0..100 {
        opened = open(&house).await;
        if opened.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(opened.is_some(), "a place that was left is free again");
    drop(two);
}

/// A socket, if the server has a place for it.
async fn open(house: &House) -> Option<WebSocketStream<MaybeTlsStream<TcpStream>>> {
    let mut request = format!("ws://{}/graphql", house.address).into_client_request().expect("a request");
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => Some(socket),
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) if answer.status().as_u16() == 429 => None,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn the_page_and_the_schema_may_be_kept_back() {
    let open = house(HttpSettings::default()).await;
    let shut = house(HttpSettings { explorer: false, introspection: false, ..HttpSettings::default() }).await;
    for (house, status) in [(&open, 200), (&shut, 404)] {
        for path in ["/", "/schema.graphql"] {
            let answer = reqwest::get(format!("http://{}{path}", house.address)).await.expect("an answer");
            assert_eq!(answer.status().as_u16(), status, "{path}");
        }
    }
    for query in [
        "{ __schema { queryType { name } } }",
        "{ a: __type(name: \"Query\") { name } }",
        "{ ...F } fragment F on Query { __schema { directives { isRepeatable } } }",
    ] {
        assert_eq!(shut.fails("", query, json!({})).await, "FORBIDDEN", "{query}");
        assert!(open.post("", query, json!({})).await.get("errors").is_none(), "{query}");
    }
    assert_eq!(shut.data("", "{ __typename }", json!({})).await["__typename"], "Query");
}

#[tokio::test]
async fn a_hundred_aliases_and_no_more() {
    let house = house(HttpSettings::default()).await;
    let with = |count: usize| format!("{{ {} }}", (0..count).map(|n| format!("a{n}: __typename ")).collect::<String>());
    assert_eq!(house.data("", &with(100), json!({})).await["a99"], "Query");
    assert_eq!(house.fails("", &with(101), json!({})).await, "COST_EXCEEDED");
    let repeated = |count: usize| format!("{{ {} }}", "__typename ".repeat(count));
    assert_eq!(house.data("", &repeated(101), json!({})).await["__typename"], "Query");
    assert_eq!(house.fails("", &repeated(102), json!({})).await, "COST_EXCEEDED");
    let wrong = format!("{{ {} }}", "nothing ".repeat(90));
    assert!(house.post("", &wrong, json!({})).await["errors"].as_array().expect("errors").len() <= 5);
    let hidden = format!(
        "{{ ...F ...F }} fragment F on Query {{ {} }}",
        (0..60).map(|n| format!("a{n}: __typename ")).collect::<String>()
    );
    assert_eq!(house.fails("", &hidden, json!({})).await, "COST_EXCEEDED");
}

#[tokio::test]
async fn the_seats_and_the_names_hold_with_many_at_once() {
    let house = Arc::new(house(HttpSettings { seats: (50, 8), ..HttpSettings::default() }).await);
    let tries = (0..40).map(|_| {
        let house = Arc::clone(&house);
        async move { open(&house).await }
    });
    let opened = futures_util::future::join_all(tries).await;
    assert_eq!(opened.iter().flatten().count(), 8);
}

#[tokio::test]
async fn a_large_body_is_paid_for_before_it_is_read() {
    // Five points come back in a second.
    let house = house(HttpSettings { budget: NonZeroU32::new(300), ..HttpSettings::default() }).await;
    let ask = async |kibibytes: usize| {
        let padding = "x".repeat(kibibytes * 1024);
        let body = json!({ "query": "{ rateLimit { remaining } }", "extensions": { "x": padding } });
        let (status, _, answer) = send(&house, "", body).await;
        assert_eq!(status, 200, "{answer:#}");
        answer["data"]["rateLimit"]["remaining"].as_i64().expect("points")
    };
    let large = ask(250).await;
    assert!(large < 200, "{large}");
    let small = ask(40).await;
    assert!(small + 2 >= large, "a small one costs nothing more: {large}, {small}");
    // Nobody ever has enough for this one.
    let nonsense = "{".repeat(400 * 1024);
    let post = reqwest::Client::new().post(format!("http://{}/graphql", house.address));
    let answer = post.header("content-type", "application/json").body(nonsense).send().await.expect("an answer");
    let told: Value = answer.json().await.expect("JSON");
    assert_eq!(told["errors"][0]["extensions"]["code"], "COST_EXCEEDED", "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_long_is_answered_as_if_it_did_not() {
    let house = house(HttpSettings::default()).await;
    let dear = "{ contents(first: 100) { nodes { title replies(first: 20) { nodes { title } } } } }";
    let mut socket = house.socket("").await;
    let asked = (0..20).map(|_| send(&house, "", json!({ "query": dear })));
    for (status, _, answer) in futures_util::future::join_all(asked).await {
        assert_eq!((status, &answer["data"]["contents"]["nodes"]), (200, &json!([])), "{answer:#}");
    }
    socket.subscribe("1", dear, json!({})).await;
    assert_eq!(socket.data("1").await["contents"]["nodes"], json!([]));
    let long = format!("{{ nothing }} # {}", "x".repeat(10_000));
    let (status, _, answer) = send(&house, "", json!({ "query": long })).await;
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (400, &json!("BAD_REQUEST")), "{answer:#}");
    assert_eq!(socket.next().await["type"], "complete");
    socket.subscribe("2", &long, json!({})).await;
    let told = socket.next().await;
    assert_eq!((&told["type"], &told["id"]), (&json!("error"), &json!("2")), "{told:#}");
    assert_eq!(told["payload"][0]["extensions"]["code"], "BAD_REQUEST");
    let padding = "x".repeat(10_000);
    socket.subscribe("2", &format!("{{ viewer {{ role }} }} # {padding}"), json!({})).await;
    assert!(socket.data("2").await["viewer"]["role"].is_string());
}

async fn cost(house: &House, query: &str, variables: Value) -> u64 {
    let (_, _, answer) = send(house, "", json!({ "query": query, "variables": variables })).await;
    answer["extensions"]["rateLimit"]["cost"].as_u64().unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test]
async fn lists_cost_what_they_may_hold_however_they_are_asked_for() {
    let house = house(HttpSettings::default()).await;
    let query = "query($f: Int, $l: Int) { contents(first: $f, last: $l) { nodes { title } } }";
    assert_eq!(cost(&house, query, json!({ "f": null, "l": 100 })).await, 101);
    assert_eq!(cost(&house, "{ contents(first: null, last: 100) { nodes { title } } }", json!({})).await, 101);
    assert_eq!(cost(&house, query, json!({ "f": 7 })).await, 8);
    let map = |list: &str| format!("{{ leadershipMap(first: 50, leadersPerTopic: 10) {{ {list} }} }}");
    assert_eq!(cost(&house, &map("people { weight }"), json!({})).await, 501);
    assert_eq!(cost(&house, &map("leading { score }"), json!({})).await, 501);
    assert_eq!(cost(&house, &map("topics { heat }"), json!({})).await, 51);
    let endorsements = "{ topic(by: { slug: \"none\" }) { leaders(first: 10) { nodes { endorsements { id } } } } }";
    assert_eq!(cost(&house, endorsements, json!({})).await, 10 * 101 + 1);
    let everything = "{ leadershipMap(first: 500, leadersPerTopic: 10) { people { person { contents(first: 100) { nodes { title body } } } } } }";
    let (_, _, answer) = send(&house, "", json!({ "query": everything })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "COST_EXCEEDED", "{answer}");
}

const WIDE: &str = "subscription { contentChanged { content { replies(first: 100) { nodes { replies(first: 10) { nodes { title } } } } } } }";

#[tokio::test]
async fn a_subscription_asks_for_no_more_each_time_than_can_be_told_each_time() {
    let house = house(HttpSettings::default()).await;
    let mut socket = house.socket("").await;
    socket.subscribe("1", WIDE, json!({})).await;
    let told = socket.next().await;
    assert_eq!((&told["type"], &told["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("COST_EXCEEDED")));
    let message = told["payload"][0]["message"].as_str().expect("a message");
    assert!(message.contains("1000") && message.contains("ask for less at once"), "{message}");
}

#[tokio::test]
async fn what_takes_too_long_to_tell_is_told_as_a_fault() {
    use futures_util::StreamExt;
    let house = house(HttpSettings::default()).await;
    house.person("ada").await;
    let executor = Executor::new(Arc::clone(&house.app)).with_patience(std::time::Duration::ZERO);
    for number in 0..10 {
        house.content("ada", &format!("T{number}"), &[]).await;
    }
    // One question after another, which is more than a moment.
    let query = "subscription { contentChanged { content { authors { contents(first: 5) { nodes { replies(first: 2) { nodes { title } } authors { contents(first: 2) { nodes { replies(first: 2) { nodes { title } } authors { contents(first: 1) { nodes { title } } } } } } } } } } } }";
    let operation = executor.prepare(async_graphql::Request::new(query)).expect("an operation");
    let viewer = house.app.viewer(None).await.expect("nobody");
    let mut news = executor.listen(operation, viewer, "r".to_owned(), None, answer::text).await.expect("news");
    house.content("ada", "One", &[]).await;
    let News::Change(heard) = news.next().await.expect("news") else { panic!("the end") };
    assert!(format!("{heard:?}").contains("UNAVAILABLE"), "{heard:?}");
}

#[tokio::test]
async fn guesses_are_paid_for_by_the_address_they_come_from() {
    // One point comes back in 20 s.
    let house = house(HttpSettings { budget: NonZeroU32::new(3), ..HttpSettings::default() }).await;
    let ask = json!({ "query": "{ cursor }" });
    assert_eq!(send(&house, "operator", ask.clone()).await.0, 200);
    let mut last = (0, None);
    for guess in 0..6 {
        let (status, wait, _) = send(&house, &format!("guess-{guess}"), ask.clone()).await;
        last = (status, wait);
    }
    assert_eq!(last.0, 429, "who has guessed too often is not looked up");
    assert!(last.1.is_some(), "Retry-After");
    assert_eq!(send(&house, "operator", ask).await.0, 429, "nor is anybody else at this address for a moment");
    let picture = reqwest::Client::new().get(format!("http://{}/pictures/word-cloud.svg", house.address));
    let picture = picture.header("Peerlead-Person", "guess").send().await.expect("an answer");
    assert_eq!(picture.status().as_u16(), 429);
}
