//! Which policies and settings a request has: its own, its profile's, or the session's.

use crate::clock::deadlines::Tick;
use crate::clock::timestamps::Timestamps;
use crate::error::Result;
use crate::policy::Shared;
use crate::policy::balancing::LoadBalancing;
use crate::policy::profile::Profile;
use crate::policy::retry::{RetryPolicy, Spending};
use crate::policy::speculation::SpeculationPolicy;
use crate::policy::throttle::Throttle;
use crate::policy::timestamp::TimestampGenerator;
use crate::session::inner::Inner;
use crate::session::{Execution, Session};
use crate::statement::Options;

/// The policies of a session.
#[derive(Debug)]
pub(super) struct Policies {
    /// Its own profile, which can be changed while it runs.
    pub(super) profile: Option<Profile>,
    pub(super) retry: Shared<dyn RetryPolicy>,
    pub(super) budget: Spending,
    pub(super) load_balancing: Option<Shared<dyn LoadBalancing>>,
    pub(super) speculation: Option<Shared<dyn SpeculationPolicy>>,
    pub(super) throttle: Option<Shared<dyn Throttle>>,
    pub(super) timestamps: Series,
}

/// Where write times come from. What nearly everybody has is called without a pointer.
#[derive(Debug)]
pub(super) enum Series {
    Monotonic(Timestamps),
    Other(Shared<dyn TimestampGenerator>),
}

impl Series {
    #[inline]
    pub(super) fn next(&self) -> Option<i64> {
        match self {
            Series::Monotonic(stamps) => Some(stamps.next()),
            Series::Other(generator) => generator.next(),
        }
    }
}

impl Session {
    /// Makes a profile known to this session, so that it connects to the nodes that the profile's load balancing sends
    /// requests to, now and whenever the profile changes. Profiles without load balancing need not be made known.
    ///
    /// # Errors
    /// As [`refresh`](Session::refresh). The profile is known all the same.
    pub async fn add_profile(&self, profile: &Profile) -> Result<()> {
        self.0.cluster.add_profile(profile);
        self.refresh().await
    }
}

impl Inner {
    #[inline]
    fn profile<'a>(&'a self, options: &'a Options) -> Option<&'a Profile> {
        let own = options.more().and_then(|more| more.profile.as_ref());
        own.or(self.policies.profile.as_ref())
    }

    /// Takes from the profile what the options leave open. What is open then is the session's.
    #[inline]
    pub(super) fn fill(&self, options: &mut Options) {
        if let Some(settings) = self.profile(options).map(Profile::settings) {
            options.fill(&settings);
        }
    }

    #[inline]
    pub(super) fn load_balancing(&self, options: &Options) -> Option<Shared<dyn LoadBalancing>> {
        let of_profile = |p: &Profile| p.settings().load_balancing.clone();
        let own = self.profile(options).and_then(of_profile);
        own.or_else(|| self.policies.load_balancing.clone())
    }

    #[inline]
    pub(super) fn speculation(&self, options: &Options) -> Option<Shared<dyn SpeculationPolicy>> {
        let of_profile = |p: &Profile| p.settings().speculation.clone();
        let own = self.profile(options).and_then(of_profile);
        own.or_else(|| self.policies.speculation.clone())
    }

    #[inline]
    pub(super) fn profiles_throttle(&self, options: &Options) -> Option<Shared<dyn Throttle>> {
        let of_profile = |p: &Profile| p.settings().throttle.clone();
        self.profile(options).and_then(of_profile)
    }

    /// Whether copies of it may be sent: such a request has timers, so it goes through the retry loop at once.
    #[inline]
    pub(super) fn races(&self, execution: &Execution) -> bool {
        let statement = &execution.statement;
        let idempotent = statement.is_read() || execution.options.idempotent;
        self.speculation(&execution.options).is_some() && idempotent && !statement.is_lwt()
    }

    pub(super) fn retry_policy(&self, options: &Options) -> Shared<dyn RetryPolicy> {
        let of_profile = |p: &Profile| p.settings().retry_policy.clone();
        let own = options.more().and_then(|more| more.retry_policy.clone());
        own.or_else(|| self.profile(options).and_then(of_profile))
            .unwrap_or_else(|| self.policies.retry.clone())
    }

    /// When an attempt that begins now has to be answered: never later than the request.
    #[inline]
    pub(super) fn attempt_deadline(&self, options: &Options, whole: Tick) -> Tick {
        let own = options.more().and_then(|more| more.attempt_timeout);
        match own.or(self.defaults.attempt_timeout) {
            None => whole,
            Some(timeout) => {
                let attempt = self.cluster.deadlines().after(timeout);
                if whole.is_over(attempt) {
                    whole
                } else {
                    attempt
                }
            }
        }
    }
}
