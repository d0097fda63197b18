//! Documents that clients name instead of sending them.

use std::sync::Arc;

use peerlead::http::documents::Named;
use peerlead::http::server::Settings as HttpSettings;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::house::House;
use crate::limits::{house, send};

#[tokio::test]
async fn a_document_that_was_sent_once_may_be_named_by_its_hash() {
    let house = house(HttpSettings::default()).await;
    let query = "{ viewer { role } }";
    let hash = hex(query);
    let named = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } });
    let (status, _, answer) = send(&house, "", named.clone()).await;
    assert_eq!((status, &answer["errors"][0]["message"]), (400, &json!("PersistedQueryNotFound")));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    let mut whole = named.clone();
    whole["query"] = json!("{ cursor }");
    assert_eq!(
        send(&house, "", whole.clone()).await.2["errors"][0]["extensions"]["code"],
        "BAD_REQUEST",
        "another's hash"
    );
    whole["query"] = json!(query);
    assert_eq!(send(&house, "", whole).await.0, 200);
    assert_eq!(send(&house, "", named.clone()).await.2["data"]["viewer"]["role"], "ANONYMOUS");
    let get = reqwest::Client::new().get(named_in(&house, &named)).send().await.expect("an answer");
    assert_eq!(get.status().as_u16(), 200);
    // A mutation is not run by GET, whatever it is called.
    let act = "mutation { createTopic(input: { slug: \"a\", name: \"A\" }) { topic { id } } }";
    let named = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hex(act) } }, "query": act });
    assert_eq!(send(&house, "", named.clone()).await.0, 200);
    let get = reqwest::Client::new().get(named_in(&house, &named)).header("Peerlead-Person", "operator");
    let get = get.send().await.expect("an answer");
    assert_eq!(get.status().as_u16(), 405);
    // What cannot be run is not kept.
    let bad =
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hex("{ no }") } }, "query": "{ no }" });
    send(&house, "", bad.clone()).await;
    let again = json!({ "extensions": bad["extensions"] });
    assert_eq!(send(&house, "", again).await.2["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    for extensions in [
        json!({ "persistedQuery": 1 }),
        json!({ "persistedQuery": { "version": 2, "sha256Hash": "x" } }),
        json!({ "persistedQuery": { "version": 1 } }),
    ] {
        assert_eq!(send(&house, "", json!({ "extensions": extensions })).await.0, 400);
    }
}

/// The address of a GET for what `body` names.
fn named_in(house: &House, body: &Value) -> reqwest::Url {
    let base = format!("http://{}/graphql", house.address);
    reqwest::Url::parse_with_params(&base, [("extensions", body["extensions"].to_string())]).expect("an address")
}

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[tokio::test]
async fn a_server_may_run_nothing_but_the_documents_that_its_operator_trusts() {
    let manifest =
        json!({ "role": "{ viewer { role } }", "title": "query($n: Int) { contents(first: $n) { nodes { title } } }" });
    let named = Named::read(&manifest.to_string(), true).expect("a manifest");
    let house = house(HttpSettings { documents: Arc::new(named), ..HttpSettings::default() }).await;
    for body in [
        json!({ "documentId": "role" }),
        json!({ "query": "{ viewer { role } }" }),
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hex("{ viewer { role } }") } } }),
        json!({ "documentId": "title", "variables": { "n": 3 } }),
    ] {
        assert_eq!(send(&house, "", body.clone()).await.0, 200, "{body}");
    }
    let sent = json!({ "query": "{ cursor }", "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hex("{ cursor }") } } });
    for (body, code) in [
        (json!({ "query": "{ cursor }" }), "FORBIDDEN"),
        (sent, "FORBIDDEN"),
        (json!({ "documentId": "other" }), "PERSISTED_QUERY_NOT_FOUND"),
        (json!({ "documentId": 7 }), "BAD_REQUEST"),
        (json!({ "documentId": "role", "query": "{ cursor }" }), "BAD_REQUEST"),
    ] {
        assert_eq!(send(&house, "", body.clone()).await.2["errors"][0]["extensions"]["code"], code, "{body}");
    }
    let mut socket = house.socket("").await;
    socket.send(json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ cursor }" } })).await;
    assert_eq!(socket.next().await["payload"][0]["extensions"]["code"], "FORBIDDEN");
    socket.send(json!({ "type": "subscribe", "id": "2", "payload": { "documentId": "role" } })).await;
    assert_eq!(socket.data("2").await["viewer"]["role"], "ANONYMOUS");
    assert!(Named::read("[1]", false).is_err());
}
