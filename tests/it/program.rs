//! The program as a process of its own: started, listened to, ended.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The program with these arguments, in a folder and an environment without surprises.
pub fn peerlead(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerlead"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        // Here every rating shows at once; what is told otherwise is looked at in `privacy`.
        .env("PEERLEAD_MIN_RATERS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program to its end, within twenty seconds.
pub fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let mut child = command.spawn().expect("the program");
    let (mut out, mut err) = (child.stdout.take().expect("output"), child.stderr.take().expect("output"));
    let out = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    let err = std::thread::spawn(move || {
        let mut text = String::new();
        err.read_to_string(&mut text).map(|_| text)
    });
    let code = ended(&mut child, Duration::from_secs(20));
    (code, out.join().expect("a thread").expect("text"), err.join().expect("a thread").expect("text"))
}

/// The exit code of a program that must end in time.
fn ended(child: &mut Child, limit: Duration) -> Option<i32> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().expect("a status") {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().expect("an end");
            panic!("the program did not end within {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A running server. Killed when it is dropped.
pub struct Program {
    child: Child,
    pub address: String,
    said: Arc<Mutex<Vec<String>>>,
}

impl Program {
    /// Starts a server and waits for it to tell its address.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program");
        let mut lines = BufReader::new(child.stderr.take().expect("output")).lines();
        let mut told = Vec::new();
        let address = loop {
            let Some(Ok(line)) = lines.next() else { panic!("the program ended: {told:#?} {:?}", child.wait()) };
            if let Some((_, rest)) = line.split_once("http://") {
                break rest.split('/').next().unwrap_or_default().to_owned();
            }
            told.push(line);
        };
        // What it says further is read, so that it never waits for us.
        let said = Arc::new(Mutex::new(told));
        let noted = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                noted.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Self { child, address, said }
    }

    /// A server on a database, on a port of its own.
    pub fn serve(folder: &Path, url: &str) -> Self {
        Self::start(peerlead(folder, &["serve", "--listen", "127.0.0.1:0", "--database-url", url]))
    }

    /// Waits until it has written a line with these words, ten seconds at most.
    pub async fn says(&self, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !self.said().iter().any(|line| line.contains(words)) {
            assert!(Instant::now() < deadline, "{words:?} was not said");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it without any warning.
    pub fn kill(mut self) {
        self.child.kill().expect("an end");
        self.child.wait().expect("an end");
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let arguments = [format!("-{name}"), self.child.id().to_string()];
        assert!(Command::new("kill").args(arguments).status().expect("kill").success());
    }

    /// The lines that it has said beside its address.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its exit code, within ten seconds.
    pub fn ended(&mut self) -> Option<i32> {
        ended(&mut self.child, Duration::from_secs(10))
    }

    pub async fn post(&self, person: &str, query: &str, variables: Value) -> Value {
        let request = reqwest::Client::new()
            .post(format!("http://{}/graphql", self.address))
            .json(&json!({ "query": query, "variables": variables }));
        let request = if person.is_empty() { request } else { request.header("Peerlead-Person", person) };
        request.send().await.expect("an answer").json().await.expect("JSON")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
