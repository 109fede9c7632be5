//! A connection that sends one request after another and keeps all that went over it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use scylla_orm::driver::frame::request::{
    AuthResponse, Execute, Options, Prepare, Query, Request, Startup,
};
use scylla_orm::driver::frame::response::{QueryResult, Response};
use scylla_orm::driver::frame::{
    self, Consistency, Dialect, Features, Flags, HEADER, Header, Params, Version,
};

use crate::tape::Tape;

/// The versions that sessions are recorded in.
pub(crate) const VERSIONS: [Version; 1] = [Version::V4];

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub(crate) struct Client {
    stream: TcpStream,
    node: SocketAddr,
    features: Features,
    tape: Tape,
    /// Of the next request.
    id: i16,
    /// That came since the last request.
    events: usize,
}

impl Client {
    /// Connects, and nothing more.
    pub(crate) fn connect(node: SocketAddr, version: Version, tape: Tape) -> io::Result<Client> {
        let stream = TcpStream::connect(node)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut features = Features::of(Dialect::Cassandra);
        features.version = version;
        Ok(Client {
            stream,
            node,
            features,
            tape,
            id: 0,
            events: 0,
        })
    }

    /// Another connection to the same node that goes on where this one's record ends.
    pub(crate) fn reconnect(&mut self) -> io::Result<()> {
        let tape = std::mem::replace(&mut self.tape, Tape::new("", self.features.version));
        *self = Client::connect(self.node, self.features.version, tape)?;
        Ok(())
    }

    pub(crate) fn into_tape(self) -> Tape {
        self.tape
    }

    /// OPTIONS and STARTUP, with more options; the answer to STARTUP.
    pub(crate) fn hello(&mut self, more: &[(&'static str, &'static str)]) -> io::Result<Response> {
        self.ask(&Request::Options(Options))?;
        let mut options = vec![("CQL_VERSION", "3.0.0")];
        options.extend_from_slice(more);
        self.ask(&Request::Startup(Startup { options }))
    }

    /// The handshake, as the superuser.
    pub(crate) fn enter(&mut self) -> io::Result<()> {
        self.enter_with(&[])
    }

    /// The same with more options.
    pub(crate) fn enter_with(&mut self, more: &[(&'static str, &'static str)]) -> io::Result<()> {
        self.hello(more)?;
        match self.log_in("cassandra", "cassandra")? {
            Response::AuthSuccess(_) => Ok(()),
            other => Err(io::Error::other(format!("not logged in: {other:?}"))),
        }
    }

    /// AUTH_RESPONSE with a name and a password.
    pub(crate) fn log_in(&mut self, user: &str, password: &str) -> io::Result<Response> {
        let token = AuthResponse::plain(user, password);
        let token = Some(&token[..]);
        self.ask(&Request::AuthResponse(AuthResponse { token }))
    }

    /// Runs a statement that must succeed.
    pub(crate) fn must(&mut self, text: &str) -> io::Result<Response> {
        match self.query(text)? {
            Response::Error(error) => Err(io::Error::other(format!("{text}: {error}"))),
            response => Ok(response),
        }
    }

    /// Runs a statement at consistency ONE.
    pub(crate) fn query(&mut self, text: &str) -> io::Result<Response> {
        self.query_with(text, Params::default())
    }

    /// Runs a statement; the level is ONE unless another is given.
    pub(crate) fn query_with(&mut self, text: &str, params: Params<'_>) -> io::Result<Response> {
        let params = at_one(params);
        self.ask(&Request::Query(Query { text, params }))
    }

    /// Prepares a statement, and returns its ids.
    pub(crate) fn prepare(&mut self, text: &str) -> io::Result<(Bytes, Bytes)> {
        match self.ask(&Request::Prepare(Prepare {
            text,
            keyspace: None,
        }))? {
            Response::Result(QueryResult::Prepared(prepared)) => {
                Ok((prepared.id, prepared.result_id))
            }
            other => Err(io::Error::other(format!("{text}: {other:?}"))),
        }
    }

    /// Runs a prepared statement.
    pub(crate) fn execute(
        &mut self,
        (id, result_id): &(Bytes, Bytes),
        params: Params<'_>,
    ) -> io::Result<Response> {
        let params = at_one(params);
        self.ask(&Request::Execute(Execute {
            id,
            result_id,
            params,
        }))
    }

    /// Sends a request and reads its answer.
    pub(crate) fn ask(&mut self, request: &Request<'_>) -> io::Result<Response> {
        self.ask_flagged(request, Flags::NONE, &[])
    }

    /// The same with flags, and with bytes before the message.
    pub(crate) fn ask_flagged(
        &mut self,
        request: &Request<'_>,
        flags: Flags,
        before: &[u8],
    ) -> io::Result<Response> {
        self.tape.note(&crate::text::note(request));
        let (mut out, version) = (Vec::new(), self.features.version);
        let at = frame::begin(&mut out, version, request.opcode(), self.id, flags);
        out.extend_from_slice(before);
        request
            .encode(&self.features, &mut out)
            .map_err(io::Error::other)?;
        frame::finish(&mut out, at).map_err(io::Error::other)?;
        self.send(&out)
    }

    fn send(&mut self, frame: &[u8]) -> io::Result<Response> {
        self.tape.sent(frame);
        self.events = 0;
        self.stream.write_all(frame)?;
        self.id = (self.id + 1) & 0x7f;
        loop {
            let (header, response) = self.next()?;
            if header.stream >= 0 {
                return Ok(response);
            }
        }
    }

    /// Reads the events of the last change: at least one, and what follows it at once.
    pub(crate) fn events_of_one_change(&mut self) -> io::Result<()> {
        if self.events == 0 {
            self.next()?;
        }
        // Most changes have one event. Who waits too short finds the others before the next answer.
        self.stream
            .set_read_timeout(Some(Duration::from_millis(50)))?;
        let mut first = [0];
        while self.stream.peek(&mut first).is_ok_and(|n| n > 0) {
            self.next()?;
        }
        self.stream.set_read_timeout(Some(PATIENCE))
    }

    fn next(&mut self) -> io::Result<(Header, Response)> {
        let mut frame = vec![0; HEADER];
        self.stream.read_exact(&mut frame)?;
        let head = frame.first_chunk::<HEADER>().expect("nine bytes were read");
        let header = Header::parse(head).map_err(io::Error::other)?;
        frame.resize(HEADER + usize::try_from(header.length).unwrap_or(0), 0);
        self.stream.read_exact(&mut frame[HEADER..])?;
        self.tape.received(&frame);
        let body = Bytes::from(frame).slice(HEADER..);
        let read = Response::decode(header.opcode, header.flags, body, &self.features, None);
        // Rows without their columns cannot be read here, and need not be.
        let response = read.map_or(Response::Result(QueryResult::Void), |(_, response)| {
            response
        });
        self.events += usize::from(header.stream < 0);
        Ok((header, response))
    }
}

fn at_one(params: Params<'_>) -> Params<'_> {
    match params.consistency {
        Consistency::LocalQuorum => Params {
            consistency: Consistency::One,
            ..params
        },
        _ => params,
    }
}
