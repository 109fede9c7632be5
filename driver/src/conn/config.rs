//! What a connection may do and how long it may take.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::conn::auth::Authenticator;
use crate::frame::{Compression, Version};

/// The settings of a connection.
#[derive(Debug, Clone)]
pub struct ConnConfig {
    /// Time for making the connection. 5 s by default.
    pub connect_timeout: Duration,
    /// Time for each step of the handshake: OPTIONS, STARTUP, authentication. 5 s by default.
    pub step_timeout: Duration,
    /// After so long without a word from the server it is asked for one. 15 s by default.
    pub heartbeat_interval: Duration,
    /// If the server says nothing for so long after that, the connection is dead. 5 s by default.
    pub heartbeat_timeout: Duration,
    /// How long a closing connection waits for the answers that are due. 5 s by default.
    pub drain_timeout: Duration,
    /// How long a closing connection then waits for the server to close its side. 2 s by default.
    pub linger: Duration,
    /// Requests under way at once, up to 32,768. 4,096 by default: a shard of ScyllaDB has no use for more.
    pub in_flight: u16,
    /// Requests that may wait for one under way to end; more fail as busy. 8,192 by default.
    pub queue: usize,
    /// Bytes that may wait to be sent, and again as many in the queue. 16 MiB by default; one larger request passes alone.
    pub queue_bytes: usize,
    /// Requests given up by their callers whose answers are due since [`orphan_age`](ConnConfig::orphan_age). With
    /// more than that the connection is replaced: it takes no more requests, and closes when those that somebody
    /// still waits for are over. 1,024 by default.
    pub orphans: u32,
    /// How long an answer that nobody waits for may take before it counts: callers who give up many requests at once
    /// say nothing about the connection. 1 s by default.
    pub orphan_age: Duration,
    /// The longest answer accepted, in bytes. 256 MiB by default, the protocol's own limit.
    pub max_frame: usize,
    /// The newest version of the protocol to use. Version 5 by default, for servers that offer it.
    pub version: Version,
    /// How what goes over the wire is compressed, if the server can do it. Not at all by default.
    pub compression: Option<Compression>,
    /// Who connects, for servers that ask.
    pub credentials: Option<Credentials>,
    /// Proves it in another way than by user and password, and in the place of them.
    pub authenticator: Option<Arc<dyn Authenticator>>,
    /// Further options of STARTUP, such as `APPLICATION_NAME`. Servers ignore those that they do not know.
    pub startup: Vec<(String, String)>,
}

impl Default for ConnConfig {
    fn default() -> ConnConfig {
        ConnConfig {
            connect_timeout: Duration::from_secs(5),
            step_timeout: Duration::from_secs(5),
            heartbeat_interval: Duration::from_secs(15),
            heartbeat_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(5),
            linger: Duration::from_secs(2),
            in_flight: 4096,
            queue: 8192,
            queue_bytes: 16 << 20,
            orphans: 1024,
            orphan_age: Duration::from_secs(1),
            max_frame: crate::frame::MAX_BODY,
            version: Version::V5,
            compression: None,
            credentials: None,
            authenticator: None,
            startup: Vec::new(),
        }
    }
}

/// User and password. Shown nowhere: `Debug` leaves the password out. Clones share what they hold, so that one that is
/// kept can [`replace`](Credentials::replace) what a session uses.
#[derive(Clone)]
pub struct Credentials {
    pair: Arc<ArcSwap<Pair>>,
    authenticators: Vec<Cow<'static, str>>,
}

/// Both are replaced at once.
pub(super) struct Pair {
    pub(super) user: String,
    pub(super) password: String,
}

/// Server classes that take user and password in SASL PLAIN.
const PASSWORD_AUTHENTICATORS: [&str; 5] = [
    "org.apache.cassandra.auth.PasswordAuthenticator",
    "org.apache.cassandra.auth.MutualTlsWithPasswordFallbackAuthenticator",
    "com.scylladb.auth.TransitionalAuthenticator",
    "com.scylladb.auth.SaslauthdAuthenticator",
    "com.amazon.helenus.auth.HelenusAuthenticator",
];

impl Credentials {
    /// A user and its password.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Credentials {
        let (user, password) = (user.into(), password.into());
        Credentials {
            pair: Arc::new(ArcSwap::from_pointee(Pair { user, password })),
            authenticators: PASSWORD_AUTHENTICATORS.map(Cow::Borrowed).to_vec(),
        }
    }

    /// Puts others in their place: the password was changed. Connections that are open stay; those made from now on
    /// use these.
    pub fn replace(&self, user: impl Into<String>, password: impl Into<String>) {
        let (user, password) = (user.into(), password.into());
        self.pair.store(Arc::new(Pair { user, password }));
    }

    /// Trusts another authenticator of the server with the password, by the name of its class.
    #[must_use]
    pub fn allow(mut self, authenticator: impl Into<String>) -> Credentials {
        self.authenticators.push(Cow::Owned(authenticator.into()));
        self
    }

    /// The user.
    pub fn user(&self) -> String {
        self.pair().user.clone()
    }

    /// Whether this authenticator may see the password.
    pub(super) fn trusts(&self, authenticator: &str) -> bool {
        self.authenticators
            .iter()
            .any(|known| known == authenticator)
    }

    pub(super) fn pair(&self) -> Arc<Pair> {
        self.pair.load_full()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user())
            .finish_non_exhaustive()
    }
}
