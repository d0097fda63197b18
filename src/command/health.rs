//! Asks a server on this machine whether it can answer, for those who watch over it where there is no other program to ask with.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long to wait for each step.
const PATIENCE: Duration = Duration::from_secs(5);
/// More of an answer is not read.
const LENGTH: u64 = 4_096;

/// What the server that listens on an address says at `/health/ready`: whether it can answer, and in words.
///
/// # Errors
/// When nobody answers in time, or not as a server of ours does.
pub fn health(listen: SocketAddr) -> Result<(bool, String)> {
    let mut stream = TcpStream::connect_timeout(&reachable(listen), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(LENGTH).read_to_string(&mut answer)?;
    let parts = answer.split_once("\r\n\r\n").zip(answer.split(' ').nth(1));
    let ((_, said), status) =
        parts.ok_or_else(|| Error::new(ErrorKind::InvalidData, "what answers there does not speak HTTP"))?;
    Ok((status == "200", said.trim().to_owned()))
}

/// Where a server can be reached from its own machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
