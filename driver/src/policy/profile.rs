//! How a kind of requests is executed, changed while the program runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::frame::Consistency;
use crate::policy::Shared;
use crate::policy::balancing::LoadBalancing;
use crate::policy::retry::RetryPolicy;
use crate::policy::speculation::SpeculationPolicy;
use crate::policy::throttle::Throttle;

/// How a kind of requests is executed: what statements of one kind have in common, by a name of your own, a variable.
///
/// What it leaves open is the session's; what a statement says itself comes before it. Cheap to clone; all clones are the
/// same profile, and [`replace`](Profile::replace) changes it for all requests that begin after it, in all sessions. A
/// request under way asks for its retry policy when it fails.
///
/// A session has a profile of its own if it was [given one](crate::SessionBuilder::profile). Others are named by
/// statements. One whose load balancing goes to nodes that the session does not connect to must be
/// [made known](crate::Session::add_profile) to it first.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use scylla_orm_driver::frame::Consistency;
/// use scylla_orm_driver::policy::profile::{Profile, Settings};
/// use scylla_orm_driver::policy::retry::Fallthrough;
/// use scylla_orm_driver::statement::Statement;
///
/// let reports = Profile::new(
///     Settings::new()
///         .consistency(Consistency::One)
///         .timeout(Duration::from_secs(60))
///         .retry_policy(Fallthrough),
/// );
/// let statement = Statement::new("SELECT * FROM shop.orders").profile(&reports);
///
/// // Later, while statements of that profile are executed:
/// reports.replace(Settings::clone(&reports.settings()).consistency(Consistency::LocalOne));
/// assert_eq!(reports.settings().consistency, Some(Consistency::LocalOne));
/// ```
#[derive(Clone)]
pub struct Profile(Arc<Inner>);

struct Inner {
    settings: ArcSwap<Settings>,
    changed: watch::Sender<()>,
}

/// What a profile says. What is `None` is the session's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Settings {
    /// How many replicas must answer.
    pub consistency: Option<Consistency>,
    /// For conditional writes: `SERIAL` or `LOCAL_SERIAL`.
    pub serial_consistency: Option<Consistency>,
    /// How long a request may take, all its attempts together.
    pub timeout: Option<Duration>,
    /// How long one attempt may take.
    pub attempt_timeout: Option<Duration>,
    /// Rows per page; 0: all rows in one answer.
    pub page_size: Option<u32>,
    /// What follows a failed attempt.
    pub retry_policy: Option<Shared<dyn RetryPolicy>>,
    /// Whom requests are sent to.
    pub load_balancing: Option<Shared<dyn LoadBalancing>>,
    /// When a request that is not answered yet is sent to another node as well.
    pub speculation: Option<Shared<dyn SpeculationPolicy>>,
    /// When a request may begin.
    pub throttle: Option<Shared<dyn Throttle>>,
}

impl Settings {
    /// Nothing: all is the session's.
    pub fn new() -> Settings {
        Settings::default()
    }

    /// How many replicas must answer.
    pub fn consistency(mut self, consistency: Consistency) -> Settings {
        self.consistency = Some(consistency);
        self
    }

    /// For conditional writes: `SERIAL` or `LOCAL_SERIAL`.
    pub fn serial_consistency(mut self, consistency: Consistency) -> Settings {
        self.serial_consistency = Some(consistency);
        self
    }

    /// How long a request may take, all its attempts together.
    pub fn timeout(mut self, timeout: Duration) -> Settings {
        self.timeout = Some(timeout);
        self
    }

    /// How long one attempt may take, see [`SessionBuilder::attempt_timeout`](crate::SessionBuilder::attempt_timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Settings {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Rows per page; 0: all rows in one answer.
    pub fn page_size(mut self, rows: u32) -> Settings {
        self.page_size = Some(rows);
        self
    }

    /// What follows a failed attempt.
    pub fn retry_policy(mut self, policy: impl Into<Shared<dyn RetryPolicy>>) -> Settings {
        self.retry_policy = Some(policy.into());
        self
    }

    /// Whom requests are sent to.
    pub fn load_balancing(mut self, policy: impl Into<Shared<dyn LoadBalancing>>) -> Settings {
        self.load_balancing = Some(policy.into());
        self
    }

    /// When a request that is not answered yet is sent to another node as well.
    pub fn speculation(mut self, policy: impl Into<Shared<dyn SpeculationPolicy>>) -> Settings {
        self.speculation = Some(policy.into());
        self
    }

    /// When a request may begin, in the place of the session's throttle.
    pub fn throttle(mut self, policy: impl Into<Shared<dyn Throttle>>) -> Settings {
        self.throttle = Some(policy.into());
        self
    }
}

impl Profile {
    /// A profile with these settings.
    pub fn new(settings: Settings) -> Profile {
        Profile(Arc::new(Inner {
            settings: ArcSwap::from_pointee(settings),
            changed: watch::Sender::new(()),
        }))
    }

    /// What it says now.
    pub fn settings(&self) -> Arc<Settings> {
        self.0.settings.load_full()
    }

    /// Makes it say this from now on. Requests that have begun keep their consistency level and their deadlines. Where
    /// another load balancing policy wants connections to other nodes, sessions open and close them behind this.
    pub fn replace(&self, settings: Settings) {
        self.0.settings.store(Arc::new(settings));
        self.0.changed.send_replace(());
    }

    /// Tells of each [`replace`](Profile::replace).
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }
}

impl PartialEq for Profile {
    /// Whether both are the same profile.
    fn eq(&self, other: &Profile) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Profile {}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Profile").field(&self.settings()).finish()
    }
}
