//! A client that costs next to nothing: one connection that is kept, one request at a time, no more of HTTP/1.1 than our
//! server uses.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Failure;

/// One request, as far as the works differ.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is posted to `/graphql`; nothing gets [`Request::path`] instead.
    pub body: Option<String>,
    pub path: &'static str,
    /// The handle of the one who acts, or `Bearer` and their token.
    pub person: Option<String>,
}

impl Request {
    pub fn graphql(body: String) -> Self {
        Self { body: Some(body), path: "/graphql", person: None }
    }
}

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    out: Vec<u8>,
    buffer: Vec<u8>,
    /// Where the body of the last answer begins.
    body: usize,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, out: Vec::with_capacity(4096), buffer: Vec::with_capacity(64 * 1024), body: 0 })
    }

    /// Sends a request and gives the body of its answer. Anything but 200 is a failure, and so is an answer with errors.
    pub async fn ask(&mut self, request: &Request) -> Result<&[u8], Failure> {
        let status = self.send(request).await?;
        let body = &self.buffer[self.body..];
        if status != 200 || body.starts_with(b"{\"errors\"") {
            return Err(format!("{request:?} was answered by {}", String::from_utf8_lossy(&self.buffer)).into());
        }
        Ok(body)
    }

    /// Sends a request and gives the status of its answer.
    pub async fn send(&mut self, request: &Request) -> Result<u16, Failure> {
        use std::io::Write;
        self.out.clear();
        match &request.body {
            Some(body) => {
                write!(
                    self.out,
                    "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json\r\n",
                    request.path
                )?;
                if let Some(person) = &request.person {
                    let name = if person.starts_with("Bearer ") { "authorization" } else { "peerlead-person" };
                    write!(self.out, "{name}: {person}\r\n")?;
                }
                write!(self.out, "content-length: {}\r\n\r\n{body}", body.len())?;
            }
            None => write!(self.out, "GET {} HTTP/1.1\r\nhost: localhost\r\n\r\n", request.path)?,
        }
        self.stream.write_all(&self.out).await?;
        self.buffer.clear();
        let head = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed a connection".into());
            }
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let length = content_length(&self.buffer[..head])?;
        while self.buffer.len() < head + length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed a connection within an answer".into());
            }
        }
        self.buffer.truncate(head + length);
        self.body = head;
        let status = self.buffer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        status.ok_or_else(|| "an answer without a status".into())
    }
}

fn content_length(head: &[u8]) -> Result<usize, Failure> {
    let head = std::str::from_utf8(head)?;
    let value = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    match value {
        Some((_, length)) => Ok(length.trim().parse()?),
        None => Err(format!("an answer without content-length: {head}").into()),
    }
}
