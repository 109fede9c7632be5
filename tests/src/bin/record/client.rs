//! A connection that sends one request after another and keeps all that went over it.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use scylla_orm::driver::frame::request::{
    AuthResponse, Execute, Options, Prepare, Query, Request, Startup,
};
use scylla_orm::driver::frame::response::{QueryResult, Response};
use scylla_orm::driver::frame::segment::Form;
use scylla_orm::driver::frame::{
    self, Consistency, Dialect, Features, Flags, Frame, HEADER, Header, Opcode, Params,
};

use crate::mode::Mode;
use crate::tape::Tape;
use crate::wire::Wire;

/// A connection.
pub(crate) struct Client {
    wire: Wire,
    node: SocketAddr,
    mode: Mode,
    features: Features,
    tape: Tape,
    /// Of the next request.
    id: i16,
    /// That came since the last request.
    events: usize,
}

impl Client {
    /// Connects, and nothing more.
    pub(crate) fn connect(node: SocketAddr, mode: Mode, tape: Tape) -> io::Result<Client> {
        let mut features = Features::of(Dialect::Cassandra);
        features.version = mode.version;
        Ok(Client {
            wire: Wire::connect(node)?,
            node,
            mode,
            features,
            tape,
            id: 0,
            events: 0,
        })
    }

    /// Another connection to the same node that goes on where this one's record ends.
    pub(crate) fn reconnect(&mut self) -> io::Result<()> {
        let tape = std::mem::replace(&mut self.tape, Tape::new("", self.mode));
        *self = Client::connect(self.node, self.mode, tape)?;
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
        if let Some(compression) = self.mode.compression {
            options.push(("COMPRESSION", compression.name()));
        }
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
            tablet: 0,
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
        self.events = 0;
        self.wire.send(frame, &mut self.tape)?;
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
        while self.wire.has_more()? {
            self.next()?;
        }
        Ok(())
    }

    fn next(&mut self) -> io::Result<(Header, Response)> {
        let (header, frame) = self.wire.receive(&mut self.tape)?;
        let Header {
            flags,
            opcode,
            stream,
            ..
        } = header;
        if matches!(opcode, Opcode::Ready | Opcode::Authenticate) {
            let form = Form::of(self.mode.version, self.mode.compression);
            self.wire.begin_segments(form);
        }
        let body = Bytes::from(frame).slice(HEADER..);
        let frame = Frame {
            flags,
            opcode,
            stream,
            body,
        };
        let frame = frame.decompressed(self.mode.compression, usize::MAX);
        let read = frame.map_err(io::Error::other)?;
        // Rows without their columns cannot be read here, and need not be.
        let response = match read.response(&self.features, None) {
            Ok((_, response)) => response,
            Err(_) => Response::Result(QueryResult::Void),
        };
        self.events += usize::from(stream < 0);
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
