//! Rows of system tables.

use crate::exec::tests::Server;
use crate::flavor::Flavor;

#[test]
fn system_tables() {
    let server = Server::new(
        Flavor::Scylla,
        "CREATE TABLE t (p int, c text, v int, PRIMARY KEY (p, c))",
    );
    server.check(&[
        ("SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'k'", "'t'"),
        (
            "SELECT column_name, kind, position, type FROM system_schema.columns WHERE keyspace_name = 'k' AND table_name = 't'",
            "'c' | 'clustering' | 0 | 'text'\n'p' | 'partition_key' | 0 | 'int'\n'v' | 'regular' | -1 | 'int'",
        ),
        ("SELECT count(*) FROM system_schema.columns WHERE keyspace_name = 'k'", "3"),
        ("SELECT * FROM t", ""),
        ("SELECT count(*), max(v), sum(v) FROM t", "0 | null | 0"),
        ("SELECT key, release_version FROM system.versions", "error: Unrecognized name release_version"),
        ("SELECT * FROM system.peers_v2", "error: unconfigured table peers_v2"),
        ("USE k", "use k"),
        ("USE q", "error: Keyspace 'q' does not exist"),
        ("SELECT * FROM t WHERE v = 1", "error: Cannot execute this query as it might involve data filtering and thus may have unpredictable performance. If you want to execute this query despite the performance unpredictability, use ALLOW FILTERING"),
    ]);
}
