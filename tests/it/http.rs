//! GraphQL over HTTP: what is asked how, and with which status and media type it is answered.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::house::House;

const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";
const WHO: &str = "{ viewer { isOperator } }";

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn media(&self) -> &str {
        self.headers["content-type"].to_str().expect("ASCII")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text))
    }

    /// The code of an answer that must have one error, with the request's id, and no data.
    fn code(&self) -> String {
        let answer = self.json();
        assert!(answer.get("data").is_none(), "{answer:#}");
        let error = &answer["errors"][0];
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{answer:#}");
        assert_eq!(error["extensions"]["requestId"].as_str(), self.headers["x-request-id"].to_str().ok(), "{answer:#}");
        error["extensions"]["code"].as_str().expect("a code").to_owned()
    }
}

fn request(house: &House, method: Method, path: &str) -> RequestBuilder {
    reqwest::Client::new().request(method, format!("http://{}{path}", house.address))
}

async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.expect("an answer");
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        text: answer.text().await.expect("text"),
    }
}

fn post(house: &House, query: &str) -> RequestBuilder {
    request(house, Method::POST, "/graphql").json(&json!({ "query": query }))
}

fn get(house: &House, parameters: &[(&str, &str)]) -> RequestBuilder {
    let url =
        reqwest::Url::parse_with_params(&format!("http://{}/graphql", house.address), parameters).expect("an address");
    reqwest::Client::new().get(url)
}

#[tokio::test]
async fn an_answer_has_the_media_type_that_was_asked_for() {
    let house = House::new().await;
    for (accept, media) in [
        (None, JSON),
        (Some("*/*"), JSON),
        (Some("application/*"), JSON),
        (Some("application/json"), JSON),
        (Some("application/graphql-response+json"), GRAPHQL),
        (Some("application/graphql-response+json, application/json;q=0.9"), GRAPHQL),
        (Some("application/json;q=0.5, application/graphql-response+json"), GRAPHQL),
        (Some("application/graphql-response+json; charset=utf-8, */*;q=0.1"), GRAPHQL),
        (Some("text/html, application/xhtml+xml, */*;q=0.8"), JSON),
        (Some("APPLICATION/JSON"), JSON),
    ] {
        for request in [post(&house, WHO), get(&house, &[("query", WHO)])] {
            let request = match accept {
                Some(accept) => request.header("accept", accept),
                None => request,
            };
            let answer = send(request).await;
            assert_eq!((answer.status, answer.media()), (200, media), "{accept:?}");
            assert_eq!(
                answer.text,
                r#"{"data":{"viewer":{"isOperator":false}},"extensions":{"rateLimit":{"cost":1}}}"#
            );
        }
    }
    for accept in ["text/html", "image/png, application/xml", "application/json;q=0", ""] {
        let answer = send(post(&house, WHO).header("accept", accept)).await;
        assert_eq!((answer.status, answer.code().as_str()), (406, "BAD_REQUEST"), "{accept:?}");
    }
}

#[tokio::test]
async fn a_request_error_is_400_for_those_who_know_graphql_and_200_for_those_who_know_json_alone() {
    let house = House::new().await;
    for query in [
        "{",
        "",
        "{ nothing }",
        "query a { viewer { isOperator } } query b { viewer { isOperator } }",
        "query($id: ID!) { node(id: $id) { id } }",
        "{ viewer { isOperator @unknown } }",
    ] {
        for (accept, status) in [("application/graphql-response+json", 400), ("application/json", 200), ("*/*", 200)] {
            let answer = send(post(&house, query).header("accept", accept)).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, "BAD_REQUEST"), "{query} {accept}");
        }
    }
    // An error of a field is no request error: the answer has data.
    for accept in ["application/graphql-response+json", "application/json"] {
        let answer = send(
            post(&house, "{ viewer { isOperator } people(first: 1000) { nodes { handle } } }").header("accept", accept),
        )
        .await;
        assert_eq!((answer.status, &answer.json()["data"]["viewer"]["isOperator"]), (200, &json!(false)));
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
}

#[tokio::test]
async fn a_body_must_be_json_and_say_so() {
    let house = House::new().await;
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/jsonp",
    ] {
        let answer = send(
            request(&house, Method::POST, "/graphql")
                .header("content-type", media)
                .body(json!({ "query": WHO }).to_string()),
        )
        .await;
        assert_eq!((answer.status, answer.code().as_str()), (415, "BAD_REQUEST"), "{media}");
    }
    let answer = send(request(&house, Method::POST, "/graphql").body(json!({ "query": WHO }).to_string())).await;
    assert_eq!((answer.status, answer.code().as_str()), (415, "BAD_REQUEST"), "without a type");
    for media in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"] {
        let answer = send(
            request(&house, Method::POST, "/graphql")
                .header("content-type", media)
                .body(json!({ "query": WHO }).to_string()),
        )
        .await;
        assert_eq!(answer.status, 200, "{media}");
    }
}

#[tokio::test]
async fn a_malformed_body_is_400_and_says_what_is_wrong() {
    let house = House::new().await;
    for (body, told) in [
        ("", "JSON"),
        ("{", "JSON"),
        ("\u{feff}{}", "JSON"),
        ("\"query\"", "object"),
        ("[]", "batches"),
        ("[{\"query\":\"{ __typename }\"}]", "batches"),
        ("{}", "query is missing"),
        ("{\"query\":null}", "query"),
        ("{\"query\":1}", "query"),
        ("{\"query\":\"{ __typename }\",\"variables\":[]}", "variables"),
        ("{\"query\":\"{ __typename }\",\"variables\":\"{}\"}", "variables"),
        ("{\"query\":\"{ __typename }\",\"operationName\":5}", "operationName"),
        ("{\"query\":\"{ __typename }\",\"extensions\":[]}", "extensions"),
    ] {
        let answer = send(
            request(&house, Method::POST, "/graphql").header("content-type", "application/json").body(body.to_owned()),
        )
        .await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"), "{body}");
        assert!(
            answer.json()["errors"][0]["message"].as_str().unwrap_or_default().contains(told),
            "{body}: {}",
            answer.text
        );
    }
    let broken = request(&house, Method::POST, "/graphql")
        .header("content-type", "application/json")
        .body(vec![b'"', 0xff, b'"']);
    assert_eq!(send(broken).await.status, 400);
    let fine = json!({ "query": "query q { __typename }", "variables": null, "operationName": "", "extensions": {}, "unknown": 1 });
    assert_eq!(
        send(request(&house, Method::POST, "/graphql").json(&fine)).await.json()["data"],
        json!({ "__typename": "Query" })
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let house = House::new().await;
    let large = json!({ "query": WHO, "variables": { "x": "x".repeat(8 * 1024 * 1024) } });
    let answer = send(request(&house, Method::POST, "/graphql").json(&large)).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "BAD_REQUEST"));
    let within = json!({ "query": WHO, "variables": { "x": "x".repeat(8 * 1024 * 1024 - 200) } });
    assert_eq!(send(request(&house, Method::POST, "/graphql").json(&within)).await.status, 200);
}

#[tokio::test]
async fn a_get_asks_and_never_changes_anything() {
    let house = House::new().await;
    let query = "query a($by: PersonRef!) { person(by: $by) { handle } } query b { viewer { isOperator } }";
    let answer = send(get(
        &house,
        &[("query", query), ("operationName", "a"), ("variables", "{\"by\":{\"handle\":\"operator\"}}")],
    ))
    .await;
    assert_eq!((answer.status, answer.json()["data"]["person"]["handle"].clone()), (200, json!("operator")));
    let mutation = "mutation m { createPerson(input: { handle: \"ada\", name: \"Ada\" }) { person { id } } } query q { viewer { isOperator } }";
    let answer =
        send(get(&house, &[("query", mutation), ("operationName", "m")]).header("Peerlead-Person", "operator")).await;
    assert_eq!(
        (answer.status, answer.headers["allow"].to_str().unwrap_or_default(), answer.code().as_str()),
        (405, "POST", "BAD_REQUEST")
    );
    assert_eq!(send(get(&house, &[("query", mutation), ("operationName", "q")])).await.status, 200);
    assert_eq!(
        house.data("", "{ person(by: { handle: \"ada\" }) { handle } }", json!({})).await["person"],
        json!(null)
    );
    for parameters in [
        &[][..],
        &[("variables", "{}")],
        &[("query", WHO), ("variables", "{")],
        &[("query", WHO), ("variables", "[]")],
        &[("query", WHO), ("extensions", "1")],
    ] {
        let answer = send(get(&house, parameters)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"), "{parameters:?}");
    }
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        let answer = send(request(&house, method.clone(), "/graphql")).await;
        assert_eq!(
            (answer.status, answer.headers["allow"].to_str().unwrap_or_default(), answer.code().as_str()),
            (405, "GET, POST", "BAD_REQUEST"),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_subscription_needs_a_stream() {
    let house = House::new().await;
    for request in [
        post(&house, "subscription { ratingChanged { cursor } }"),
        get(&house, &[("query", "subscription { ratingChanged { cursor } }")]),
    ] {
        let answer = send(request).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"));
        assert!(answer.text.contains("text/event-stream"), "{}", answer.text);
    }
}

#[tokio::test]
async fn requests_by_another_name_or_of_another_page_are_refused() {
    let house = House::new().await;
    let port = house.address.rsplit(':').next().unwrap_or_default().to_owned();
    for (header, value, status) in [
        ("host", "elsewhere.example".to_owned(), 403),
        ("host", format!("127.0.0.1.elsewhere.example:{port}"), 403),
        ("host", "0.0.0.0".to_owned(), 403),
        ("host", "192.168.1.1".to_owned(), 403),
        ("host", format!("localhost:{port}"), 200),
        ("host", format!("[::1]:{port}"), 200),
        ("origin", "https://elsewhere.example".to_owned(), 403),
        ("origin", "null".to_owned(), 403),
        ("origin", format!("http://127.0.0.1:{port}1"), 403),
        ("origin", format!("http://{}", house.address), 200),
    ] {
        let answer = send(post(&house, WHO).header(header, &value)).await;
        assert_eq!(answer.status, status, "{header}: {value}");
        if status == 403 {
            assert_eq!(answer.code(), "FORBIDDEN");
            assert!(answer.headers.get("access-control-allow-origin").is_none());
        }
    }
}

#[tokio::test]
async fn every_request_has_an_id_and_a_person_who_is_known() {
    let house = House::new().await;
    let (one, two) = (send(post(&house, WHO)).await, send(post(&house, WHO)).await);
    assert_ne!(one.headers["x-request-id"], two.headers["x-request-id"]);
    assert_eq!(send(post(&house, "{").header("x-request-id", "mine")).await.headers["x-request-id"], "mine");
    for (handle, status) in [("nobody", 400), ("ädä", 400), ("operator", 200), (" operator ", 200), ("", 200)] {
        let answer = send(post(&house, WHO).header("Peerlead-Person", handle)).await;
        assert_eq!(answer.status, status, "{handle:?}");
        match status {
            400 => assert_eq!(answer.code(), "BAD_REQUEST"),
            _ => assert_eq!(answer.json()["data"]["viewer"]["isOperator"], json!(!handle.is_empty())),
        }
    }
}

#[tokio::test]
async fn the_other_pages_are_there() {
    let house = House::new().await;
    let live = send(request(&house, Method::GET, "/health/live")).await;
    let ready = send(request(&house, Method::GET, "/health/ready")).await;
    assert_eq!((live.status, live.text.as_str(), ready.status, ready.text.as_str()), (200, "live\n", 200, "ready\n"));
    let page = send(request(&house, Method::GET, "/")).await;
    assert_eq!((page.status, page.media()), (200, "text/html; charset=utf-8"));
    let (_, start) = page.text.split_once("id=\"peerlead-start\">").expect("the start");
    let start: Value = serde_json::from_str(start.split("</script>").next().unwrap_or_default()).expect("JSON");
    assert!(start["tabs"].is_array() && start.get("actingAs").is_some() && start.get("notice").is_some(), "{start:#}");
    let sdl = send(request(&house, Method::GET, "/schema.graphql")).await;
    assert_eq!((sdl.status, sdl.text), (200, peerlead::graphql::schema::sdl()));
    assert_eq!(send(request(&house, Method::GET, "/nowhere")).await.status, 404);
}

#[tokio::test]
async fn what_was_asked_first_is_answered_first() {
    let house = House::new().await;
    let answer = send(post(&house, "{ z: __typename viewer { person { name } isOperator } a: __typename }")).await;
    assert_eq!(
        answer.text,
        r#"{"data":{"z":"Query","viewer":{"person":null,"isOperator":false},"a":"Query"},"extensions":{"rateLimit":{"cost":1}}}"#
    );
}
