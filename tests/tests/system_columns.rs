//! The tables of a node and its peers have the columns that each server has: clients read them when they connect, some by
//! `SELECT *`.

use scylla_orm::driver::Session;
use tests::target::Target;

const SCYLLA: [(&str, &str); 2] = [
    (
        "local",
        "bootstrapped text, broadcast_address inet, cluster_name text, cql_version text, data_center text, \
         gossip_generation int, host_id uuid, key text, listen_address inet, native_protocol_version text, partitioner text, \
         rack text, release_version text, rpc_address inet, schema_version uuid, scylla_cpu_sharding_algorithm text, \
         scylla_msb_ignore int, scylla_nr_shards int, supported_features text, thrift_version text, tokens set<text>, \
         truncated_at map<uuid, blob>",
    ),
    (
        "peers",
        "data_center text, host_id uuid, peer inet, preferred_ip inet, rack text, release_version text, rpc_address inet, \
         schema_version uuid, supported_features text, tokens set<text>",
    ),
];

const CASSANDRA: [(&str, &str); 3] = [
    (
        "local",
        "bootstrapped text, broadcast_address inet, broadcast_port int, cluster_name text, cql_version text, data_center text, \
         gossip_generation int, host_id uuid, key text, listen_address inet, listen_port int, native_protocol_version text, \
         partitioner text, rack text, release_version text, rpc_address inet, rpc_port int, schema_version uuid, \
         tokens set<text>, truncated_at map<uuid, blob>",
    ),
    (
        "peers",
        "data_center text, host_id uuid, peer inet, preferred_ip inet, rack text, release_version text, rpc_address inet, \
         schema_version uuid, tokens set<text>",
    ),
    (
        "peers_v2",
        "data_center text, host_id uuid, native_address inet, native_port int, peer inet, peer_port int, preferred_ip inet, \
         preferred_port int, rack text, release_version text, schema_version uuid, tokens set<text>",
    ),
];

async fn columns(session: &Session, table: &str) -> String {
    let cql = "SELECT column_name, type FROM system_schema.columns WHERE keyspace_name = 'system' AND table_name = ?";
    let answer = session.query(cql, (table,)).await.unwrap();
    let columns = answer.rows_as::<(String, String)>().unwrap();
    let columns = columns.map(|column| {
        let (name, ty) = column.unwrap();
        format!("{name} {ty}")
    });
    columns.collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn a_node_and_its_peers() {
    let target = Target::start().await;
    let session = target.driver().await;
    let tables = match target.is_scylla().await {
        true => SCYLLA.as_slice(),
        false => CASSANDRA.as_slice(),
    };
    for (table, expected) in tables {
        assert_eq!(columns(&session, table).await, *expected, "{table}");
    }
    // Each node owns ranges of the ring, and says so of itself.
    let local = "SELECT tokens, key, bootstrapped FROM system.local WHERE key = 'local'";
    let answer = session.query(local, ()).await.unwrap();
    let found = answer.first_as::<(Vec<String>, String, String)>().unwrap();
    let (tokens, key, bootstrapped) = found.unwrap();
    assert_eq!(
        (key.as_str(), bootstrapped.as_str()),
        ("local", "COMPLETED")
    );
    assert_eq!(tokens.len(), 16);
    session.close().await.unwrap();
}
