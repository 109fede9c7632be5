//! What all clones of a session share.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tracing::{Instrument, Span};

use crate::clock::deadlines::Tick;
use crate::cluster::{Cluster, Route};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Consistency;
use crate::session::attempt::Trip;
use crate::session::choices::Policies;
use crate::session::counted::Counted;
use crate::session::observe::{Observed, Observers};
use crate::session::request::{Message, Request};
use crate::session::statements::Statements;
use crate::session::{Answer, Execution};
use crate::statement::{Options, Verb};

/// What a statement that does not say otherwise is executed with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Defaults {
    pub(super) consistency: Consistency,
    pub(super) serial_consistency: Option<Consistency>,
    pub(super) page_size: u32,
    pub(super) timeout: Duration,
    pub(super) attempt_timeout: Option<Duration>,
}

/// What all clones of a session share.
pub(super) struct Inner {
    pub(super) cluster: Arc<Cluster>,
    pub(super) defaults: Defaults,
    pub(super) remote: bool,
    pub(super) agreement_timeout: Duration,
    pub(super) statements: Statements,
    pub(super) policies: Policies,
    pub(super) observers: Observers,
    pub(super) counted: Counted,
    /// Where the session closes itself when its last clone is dropped.
    pub(super) runtime: Handle,
}

impl Inner {
    pub(super) fn timeout(&self, options: &Options) -> Duration {
        options.timeout.unwrap_or(self.defaults.timeout)
    }

    #[inline]
    pub(super) fn deadline(&self, options: &Options) -> Tick {
        self.cluster.deadlines().after(self.timeout(options))
    }

    /// The route of a request before its partition is known.
    #[inline]
    pub(super) fn anywhere<'a>(&self, options: &Options) -> Route<'a> {
        let consistency = options.consistency.unwrap_or(self.defaults.consistency);
        let more = options.more();
        Route {
            remote: self.remote && !consistency.is_local(),
            consistency,
            target: more.and_then(|more| more.target),
            token: more.and_then(|more| more.token),
            ..Route::default()
        }
    }

    /// Checks the number of values, takes in what the profile says, and gives a write its time: once, so that all attempts carry the same.
    #[inline]
    pub(super) fn complete(&self, execution: &mut Execution) -> Result<()> {
        let statement = &execution.statement;
        let markers = statement.markers().len();
        if usize::from(execution.count) != markers {
            let values = execution.count.into();
            return Err(Error::new(ErrorKind::ValueCount { markers, values })
                .of_statement(statement.shared_text()));
        }
        let timed = statement.verb() == Verb::Write && !statement.is_lwt();
        self.fill(&mut execution.options);
        if timed && execution.options.timestamp.is_none() {
            execution.options.timestamp = self.policies.timestamps.next();
        }
        Ok(())
    }

    /// Sends a message, through all the attempts that it needs.
    pub(super) async fn send(&self, message: Message<'_>) -> Result<Answer> {
        let mut options = message.options();
        self.fill(&mut options);
        let request = Request {
            message,
            options: &options,
            defaults: &self.defaults,
            level: None,
        };
        let deadline = self.deadline(&options);
        let observed = self.observers.observe(|| request.subject());
        let span = observed
            .as_ref()
            .map_or_else(Span::none, |o| o.span.clone());
        let timeout = self.timeout(&options);
        let trip = Trip::new(self, request, deadline, timeout);
        let result = async {
            let place = self.place(&options, deadline, timeout).await;
            let _place = place.map_err(|kind| Error::new(kind).of_statement(&request.text()))?;
            trip.go(None).await
        };
        let result = result.instrument(span).await;
        self.ended(observed.as_deref(), &result);
        result
    }

    /// Counts a request that has ended, and tells those who want to know.
    #[inline]
    pub(super) fn ended(&self, observed: Option<&Observed>, result: &Result<Answer>) {
        self.counted.ended(result);
        if let Some(observed) = observed {
            observed.ended(result, &self.observers, &self.counted);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let cluster = self.cluster.clone();
        // After `close` there is nothing left to do, and on a runtime that has ended nothing that could be done.
        if !cluster.is_closed() {
            self.runtime.spawn(async move { cluster.close().await });
        }
    }
}
