//! System tables, USE, and what is refused of system keyspaces.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use uuid::Uuid;

use crate::catalog::nodes::Node;
use crate::exec::tests::{Server, shown};
use crate::exec::{Context, Outcome};
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

#[test]
fn tell_of_the_nodes_and_of_ports_where_they_differ() {
    let node = |last: u8, port: u16| Node {
        host_id: Uuid::from_u128(last.into()),
        address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)),
        port,
        datacenter: "dc".into(),
        rack: "rack".into(),
        tokens: vec![i64::from(last)],
        shards: std::num::NonZeroU16::MIN,
        up: true,
        told: Default::default(),
    };
    let server = Server::new(Flavor::Scylla, TABLE);
    let ask = |node: usize, cql: &str| {
        let context = Context {
            node,
            ..Context::default()
        };
        match server.answer(cql, &context) {
            Ok(Outcome::Rows(rows)) => shown(&rows),
            other => format!("{other:?}"),
        }
    };
    server
        .engine
        .set_nodes(Arc::new([node(1, 9042), node(2, 9042)]));
    let local = "SELECT rpc_address, data_center, tokens FROM system.local";
    assert_eq!(ask(0, local), "'127.0.0.1' | 'dc' | {'1'}");
    assert_eq!(ask(1, local), "'127.0.0.2' | 'dc' | {'2'}");
    assert_eq!(ask(1, "SELECT peer FROM system.peers"), "'127.0.0.1'");
    server.check(&[(
        "SELECT * FROM system.peers_v2",
        "error: unconfigured table peers_v2",
    )]);
    server
        .engine
        .set_nodes(Arc::new([node(1, 9042), node(1, 9043)]));
    let ports = "SELECT peer, native_port FROM system.peers_v2";
    assert_eq!(ask(0, ports), "'127.0.0.1' | 9043");
}

#[test]
fn tell_of_tablets() {
    let server = Server::new(
        Flavor::Scylla,
        "CREATE KEYSPACE j WITH replication = {'class': 'NetworkTopologyStrategy', 'dc': 1} AND tablets = {'initial': 2};
         CREATE TABLE j.t (p int PRIMARY KEY)",
    );
    server.check(&[
        (
            "SELECT keyspace_name, initial_tablets FROM system_schema.scylla_keyspaces",
            "'j' | 2",
        ),
        (
            "SELECT last_token, table_name, tablet_count, replicas FROM system.tablets",
            "-1 | 't' | 2 | []\n9223372036854775807 | 't' | 2 | []",
        ),
    ]);
    let node = Node {
        host_id: Uuid::from_u128(7),
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 9042,
        datacenter: "dc".into(),
        rack: "rack".into(),
        tokens: vec![1],
        shards: std::num::NonZeroU16::new(2).unwrap(),
        up: true,
        told: Default::default(),
    };
    server.engine.set_nodes(Arc::new([node]));
    server.check(&[
        (
            "SELECT replicas FROM system.tablets",
            "[(00000000-0000-0000-0000-000000000007, 0)]\n[(00000000-0000-0000-0000-000000000007, 1)]",
        ),
        (
            "DESCRIBE ONLY KEYSPACE j",
            "'j' | 'keyspace' | 'j' | 'CREATE KEYSPACE j WITH replication = {''class'': \
             ''org.apache.cassandra.locator.NetworkTopologyStrategy'', ''dc'': ''1''} AND durable_writes = true AND tablets \
             = {''enabled'': true, ''initial'': 2};'",
        ),
        ("DROP TABLE j.t", ""),
        ("SELECT last_token FROM system.tablets", ""),
    ]);
}
