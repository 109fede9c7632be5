//! The policies of a session that is to be opened.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::clock::timestamps::Timestamps;
use crate::policy::Shared;
use crate::policy::address::AddressTranslator;
use crate::policy::balancing::LoadBalancing;
use crate::policy::profile::Profile;
use crate::policy::retry::{RetryBudget, RetryPolicy, Spending, Standard};
use crate::policy::speculation::SpeculationPolicy;
use crate::policy::throttle::Throttle;
use crate::policy::timestamp::TimestampGenerator;
use crate::session::SessionBuilder;
use crate::session::choices::{Policies, Series};

/// The policies that were chosen.
#[derive(Debug, Clone, Default)]
pub(super) struct Choices {
    profile: Option<Profile>,
    retry: Option<Shared<dyn RetryPolicy>>,
    budget: RetryBudget,
    load_balancing: Option<Shared<dyn LoadBalancing>>,
    speculation: Option<Shared<dyn SpeculationPolicy>>,
    throttle: Option<Shared<dyn Throttle>>,
    timestamps: Option<Shared<dyn TimestampGenerator>>,
    pub(super) translator: Option<Shared<dyn AddressTranslator>>,
}

impl Choices {
    pub(super) fn policies(&self, clock: &Arc<dyn Clock>) -> Policies {
        Policies {
            profile: self.profile.clone(),
            retry: self
                .retry
                .clone()
                .unwrap_or_else(|| Standard::default().into()),
            budget: Spending::new(self.budget),
            load_balancing: self.load_balancing.clone(),
            speculation: self.speculation.clone(),
            throttle: self.throttle.clone(),
            timestamps: match &self.timestamps {
                Some(generator) => Series::Other(generator.clone()),
                None => Series::Monotonic(Timestamps::new(clock.clone())),
            },
        }
    }
}

impl SessionBuilder {
    /// The session's own profile: what statements without a profile of their own are executed with, changed at any time by
    /// [`Profile::replace`]. What it leaves open is this builder's. None by default.
    pub fn profile(mut self, profile: &Profile) -> Self {
        self.choices.profile = Some(profile.clone());
        self
    }

    /// Whom requests are sent to and whom the session connects to, instead of its own rules:
    /// [`local_datacenter`](SessionBuilder::local_datacenter) and [`local_rack`](SessionBuilder::local_rack) then say only
    /// where here is, and [`remote_failover`](SessionBuilder::remote_failover) nothing.
    pub fn load_balancing(mut self, policy: impl Into<Shared<dyn LoadBalancing>>) -> Self {
        self.choices.load_balancing = Some(policy.into());
        self
    }

    /// What follows a failed attempt, unless a profile or a statement says otherwise. [`Standard`] by default.
    pub fn retry_policy(mut self, policy: impl Into<Shared<dyn RetryPolicy>>) -> Self {
        self.choices.retry = Some(policy.into());
        self
    }

    /// How many retries the session may make, all its requests together. One for ten requests by default, and 500 at once.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.choices.budget = budget;
        self
    }

    /// When an idempotent request that is not answered yet is sent to another node as well, unless a profile says
    /// otherwise. Never by default.
    pub fn speculation(mut self, policy: impl Into<Shared<dyn SpeculationPolicy>>) -> Self {
        self.choices.speculation = Some(policy.into());
        self
    }

    /// When a request may begin, unless a profile says otherwise: limits of concurrency and of rate, with a queue. At once by
    /// default.
    ///
    /// # Examples
    /// ```
    /// use scylla_orm_driver::policy::throttle::Concurrency;
    ///
    /// // At most 256 requests at once, and 1,000 that wait; more fail at once.
    /// let builder = scylla_orm_driver::Session::builder().throttle(Concurrency::new(256).queue(1_000));
    /// ```
    pub fn throttle(mut self, policy: impl Into<Shared<dyn Throttle>>) -> Self {
        self.choices.throttle = Some(policy.into());
        self
    }

    /// Where write times come from. By default from the session's [`clock`](SessionBuilder::clock), and never the same
    /// twice.
    pub fn timestamp_generator(mut self, from: impl Into<Shared<dyn TimestampGenerator>>) -> Self {
        self.choices.timestamps = Some(from.into());
        self
    }

    /// Where nodes are connected to, if not where the cluster says that they listen. Contact points are not translated.
    pub fn address_translator(
        mut self,
        translator: impl Into<Shared<dyn AddressTranslator>>,
    ) -> Self {
        self.choices.translator = Some(translator.into());
        self
    }

    /// How long one attempt of a request may take, unless a statement or a profile says otherwise: then the retry policy
    /// is asked, which by default sends an idempotent one to the next node. By default as long as the request.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// let builder = scylla_orm_driver::Session::builder()
    ///     .request_timeout(Duration::from_secs(10))
    ///     .attempt_timeout(Duration::from_secs(2));
    /// ```
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.defaults.attempt_timeout = Some(timeout);
        self
    }
}
