//! What operators read, logs and numbers, names nobody, quotes nobody and tells no vote, however closely they look.

use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::house::{Database, Socket};
use crate::oidc::{Provider, Signer};
use crate::program::{Program, peerlead};

/// What stands in no line. The number begins every id of a content or a person here.
const SECRETS: &[&str] = &[
    "zelda", "Zelda", "Quist", "yorick", "Yorick", "gazebo", "flibbert", "quixot", "Quixot", "extern-", "because-",
    "77123400", "88123400",
];
/// Words beside which a number would be a vote.
const VOTES: &[&str] = &["value", "raw", "stars", "step", "mark", "vote", "rating", "before", "after"];

const RATE: &str = "mutation Rate($id: ID!, $value: Int!) { zelda_quist: rateContent(input: { content: { id: $id }, value: $value }) { cursor tally { count } userErrors { code message } } }";

/// A server whose logs tell all they can, on a database whose ids are like nothing else.
async fn talkative(provider: &Provider, format: &str) -> (tempfile::TempDir, Database, Program) {
    let (folder, database) = (tempfile::tempdir().expect("a temporary folder"), Database::fresh().await);
    let url = database.url.as_str();
    let migrated = peerlead(folder.path(), &["migrate", "--database-url", url]).status().expect("the program");
    assert!(migrated.success());
    let behind = database.connect().await;
    for (table, first) in [("content", 771_234_000_i64), ("person", 881_234_000)] {
        let sql = if database.is_postgres() {
            format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), {first})")
        } else {
            format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {first})")
        };
        behind.execute_unprepared(&sql).await.expect("a number");
    }
    behind.close().await.expect("a clean end");
    let mut command = peerlead(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--database-url", url]);
    command.args([
        "--log",
        "debug,peerlead=trace",
        "--log-format",
        format,
        "--oidc-create-people",
        "--oidc-issuer",
        &provider.issuer,
    ]);
    // Shorter than the patience of the test, for what waits for a lock.
    command.args(["--timeout", "8s"]);
    command.args(["--oidc-audience", "peerlead", "--oidc-roles-claim", "realm.roles", "--oidc-admin-role", "boss"]);
    let program = Program::start(command);
    (folder, database, program)
}

struct Visit<'a> {
    program: &'a Program,
    client: reqwest::Client,
}

impl Visit<'_> {
    async fn ask(&self, bearer: &str, query: &str, variables: Value) -> Value {
        let post = self.client.post(format!("http://{}/graphql", self.program.address)).header("Authorization", bearer);
        let name = if query.contains("nothing") { json!("Zelda Quist") } else { Value::Null };
        let body = json!({ "query": query, "variables": variables, "operationName": name });
        post.json(&body).send().await.expect("an answer").json().await.expect("JSON")
    }

    async fn act(&self, bearer: &str, name: &str, input: Value, selection: &str) -> Value {
        let answer = self.ask(bearer, &crate::corpus::act(name, selection), json!({ "input": input })).await;
        assert_eq!(answer["data"][name]["userErrors"], json!([]), "{answer:#}");
        answer["data"][name].clone()
    }
}

/// Those who come, honest and not.
async fn come(visit: &Visit<'_>, provider: &Provider, key: &Signer) -> [String; 3] {
    let claims = |handle: &str, name: &str, role: &str| {
        let mut claims = provider.claims(handle);
        (claims["name"], claims["realm"]) = (json!(name), json!({ "roles": [role] }));
        claims
    };
    let boss = key.sign(&claims("boss", "The boss", "boss"));
    let zelda = key.sign(&claims("zelda-quist", "Zelda Quist", ""));
    let yorick = key.sign(&claims("yorick", "Yorick of Yore", ""));
    for bearer in [&boss, &zelda, &yorick] {
        assert!(
            visit.ask(bearer, "{ viewer { person { handle } } }", json!({})).await["data"]["viewer"]["person"]
                .is_object()
        );
    }
    let mut expired = claims("zelda-quist", "Zelda Quist", "");
    expired["exp"] = json!(1);
    let mut odd = claims("zelda-quist", "Zelda Quist", "");
    odd["exp"] = json!("Zelda Quist");
    let stranger = Signer::edwards("k1", 9).sign(&claims("zelda-quist", "Zelda Quist", ""));
    let own = "Bearer peerlead_9_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    for bearer in [
        key.sign(&expired),
        key.sign(&odd),
        stranger,
        own,
        "Bearer Zelda.Quist.zelda".to_owned(),
        "Basic emVsZGE6cXVpc3Q=".to_owned(),
    ] {
        assert_eq!(
            visit.ask(&bearer, "{ cursor }", json!({})).await["errors"][0]["extensions"]["code"],
            "UNAUTHENTICATED"
        );
    }
    [boss, zelda, yorick]
}

/// What they do, right and wrong; the content that it is about, and a token of ours.
async fn live(visit: &Visit<'_>, [boss, zelda, yorick]: &[String; 3]) -> (String, String) {
    visit
        .act(
            boss,
            "createTopic",
            json!({ "slug": "quixotry", "name": "Quixotry", "description": "flibbert" }),
            "topic { id }",
        )
        .await;
    let content = json!({ "kind": "post", "title": "Whimsical gazebo", "body": "flibbertigibbet", "topics": [{ "slug": "quixotry" }], "externalId": "extern-zq", "url": "https://example.org/zelda" });
    let made = visit.act(zelda, "publishContent", content, "content { id }").await;
    let id = made["content"]["id"].as_str().expect("an id").to_owned();
    for value in [5, 4, 9, 2] {
        visit.ask(yorick, RATE, json!({ "id": id, "value": value })).await;
    }
    visit.ask(zelda, RATE, json!({ "id": id, "value": 5 })).await;
    visit
        .act(
            yorick,
            "endorseLeadership",
            json!({ "person": { "handle": "zelda-quist" }, "topic": { "slug": "quixotry" }, "text": "because-she-is" }),
            "endorsement { id }",
        )
        .await;
    visit
        .act(
            zelda,
            "contestLeadership",
            json!({ "topic": { "slug": "quixotry" }, "text": "because-I-am-not" }),
            "contest { text }",
        )
        .await;
    let token = visit
        .act(
            boss,
            "createToken",
            json!({ "name": "Zelda's", "person": { "handle": "zelda-quist" }, "scopes": ["RATE"] }),
            "secret",
        )
        .await;
    let token = token["secret"].as_str().expect("a token").to_owned();
    visit
        .ask(
            &format!("Bearer {token}"),
            "{ viewer { person { name } } trends { words { nodes { text } } } }",
            json!({}),
        )
        .await;
    for query in [
        "{ nothing(zelda: \"Quist\") }",
        "{ person(by: { handle: \"zelda-quist\" }) { name",
        "{ node(id: \"Zelda Quist\") { id } }",
        "{ contents(after: \"Yorick\") { nodes { title } } }",
    ] {
        visit.ask(zelda, query, json!({})).await;
    }
    (id, token)
}

/// What comes over other ways than a proper POST.
async fn knock(visit: &Visit<'_>, zelda: &str, content: &str) {
    let base = format!("http://{}", visit.program.address);
    for path in [
        "/zelda-quist",
        "/graphql?query={person(by:{handle:%22zelda-quist%22}){name}}",
        "/graphql?variables=Zelda",
        "/pictures/trends.svg?topic=quixotry",
        "/pictures/word-cloud.svg?window=Zelda",
    ] {
        visit.client.get(format!("{base}{path}")).header("Authorization", zelda).send().await.expect("an answer");
    }
    let post = || visit.client.post(format!("{base}/graphql")).header("Authorization", zelda);
    post()
        .header("content-type", "application/json")
        .body("{\"query\": \"Zelda Quist")
        .send()
        .await
        .expect("an answer");
    post().header("content-type", "text/zelda").body("Yorick").send().await.expect("an answer");
    let mut socket = Socket::open(&visit.program.address).await;
    socket.send(json!({ "type": "connection_init", "payload": { "Authorization": zelda } })).await;
    assert_eq!(socket.next().await["type"], "connection_ack");
    socket
        .subscribe(
            "Zelda",
            "subscription { changes(after: null) { cursor ... on RatingChange { content { title } } } }",
            json!({}),
        )
        .await;
    socket.subscribe("Yorick", RATE, json!({ "id": content, "value": 5 })).await;
    socket.next().await;
    socket.send_frame(Message::text("{\"type\":\"Zelda Quist\"}")).await;
    while socket.next().await.get("closed").is_none() {}
}

/// Faults of the database, each of which must be logged.
async fn break_down(visit: &Visit<'_>, database: &Database, [_, zelda, yorick]: &[String; 3], content: &str) {
    let behind = database.connect().await;
    let run = async |sql: &str| {
        behind.execute_unprepared(sql).await.expect("a statement");
    };
    run("ALTER TABLE rating RENAME TO away").await;
    let answer = visit.ask(yorick, RATE, json!({ "id": content, "value": 3 })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer:#}");
    run("ALTER TABLE away RENAME TO rating").await;
    visit.program.says("a request failed").await;
    let fact = json!({ "noun": "Zelda Quist", "value": 5, "rater": 881_234_001 }).to_string();
    run(&format!("INSERT INTO change (seq, at, fact) SELECT MAX(seq) + 1, 0, '{fact}' FROM change")).await;
    visit.program.says("the change log cannot be read").await;
    run(&format!("DELETE FROM change WHERE fact = '{fact}'")).await;
    let lock = sea_orm::TransactionOptions {
        sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
        ..sea_orm::TransactionOptions::default()
    };
    let lock = sea_orm::TransactionTrait::begin_with_options(&behind, lock).await.expect("a lock");
    if database.is_postgres() {
        lock.execute_unprepared("LOCK TABLE person, content, rating, change IN ACCESS EXCLUSIVE MODE")
            .await
            .expect("a lock");
    }
    let publish =
        "mutation { publishContent(input: { kind: \"post\", title: \"Whimsical gazebo\" }) { content { id } } }";
    let answer =
        tokio::time::timeout(Duration::from_secs(30), visit.ask(zelda, publish, json!({}))).await.expect("an answer");
    lock.rollback().await.expect("an end");
    if !database.is_postgres() {
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer:#}");
        visit.program.says("the database was not available").await;
    }
    behind.close().await.expect("a clean end");
}

/// The lines of a text that tell a secret, or a number beside a word of votes.
fn leaks(text: &str, also: &[&str]) -> Vec<String> {
    let is_vote = |line: &str, word: &str| {
        line.match_indices(word).any(|(at, word)| {
            let near = line[at + word.len()..].trim_start_matches(|c: char| " :=(\"'\\".contains(c));
            near.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let leaks = |line: &&str| {
        SECRETS.iter().chain(also).any(|secret| line.contains(secret)) || VOTES.iter().any(|word| is_vote(line, word))
    };
    text.lines().filter(leaks).map(str::to_owned).collect()
}

async fn play(format: &str) {
    let (provider, key) = (Provider::new().await, Signer::edwards("k1", 1));
    provider.publish(&[&key]);
    let (_folder, database, mut program) = talkative(&provider, format).await;
    let visit = Visit { program: &program, client: reqwest::Client::new() };
    let people = come(&visit, &provider, &key).await;
    let (content, token) = live(&visit, &people).await;
    knock(&visit, &people[1], &content).await;
    break_down(&visit, &database, &people, &content).await;
    visit.act(&people[0], "erasePerson", json!({ "person": { "handle": "zelda-quist" } }), "person { id }").await;
    let get = visit.client.get(format!("http://{}/metrics", program.address)).header("Authorization", &people[0]);
    let numbers = get.send().await.expect("an answer").text().await.expect("a text");
    program.terminate();
    assert_eq!(program.ended(), Some(0));
    program.says("stopping").await;
    let said = program.said();
    assert!(said.iter().any(|line| line.contains("DEBUG")), "it is as talkative as it can be");
    // What is before it has no underscore but these two; the secret itself may have some.
    let secret = token.splitn(3, '_').nth(2).expect("a secret");
    let signed = people[1].rsplit('.').next().expect("a signature");
    let claims = people[1].split('.').nth(1).expect("claims");
    let hidden = [secret, signed, claims, content.as_str()];
    assert!(numbers.contains("peerlead_operations_total"), "{numbers}");
    assert_eq!(leaks(&(said.join("\n") + "\n" + &numbers), &hidden), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_for_people_and_numbers_name_nobody_and_tell_no_vote() {
    play("text").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_for_programs_name_nobody_and_tell_no_vote() {
    play("json").await;
}
