//! What was negotiated on a connection, as far as it changes what messages look like.

use super::Version;

/// What was negotiated on a connection: it decides what messages look like there. The default is version 4
/// without any extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Features {
    /// The protocol's version.
    pub version: Version,
    /// How the server spells types that the protocol has no number for. Only who encodes needs it: both are
    /// understood.
    pub dialect: Dialect,
    /// The bit of a prepared statement's flags that says "conditional update" (ScyllaDB).
    pub lwt_mark: Option<u32>,
    /// The code of the error "rate limit reached" (ScyllaDB).
    pub rate_limit_error: Option<i32>,
    /// A request that reached the wrong shard is answered with the tablet that it should have gone to (ScyllaDB).
    pub tablets: Option<TabletRouting>,
    /// Results have ids as in version 5: PREPARED tells them, EXECUTE sends them (ScyllaDB since 2025.3).
    pub metadata_id: bool,
}

/// How a server tells which tablet a request should have gone to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TabletRouting {
    /// Whenever a request has reached the wrong shard.
    V1,
    /// When the version of the tablet that EXECUTE says differs. Experimental (ScyllaDB 2026.3).
    V2,
}

impl Features {
    /// All that a server of this kind offers in version 4: what an emulator starts from.
    pub fn of(dialect: Dialect) -> Self {
        let scylla = dialect == Dialect::Scylla;
        Features {
            version: Version::V4,
            dialect,
            lwt_mark: scylla.then_some(0x8000_0000),
            rate_limit_error: scylla.then_some(0xf000),
            tablets: scylla.then_some(TabletRouting::V1),
            metadata_id: scylla,
        }
    }

    /// Whether the columns of a prepared statement's result have an id, so that they need not come with each answer.
    pub fn has_result_ids(&self) -> bool {
        self.version >= Version::V5 || self.metadata_id
    }
}

/// Who a server is, as far as messages show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// ScyllaDB.
    #[default]
    Scylla,
    /// Apache Cassandra.
    Cassandra,
}
