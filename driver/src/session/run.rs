//! One execution under way: the hot path.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::future::BoxFuture;

use crate::clock::deadlines::Tick;
use crate::cluster::Route;
use crate::conn::Conn;
use crate::conn::request::{Flight, Head};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Opcode;
use crate::policy::throttle::Place;
use crate::session::attempt::{Tried, Trip};
use crate::session::errand::Outcome;
use crate::session::observe::{Observed, Subject};
use crate::session::request::{Message, Request};
use crate::session::throttled::{Gate, Waiting};
use crate::session::{Answer, Execution, Inner, Session, decode, hint};
use crate::statement::{Prepared, Sent};

/// An execution under way: what [`Session::run`] returns. Nothing is sent before it is polled.
///
/// The first attempt is made right here, and allocates nothing. Whatever is not a plain good answer to it goes on in
/// the retry loop, in a box.
///
/// # Cancel safety
/// It can be dropped at any moment. The answer is then thrown away when it comes; a write may still happen.
#[must_use = "futures do nothing unless polled"]
pub struct Run {
    session: Session,
    /// The retry loop takes it, and brings it back.
    execution: Option<Execution>,
    step: Step,
    /// Rare, so that the future stays small.
    observed: Option<Box<Observed>>,
}

enum Step {
    New,
    Flying(Flight, Tick, Sent, Entered),
    Looping(BoxFuture<'static, (Execution, Result<Answer>)>),
    Over,
}

/// Whether a flight has a place at the session's own throttle, to be left when it is over. A profile's place is kept in the
/// retry loop's box: it would make every future larger.
type Entered = bool;

impl Run {
    pub(super) fn new(session: Session, execution: Execution) -> Run {
        Run {
            session,
            execution: Some(execution),
            step: Step::New,
            observed: None,
        }
    }

    /// The session that it runs on.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Makes this the execution of the next page, once it has resolved; `state` is where the answer says that it
    /// begins.
    pub fn next_page(&mut self, state: Bytes) {
        if let (Step::Over, Some(execution)) = (&self.step, &mut self.execution) {
            execution.paging_state = Some(Box::from(&*state));
            self.step = Step::New;
        }
    }

    /// Makes this the same execution once more, after it has failed.
    pub(super) fn again(&mut self) {
        if let (Step::Over, Some(_)) = (&self.step, &self.execution) {
            self.step = Step::New;
        }
    }

    /// Flies, unless a throttle makes it wait.
    #[inline]
    fn start(&mut self, cx: &Context<'_>) -> Result<Step> {
        let inner = &*self.session.0;
        let Some(execution) = &mut self.execution else {
            return Ok(Step::Over);
        };
        inner.complete(execution)?;
        self.observed = inner.observers.observe(|| Subject {
            operation: "EXECUTE",
            text: execution.statement.shared_text().clone(),
            statement: Some(execution.statement.clone()),
        });
        let deadline = inner.deadline(&execution.options);
        match inner.gate(&execution.options) {
            Ok(Gate::Open) => Ok(self.fly(cx, deadline, false)),
            Ok(Gate::Entered) => Ok(self.fly(cx, deadline, true)),
            Ok(Gate::Placed(place)) => Ok(self.go_on(deadline, None, place)),
            Ok(Gate::Queue(waiting)) => Ok(self.wait(deadline, waiting)),
            Err(kind) => Err(refused(kind, execution)),
        }
    }

    /// Chooses a connection by the token of the partition and hands it the frame.
    #[inline]
    fn fly(&mut self, cx: &Context<'_>, deadline: Tick, entered: Entered) -> Step {
        let inner = &*self.session.0;
        let Some(execution) = &mut self.execution else {
            return Step::Over;
        };
        if inner.races(execution) {
            let place = inner.entered(entered);
            return self.go_on(deadline, None, place);
        }
        let policy = inner.load_balancing(&execution.options);
        let any = Route {
            policy: policy.as_deref(),
            ..inner.anywhere(&execution.options)
        };
        let (tablet, conn) = {
            let (state, route) = (inner.cluster.state(), execution.route(any));
            match state.first(&route) {
                Some(conn) => (state.tablet_block(&route, &conn), conn),
                None => {
                    let place = inner.entered(entered);
                    return self.go_on(deadline, None, place);
                }
            }
        };
        let head = Head {
            opcode: Opcode::Execute,
            flags: execution.options.flags(),
            deadline: inner.attempt_deadline(&execution.options, deadline),
        };
        let sent = execution.statement.to_send(conn.features());
        let begun = conn.clone().begin(cx, head, |out| {
            let level = execution.options.consistency;
            let level = (level.unwrap_or(inner.defaults.consistency), &inner.defaults);
            execution.encode(level, conn.features(), (&sent, tablet), out)
        });
        match begun {
            Ok(flight) => Step::Flying(flight, deadline, sent, entered),
            Err(failure) => {
                let outcome = Outcome {
                    result: Err(failure),
                    sent,
                };
                let place = inner.entered(entered);
                self.go_on(deadline, Some(Tried { conn, outcome }), place)
            }
        }
    }

    /// The good answer, or the retry loop.
    #[inline]
    fn finish(
        &mut self,
        conn: Arc<Conn>,
        (deadline, entered): (Tick, Entered),
        outcome: Outcome,
    ) -> Poll<Result<Answer>> {
        let held = self.session.0.entered(entered);
        match outcome.result {
            Ok(frame) if frame.opcode == Opcode::Result => {
                let statement = self.execution.as_ref().map(|e| &e.statement);
                let answer = decode::answer(frame, &conn, statement, &outcome.sent);
                if let (Ok(answer), Some(statement)) = (&answer, statement) {
                    hint::take(answer, statement, &conn, &self.session.0.cluster);
                }
                let answer = match answer {
                    // The next page needs the execution again.
                    Ok(answer) if answer.paging_state().is_some() => {
                        let statement = statement.cloned();
                        Ok(answer.of(statement))
                    }
                    Ok(answer) => Ok(answer.of(self.statement())),
                    // Whoever asks once more needs it, too.
                    Err(kind) => Err(place(kind, &conn, statement)),
                };
                Poll::Ready(answer)
            }
            result => {
                let outcome = Outcome { result, ..outcome };
                self.step = self.go_on(deadline, Some(Tried { conn, outcome }), held);
                Poll::Pending
            }
        }
    }

    /// Taken out of the execution, which is over.
    fn statement(&mut self) -> Option<Prepared> {
        Some(self.execution.take()?.statement)
    }

    /// The retry loop, when it is its turn.
    #[cold]
    fn wait(&mut self, deadline: Tick, waiting: Waiting) -> Step {
        let Some(execution) = self.execution.take() else {
            return Step::Over;
        };
        let session = self.session.clone();
        Step::Looping(Box::pin(async move {
            let timeout = session.0.timeout(&execution.options);
            let _place = match session.0.turn(waiting, deadline, timeout).await {
                Ok(place) => place,
                Err(kind) => {
                    let error = refused(kind, &execution);
                    return (execution, Err(error));
                }
            };
            go(&session, execution, deadline, None).await
        }))
    }

    #[cold]
    fn go_on(&mut self, deadline: Tick, tried: Option<Tried>, place: Place) -> Step {
        let Some(execution) = self.execution.take() else {
            return Step::Over;
        };
        let session = self.session.clone();
        Step::Looping(Box::pin(async move {
            let _place = place;
            go(&session, execution, deadline, tried).await
        }))
    }
}

/// The retry loop.
async fn go(
    session: &Session,
    execution: Execution,
    deadline: Tick,
    tried: Option<Tried>,
) -> (Execution, Result<Answer>) {
    let inner: &Inner = &session.0;
    let request = Request {
        message: Message::Execute(&execution),
        options: &execution.options,
        defaults: &inner.defaults,
        level: None,
    };
    let trip = Trip::new(inner, request, deadline, inner.timeout(&execution.options));
    let result = trip.go(tried).await;
    (execution, result)
}

/// Before anything was sent.
#[cold]
fn refused(kind: ErrorKind, execution: &Execution) -> Error {
    Error::new(kind).of_statement(execution.statement.shared_text())
}

impl Future for Run {
    type Output = Result<Answer>;

    /// # Panics
    ///
    /// If it has already resolved.
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Answer>> {
        let result = ready!(self.advance(cx));
        let observed = self.observed.take();
        self.session.0.ended(observed.as_deref(), &result);
        Poll::Ready(result)
    }
}

impl Run {
    #[inline]
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<Result<Answer>> {
        let this = self;
        let _entered = this.observed.as_ref().map(|o| o.span.clone().entered());
        loop {
            match &mut this.step {
                Step::New => match this.start(cx) {
                    // A flight that has just begun wakes this task when it ends.
                    Ok(step @ Step::Flying(..)) => {
                        this.step = step;
                        return Poll::Pending;
                    }
                    Ok(step) => this.step = step,
                    Err(error) => {
                        this.step = Step::Over;
                        return Poll::Ready(Err(error));
                    }
                },
                Step::Flying(flight, deadline, sent, entered) => {
                    let outcome = Outcome {
                        result: ready!(Pin::new(&mut *flight).poll(cx)),
                        sent: sent.take(),
                    };
                    let (conn, trip) = (flight.conn().clone(), (*deadline, *entered));
                    this.step = Step::Over;
                    if let Poll::Ready(result) = this.finish(conn, trip, outcome) {
                        return Poll::Ready(result);
                    }
                }
                Step::Looping(future) => {
                    let (execution, result) = ready!(future.as_mut().poll(cx));
                    this.execution = Some(execution);
                    this.step = Step::Over;
                    return Poll::Ready(result);
                }
                Step::Over => panic!("a `Run` was polled after it had resolved"),
            }
        }
    }
}

impl Drop for Run {
    /// A flight that is given up leaves its place.
    #[inline]
    fn drop(&mut self) {
        if let Step::Flying(.., true) = self.step {
            self.session.0.entered(true);
        }
    }
}

#[cold]
fn place(kind: ErrorKind, conn: &Conn, statement: Option<&Prepared>) -> Error {
    let error = Error::new(kind).at(conn.address(), conn.shard());
    match statement {
        Some(statement) => error.of_statement(statement.shared_text()),
        None => error,
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("execution", &self.execution)
            .finish_non_exhaustive()
    }
}
