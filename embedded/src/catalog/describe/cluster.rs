//! DESCRIBE CLUSTER.

use std::collections::BTreeMap;
use std::sync::Arc;

use scylla_orm_driver::token::Token;
use scylla_orm_driver::value::{Column, Type};

use crate::catalog::Schema;
use crate::catalog::describe::{cell, column, columns, text};
use crate::catalog::nodes::{Node, View};
use crate::catalog::ring::Ring;
use crate::catalog::system::{Row, STORAGE_PORT};
use crate::flavor::Flavor;

/// The cluster, and with a keyspace in use who owns its ranges.
pub(super) fn describe(
    schema: &Schema,
    keyspace: Option<&str>,
    view: View<'_>,
) -> (Arc<[Column]>, Vec<Row>) {
    let (partitioner, snitch) = schema.flavor.pick(
        (
            "org.apache.cassandra.dht.Murmur3Partitioner",
            "org.apache.cassandra.locator.SimpleSnitch",
        ),
        ("Murmur3Partitioner", "DynamicEndpointSnitch"),
    );
    let mut row = vec![text(view.cluster_name), text(partitioner), text(snitch)];
    let mut told = columns(&["cluster", "partitioner", "snitch"]).to_vec();
    if let Some(owners) = keyspace.and_then(|name| owners(schema, name, view)) {
        let list = Type::Frozen(Box::new(Type::List(Box::new(Type::Text))));
        let ty = Type::Map(Box::new(Type::Text), Box::new(list));
        told.push(column("range_ownership", ty));
        row.push(cell(owners));
    }
    (told.into(), vec![row])
}

/// By the token that ends a range, the replicas of that range.
fn owners(
    schema: &Schema,
    keyspace: &str,
    view: View<'_>,
) -> Option<BTreeMap<String, Vec<String>>> {
    let replication = &schema.keyspaces.get(keyspace)?.replication;
    let members: Vec<&Node> = view.nodes.iter().filter(|node| !node.told.left).collect();
    let places = members
        .iter()
        .map(|node| (&*node.datacenter, &*node.rack, &*node.tokens));
    let ring = Ring::new(places);
    let tokens = members.iter().flat_map(|node| &node.tokens);
    let owners = tokens.map(|token| {
        let replicas = ring.replicas(replication, Token(*token)).into_iter();
        let replicas = replicas.filter_map(|at| members.get(at));
        let told = replicas.map(|node| endpoint(node, schema.flavor));
        (token.to_string(), told.collect())
    });
    Some(owners.collect())
}

/// Cassandra writes addresses as Java does, with the port of nodes among themselves.
fn endpoint(node: &Node, flavor: Flavor) -> String {
    match flavor {
        Flavor::Scylla => node.address.to_string(),
        Flavor::Cassandra => format!("/{}:{STORAGE_PORT}", node.address),
    }
}
