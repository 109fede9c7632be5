//! Settings of a session that is to be opened.

mod knowledge;
mod policies;
mod url;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::clock::{Clock, SystemClock};
use crate::cluster::{Cluster, ContactPoint, SchemaSettings, Settings};
use crate::conn::auth::Authenticator;
use crate::conn::config::{ConnConfig, Credentials};
use crate::error::Result;
use crate::frame::{Compression, Consistency, Version};
use crate::policy::distance::Locality;
use crate::policy::routing::Routing;
use crate::pool::config::PoolConfig;
use crate::session::Session;
use crate::session::builder::knowledge::Observation;
use crate::session::builder::policies::Choices;
use crate::session::counted::Counted;
use crate::session::inner::{Defaults, Inner};
use crate::session::statements::Statements;
use crate::socket::{Connector, Resolver, SystemResolver, Tcp};

/// Settings of a session that is to be opened. Each method replaces one setting; [`connect`](SessionBuilder::connect)
/// opens the session.
#[derive(Clone)]
#[must_use = "nothing is opened before `connect`"]
pub struct SessionBuilder {
    points: Vec<ContactPoint>,
    datacenter: Option<Box<str>>,
    rack: Option<Box<str>>,
    remote: bool,
    routing: Routing,
    choices: Choices,
    defaults: Defaults,
    conn: ConnConfig,
    pool: PoolConfig,
    agreement_timeout: Duration,
    connect_deadline: Duration,
    wait: Option<Duration>,
    refresh_interval: Duration,
    prepared_cache: usize,
    schema: SchemaSettings,
    observation: Observation,
    connector: Arc<dyn Connector>,
    resolver: Arc<dyn Resolver>,
    clock: Arc<dyn Clock>,
}

impl Default for SessionBuilder {
    fn default() -> SessionBuilder {
        SessionBuilder {
            points: Vec::new(),
            datacenter: None,
            rack: None,
            remote: false,
            routing: Routing::default(),
            choices: Choices::default(),
            defaults: Defaults {
                consistency: Consistency::LocalQuorum,
                serial_consistency: None,
                page_size: 5000,
                timeout: Duration::from_secs(10),
                attempt_timeout: None,
            },
            conn: ConnConfig::default(),
            pool: PoolConfig::default(),
            agreement_timeout: Duration::from_secs(10),
            connect_deadline: Duration::from_secs(30),
            wait: None,
            refresh_interval: Duration::from_secs(60),
            prepared_cache: 1024,
            schema: SchemaSettings::default(),
            observation: Observation::default(),
            connector: Arc::new(Tcp::default()),
            resolver: Arc::new(SystemResolver),
            clock: Arc::new(SystemClock),
        }
    }
}

impl SessionBuilder {
    /// Servers to begin with, tried one after another in this order, each 250 ms after the one before or at once when
    /// that has failed; the others are learned from the first that answers. Adds to those given before.
    pub fn contact_points(
        mut self,
        points: impl IntoIterator<Item = impl Into<ContactPoint>>,
    ) -> Self {
        self.points.extend(points.into_iter().map(Into::into));
        self
    }

    /// The data centre whose nodes are asked. By default that of the contact point that answers first.
    pub fn local_datacenter(mut self, name: impl Into<Box<str>>) -> Self {
        self.datacenter = Some(name.into());
        self
    }

    /// The rack whose nodes are asked first, within the local data centre. By default none is.
    pub fn local_rack(mut self, name: impl Into<Box<str>>) -> Self {
        self.rack = Some(name.into());
        self
    }

    /// Whether nodes of other data centres are asked when no local one can be. Never for a `LOCAL_` consistency
    /// level. Off by default.
    pub fn remote_failover(mut self, on: bool) -> Self {
        self.remote = on;
        self
    }

    /// How much the driver uses of what it knows about where data lives: to the shard that owns the partition, by
    /// default. For measurements of what that saves.
    pub fn routing(mut self, routing: Routing) -> Self {
        self.routing = routing;
        self
    }

    /// User and password for servers that ask for them. They are sent as they are: use TLS where that matters.
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.conn.credentials = Some(Credentials::new(user, password));
        self
    }

    /// The same, held by the caller too, who can replace them while the session lives.
    ///
    /// ```
    /// use scylla_orm_driver::Session;
    /// use scylla_orm_driver::conn::config::Credentials;
    ///
    /// let credentials = Credentials::new("app", "of this month");
    /// let builder = Session::builder().shared_credentials(credentials.clone());
    /// // … when the month is over:
    /// credentials.replace("app", "of the next one");
    /// ```
    pub fn shared_credentials(mut self, credentials: Credentials) -> Self {
        self.conn.credentials = Some(credentials);
        self
    }

    /// Proves who connects in another way than by user and password, and in the place of them.
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.conn.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// All settings of connections at once; [`credentials`](SessionBuilder::credentials) and
    /// [`connect_timeout`](SessionBuilder::connect_timeout) are among them.
    pub fn connection_settings(mut self, settings: ConnConfig) -> Self {
        self.conn = settings;
        self
    }

    /// How connections to a node are opened and replaced.
    pub fn pool_settings(mut self, settings: PoolConfig) -> Self {
        self.pool = settings;
        self
    }

    /// Compresses what goes over the wire: worth it where the network is slower than the processor. Servers that do not
    /// have this compression are spoken to without, which a warning says. Not compressed by default. The crate's
    /// features `lz4` and `snappy` say which compressions there are; with Snappy, which version 5 of the protocol does
    /// not have, version 4 is used.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.conn.compression = Some(compression);
        self
    }

    /// The newest version of the protocol to use. By default version 5 with servers that offer it (Cassandra since 4.0),
    /// else version 4. A version that is a beta is never used.
    pub fn protocol_version(mut self, newest: Version) -> Self {
        self.conn.version = newest;
        self
    }

    /// How many replicas must answer, unless a statement says otherwise. `LOCAL_QUORUM` by default.
    pub fn consistency(mut self, consistency: Consistency) -> Self {
        self.defaults.consistency = consistency;
        self
    }

    /// The serial consistency level of conditional writes, unless a statement says otherwise. By default the
    /// server's, which is `SERIAL`.
    pub fn serial_consistency(mut self, consistency: Consistency) -> Self {
        self.defaults.serial_consistency = Some(consistency);
        self
    }

    /// Rows per page, unless a statement says otherwise. 5,000 by default; 0: all rows in one answer.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.defaults.page_size = rows;
        self
    }

    /// How long a request may take, all its attempts together, unless a statement says otherwise. 10 s by default.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.defaults.timeout = timeout;
        self
    }

    /// How long each step of opening a connection may take. 5 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.conn.connect_timeout = timeout;
        self.conn.step_timeout = timeout;
        self
    }

    /// How long [`connect`](SessionBuilder::connect) may look for a contact point that answers, all of them together.
    /// 30 s by default.
    pub fn connect_deadline(mut self, deadline: Duration) -> Self {
        self.connect_deadline = deadline;
        self
    }

    /// Waits that long for a cluster that is still starting, instead of the `connect_deadline`: as long as no contact
    /// point answers, or the local data centre has no node yet, all are tried again, with pauses of 0.1 s to 2 s. Each
    /// round that failed is told by a `tracing` event. Refused credentials are not tried again. Off by default.
    pub fn wait_for_cluster(mut self, limit: Duration) -> Self {
        self.wait = Some(limit);
        self
    }

    /// How often the topology is read anew when no event asks for that: an event can be lost. 60 s by default;
    /// 0: never.
    pub fn refresh_interval(mut self, interval: Duration) -> Self {
        self.refresh_interval = interval;
        self
    }

    /// How long a change of the schema may take to reach all nodes. 10 s by default.
    pub fn agreement_timeout(mut self, timeout: Duration) -> Self {
        self.agreement_timeout = timeout;
        self
    }

    /// How many prepared statements the session keeps; the least recently used go first. 1,024 by default.
    pub fn prepared_cache(mut self, statements: usize) -> Self {
        self.prepared_cache = statements;
        self
    }

    /// How streams to servers are opened. TCP by default.
    pub fn connector(mut self, connector: impl Connector) -> Self {
        self.connector = Arc::new(connector);
        self
    }

    /// Speaks TLS with the servers, in the place of plain TCP: see [`tls`](crate::socket::tls). Behind the crate's feature
    /// `tls`.
    #[cfg(feature = "tls")]
    pub fn tls(self, tls: crate::socket::tls::Tls) -> Self {
        self.connector(tls)
    }

    /// How names become addresses. The system's resolver by default.
    pub fn resolver(mut self, resolver: impl Resolver) -> Self {
        self.resolver = Arc::new(resolver);
        self
    }

    /// Where the time comes from. The system's clocks by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Opens the session: resolves when each node of the local data centre that can be reached has a connection to
    /// each of its shards, or after half a second, if at least one node has one by then; the rest is connected behind
    /// it. [`Session::wait_ready`] waits for more.
    ///
    /// # Errors
    /// [`NoContactPoint`](crate::error::ErrorKind::NoContactPoint) if no contact point can be used: its attempts say why, for each of them;
    /// [`Auth`](crate::error::ErrorKind::Auth) if the credentials are refused; [`Settings`](crate::error::ErrorKind::Settings) if a setting makes no sense.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    ///
    /// # Cancel safety
    /// What was opened is closed in order.
    pub async fn connect(self) -> Result<Session> {
        let policies = self.choices.policies(&self.clock);
        let settings = Settings {
            points: self.points,
            locality: Locality {
                datacenter: self.datacenter,
                rack: self.rack,
            },
            remote: self.remote,
            routing: self.routing,
            load_balancing: policies.load_balancing.clone(),
            translator: self.choices.translator,
            profile: policies.profile.clone(),
            metadata_timeout: self.conn.step_timeout,
            connect_deadline: self.connect_deadline,
            wait: self.wait,
            refresh_interval: Some(self.refresh_interval).filter(|i| !i.is_zero()),
            conn: self.conn,
            pool: self.pool,
            schema: self.schema,
            connector: self.connector,
            resolver: self.resolver,
            clock: self.clock,
        };
        // From here on the session closes itself in order, should this future be dropped.
        let session = Session(Arc::new(Inner {
            cluster: Cluster::open(settings).await?,
            defaults: self.defaults,
            remote: self.remote,
            agreement_timeout: self.agreement_timeout,
            statements: Statements::new(self.prepared_cache),
            policies,
            observers: self.observation.observers(),
            counted: Counted::default(),
            runtime: Handle::current(),
        }));
        session.0.cluster.wait_usable().await?;
        Ok(session)
    }
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder")
            .field("contact_points", &self.points)
            .field("local_datacenter", &self.datacenter)
            .field("connection_settings", &self.conn)
            .field("defaults", &self.defaults)
            .finish_non_exhaustive()
    }
}
