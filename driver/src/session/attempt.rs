//! The only retry loop: from the first failure on until there is an answer, or nothing more to try.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::Guard;

use crate::clock::deadlines::Tick;
use crate::cluster::{Route, State};
use crate::conn::Conn;
use crate::error::{Attempt, Error, ErrorKind, Result, Then};
use crate::policy::retry::{Again, Decision};
use crate::session::answer::Content;
use crate::session::errand::{Errand, Outcome};
use crate::session::request::Request;
use crate::session::{Answer, Inner};

/// When no node has a connection, as when a server closes the only one, which was idle, a new one gets so much time.
const PATIENCE: Duration = Duration::from_millis(500);

/// A request on its way through attempts.
pub(super) struct Trip<'a> {
    pub(super) errand: Errand<'a>,
    pub(super) attempts: Vec<Attempt>,
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

/// The nodes that are left to be asked, as they were when the loop began.
pub(super) struct Road<'a> {
    state: Arc<State>,
    route: Route<'a>,
    plan: std::vec::IntoIter<u16>,
    /// Asked before the loop began.
    asked: Option<SocketAddr>,
    /// The node of which another connection was tried.
    siblings_of: Option<SocketAddr>,
}

/// What follows a failed attempt.
#[derive(Debug)]
pub(super) enum Next {
    /// Another one, after a pause: at the same node, or at another.
    Attempt { same: bool, after: Duration },
    /// It counts as done.
    Ignored,
    /// The caller gets the failure.
    Failed(Error),
}

impl Road<'_> {
    /// Another connection to the node of `conn`, for what that one did not send; once per node.
    pub(super) fn sibling(&mut self, conn: &Arc<Conn>) -> Option<Arc<Conn>> {
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
            errand: Errand {
                inner,
                request,
                deadline,
                timeout,
            },
            attempts: Vec::new(),
            retries: 0,
            waited: false,
        }
    }

    /// Makes attempts until one succeeds or nothing more may be tried.
    pub(super) async fn go(self, tried: Option<Tried>) -> Result<Answer> {
        let Errand { inner, request, .. } = self.errand;
        let statement = request.answered().cloned();
        let answer = match inner.speculation(request.options) {
            Some(policy) if tried.is_none() && request.is_idempotent() => self.race(&*policy).await,
            _ => self.one_by_one(tried).await,
        };
        answer.map(|answer| answer.of(statement))
    }

    async fn one_by_one(mut self, tried: Option<Tried>) -> Result<Answer> {
        let mut road = self.road(tried.as_ref());
        let (mut conn, mut answer) = match tried {
            Some(Tried { conn, outcome }) => {
                let answer = self.errand.follow(&conn, outcome).await;
                (conn, answer)
            }
            None => {
                let conn = self.next(&mut road).await?;
                let answer = self.errand.run(&conn).await;
                (conn, answer)
            }
        };
        loop {
            let kind = match answer {
                Ok(answer) => return Ok(answer),
                Err(kind) => kind,
            };
            let unsent = !kind.possibly_sent();
            match self.judge(&conn, kind, 0) {
                Next::Failed(error) => return Err(self.failed(error)),
                Next::Ignored => return Ok(nothing(&conn)),
                Next::Attempt { same, after } => {
                    pause(after).await;
                    if !same {
                        conn = match road.sibling(&conn).filter(|_| unsent) {
                            Some(sibling) => sibling,
                            None => self.next(&mut road).await?,
                        };
                    }
                }
            }
            answer = self.errand.run(&conn).await;
        }
    }

    pub(super) fn road(&self, tried: Option<&Tried>) -> Road<'a> {
        let Errand { inner, request, .. } = self.errand;
        let policy = inner.load_balancing(request.options);
        let route = request.route(inner.anywhere(request.options));
        let state = Guard::into_inner(inner.cluster.state());
        let plan = state.plan(&Route {
            policy: policy.as_deref(),
            ..route
        });
        Road {
            plan: plan.into_iter(),
            route,
            state,
            asked: tried.map(|t| t.conn.address()),
            siblings_of: None,
        }
    }

    /// A connection to the next node that has one. If none has, they get a moment. Why the others have none is noted.
    pub(super) async fn next(&mut self, road: &mut Road<'a>) -> Result<Arc<Conn>> {
        if !self.waited && road.state.is_cut_off() {
            self.waited = true;
            let left = self.errand.left();
            let cluster = &self.errand.inner.cluster;
            cluster.wait_some(left.min(PATIENCE)).await;
            *road = self.road(None);
        }
        match self.pass_on(road) {
            Some(conn) => Ok(conn),
            None => Err(self.exhausted(road.state.closed)),
        }
    }

    /// The same without waiting.
    pub(super) fn pass_on(&mut self, road: &mut Road<'a>) -> Option<Arc<Conn>> {
        for node in road.plan.by_ref() {
            match road.state.target(node, &road.route) {
                Some(conn) if Some(conn.address()) == road.asked => {}
                Some(conn) => return Some(conn),
                None => self.attempts.extend(road.state.absence(node)),
            }
        }
        None
    }

    /// Notes a failed attempt of the request, or of a copy, and decides what follows.
    pub(super) fn judge(&mut self, conn: &Conn, kind: ErrorKind, copy: u32) -> Next {
        let decision = self.decide(&kind);
        let then = match decision {
            Decision::Rethrow => Then::Nothing,
            Decision::Ignore => Then::Ignored,
            Decision::Retry(_) => Then::SameNode,
            Decision::RetryNextHost(_) => Then::NextNode,
        };
        let timeout = self.errand.timeout;
        let error = Error::new(kind.clone()).at(conn.address(), conn.shard());
        self.attempts.push(Attempt {
            ended: timeout.saturating_sub(self.errand.left()),
            copy,
            then,
            ..Attempt::new(conn.address().to_string(), conn.shard(), kind)
        });
        let (same, again) = match decision {
            Decision::Rethrow => return Next::Failed(error),
            Decision::Ignore => return Next::Ignored,
            Decision::Retry(again) => (true, again),
            Decision::RetryNextHost(again) => (false, again),
        };
        if let Some(meter) = conn.measured() {
            meter.retried();
        }
        self.errand.request.lower(again.consistency);
        Next::Attempt {
            same,
            after: again.after,
        }
    }

    /// What the policy says, within the deadline and the budget.
    fn decide(&mut self, kind: &ErrorKind) -> Decision {
        let Errand { inner, request, .. } = self.errand;
        let left = self.errand.left();
        if matches!(kind, ErrorKind::Timeout { .. }) && left.is_zero() {
            return Decision::Rethrow;
        }
        let text = request.text();
        let tried = request.tried(&text, self.retries);
        let policy = inner.retry_policy(request.options);
        let wanted = policy.decide(kind, &tried);
        let free = matches!(kind, ErrorKind::Broken { .. } | ErrorKind::Busy);
        self.retries += u32::from(!free);
        let decision = self.afford(wanted, free);
        inner.counted.policies.retry(policy.name(), |counts| {
            *match (wanted, decision) {
                (_, Decision::Retry(_) | Decision::RetryNextHost(_)) => &mut counts.retried,
                (_, Decision::Ignore) => &mut counts.ignored,
                (Decision::Rethrow, _) => &mut counts.rethrown,
                _ => &mut counts.stopped,
            } += 1;
        });
        decision
    }

    /// The decision, if there is time and budget for it.
    fn afford(&self, decision: Decision, free: bool) -> Decision {
        let inner = self.errand.inner;
        let left = self.errand.left();
        match decision {
            Decision::Retry(Again { after, .. }) | Decision::RetryNextHost(Again { after, .. }) => {
                let in_time = after.is_zero() || after < left;
                let budget = &inner.policies.budget;
                match in_time && (free || budget.take(|| inner.cluster.requests())) {
                    true => decision,
                    false => Decision::Rethrow,
                }
            }
            other => other,
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
        // A connection that closes with its session is no failure of its node.
        let unsent = |kind: &ErrorKind| {
            absent(kind) || matches!(kind, ErrorKind::Broken { sent: false, .. })
        };
        let closed = closed || self.errand.inner.cluster.is_closed();
        let error = match self.attempts.iter().rfind(tried) {
            _ if closed && self.attempts.iter().all(|a| unsent(&a.kind)) => {
                ErrorKind::Closed.into()
            }
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

    pub(super) fn failed(&mut self, error: Error) -> Error {
        let request = self.errand.request;
        error
            .of_statement(&request.text())
            .of_size(request.size())
            .after(std::mem::take(&mut self.attempts))
    }
}

/// The answer to a request whose failure is passed over.
pub(super) fn nothing(conn: &Conn) -> Answer {
    Answer::new(Content::Void, None, conn.address(), conn.shard())
}

pub(super) async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
