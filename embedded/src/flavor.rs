//! Which server is imitated where the two differ.

/// Which server is imitated where ScyllaDB and Cassandra differ: in texts of errors, layouts of system tables,
/// answers of lightweight transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flavor {
    /// ScyllaDB 2025.x.
    #[default]
    Scylla,
    /// Apache Cassandra 5.0.
    Cassandra,
}

impl Flavor {
    /// What the imitated server does, where the two differ.
    pub(crate) fn pick<T>(self, scylla: T, cassandra: T) -> T {
        match self {
            Flavor::Scylla => scylla,
            Flavor::Cassandra => cassandra,
        }
    }
}
