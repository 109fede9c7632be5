//! The only retry loop: from the first failure on until there is an answer, or nothing more to try.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use arc_swap::Guard;

use crate::clock::deadlines::Tick;
use crate::cluster::{Route, State, of_request};
use crate::conn::Conn;
use crate::conn::failure::Failure;
use crate::conn::request::Head;
use crate::error::{Attempt, Error, ErrorKind, Result};
use crate::frame::Frame;
use crate::policy::retry::{Decision, decide};
use crate::session::answer::Content;
use crate::session::request::{Message, Request};
use crate::session::{Answer, Inner, decode};
use crate::statement::{Prepared, Sent};

/// Requests that were sent before a statement was prepared again are answered within about that time.
const RECENT: Duration = Duration::from_secs(1);

/// When no node has a connection, as when a server closes the only one, which was idle, a new one gets so much time.
const PATIENCE: Duration = Duration::from_millis(500);

/// A request on its way through attempts.
pub(super) struct Trip<'a> {
    inner: &'a Inner,
    request: Request<'a>,
    /// One deadline over all attempts, and how long it was.
    deadline: Tick,
    timeout: Duration,
    attempts: Vec<Attempt>,
    /// Attempts that an answer of a server, and not a failure to send, has led to.
    retries: u32,
    /// It has waited for a connection, which it does only once.
    waited: bool,
}

/// An attempt that was made before the loop began.
pub(super) struct Tried {
    pub(super) conn: Arc<Conn>,
    pub(super) outcome: Outcome,
}

/// What came of a request, and what of its statement it was sent with.
pub(super) struct Outcome {
    pub(super) result: Result<Frame, Failure>,
    pub(super) sent: Sent,
}

/// The nodes that are left to be asked, as they were when the loop began.
struct Road<'a> {
    state: Arc<State>,
    route: Route<'a>,
    plan: std::vec::IntoIter<u16>,
    /// Asked before the loop began.
    asked: Option<SocketAddr>,
    /// The node of which another connection was tried.
    siblings_of: Option<SocketAddr>,
}

impl Road<'_> {
    /// Another connection to the node of `conn`, for what that one did not send; once per node.
    fn sibling(&mut self, conn: &Arc<Conn>) -> Option<Arc<Conn>> {
        let node = Some(conn.address());
        if std::mem::replace(&mut self.siblings_of, node) == node {
            return None;
        }
        self.state.sibling(conn, &self.route)
    }
}

impl<'a> Trip<'a> {
    pub(super) fn new(
        inner: &'a Inner,
        request: Request<'a>,
        deadline: Tick,
        timeout: Duration,
    ) -> Trip<'a> {
        Trip {
            inner,
            request,
            deadline,
            timeout,
            attempts: Vec::new(),
            retries: 0,
            waited: false,
        }
    }

    /// Makes attempts until one succeeds or nothing more may be tried.
    pub(super) async fn go(mut self, tried: Option<Tried>) -> Result<Answer> {
        let mut road = self.road(tried.as_ref());
        let (mut conn, mut outcome) = match tried {
            Some(Tried { conn, outcome }) => (conn, outcome),
            None => {
                let conn = self.next(&mut road).await?;
                let outcome = self.send(&conn, self.request).await;
                (conn, outcome)
            }
        };
        loop {
            let kind = match self.follow(&conn, outcome).await {
                Ok(answer) => return Ok(answer.of(self.request.answered().cloned())),
                Err(kind) => kind,
            };
            let unsent = !kind.possibly_sent();
            if self.judge(&conn, kind)? == Decision::NextNode {
                conn = match road.sibling(&conn).filter(|_| unsent) {
                    Some(sibling) => sibling,
                    None => self.next(&mut road).await?,
                };
            }
            outcome = self.send(&conn, self.request).await;
        }
    }

    fn road(&self, tried: Option<&Tried>) -> Road<'a> {
        let any = self.inner.anywhere(&self.request.options());
        let route = self.request.route(any);
        let state = Guard::into_inner(self.inner.cluster.state());
        Road {
            plan: state.plan(&route).into_iter(),
            route,
            state,
            asked: tried.map(|t| t.conn.address()),
            siblings_of: None,
        }
    }

    /// A connection to the next node that has one. If none has, they get a moment. Why the others have none is noted.
    async fn next(&mut self, road: &mut Road<'a>) -> Result<Arc<Conn>> {
        if !self.waited && road.state.is_cut_off() {
            self.waited = true;
            let left = self.inner.cluster.deadlines().left(self.deadline);
            self.inner.cluster.wait_some(left.min(PATIENCE)).await;
            *road = self.road(None);
        }
        for node in road.plan.by_ref() {
            match road.state.target(node, &road.route) {
                Some(conn) if Some(conn.address()) == road.asked => {}
                Some(conn) => return Ok(conn),
                None => self.attempts.extend(road.state.absence(node)),
            }
        }
        Err(self.exhausted(road.state.closed))
    }

    /// Reads what came of an attempt. A server that does not know the statement is told it, once.
    async fn follow(&self, conn: &Arc<Conn>, outcome: Outcome) -> Result<Answer, ErrorKind> {
        let mut answer = self.read(conn, outcome, self.request);
        for trust in [true, false] {
            if !matches!(answer, Err(ErrorKind::Unprepared)) {
                break;
            }
            let mut told = true;
            for statement in self.request.prepared() {
                told &= self.prepare_again(conn, statement, trust).await?;
            }
            let outcome = self.send(conn, self.request).await;
            answer = self.read(conn, outcome, self.request);
            if told {
                break;
            }
        }
        answer
    }

    /// False if nothing was sent, out of `trust` in another request that has just done it.
    async fn prepare_again(
        &self,
        conn: &Arc<Conn>,
        statement: &Prepared,
        trust: bool,
    ) -> Result<bool, ErrorKind> {
        let deadlines = self.inner.cluster.deadlines();
        let turn = statement.turn(conn.address());
        let turn = tokio::time::timeout(deadlines.left(self.deadline), turn).await;
        let mut recent = turn.map_err(|_| ErrorKind::Timeout {
            after: self.timeout,
            // It was refused as unknown, and nothing was sent since.
            sent: false,
        })?;
        if trust && recent.is_some_and(|until| !deadlines.left(until).is_zero()) {
            return Ok(false);
        }
        let request = Request {
            message: Message::Prepare(statement.shared_text()),
            ..self.request
        };
        let outcome = self.send(conn, request).await;
        let Content::Prepared(told) = self.read(conn, outcome, request)?.into_content() else {
            return Err(ErrorKind::Unexpected {
                found: "another result".into(),
                expected: "a prepared statement",
            });
        };
        if !statement.renew(*told) {
            self.inner.statements.forget(statement);
            return Err(ErrorKind::StatementChanged);
        }
        *recent = Some(deadlines.after(RECENT));
        Ok(true)
    }

    async fn send(&self, conn: &Arc<Conn>, request: Request<'_>) -> Outcome {
        let head = Head {
            opcode: request.opcode(),
            flags: request.flags(),
            deadline: self.deadline,
        };
        let statement = request.answered();
        let sent = statement.and_then(|statement| statement.to_send(conn.features()));
        let encode = |out: &mut Vec<u8>| request.encode(conn.features(), &sent, out);
        let begin = poll_fn(|cx| Poll::Ready(conn.clone().begin(cx, head, encode)));
        let result = match begin.await {
            Ok(flight) => flight.await,
            Err(failure) => Err(failure),
        };
        Outcome { result, sent }
    }

    fn read(
        &self,
        conn: &Conn,
        outcome: Outcome,
        request: Request<'_>,
    ) -> Result<Answer, ErrorKind> {
        let Outcome { result, sent } = outcome;
        let frame = result.map_err(|failure| of_request(&failure, self.timeout))?;
        decode::answer(frame, conn, request.answered(), &sent)
    }

    /// Notes a failed attempt and decides what follows.
    fn judge(&mut self, conn: &Conn, kind: ErrorKind) -> Result<Decision> {
        self.attempts.push(Attempt {
            target: conn.address().to_string().into(),
            shard: conn.shard(),
            kind: kind.clone(),
        });
        let decision = decide(&kind, self.request.rules(self.retries));
        if !matches!(kind, ErrorKind::Broken { .. } | ErrorKind::Busy) {
            self.retries += 1;
        }
        match decision {
            Decision::Fail => Err(self.failed(Error::new(kind).at(conn.address(), conn.shard()))),
            go_on => Ok(go_on),
        }
    }

    /// No node is left. What really was tried says more than that.
    fn exhausted(&mut self, closed: bool) -> Error {
        let absent = |kind: &ErrorKind| {
            matches!(
                kind,
                ErrorKind::Connect { .. } | ErrorKind::NoHost | ErrorKind::NotConnected
            )
        };
        let tried = |a: &&Attempt| !absent(&a.kind);
        let error = match self.attempts.iter().rfind(tried) {
            Some(last) => {
                let error = Error::new(last.kind.clone());
                match last.target.parse() {
                    Ok(node) => error.at(node, last.shard),
                    Err(_) => error,
                }
            }
            None if closed => ErrorKind::Closed.into(),
            None => ErrorKind::NoHost.into(),
        };
        self.failed(error)
    }

    fn failed(&mut self, error: Error) -> Error {
        error
            .of_statement(&self.request.text())
            .of_size(self.request.size())
            .after(std::mem::take(&mut self.attempts))
    }
}
