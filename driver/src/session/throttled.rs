//! Requests wait until the throttle of their session or profile lets them in.

use std::time::Duration;

use futures_core::future::BoxFuture;

use crate::clock::deadlines::Tick;
use crate::error::{ErrorKind, Result};
use crate::policy::Shared;
use crate::policy::throttle::{Entrance, Full, Place, Throttle};
use crate::session::Inner;
use crate::statement::Options;

/// Whether a request may begin.
pub(super) enum Gate {
    Open(Place),
    Queue(Waiting),
}

/// A request in a queue. It leaves the queue when this is dropped.
pub(super) struct Waiting {
    throttle: Shared<dyn Throttle>,
    turn: BoxFuture<'static, Result<(), Full>>,
}

impl Inner {
    #[inline]
    pub(super) fn gate(&self, options: &Options) -> Result<Gate, ErrorKind> {
        match self.throttle(options) {
            None => Ok(Gate::Open(Place::default())),
            Some(throttle) => self.ask(throttle),
        }
    }

    fn ask(&self, throttle: Shared<dyn Throttle>) -> Result<Gate, ErrorKind> {
        match throttle.enter() {
            Entrance::Open => Ok(Gate::Open(Place::of(throttle))),
            Entrance::Queue(turn) => Ok(Gate::Queue(Waiting { throttle, turn })),
            Entrance::Refused(full) => Err(self.refuse(full)),
        }
    }

    fn refuse(&self, full: Full) -> ErrorKind {
        self.counted.throttled.refused();
        full.into()
    }

    /// Waits for its turn, at most until the deadline of the request, `timeout` after it began.
    pub(super) async fn turn(
        &self,
        waiting: Waiting,
        deadline: Tick,
        timeout: Duration,
    ) -> Result<Place, ErrorKind> {
        let _counted = self.counted.throttled.wait();
        let left = self.cluster.deadlines().left(deadline);
        tokio::select! {
            biased;
            turn = waiting.turn => match turn {
                Ok(()) => Ok(Place::of(waiting.throttle)),
                Err(full) => Err(self.refuse(full)),
            },
            () = self.cluster.until_closed() => Err(ErrorKind::Closed),
            () = tokio::time::sleep(left) => Err(ErrorKind::Timeout { after: timeout, sent: false }),
        }
    }

    /// Both: a place at once, or the turn of one.
    pub(super) async fn place(
        &self,
        options: &Options,
        deadline: Tick,
        timeout: Duration,
    ) -> Result<Place, ErrorKind> {
        match self.gate(options)? {
            Gate::Open(place) => Ok(place),
            Gate::Queue(waiting) => self.turn(waiting, deadline, timeout).await,
        }
    }
}
