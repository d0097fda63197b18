//! The server as a process, and what processes have used.

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Failure;

/// Ticks of the kernel's clock in a second.
const TICKS: f64 = 100.0;

/// A running server.
pub struct Server {
    pub child: Child,
    pub address: SocketAddr,
    /// From the start of the process until it was ready.
    pub ready_after: Duration,
}

/// Whether processes can be kept to one core.
pub fn can_pin() -> bool {
    let known = Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    known.is_ok_and(|status| status.success())
        && std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}

/// Keeps this process to some cores.
pub fn pin_self(cores: &str) {
    if can_pin() {
        let pid = std::process::id().to_string();
        // Without it the figures are a little less steady, which is no reason to stop.
        let _ = Command::new("taskset")
            .args(["-a", "-p", "-c", cores, &pid])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

impl Server {
    /// Starts the program on a database and waits until it is ready.
    pub fn start(url: &str, folder: &Path) -> Result<Self, Failure> {
        // All of the load is one client, and every rating is news.
        Self::with(
            url,
            folder,
            &[
                "--max-streams",
                "20000",
                "--max-client-streams",
                "20000",
                "--max-address-connections",
                "20000",
                "--min-raters",
                "1",
            ],
        )
    }

    /// The same with other knobs.
    pub fn with(url: &str, folder: &Path, knobs: &[&str]) -> Result<Self, Failure> {
        Self::under(&[], url, folder, knobs)
    }

    /// The same by a command that becomes the program it is told.
    pub fn under(by: &[&str], url: &str, folder: &Path, knobs: &[&str]) -> Result<Self, Failure> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let told = address.to_string();
        let mut arguments = vec!["serve", "--listen", &told, "--database-url", url];
        arguments.extend(knobs);
        if std::env::var_os("PEERLEAD_LOG").is_none() {
            arguments.extend(["--log", "warn"]);
        }
        Self::run(by, Path::new(env!("CARGO_BIN_EXE_peerlead")), &arguments, folder, address)
    }

    /// Starts a program that serves at an address, by a command if there is one, on a core of its own, and waits until it is ready.
    pub fn run(
        by: &[&str],
        program: &Path,
        arguments: &[&str],
        folder: &Path,
        address: SocketAddr,
    ) -> Result<Self, Failure> {
        let pinned: &[&str] = if can_pin() { &["taskset", "-c", "0"] } else { &[] };
        let asked = std::env::var("PEERLEAD_BENCH_UNDER").unwrap_or_default();
        let words = pinned.iter().copied().chain(asked.split_whitespace()).chain(by.iter().copied());
        let mut words = words.map(OsStr::new).chain([program.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or(program.as_os_str()));
        command.args(words);
        let began = Instant::now();
        let child = command.args(arguments).current_dir(folder).stdout(Stdio::null()).spawn()?;
        let mut server = Self { child, address, ready_after: Duration::ZERO };
        while !server.is_ready() {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the server ended at its start: {status}").into());
            }
            if began.elapsed() > Duration::from_mins(1) {
                return Err("the server was not ready within a minute".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        server.ready_after = began.elapsed();
        Ok(server)
    }

    fn is_ready(&self) -> bool {
        use std::io::{Read, Write};
        let ask = || -> std::io::Result<bool> {
            let mut stream = std::net::TcpStream::connect(self.address)?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
            let mut answer = [0; 12];
            stream.read_exact(&mut answer)?;
            Ok(&answer == b"HTTP/1.1 200")
        };
        ask().unwrap_or(false)
    }

    /// Seconds of processor time so far.
    pub fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        stat.ok().and_then(|stat| seconds(&stat)).unwrap_or_default()
    }

    /// Memory now, in megabytes: all that is resident, and the part of it that is not pages of files.
    pub fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let of = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
            line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
        };
        (of("VmRSS"), of("RssAnon"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        // Asked to stop first, so that SQLite folds its log back; killed when it does not hear.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(15) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Seconds of processor time in the kernel's line about a process.
fn seconds(stat: &str) -> Option<f64> {
    // The name stands in brackets and may hold blanks.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

/// Seconds of processor time of `PostgreSQL` so far: its sessions on one database, and what writes for all of them. Other
/// databases of the server do not count.
pub fn postgres_cpu(database: &str) -> f64 {
    let ours = |title: &str| {
        let shared =
            ["checkpointer", "background writer", "walwriter"].iter().any(|name| title.trim_end().ends_with(name));
        title.starts_with("postgres:") && (shared || title.split_whitespace().any(|word| word == database))
    };
    let mut sum = 0.0;
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let title = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if ours(String::from_utf8_lossy(&title).replace('\0', " ").as_str()) {
            sum += std::fs::read_to_string(entry.path().join("stat"))
                .ok()
                .and_then(|stat| seconds(&stat))
                .unwrap_or_default();
        }
    }
    sum
}
