//! Rows of `system`: the node that is asked, its peers, versions.

use std::collections::BTreeSet;

use crate::catalog::Schema;
use crate::catalog::nodes::{IGNORE_MSB, Node, View};
use crate::catalog::system::sheet::{Line, Sheet};
use crate::flavor::Flavor;

/// ScyllaDB says that it is Cassandra 3.0.8; its own version is in `system.versions`.
const SCYLLA_RELEASE: &str = "3.0.8";
const SCYLLA_VERSION: &str = "2025.4.0";
const CASSANDRA_RELEASE: &str = "5.0.7";

/// The port of nodes among themselves: told, never listened on.
pub(in crate::catalog) const STORAGE_PORT: i32 = 7000;

pub(super) fn local(sheet: &mut Sheet<'_>, schema: &Schema, view: View<'_>) {
    let Some(node) = view.nodes.get(view.this) else {
        return;
    };
    let flavor = schema.flavor;
    let mut line = sheet.line();
    line.set("key", "local")
        .set("bootstrapped", "COMPLETED")
        .set("broadcast_address", node.address)
        .set("broadcast_port", STORAGE_PORT)
        .set("cluster_name", view.cluster_name)
        .set("cql_version", flavor.pick("3.3.1", "3.4.7"))
        .set("gossip_generation", 1)
        .set("listen_address", node.address)
        .set("listen_port", STORAGE_PORT)
        .set("native_protocol_version", flavor.pick("4", "5"))
        .set("partitioner", "org.apache.cassandra.dht.Murmur3Partitioner")
        .set("rpc_address", node.rpc_address())
        .set("rpc_port", i32::from(node.port))
        .set("scylla_cpu_sharding_algorithm", "biased-token-round-robin")
        .set("scylla_msb_ignore", i32::from(IGNORE_MSB))
        .set("scylla_nr_shards", i32::from(node.shards.get()))
        .set("supported_features", "");
    describe(&mut line, node, schema);
}

pub(super) fn peers(sheet: &mut Sheet<'_>, schema: &Schema, view: View<'_>) {
    for node in others(view) {
        let mut line = sheet.line();
        line.set("peer", node.address)
            .set("rpc_address", node.rpc_address())
            .set("supported_features", "");
        describe(&mut line, node, schema);
        forget(&mut line, node);
    }
}

pub(super) fn peers_v2(sheet: &mut Sheet<'_>, schema: &Schema, view: View<'_>) {
    for node in others(view) {
        let port = i32::from(node.port);
        let mut line = sheet.line();
        // Nodes that share an address differ in the port of their clients, so it stands in for both ports.
        line.set("peer", node.address)
            .set("peer_port", port)
            .set("native_address", node.rpc_address())
            .set("native_port", port);
        describe(&mut line, node, schema);
        forget(&mut line, node);
    }
}

fn others<'v>(view: View<'v>) -> impl Iterator<Item = &'v Node> {
    let this = view.this;
    let nodes = view.nodes.iter().enumerate();
    let others = nodes.filter(move |(i, node)| *i != this && !node.told.left);
    others.map(|(_, node)| node)
}

/// Leaves out what peers do not know of a node.
fn forget(line: &mut Line<'_>, node: &Node) {
    for column in &node.told.unknown {
        line.clear(column);
    }
}

/// What `local` and the tables of peers have in common.
fn describe(line: &mut Line<'_>, node: &Node, schema: &Schema) {
    let release = match schema.flavor {
        Flavor::Scylla => SCYLLA_RELEASE,
        Flavor::Cassandra => CASSANDRA_RELEASE,
    };
    let tokens: BTreeSet<String> = node.tokens.iter().map(ToString::to_string).collect();
    line.set("data_center", &*node.datacenter)
        .set("rack", &*node.rack)
        .set("host_id", node.host_id)
        .set("release_version", release)
        .set("schema_version", schema.version)
        .set("tokens", tokens);
}

pub(super) fn versions(sheet: &mut Sheet<'_>) {
    let mut line = sheet.line();
    line.set("key", "local")
        .set("build_mode", "release")
        .set("version", SCYLLA_VERSION);
}

pub(super) fn scylla_local(sheet: &mut Sheet<'_>) {
    let mut line = sheet.line();
    line.set("key", "group0_schema_version").set("value", "1");
}
