//! How a statement is to be executed.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use uuid::Uuid;

use crate::frame::{Consistency, Flags, Payload, put_payload};
use crate::policy::Shared;
use crate::policy::profile::{Profile, Settings};
use crate::policy::retry::RetryPolicy;
use crate::token::Token;
use crate::wire::TooLong;

/// How a statement is to be executed. What is `None` is that of its [profile](Options::profile), if it has one, else the
/// session's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// How many replicas must answer.
    pub consistency: Option<Consistency>,
    /// For conditional writes: `SERIAL` or `LOCAL_SERIAL`. The server's default is `SERIAL`.
    pub serial_consistency: Option<Consistency>,
    /// How long the request may take, all its attempts together.
    pub timeout: Option<Duration>,
    /// Rows per page. `Some(0)`: all rows in one answer.
    pub page_size: Option<u32>,
    /// The write time, in microseconds since 1970. `None`: drawn by the session, once per request, and never the
    /// same twice.
    pub timestamp: Option<i64>,
    /// Whether the statement may be sent again when it is not known whether it was executed. Reads always may.
    pub idempotent: bool,
    /// Whether the server is to record how it executes it; [`Answer::tracing_id`](crate::session::Answer::tracing_id)
    /// finds the record.
    pub tracing: bool,
    /// What only few statements have; `None` for none of it.
    pub more: Option<Arc<More>>,
}

/// What only few statements say of their execution.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct More {
    /// Whose settings it is executed with where it has none of its own.
    pub profile: Option<Profile>,
    /// What follows a failed attempt.
    pub retry_policy: Option<Shared<dyn RetryPolicy>>,
    /// How long one attempt may take.
    pub attempt_timeout: Option<Duration>,
    /// The node, and perhaps the shard, that it is sent to.
    pub target: Option<Target>,
    /// The token of its partition, where its values do not tell it.
    pub token: Option<Token>,
    /// What is told to the server beside the message, by key.
    pub payload: Payload,
}

/// A node, and perhaps a shard of it, that a statement is sent to, whatever the load balancing says.
///
/// The session must have connections to the node. While it has none to the shard, another of the node's is used, and the
/// node passes the request on.
///
/// # Examples
/// ```no_run
/// # async fn example(session: scylla_orm_driver::Session) -> scylla_orm_driver::Result<()> {
/// use scylla_orm_driver::statement::{Statement, Target};
///
/// for node in session.topology().nodes() {
///     let statement = Statement::new("SELECT release_version FROM system.local WHERE key = 'local'");
///     let answer = session.query(statement.target(Target::only(node.host_id)), ()).await?;
///     println!("{}: {:?}", node.address, answer.first_as::<(String,)>()?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    pub(crate) host_id: Uuid,
    pub(crate) shard: Option<u16>,
    pub(crate) only: bool,
}

impl Target {
    /// That node and no other: if it cannot be asked, the request fails.
    pub fn only(host_id: Uuid) -> Target {
        Target {
            host_id,
            shard: None,
            only: true,
        }
    }

    /// That node first; others, as the load balancing says, if it cannot be asked or the retry policy wants another.
    pub fn first(host_id: Uuid) -> Target {
        Target {
            only: false,
            ..Target::only(host_id)
        }
    }

    /// On that node by the connection to this shard.
    pub fn shard(mut self, shard: u16) -> Target {
        self.shard = Some(shard);
        self
    }
}

impl Options {
    /// Executes it with the settings of `profile` where it has none of its own.
    pub fn profile(mut self, profile: &Profile) -> Options {
        self.more_mut().profile = Some(profile.clone());
        self
    }

    /// What follows a failed attempt.
    pub fn retry_policy(mut self, policy: impl Into<Shared<dyn RetryPolicy>>) -> Options {
        self.more_mut().retry_policy = Some(policy.into());
        self
    }

    /// How long one attempt may take, see [`SessionBuilder::attempt_timeout`](crate::SessionBuilder::attempt_timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Options {
        self.more_mut().attempt_timeout = Some(timeout);
        self
    }

    /// Sends it to this node.
    pub fn target(mut self, target: Target) -> Options {
        self.more_mut().target = Some(target);
        self
    }

    /// Sends it to the owners of this token, if its values do not tell the partition: for a statement about a range of
    /// tokens, or one whose key is written in its text.
    pub fn token(mut self, token: Token) -> Options {
        self.more_mut().token = Some(token);
        self
    }

    /// Tells the server this beside the message, under a key of its own: a custom payload, for query handlers of Cassandra
    /// that were made for it. Servers pass over keys that they do not know. Each attempt carries it; adds to those given
    /// before. What a server tells is in [`Answer::payload`](crate::session::Answer::payload).
    ///
    /// A key or a value that is longer than the protocol allows (65,535 bytes, 2 GiB) fails the request before it is sent,
    /// as [`TooLarge`](crate::ErrorKind::TooLarge).
    ///
    /// # Examples
    /// ```
    /// use scylla_orm_driver::statement::Statement;
    ///
    /// let statement = Statement::new("SELECT * FROM shop.orders").payload("request-id", "7f3a");
    /// ```
    pub fn payload(mut self, key: impl Into<String>, value: impl Into<Bytes>) -> Options {
        let entry = (key.into(), Some(value.into()));
        self.more_mut().payload.push(entry);
        self
    }

    /// The flags of a request with these options.
    #[inline]
    pub(crate) fn flags(&self) -> Flags {
        let tracing = match self.tracing {
            true => Flags::TRACING,
            false => Flags::NONE,
        };
        match self.more() {
            Some(more) if !more.payload.is_empty() => tracing | Flags::PAYLOAD,
            _ => tracing,
        }
    }

    /// Appends what stands in front of the message, as [`flags`](Options::flags) announce.
    #[inline]
    pub(crate) fn put_before(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        match self.more() {
            Some(more) if !more.payload.is_empty() => put_payload(out, &more.payload),
            _ => Ok(()),
        }
    }

    fn more_mut(&mut self) -> &mut More {
        Arc::make_mut(self.more.get_or_insert_default())
    }

    #[inline]
    pub(crate) fn more(&self) -> Option<&More> {
        self.more.as_deref()
    }

    /// Takes what it leaves open from the settings of a profile. The policies stay where they are.
    pub(crate) fn fill(&mut self, settings: &Settings) {
        self.consistency = self.consistency.or(settings.consistency);
        self.serial_consistency = self.serial_consistency.or(settings.serial_consistency);
        self.timeout = self.timeout.or(settings.timeout);
        self.page_size = self.page_size.or(settings.page_size);
        let own = self.more().and_then(|more| more.attempt_timeout);
        if let (None, Some(timeout)) = (own, settings.attempt_timeout) {
            self.more_mut().attempt_timeout = Some(timeout);
        }
    }
}
