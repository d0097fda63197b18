//! The messages of the protocol graphql-transport-ws.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::identity::Unknown;
use super::request::Fields;
use crate::app::error::Error;

/// The name of the protocol.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromClient {
    ConnectionInit {
        payload: Option<Map<String, Value>>,
    },
    Ping {
        payload: Option<Map<String, Value>>,
    },
    Pong {
        /// Has to be an object, and says nothing.
        #[serde(rename = "payload")]
        _payload: Option<Map<String, Value>>,
    },
    Subscribe {
        id: String,
        payload: Fields,
    },
    Complete {
        id: String,
    },
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromServer<'a> {
    ConnectionAck,
    Ping,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    Error {
        id: &'a str,
        payload: &'a [async_graphql::ServerError],
    },
    Complete {
        id: &'a str,
    },
}

impl FromServer<'_> {
    /// The frame.
    #[must_use]
    pub fn frame(&self) -> Message {
        Message::Text(serde_json::to_string(self).unwrap_or_default().into())
    }
}

/// The frame of an answer. Its text is the same for all who hear it; only the id differs.
#[must_use]
pub fn next(id: &str, text: &str) -> Message {
    let id = serde_json::to_string(id).unwrap_or_default();
    let mut frame = String::with_capacity(40 + id.len() + text.len());
    for part in [r#"{"type":"next","id":"#, &id, r#","payload":"#, text, "}"] {
        frame.push_str(part);
    }
    Message::Text(frame.into())
}

/// Why a connection is closed, as the protocol numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// The server is stopping: reconnect.
    Stopping,
    /// What came is no frame.
    Unreadable,
    /// A message was longer than we take.
    TooLong,
    /// What was said is no message of the protocol.
    BadMessage,
    /// An operation came before the acknowledgement.
    Unauthorized,
    /// Whom `connection_init` shows is nobody here, or no longer.
    Forbidden,
    /// The client asked for no protocol of ours.
    WrongProtocol,
    /// Who is there cannot be said now: reconnect after a while.
    TryLater,
    /// `connection_init` did not come in time.
    InitTimeout,
    /// `connection_init` came twice.
    TooManyInits,
}

impl Close {
    /// The farewell after a frame that could not be read.
    #[must_use]
    pub fn of(error: &axum::Error) -> Self {
        // The library tells its cause as a text only.
        if error.to_string().contains("too long") { Self::TooLong } else { Self::Unreadable }
    }

    /// The farewell to one who was not recognised. Only what was shown is worth nothing may be told so: whoever hears that throws
    /// it away.
    #[must_use]
    pub const fn of_unknown(unknown: &Unknown) -> Self {
        match unknown {
            Unknown::Unrecognised(Error::Unauthenticated(_) | Error::BadRequest(_) | Error::Forbidden(_)) => {
                Self::Forbidden
            }
            Unknown::Unrecognised(_) | Unknown::Unpaid(_) => Self::TryLater,
        }
    }

    /// The closing frame.
    #[must_use]
    pub fn frame(self) -> Message {
        let (code, reason) = match self {
            Self::Stopping => (1012, "Service restart"),
            Self::Unreadable => (1002, "Protocol error"),
            Self::TooLong => (1009, "Message too long"),
            Self::BadMessage => (4400, "Invalid message"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::TryLater => (1013, "Try again later"),
            Self::WrongProtocol => (4406, "Subprotocol not acceptable"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::TooManyInits => (4429, "Too many initialisation requests"),
        };
        Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))
    }

    /// The closing frame for an id that is in use.
    #[must_use]
    pub fn duplicate(id: &str) -> Message {
        // A reason has at most 123 bytes.
        let id: String = id.chars().take(20).collect();
        Message::Close(Some(CloseFrame { code: 4409, reason: format!("Subscriber for {id} already exists").into() }))
    }
}
