//! A whole house for a test: a real server on a port of its own, on a fresh database.
//!
//! Every test runs on SQLite. With `PEERLEAD_TEST_POSTGRES` set to the address of a server where databases may be made, the
//! same tests run there instead.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use peerlead::app::clock::Clock;
use peerlead::app::house::{App, Settings};
use peerlead::graphql::schema::Executor;
use peerlead::http::server::{Settings as HttpSettings, serve};
use peerlead::store::connection::Store;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A database that goes when the test is over, and with it everybody who shares it.
pub struct Database {
    pub url: String,
    kept: Arc<Kept>,
}

/// What goes at the end: a folder, or a database of a PostgreSQL server.
enum Kept {
    Folder { _folder: tempfile::TempDir },
    Server(String),
}

impl Database {
    pub async fn fresh() -> Self {
        match std::env::var("PEERLEAD_TEST_POSTGRES") {
            Ok(server) if !server.is_empty() => Self::on_postgres(&server).await,
            _ => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                Self {
                    url: format!("sqlite:{}", folder.path().join("test.db").display()),
                    kept: Arc::new(Kept::Folder { _folder: folder }),
                }
            }
        }
    }

    async fn on_postgres(server: &str) -> Self {
        use sea_orm::ConnectionTrait;
        let admin = sea_orm::Database::connect(server).await.expect("a PostgreSQL server");
        let name = format!("peerlead_test_{}", uuid::Uuid::now_v7().simple());
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a fresh database");
        admin.close().await.expect("a clean end");
        let (base, _) = server.rsplit_once('/').expect("an address that names a database");
        let url = format!("{base}/{name}");
        Self { kept: Arc::new(Kept::Server(url.clone())), url }
    }

    /// The same database once more, for a second server on it.
    pub fn shared(&self) -> Self {
        Self { url: self.url.clone(), kept: Arc::clone(&self.kept) }
    }

    /// A copy of a database that nobody uses now, as a backup is.
    pub async fn copy(&self) -> Self {
        use sea_orm::ConnectionTrait;
        let Kept::Server(url) = &*self.kept else {
            let copy = Self::fresh().await;
            let path = copy.url.strip_prefix("sqlite:").expect("a path");
            let behind = sea_orm::Database::connect(&self.url).await.expect("a connection");
            behind.execute_unprepared(&format!("VACUUM INTO '{path}'")).await.expect("a copy");
            behind.close().await.expect("a clean end");
            return copy;
        };
        let (base, name) = url.rsplit_once('/').expect("an address that names a database");
        let copy = format!("{name}_copy");
        let admin = sea_orm::Database::connect(format!("{base}/postgres")).await.expect("a PostgreSQL server");
        admin.execute_unprepared(&format!("CREATE DATABASE {copy} TEMPLATE {name}")).await.expect("a copy");
        admin.close().await.expect("a clean end");
        let url = format!("{base}/{copy}");
        Self { kept: Arc::new(Kept::Server(url.clone())), url }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(*self.kept, Kept::Server(_))
    }

    /// A connection past the house, to look behind its back or to get in its way.
    pub async fn connect(&self) -> sea_orm::DatabaseConnection {
        sea_orm::Database::connect(&self.url).await.expect("a connection")
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let Self::Server(url) = self else { return };
        let url = url.clone();
        // A thread of its own: the test's runtime may be at its end.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                use sea_orm::ConnectionTrait;
                let (base, name) = url.rsplit_once('/').expect("an address that names a database");
                let admin = sea_orm::Database::connect(format!("{base}/postgres")).await.expect("a PostgreSQL server");
                let _ = admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            });
        });
        let _ = dropped.join();
    }
}

/// A running server and what a test needs to talk to it.
pub struct House {
    pub app: Arc<App>,
    pub clock: Arc<Clock>,
    pub address: String,
    pub database: Database,
    client: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    served: tokio::task::JoinHandle<()>,
}

impl House {
    /// A server on a fresh database.
    pub async fn new() -> Self {
        Self::on(Database::fresh().await).await
    }

    /// A server on a database that may have been used before.
    pub async fn on(database: Database) -> Self {
        Self::with(database, open_settings()).await
    }

    pub async fn with(database: Database, settings: Settings) -> Self {
        Self::furnished(database, settings, HttpSettings::default()).await
    }

    /// A server of which everything is chosen.
    pub async fn furnished(database: Database, settings: Settings, http: HttpSettings) -> Self {
        let store = Store::connect(&database.url).await.expect("a database");
        store.migrate().await.expect("migrations");
        let clock = Arc::new(Clock::default());
        let app = App::start(store, Arc::clone(&clock), settings).await.expect("an app");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let executor = Executor::new(Arc::clone(&app));
        let served = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            serve(listener, executor, http, stopped).await;
        });
        Self { app, clock, address, database, client: reqwest::Client::new(), stop: Some(stop), served }
    }

    /// Stops the server and gives the database back, to start again on it.
    pub async fn stop(mut self) -> Database {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), &mut self.served).await;
        self.app.close().await;
        self.database
    }

    /// A POST as `person`, a handle or `Bearer` and a token, with the whole answer.
    pub async fn post(&self, person: &str, query: &str, variables: Value) -> Value {
        let mut request = self.client.post(format!("http://{}/graphql", self.address));
        request = request.header("accept", "application/graphql-response+json");
        if let Some((name, value)) = shown(person) {
            request = request.header(name, value);
        }
        let answer = request.json(&json!({ "query": query, "variables": variables })).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    }

    /// The data of an operation that must not have errors.
    pub async fn data(&self, person: &str, query: &str, variables: Value) -> Value {
        let answer = self.post(person, query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }

    /// The payload of a mutation `act(input: $input)` that must do something, with the fields in `selection`.
    pub async fn act(&self, person: &str, act: &str, input: Value, selection: &str) -> Value {
        let payload = self.try_act(person, act, input, selection).await;
        assert_eq!(payload["userErrors"], json!([]), "{act}: {payload:#}");
        payload
    }

    /// The payload of a mutation, user errors and all.
    pub async fn try_act(&self, person: &str, act: &str, input: Value, selection: &str) -> Value {
        let kind = format!("{}{}Input", act[..1].to_uppercase(), &act[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {act}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
        );
        self.data(person, &query, json!({ "input": input })).await[act].clone()
    }

    /// The code of the one user error of a mutation that must be refused.
    pub async fn refused(&self, person: &str, act: &str, input: Value) -> String {
        let payload = self.try_act(person, act, input, "").await;
        let errors = payload["userErrors"].as_array().expect("user errors").clone();
        assert_eq!(errors.len(), 1, "{act}: {payload:#}");
        errors[0]["code"].as_str().expect("a code").to_owned()
    }

    /// The code of the first top-level error.
    pub async fn fails(&self, person: &str, query: &str, variables: Value) -> String {
        let answer = self.post(person, query, variables).await;
        answer["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no coded error: {answer:#}"))
            .to_owned()
    }

    /// Takes a batch in, as the operator, of which nothing is refused.
    pub async fn take_in(&self, source: &str, mut batch: Value) {
        batch["source"] = json!({ "slug": source });
        let selection =
            "report { people { error { message } } contents { error { message } } ratings { error { message } } }";
        let told = self.act("operator", "ingest", batch, selection).await;
        for items in told["report"].as_object().expect("a report").values() {
            let refused = items.as_array().expect("items").iter().filter(|item| !item["error"].is_null());
            assert_eq!(refused.count(), 0, "{told:#}");
        }
    }

    /// Makes a person named after the handle.
    pub async fn person(&self, handle: &str) -> String {
        let made =
            self.act("operator", "createPerson", json!({ "handle": handle, "name": handle }), "person { id }").await;
        made["person"]["id"].as_str().expect("an id").to_owned()
    }

    /// Makes a topic, below another if `parent` is not empty.
    pub async fn topic(&self, slug: &str, parent: &str) -> String {
        let mut input = json!({ "slug": slug, "name": slug });
        if !parent.is_empty() {
            input["parent"] = json!({ "slug": parent });
        }
        let made = self.act("operator", "createTopic", input, "topic { id }").await;
        made["topic"]["id"].as_str().expect("an id").to_owned()
    }

    /// Publishes a content of `author` on `topics` in the native source, which has stars.
    pub async fn content(&self, author: &str, title: &str, topics: &[&str]) -> String {
        let topics: Vec<Value> = topics.iter().map(|slug| json!({ "slug": slug })).collect();
        let made = self
            .act(
                author,
                "publishContent",
                json!({ "kind": "post", "title": title, "topics": topics }),
                "content { id }",
            )
            .await;
        made["content"]["id"].as_str().expect("an id").to_owned()
    }

    /// Rates a content, which must work.
    pub async fn rate(&self, rater: &str, content: &str, value: i64) -> Value {
        let input = json!({ "content": { "id": content }, "value": value });
        self.act(rater, "rateContent", input, "changed cursor tally { count sum mean score } rating { id }").await
    }

    /// The cursor of the log's end. The one that `cursor` tells may be a moment older.
    pub async fn cursor(&self) -> String {
        let mut place = Value::Null;
        for _ in 0..100 {
            let query =
                "query($after: String) { changes(first: 100, after: $after) { pageInfo { endCursor hasNextPage } } }";
            let page = self.data("", query, json!({ "after": place })).await["changes"]["pageInfo"].clone();
            place = page["endCursor"].clone();
            if page["hasNextPage"] == json!(false) {
                break;
            }
        }
        place.as_str().expect("a cursor").to_owned()
    }

    /// A WebSocket on which `person` acts, acknowledged.
    pub async fn socket(&self, person: &str) -> Socket {
        let mut socket = Socket::open(&self.address).await;
        let payload = shown(person).map_or(json!({}), |(name, value)| json!({ name: value }));
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.next().await["type"], "connection_ack");
        socket
    }
}

/// Settings under which every rating shows at once, for tests of anything but that.
pub fn open_settings() -> Settings {
    Settings { quorum: 1, ..Settings::default() }
}

/// How somebody is shown to a server: by handle, or by what begins with `Bearer`.
fn shown(person: &str) -> Option<(&'static str, &str)> {
    match person {
        "" => None,
        token if token.starts_with("Bearer ") => Some(("Authorization", token)),
        handle => Some(("Peerlead-Person", handle)),
    }
}

/// A client of graphql-transport-ws.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// A socket before `connection_init`.
    pub async fn open(address: &str) -> Self {
        let mut request = format!("ws://{address}/graphql").into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
        let (stream, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
        Self { stream }
    }

    pub async fn send(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.expect("a message sent");
    }

    /// Sends a frame of any kind.
    pub async fn send_frame(&mut self, frame: Message) {
        self.stream.send(frame).await.expect("a frame sent");
    }

    /// Sends a frame of any kind, if the connection is still there.
    pub async fn try_send(&mut self, frame: Message) -> Result<(), tokio_tungstenite::tungstenite::Error> {
        self.stream.send(frame).await
    }

    /// Starts an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        self.send(json!({ "type": "subscribe", "id": id, "payload": { "query": query, "variables": variables } }))
            .await;
    }

    /// The next message that is no ping; within ten seconds.
    pub async fn next(&mut self) -> Value {
        self.next_within(10.0).await.expect("a message in time")
    }

    /// The next message within some seconds, `None` when none came. A closing frame comes as `{"closed": CODE}`.
    pub async fn next_within(&mut self, seconds: f64) -> Option<Value> {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs_f64(seconds);
        loop {
            let message = tokio::time::timeout_at(deadline, self.stream.next()).await.ok()?;
            match message {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    if message["type"] != "ping" {
                        return Some(message);
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    return Some(json!({ "closed": frame.map(|frame| u16::from(frame.code)) }));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Some(json!({ "closed": null })),
            }
        }
    }

    /// The data of the next `next` message of an operation.
    pub async fn data(&mut self, id: &str) -> Value {
        let message = self.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        message["payload"]["data"].clone()
    }
}
