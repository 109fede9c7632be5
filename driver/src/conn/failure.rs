//! Why a connection could not do what was asked of it.

use std::fmt;
use std::io;
use std::sync::Arc;

use uuid::Uuid;

use crate::conn::auth::{AuthError, ROUNDS};
use crate::frame::response::ServerError;
use crate::frame::segment::SegmentError;
use crate::frame::{HeaderError, Opcode, Unreadable};
use crate::wire::TooLong;

/// Why a connection could not be opened, or a request got no answer.
///
/// An error that the *server* reports in answer to a request is not among them: that is an answer.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// No answer by the deadline.
    #[error("{step}: no answer by the deadline")]
    Timeout {
        /// What took too long.
        step: Step,
        /// False if it was still waiting for a stream id: the server has not got it and never will.
        sent: bool,
    },

    /// So many requests are under way on the connection that not even a place in its queue is left. Not sent.
    #[error("too many requests are under way on this connection")]
    Busy,

    /// The request does not fit into a frame. Not sent.
    #[error("{} has {} bytes, more than the protocol can carry", .0.field, .0.length)]
    TooLong(TooLong),

    /// The connection has ended, or is closing and takes no more requests.
    #[error("{why}")]
    Ended {
        /// What ended it.
        why: Arc<End>,
        /// Whether the server may have got the request. If not, it is safe to send it elsewhere.
        sent: bool,
    },

    /// The connection could not be made.
    #[error("could not connect: {0}")]
    Connect(Arc<io::Error>),

    /// The server answered a step of the handshake with an error: wrong credentials, for instance.
    #[error("{step}: {}", error.message)]
    Refused {
        /// The step that it refused.
        step: Step,
        /// What the server said.
        error: Box<ServerError>,
    },

    /// The server answered a step of the handshake with a message that is no answer to it.
    #[error("{step}: unexpected answer {opcode}")]
    Unexpected {
        /// The step that it answered.
        step: Step,
        /// The message that it sent.
        opcode: Opcode,
    },

    /// The server's answer to a step of the handshake cannot be read.
    #[error("{step}: unreadable answer, {error}")]
    Malformed {
        /// The step that it answered.
        step: Step,
        /// Where it is wrong.
        error: Unreadable,
    },

    /// Another node is there than the one that was expected.
    #[error("another node is there: its host id is {found}, not {expected}")]
    OtherNode {
        /// The host id of the node that was to be reached.
        expected: Uuid,
        /// The host id of the node that answers.
        found: Uuid,
    },

    /// The server wants to know who connects, and no credentials are configured.
    #[error("the server asks for credentials ({authenticator}); none are configured")]
    NoCredentials {
        /// The server's authenticator.
        authenticator: Box<str>,
    },

    /// The client's authenticator does not go on.
    #[error("{0}")]
    Auth(AuthError),

    /// The server asks for more and more.
    #[error("the server has asked for more {ROUNDS} times, and does not decide")]
    Endless,
}

/// What was being done when something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Making the connection.
    Connect,
    /// Asking what the server supports.
    Options,
    /// Opening the conversation.
    Startup,
    /// Proving who connects.
    Auth,
    /// Asking which node it is.
    Identity,
    /// A request on an open connection.
    Request,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum End {
    /// It was closed by this side.
    #[error("the connection is closed")]
    Closed,
    /// It is being replaced by this side: the server owes too many answers that nobody waits for.
    #[error("the connection is being replaced: too many answers are due that nobody waits for")]
    WornOut,
    /// The server closed it.
    #[error("the server closed the connection")]
    ByServer,
    /// Reading or writing failed.
    #[error("the connection broke: {0}")]
    Io(#[source] io::Error),
    /// What the server sent is no frame.
    #[error("the server broke the protocol: {0}")]
    Header(#[source] HeaderError),
    /// What the server sent is no segment.
    #[error("the server broke the protocol: {0}")]
    Segment(#[source] SegmentError),
    /// The first that came is no frame of a server: something else listens there.
    #[error("{}", foreign(.start))]
    Foreign {
        /// How it begins.
        start: Box<[u8]>,
    },
    /// A body longer than this client accepts.
    #[error("the server broke the protocol: an answer of {length} bytes, the limit is {limit}")]
    Oversize {
        /// Bytes that its header claims.
        length: usize,
        /// Bytes that the configuration allows.
        limit: usize,
    },
    /// An answer to no request: what comes after it cannot be trusted.
    #[error("the server broke the protocol: an answer on stream {stream}, which has no request")]
    Stray {
        /// The stream id of the answer.
        stream: i16,
    },
    /// Nothing was heard from the server, not even an answer to a heartbeat.
    #[error("the server is silent: no answer to a heartbeat")]
    Silent,
    /// The runtime of the connection's task was shut down.
    #[error("the runtime of the connection was shut down")]
    Runtime,
}

/// What it says is the best hint at what it is.
fn foreign(start: &[u8]) -> String {
    match start {
        // A record of TLS: an alert, or a handshake.
        [0x15 | 0x16, 3, ..] => "it answers in TLS".to_owned(),
        _ => format!("it answers \"{}\", which is not CQL", start.escape_ascii()),
    }
}

impl Failure {
    /// Whether the server may have got the request. If not, it is safe to send it again, elsewhere.
    pub fn possibly_sent(&self) -> bool {
        match self {
            Failure::Timeout { sent, .. } | Failure::Ended { sent, .. } => *sent,
            _ => false,
        }
    }

    /// Whether a deadline was over.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Failure::Timeout { .. })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Connect => "connecting",
            Step::Options => "OPTIONS",
            Step::Startup => "STARTUP",
            Step::Auth => "authentication",
            Step::Identity => "host id",
            Step::Request => "request",
        })
    }
}
