//! An object mapper for ScyllaDB and Apache Cassandra.
