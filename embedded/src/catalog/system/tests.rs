//! The rows of the system tables, read back.

use scylla_orm_driver::value::Value;
use uuid::Uuid;

use crate::catalog::Schema;
use crate::catalog::change::{Origin, apply};
use crate::catalog::nodes::{Node, View};
use crate::catalog::roles::Roles;
use crate::catalog::system::{rows, with_ports};
use crate::flavor::Flavor;
use crate::parse::parse;
use crate::parse::syntax::Statement;

fn nodes() -> Vec<Node> {
    let node = |last: u8| Node {
        host_id: Uuid::from_u128(u128::from(last)),
        address: std::net::IpAddr::from([127, 0, 0, last]),
        port: 9042,
        datacenter: "datacenter1".into(),
        rack: "rack1".into(),
        tokens: vec![i64::from(last), -5],
        shards: std::num::NonZeroU16::MIN,
        up: true,
        told: Default::default(),
    };
    vec![node(1), node(2), node(3)]
}

fn schema(flavor: Flavor) -> Schema {
    let mut schema = Schema::new(flavor);
    for text in [
        "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
        "CREATE TYPE u (a int, \"B\" frozen<list<text>>)",
        "CREATE TABLE t (p int, q text, c timeuuid, s int STATIC, v frozen<u>, m map<text, int>, \
         PRIMARY KEY ((p, q), c)) WITH CLUSTERING ORDER BY (c DESC) AND comment = 'hi' \
         AND default_time_to_live = 60",
        "CREATE INDEX ON t (values(m))",
    ] {
        let Statement::Ddl(ddl) = parse(text, flavor).unwrap().statement else {
            panic!("{text}")
        };
        let origin = Origin {
            keyspace: Some("k"),
            nodes: &[],
            now: 0,
        };
        schema = apply(&schema, &ddl, origin).unwrap().unwrap().schema;
    }
    schema
}

/// Some columns of a table's rows, as CQL literals; rows of the system's own keyspaces are left out.
fn read(schema: &Schema, keyspace: &str, name: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let table = schema.table(keyspace, name).unwrap();
    let nodes = nodes();
    let view = View {
        cluster_name: "test",
        nodes: &nodes,
        tablets: &Default::default(),
        this: 0,
        roles: &Roles::default(),
    };
    let places: Vec<_> = columns.iter().map(|c| table.column(c).unwrap()).collect();
    rows(table, schema, view)
        .iter()
        .map(|row| {
            let shown = places.iter().map(|(at, column)| {
                match Value::decode(&column.ty, row[*at].as_deref()).unwrap() {
                    Some(value) => value.to_string(),
                    None => "null".to_owned(),
                }
            });
            shown.collect::<Vec<_>>()
        })
        .filter(|row: &Vec<String>| !row[0].starts_with("'system"))
        .collect()
}

fn check(flavor: Flavor, keyspace: &str, name: &str, columns: &[&str], expected: &[&str]) {
    let found: Vec<String> = read(&schema(flavor), keyspace, name, columns)
        .iter()
        .map(|row| row.join(" "))
        .collect();
    assert_eq!(found, expected, "{keyspace}.{name}");
}

#[test]
fn the_node_and_its_peers() {
    let local = [
        "key",
        "cluster_name",
        "release_version",
        "rpc_address",
        "data_center",
        "tokens",
    ];
    check(
        Flavor::Scylla,
        "system",
        "local",
        &local,
        &["'local' 'test' '3.0.8' '127.0.0.1' 'datacenter1' {'-5', '1'}"],
    );
    check(
        Flavor::Cassandra,
        "system",
        "local",
        &["native_protocol_version", "rpc_port"],
        &["'5' 9042"],
    );
    let mut peers = read(
        &schema(Flavor::Scylla),
        "system",
        "peers",
        &["peer", "host_id"],
    );
    peers.sort();
    assert_eq!(
        peers,
        [
            ["'127.0.0.2'", "00000000-0000-0000-0000-000000000002"],
            ["'127.0.0.3'", "00000000-0000-0000-0000-000000000003"],
        ]
    );
    let mut peers = read(
        &schema(Flavor::Cassandra),
        "system",
        "peers_v2",
        &["peer", "native_port"],
    );
    peers.sort();
    assert_eq!(peers, [["'127.0.0.2'", "9042"], ["'127.0.0.3'", "9042"]]);
}

#[test]
fn ports_are_told_when_asked() {
    let schema = schema(Flavor::Scylla);
    assert_eq!(
        schema.table("system", "peers_v2").unwrap_err().message,
        "unconfigured table peers_v2"
    );
    assert_eq!(
        read(&with_ports(&schema), "system", "peers_v2", &["native_port"]).len(),
        2
    );
}

#[test]
fn schema_version_is_the_schemas() {
    let schema = schema(Flavor::Scylla);
    let expected = [[schema.version.to_string()]];
    assert_eq!(
        read(&schema, "system", "local", &["schema_version"]),
        expected
    );
    assert_eq!(
        read(&schema, "system", "peers", &["schema_version"])[1],
        expected[0]
    );
}

#[test]
fn keyspaces_and_tables() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        check(
            flavor,
            "system_schema",
            "keyspaces",
            &["keyspace_name", "durable_writes", "replication"],
            &[
                "'k' true {'class': 'org.apache.cassandra.locator.SimpleStrategy', 'replication_factor': '3'}",
            ],
        );
        let columns = [
            "keyspace_name",
            "table_name",
            "comment",
            "default_time_to_live",
            "flags",
        ];
        check(
            flavor,
            "system_schema",
            "tables",
            &columns,
            &["'k' 't' 'hi' 60 {'compound'}"],
        );
        let columns = ["keyspace_name", "type_name", "field_names", "field_types"];
        check(
            flavor,
            "system_schema",
            "types",
            &columns,
            &["'k' 'u' ['a', 'B'] ['int', 'frozen<list<text>>']"],
        );
        let columns = [
            "keyspace_name",
            "table_name",
            "index_name",
            "kind",
            "options",
        ];
        check(
            flavor,
            "system_schema",
            "indexes",
            &columns,
            &["'k' 't' 't_m_idx' 'COMPOSITES' {'target': 'values(m)'}"],
        );
    }
}

#[test]
fn columns_of_tables() {
    let columns = [
        "keyspace_name",
        "table_name",
        "column_name",
        "kind",
        "position",
        "clustering_order",
        "type",
    ];
    let table = [
        "'k' 't' 'c' 'clustering' 0 'desc' 'timeuuid'",
        "'k' 't' 'm' 'regular' -1 'none' 'map<text, int>'",
        "'k' 't' 'p' 'partition_key' 0 'none' 'int'",
        "'k' 't' 'q' 'partition_key' 1 'none' 'text'",
        "'k' 't' 's' 'static' -1 'none' 'int'",
        "'k' 't' 'v' 'regular' -1 'none' 'frozen<u>'",
    ];
    check(
        Flavor::Cassandra,
        "system_schema",
        "columns",
        &columns,
        &table,
    );
    let view = [
        "'k' 't_m_idx_index' 'c' 'clustering' 3 'asc' 'timeuuid'",
        "'k' 't_m_idx_index' 'coll_value' 'partition_key' 0 'none' 'int'",
        "'k' 't_m_idx_index' 'idx_token' 'clustering' 0 'asc' 'bigint'",
        "'k' 't_m_idx_index' 'p' 'clustering' 1 'asc' 'int'",
        "'k' 't_m_idx_index' 'q' 'clustering' 2 'asc' 'text'",
    ];
    let both: Vec<&str> = table.into_iter().chain(view).collect();
    check(Flavor::Scylla, "system_schema", "columns", &columns, &both);
    let columns = ["keyspace_name", "view_name", "base_table_name"];
    check(
        Flavor::Scylla,
        "system_schema",
        "views",
        &columns,
        &["'k' 't_m_idx_index' 't'"],
    );
    check(Flavor::Cassandra, "system_schema", "views", &columns, &[]);
}

#[test]
fn every_system_table_can_be_read() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let schema = schema(flavor);
        for keyspace in schema.keyspaces.values().filter(|k| k.is_system()) {
            for table in keyspace.tables.values() {
                assert!(table.is_virtual);
                read(
                    &schema,
                    &keyspace.name,
                    &table.name,
                    &[&table.columns[0].name],
                );
            }
        }
    }
}
