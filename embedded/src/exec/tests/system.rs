//! System tables, USE, and what is refused of system keyspaces.

use crate::exec::tests::Server;
use crate::flavor::Flavor;

const TABLE: &str = "CREATE TABLE t (p int, c text, v int, PRIMARY KEY (p, c))";

#[test]
fn tell_of_the_schema() {
    let server = Server::new(Flavor::Scylla, TABLE);
    server.check(&[
        (
            "SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'k'",
            "'t'",
        ),
        (
            "SELECT column_name, kind, position, type FROM system_schema.columns WHERE keyspace_name = 'k' AND table_name = 't'",
            "'c' | 'clustering' | 0 | 'text'\n'p' | 'partition_key' | 0 | 'int'\n'v' | 'regular' | -1 | 'int'",
        ),
        (
            "SELECT count(*) FROM system_schema.columns WHERE keyspace_name = 'k'",
            "3",
        ),
        ("SELECT release_version FROM system.local WHERE key = 'local'", ""),
    ]);
}

#[test]
fn refuse_writes() {
    let server = Server::new(Flavor::Scylla, TABLE);
    server.check(&[
        (
            "TRUNCATE system.local",
            "error: system keyspace is not user-modifiable.",
        ),
        ("USE k", "use k"),
        ("USE q", "error: Keyspace 'q' does not exist"),
        (
            "SELECT * FROM system.peers_v2",
            "error: unconfigured table peers_v2",
        ),
        ("SELECT * FROM q.t", "error: Keyspace q does not exist"),
    ]);
    let server = Server::new(Flavor::Cassandra, TABLE);
    server.check(&[
        ("SELECT peer FROM system.peers_v2", ""),
        ("SELECT * FROM q.t", "error: keyspace q does not exist"),
        ("SELECT * FROM q", "error: table q does not exist"),
        (
            "SELECT x FROM t",
            "error: Undefined column name x in table k.t",
        ),
    ]);
}
