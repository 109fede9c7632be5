//! Speculative execution: copies of a request that is not answered yet, of which the first good answer wins.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use crate::conn::Conn;
use crate::error::{Error, ErrorKind, Result};
use crate::policy::speculation::SpeculationPolicy;
use crate::session::Answer;
use crate::session::attempt::{Next, Trip, nothing, pause};
use crate::session::errand::Errand;

/// An attempt of the request, or of a copy, that has ended.
struct Landed {
    conn: Arc<Conn>,
    copy: u32,
    result: Result<Answer, ErrorKind>,
}

impl Trip<'_> {
    /// As attempts one by one, and meanwhile copies, as `policy` says. All of them take their nodes from one plan and
    /// their retries from one count. When this ends, or is dropped, the rest is given up: answers to it are thrown away
    /// when they come.
    pub(super) async fn race(mut self, policy: &dyn SpeculationPolicy) -> Result<Answer> {
        let begun = Instant::now();
        let due = |copy| policy.delay(copy).map(|delay| Instant::now() + delay);
        let mut road = self.road(None);
        let mut flights = FuturesUnordered::new();
        let conn = self.next(&mut road).await?;
        flights.push(fly(self.errand, conn, 0, Duration::ZERO));
        let (mut copies, mut next) = (0, due(1));
        loop {
            let alarm = next.unwrap_or(begun);
            tokio::select! {
                biased;
                Some(landed) = flights.next() => {
                    let Landed { conn, copy, result } = landed;
                    let kind = match result {
                        Ok(answer) => {
                            self.answered(policy, copy, begun.elapsed());
                            return Ok(answer);
                        }
                        Err(kind) => kind,
                    };
                    let error = match self.judge(&conn, kind, copy) {
                        Next::Ignored => return Ok(nothing(&conn)),
                        Next::Failed(error) if is_final(&error) => return Err(self.failed(error)),
                        Next::Failed(error) => error,
                        Next::Attempt { same, after } => {
                            let conn = if same { Some(conn) } else { self.pass_on(&mut road) };
                            if let Some(conn) = conn {
                                flights.push(fly(self.errand, conn, copy, after));
                                continue;
                            }
                            if flights.is_empty() {
                                return Err(self.next(&mut road).await.map_or_else(|e| e, |_| ErrorKind::NoHost.into()));
                            }
                            continue;
                        }
                    };
                    // Another copy may still succeed.
                    if flights.is_empty() {
                        return Err(self.failed(error));
                    }
                }
                () = sleep_until(alarm), if next.is_some() => {
                    copies += 1;
                    next = match self.pass_on(&mut road) {
                        Some(conn) => {
                            self.copied(policy, &conn);
                            flights.push(fly(self.errand, conn, copies, Duration::ZERO));
                            due(copies + 1)
                        }
                        // Nobody is left who could be asked.
                        None => None,
                    };
                }
            }
        }
    }
}

impl Trip<'_> {
    fn answered(&self, policy: &dyn SpeculationPolicy, copy: u32, after: Duration) {
        policy.answered(after);
        if copy > 0 {
            let counted = &self.errand.inner.counted.policies;
            counted.speculation(policy.name(), |counts| counts.won += 1);
        }
    }

    fn copied(&self, policy: &dyn SpeculationPolicy, conn: &Conn) {
        if let Some(meter) = conn.measured() {
            meter.speculated();
        }
        let counted = &self.errand.inner.counted.policies;
        counted.speculation(policy.name(), |counts| counts.copies += 1);
    }
}

async fn fly(errand: Errand<'_>, conn: Arc<Conn>, copy: u32, after: Duration) -> Landed {
    pause(after).await;
    let result = errand.run(&conn).await;
    Landed { conn, copy, result }
}

/// Whether every node would say the same.
pub(super) fn is_final(error: &Error) -> bool {
    error.is_invalid()
        || error.is_already_exists()
        || matches!(
            error.kind(),
            ErrorKind::Unauthorized { .. }
                | ErrorKind::TooLarge { .. }
                | ErrorKind::StatementChanged
                | ErrorKind::Closed
        )
}
