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
    /// There is none.
    Open,
    /// The session's own throttle has let it in; see [`entered`](Inner::entered).
    Entered,
    /// A profile's throttle has.
    Placed(Place),
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
        if let Some(throttle) = self.profiles_throttle(options) {
            return self.ask(&throttle, || Gate::Placed(Place::of(throttle.clone())));
        }
        match &self.policies.throttle {
            None => Ok(Gate::Open),
            Some(throttle) => self.ask(throttle, || Gate::Entered),
        }
    }

    fn ask(
        &self,
        throttle: &Shared<dyn Throttle>,
        open: impl FnOnce() -> Gate,
    ) -> Result<Gate, ErrorKind> {
        match throttle.enter() {
            Entrance::Open => Ok(open()),
            Entrance::Queue(turn) => Ok(Gate::Queue(Waiting {
                throttle: throttle.clone(),
                turn,
            })),
            Entrance::Refused(full) => Err(self.refuse(full)),
        }
    }

    /// The place at the session's own throttle of a request that has entered. It is left when this is dropped.
    #[inline]
    pub(super) fn entered(&self, entered: bool) -> Place {
        match &self.policies.throttle {
            Some(throttle) if entered => Place::of(throttle.clone()),
            _ => Place::default(),
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
            Gate::Open => Ok(Place::default()),
            Gate::Entered => Ok(self.entered(true)),
            Gate::Placed(place) => Ok(place),
            Gate::Queue(waiting) => self.turn(waiting, deadline, timeout).await,
        }
    }
}
