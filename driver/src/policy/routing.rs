//! How much the driver uses of what it knows about where data lives.

/// How much the driver uses of what it knows about where data lives, when it chooses a connection for a request.
///
/// There is no reason to choose another than the default, except to measure what it saves, or to compare with drivers
/// that know less. Requests whose partition is not known go to all nodes in turn in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Routing {
    /// To a replica of the partition, on the connection to the shard that owns it.
    #[default]
    ShardAware,
    /// To a replica of the partition, on its connections in turn.
    TokenAware,
    /// To all nodes of the local data centre in turn, and on each to its connections in turn.
    RoundRobin,
}
