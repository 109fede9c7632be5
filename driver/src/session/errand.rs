//! One attempt: send, read the answer, and tell the server the statement if it has forgotten it.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::clock::deadlines::Tick;
use crate::cluster::{Route, of_request};
use crate::conn::Conn;
use crate::conn::failure::Failure;
use crate::conn::request::Head;
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::session::answer::Content;
use crate::session::request::{Message, Request};
use crate::session::{Answer, Inner, decode, hint};
use crate::statement::{Prepared, Sent};

/// Requests that were sent before a statement was prepared again are answered within about that time.
const RECENT: Duration = Duration::from_secs(1);

/// What every attempt of a request is made with.
#[derive(Clone, Copy)]
pub(super) struct Errand<'a> {
    pub(super) inner: &'a Inner,
    pub(super) request: Request<'a>,
    /// One deadline over all attempts, and how long it was.
    pub(super) deadline: Tick,
    pub(super) timeout: Duration,
}

/// What came of a request, and what of its statement it was sent with.
pub(super) struct Outcome {
    pub(super) result: Result<Frame, Failure>,
    pub(super) sent: Sent,
}

impl Errand<'_> {
    /// Time left for all attempts.
    pub(super) fn left(&self) -> Duration {
        self.inner.cluster.deadlines().left(self.deadline)
    }

    /// Sends it and reads the answer.
    pub(super) async fn run(&self, conn: &Arc<Conn>) -> Result<Answer, ErrorKind> {
        let outcome = self.send(conn, self.request).await;
        self.follow(conn, outcome).await
    }

    /// Reads what came of an attempt. A server that does not know the statement is told it, once.
    pub(super) async fn follow(
        &self,
        conn: &Arc<Conn>,
        outcome: Outcome,
    ) -> Result<Answer, ErrorKind> {
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
        let turn = tokio::time::timeout(self.left(), turn).await;
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
            deadline: self.inner.attempt_deadline(request.options, self.deadline),
        };
        let statement = request.answered();
        let sent = statement.and_then(|statement| statement.to_send(conn.features()));
        let tablet = self.tablet(conn, request);
        let encode = |out: &mut Vec<u8>| request.encode(conn.features(), &sent, tablet, out);
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
        let frame = result.map_err(|failure| self.failure(&failure));
        let statement = request.answered();
        let answer = frame.and_then(|frame| decode::answer(frame, conn, statement, &sent));
        match (&answer, statement) {
            (Ok(answer), Some(statement)) => {
                hint::take(answer, statement, conn, &self.inner.cluster);
            }
            (Ok(_), None) => {}
            (Err(kind), _) => {
                if let Some(meter) = conn.measured() {
                    meter.failed(kind.class());
                }
            }
        }
        answer
    }

    fn tablet(&self, conn: &Conn, request: Request<'_>) -> u8 {
        let route = request.route(Route::default());
        self.inner.cluster.state().tablet_block(&route, conn)
    }

    fn failure(&self, failure: &Failure) -> ErrorKind {
        match of_request(failure, self.timeout) {
            // Time is left: it was that of the attempt.
            ErrorKind::Timeout { after, sent } if !self.left().is_zero() => ErrorKind::Timeout {
                after: self.request.attempt_timeout().unwrap_or(after),
                sent,
            },
            kind => kind,
        }
    }
}
