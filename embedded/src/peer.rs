//! One client's connection, from STARTUP to its end.
//!
//! Requests are run in the order in which they come, and answered in it, unless a [fault](crate::fault) or the cost of a
//! hop holds an answer back. All that have arrived are run before the answers go out in one write, and nothing more is
//! read while a client does not take its answers.

mod answer;
mod later;
mod receive;
mod segments;
mod startup;
mod statement;
mod version;
mod watched;

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::BytesMut;
use scylla_orm_driver::frame::request::Request;
use scylla_orm_driver::frame::response::{
    Event, EventKind, Response, ServerError, ServerErrorKind,
};
use scylla_orm_driver::frame::{Header, Opcode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{broadcast, watch};

use crate::clock::Clock;
use crate::flavor::Flavor;
use crate::node::arrival::Arrival;
use crate::node::{Node, Shared};
use crate::peer::answer::{Answer, Format};
use crate::peer::later::Later;
use crate::peer::segments::Segments;
use crate::peer::watched::Stopped;
use crate::socket::{Security, Socket};

/// Bytes asked of the socket at once.
const CHUNK: usize = 64 << 10;

/// How long a client may go on sending after its connection was ended here.
const LINGER: Duration = Duration::from_millis(200);

/// One client's connection.
pub(crate) struct Peer {
    shared: Arc<Shared>,
    /// The number of the node.
    node: usize,
    place: Arc<Node>,
    shard: u16,
    stage: Stage,
    format: Format,
    segments: Segments,
    /// Who has logged in, if anybody was asked.
    user: Option<Box<str>>,
    /// What USE chose.
    keyspace: Option<Box<str>>,
    registered: Vec<EventKind>,
    /// Bytes of a refused request that are still to come and are read past.
    skip: usize,
    /// Where the request of the moment arrived, if it is about data, and what its answer has to wait for.
    arrived: Option<Arrival>,
    later: Later,
    /// Nothing is read while a fault stops a request.
    stopped: Option<Stopped>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before STARTUP.
    Fresh,
    /// Between AUTHENTICATE and AUTH_SUCCESS.
    Authenticating,
    Ready,
}

/// Whether the connection goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Continue,
    /// After what is written.
    Close,
    /// At once, with RST.
    Reset,
}

impl Peer {
    /// Counts the connection to its shard until it is dropped.
    pub(crate) fn new(shared: Arc<Shared>, (node, place): (usize, Arc<Node>), shard: u16) -> Self {
        let peer = Peer {
            format: Format {
                features: shared.offered(),
                compression: None,
            },
            segments: Segments::default(),
            shared,
            node,
            place,
            shard,
            stage: Stage::Fresh,
            user: None,
            keyspace: None,
            registered: Vec::new(),
            skip: 0,
            arrived: None,
            later: Later::default(),
            stopped: None,
        };
        peer.shared.accepted.fetch_add(1, Ordering::Relaxed);
        if let Some(shard) = peer.place().shards.get(usize::from(shard)) {
            shard.connections.fetch_add(1, Ordering::Relaxed);
        }
        peer
    }

    /// Answers until the client ends the connection or the node stops.
    pub(crate) async fn serve(
        mut self,
        tcp: TcpStream,
        security: Security,
        mut stop: watch::Receiver<bool>,
    ) {
        let greeted = tokio::select! {
            greeted = security.greet(tcp) => greeted,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match greeted {
            Ok(stream) => self.converse(stream, stop).await,
            Err(error) => {
                tracing::debug!(node = self.node, %error, "a client did not begin TLS");
                self.lost(&error);
            }
        }
    }

    async fn converse(&mut self, mut stream: Socket, mut stop: watch::Receiver<bool>) {
        let mut events = self.shared.events.subscribe();
        let clock = self.clock().clone();
        let (mut read, mut write) = (BytesMut::with_capacity(CHUNK), Vec::new());
        loop {
            read.reserve(CHUNK.saturating_sub(read.capacity() - read.len()));
            let then = tokio::select! {
                got = stream.read_buf(&mut read), if self.stopped.is_none() => match got {
                    Ok(0) => return,
                    Err(error) => return self.lost(&error),
                    Ok(_) => self.take_in(&mut read, &mut write),
                },
                event = events.recv() => self.tell(event, &mut write),
                () = later::at(self.later.due()) => {
                    self.later.take(&mut write);
                    Then::Continue
                }
                () = later::by_clock(&clock, self.later.due_by_clock()) => {
                    self.later.take_by_clock(clock.micros(), &mut write);
                    Then::Continue
                }
                () = watched::resumed(self.stopped.as_mut()) => match self.resume(&mut write) {
                    Then::Continue => self.take_in(&mut read, &mut write),
                    end => end,
                },
                _ = stop.wait_for(|stop| *stop) => break,
            };
            self.segments.put_in(&mut write);
            let written = async {
                stream.write_all(&write).await?;
                stream.flush().await
            };
            if let Err(error) = written.await {
                return self.lost(&error);
            }
            write.clear();
            write.shrink_to(CHUNK);
            match then {
                Then::Continue => {}
                Then::Close => break,
                // With nothing to linger for, a socket that is dropped is reset.
                Then::Reset => {
                    let socket = socket2::SockRef::from(stream.tcp());
                    socket.set_linger(Some(Duration::ZERO)).ok();
                    return;
                }
            }
        }
        end(stream).await;
    }

    /// The client has gone without a farewell.
    fn lost(&self, error: &io::Error) {
        if error.kind() == io::ErrorKind::ConnectionReset {
            self.shared.resets.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn answer(&mut self, header: Header, body: &[u8], write: &mut Vec<u8>) -> Then {
        let features = self.format.features;
        let request = Request::decode(header.opcode, header.flags, body, &features);
        let answer = match request {
            Err(malformed) => Answer::error(receive::unreadable(header, malformed)),
            Ok(request) => self.respond(&request),
        };
        match self.arrived.take() {
            _ if !answer.after.is_zero() => {
                let mut bytes = Vec::new();
                answer.put(header.stream, &self.format, &mut bytes);
                self.wait(answer.after, bytes);
            }
            Some(Arrival { hop, .. }) if !hop.is_zero() => {
                let mut bytes = Vec::new();
                answer.put(header.stream, &self.format, &mut bytes);
                self.later.hold(hop, bytes, write);
            }
            _ => answer.put(header.stream, &self.format, write),
        }
        if answer.closes {
            Then::Close
        } else {
            Then::Continue
        }
    }

    fn respond(&mut self, request: &Request<'_>) -> Answer {
        match self.stage {
            Stage::Fresh | Stage::Authenticating => self.greet(request),
            Stage::Ready => self.run(request),
        }
    }

    /// What a request does on a connection that is open for them.
    fn run(&mut self, request: &Request<'_>) -> Answer {
        match request {
            Request::Options(_) => Answer::of(Response::Supported(self.supported())),
            Request::Query(query) => self.query(query),
            Request::Prepare(prepare) => self.prepare(prepare),
            Request::Execute(execute) => self.execute(execute),
            Request::Batch(batch) => self.batch(batch),
            Request::Register(register) => self.register(&register.events),
            Request::Startup(_) | Request::AuthResponse(_) => {
                Answer::error(self.unexpected(request.opcode(), None))
            }
        }
    }

    fn register(&mut self, names: &[&str]) -> Answer {
        for name in names {
            // Routes belong to a service around ScyllaDB that is not imitated.
            match EventKind::named(name).filter(|kind| *kind != EventKind::ClientRoutes) {
                Some(kind) if self.registered.contains(&kind) => {}
                Some(kind) => self.registered.push(kind),
                None => {
                    let text = match self.shared.flavor {
                        Flavor::Scylla => format!("Invalid value '{name}' for Event.Type"),
                        Flavor::Cassandra => format!("Invalid value '{name}' for Type"),
                    };
                    return Answer::error(ServerError::new(ServerErrorKind::Protocol, text));
                }
            }
        }
        Answer::ready()
    }

    fn tell(&self, event: Result<Event, broadcast::error::RecvError>, write: &mut Vec<u8>) -> Then {
        // A client that lagged behind has lost events, as it can on any server.
        if let Ok(event) = event
            && event
                .kind()
                .is_some_and(|kind| self.registered.contains(&kind))
        {
            Answer::of(Response::Event(event)).put(-1, &self.format, write);
        }
        Then::Continue
    }

    /// The text for a message at the wrong time: ScyllaDB tells its number, Cassandra its name.
    fn unexpected(&self, opcode: Opcode, expected: Option<&str>) -> ServerError {
        let message = match self.shared.flavor {
            Flavor::Scylla => (opcode as u8).to_string(),
            Flavor::Cassandra => opcode.to_string(),
        };
        let text = match expected {
            Some(expected) => format!("Unexpected message {message}, expecting {expected}"),
            None => format!("Unexpected message {message}, the connection is already initialized"),
        };
        ServerError::new(ServerErrorKind::Protocol, text)
    }

    /// Puts an answer out after so long, by the cluster's clock.
    fn wait(&mut self, after: Duration, answer: Vec<u8>) {
        let after = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
        let due = self.clock().micros().saturating_add(after);
        self.later.wait(due, answer);
    }

    fn clock(&self) -> &Clock {
        &self.shared.engine.config().clock
    }

    fn place(&self) -> &Node {
        &self.place
    }
}

/// FIN, not RST: what the client has sent and we have not read must not destroy what we have answered.
async fn end(mut stream: Socket) {
    stream.shutdown().await.ok();
    let mut past = vec![0; CHUNK];
    let read = async { while matches!(stream.read(&mut past).await, Ok(1..)) {} };
    // One that neither reads nor ends is left to itself.
    tokio::time::timeout(LINGER, read).await.ok();
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(shard) = self.place().shards.get(usize::from(self.shard)) {
            shard.connections.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
