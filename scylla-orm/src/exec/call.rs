//! How and where a statement is executed.

use scylla_orm_driver::statement::Options;

use crate::connection::{On, Session};

/// How and where a statement is executed: the session, and what differs from its defaults.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call<'s> {
    pub(crate) on: On<'s>,
    /// A box, because most statements have none, and each query and future carries it.
    pub(crate) options: Option<Box<Options>>,
}

impl Call<'_> {
    pub(crate) fn on<'t>(self, session: &'t Session) -> Call<'t> {
        Call {
            on: On::Given(session),
            options: self.options,
        }
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(Options) -> Options) {
        let options = self.options();
        *options = change(std::mem::take(options));
    }

    pub(crate) fn options(&mut self) -> &mut Options {
        self.options.get_or_insert_default()
    }
}

/// The methods by which a builder with a `Call` at `$call` is told how it is executed.
macro_rules! settings {
    ($($call:ident).+) => {
        /// How many replicas must answer, instead of the session's choice.
        pub fn consistency(mut self, level: scylla_orm_driver::frame::Consistency) -> Self {
            self.$($call).+.options().consistency = Some(level);
            self
        }

        /// How long it may take, all attempts together, instead of the session's choice.
        pub fn timeout(mut self, after: std::time::Duration) -> Self {
            self.$($call).+.options().timeout = Some(after);
            self
        }

        /// Executes it with the settings of `profile` where it has none of its own: consistency, timeouts, policies.
        pub fn profile(mut self, profile: &scylla_orm_driver::policy::profile::Profile) -> Self {
            self.$($call).+.change(|options| options.profile(profile));
            self
        }

        /// What follows a failed attempt, instead of the profile's or the session's choice.
        pub fn retry_policy(
            mut self,
            policy: impl Into<
                scylla_orm_driver::policy::Shared<dyn scylla_orm_driver::policy::retry::RetryPolicy>,
            >,
        ) -> Self {
            self.$($call).+.change(|options| options.retry_policy(policy));
            self
        }

        /// Says that it may be executed twice, so that it is sent again when it is not known whether it was executed.
        /// Reads may always, and so may writes of which that is seen from their statement.
        pub fn idempotent(mut self) -> Self {
            self.$($call).+.options().idempotent = true;
            self
        }

        /// Asks the server to record how it executes this. The id of the record is told by a `tracing` event, `INFO`, and
        /// to the session's [request tracker](scylla_orm_driver::policy::tracker::RequestTracker); the driver's
        /// [`Session::trace`](scylla_orm_driver::Session::trace) finds it.
        pub fn tracing(mut self) -> Self {
            self.$($call).+.options().tracing = true;
            self
        }

        /// Changes whatever else the driver can be told of a request: an attempt's timeout, a node, a custom payload.
        pub fn options(
            mut self,
            change: impl FnOnce(
                scylla_orm_driver::statement::Options,
            ) -> scylla_orm_driver::statement::Options,
        ) -> Self {
            self.$($call).+.change(change);
            self
        }
    };
}

/// The same for one that writes under conditions.
macro_rules! serial_settings {
    ($($call:ident).+) => {
        /// Which replicas agree on the condition: all data centres (`Serial`, the default), or the local one
        /// (`LocalSerial`).
        pub fn serial_consistency(mut self, level: scylla_orm_driver::frame::Consistency) -> Self {
            self.$($call).+.options().serial_consistency = Some(level);
            self
        }
    };
}

/// The same for one that reads pages.
macro_rules! page_settings {
    ($($call:ident).+) => {
        /// How many rows are fetched at a time, instead of the session's choice. It bounds memory, not the result.
        pub fn page_size(mut self, rows: u32) -> Self {
            self.$($call).+.options().page_size = Some(rows);
            self
        }
    };
}

pub(crate) use {page_settings, serial_settings, settings};
