//! The nodes of the cluster and the replication of its keyspaces, as one node tells them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;
use uuid::Uuid;

use crate::cluster::ask::Asker;
use crate::cluster::record::{Record, records};
use crate::error::{Error, ErrorKind, Result};
use crate::policy::address::{AddressTranslator, Listens};
use crate::token::{Partitioner, Token};
use crate::topology::{Node, Strategy, Topology};

/// What one node told.
#[derive(Debug)]
pub(super) struct Discovered {
    pub(super) topology: Topology,
    /// The data centre of the node that was asked.
    pub(super) datacenter: Box<str>,
    /// The name of the cluster.
    pub(super) cluster: Box<str>,
    /// What the node that was asked calls its schema.
    pub(super) version: Option<Uuid>,
    /// Where nodes say that they listen, and where they are connected to, if that is translated.
    pub(super) translated: HashMap<SocketAddr, SocketAddr>,
    /// Rows that were passed over, and why.
    pub(super) complaints: Vec<Box<str>>,
}

const LOCAL: &str = "SELECT * FROM system.local WHERE key = 'local'";
const PEERS: &str = "SELECT * FROM system.peers";
/// Of servers whose nodes can listen on different ports. It comes first: Cassandra keeps `peers` too, without ports.
const PEERS_V2: &str = "SELECT * FROM system.peers_v2";
const KEYSPACES: &str = "SELECT keyspace_name, replication FROM system_schema.keyspaces";

/// Asks for everything. `peers_v2` says whether the server has that table, and learns it if it has not.
pub(super) async fn discover(
    asker: &Asker,
    peers_v2: &mut bool,
    translator: Option<&dyn AddressTranslator>,
) -> Result<Discovered> {
    let local = asker.ask(LOCAL, ()).await?;
    let peers = peers(asker, peers_v2).await?;
    let keyspaces = asker.ask(KEYSPACES, ()).await?;
    let broken = |_| asker.broken();

    let here = records(&local).map_err(broken)?;
    let here = here.first().ok_or_else(|| nobody(asker))?;
    let partitioner = here.text("partitioner");
    let murmur3 = Partitioner::of_class(&partitioner) == Some(Partitioner::Murmur3);
    // It certainly listens where the connection goes, whatever it calls itself.
    let own = node(here, asker.address()).map_err(|_| nobody(asker))?;
    let (datacenter, cluster) = (own.datacenter.clone(), here.text("cluster_name").into());
    let version = here.read("schema_version");
    let (mut nodes, mut complaints) = (vec![own], Vec::new());
    for record in records(&peers).map_err(broken)? {
        match peer(&record, asker.address().port()) {
            Ok(node) => nodes.push(node),
            Err(column) => complaints.push(incomplete(&record, column)),
        }
    }
    if !murmur3 {
        let what = format!("the partitioner `{partitioner}`, whose tokens are not known");
        complaints.push(what.into());
    }
    let mut translated = HashMap::new();
    if let Some(translator) = translator {
        // This one is connected to already; what others say of it is to find it there.
        if let (Ok(says), Some(own)) = (peer(here, asker.address().port()), nodes.first()) {
            translated.insert(says.address, own.address);
        }
        let peers = nodes.get_mut(1..).unwrap_or_default();
        translate(peers, translator, asker.timeout(), &mut translated).await;
    }
    let nodes = distinct(nodes, murmur3, &mut complaints);
    let keyspaces = records(&keyspaces).map_err(broken)?;
    Ok(Discovered {
        topology: Topology::new(nodes, keyspaces.iter().filter_map(keyspace)),
        datacenter,
        cluster,
        version,
        translated,
        complaints,
    })
}

async fn peers(asker: &Asker, peers_v2: &mut bool) -> Result<crate::frame::response::Rows> {
    if *peers_v2 {
        match asker.ask(PEERS_V2, ()).await {
            Err(error) if error.is_invalid() => *peers_v2 = false,
            other => return other,
        }
    }
    asker.ask(PEERS, ()).await
}

/// Puts nodes where they are connected to, all at once, and notes it.
async fn translate(
    nodes: &mut [Node],
    translator: &dyn AddressTranslator,
    limit: Duration,
    translated: &mut HashMap<SocketAddr, SocketAddr>,
) {
    let all = nodes.iter_mut().map(|node| async move {
        let says = node.address;
        let translating = translator.translate(Listens {
            host_id: node.host_id,
            datacenter: &node.datacenter,
            rack: &node.rack,
            ..Listens::at(says)
        });
        let to = timeout(limit, translating).await.unwrap_or(says);
        node.address = to;
        (says, to)
    });
    translated.extend(join_all(all).await);
}

/// The node of a row of the peers; an error is the column that it lacks.
fn peer(record: &Record<'_>, port: u16) -> Result<Node, &'static str> {
    let listens: Option<IpAddr> = record
        .read("native_address")
        .or_else(|| record.read("rpc_address"));
    let ip = match listens.ok_or("address of clients")? {
        // It listens on all its addresses: the one that the others use is as good as any.
        ip if ip.is_unspecified() => record.read("peer").ok_or("peer")?,
        ip => ip,
    };
    let port = record
        .read::<i32>("native_port")
        .and_then(|p| u16::try_from(p).ok())
        .filter(|p| *p != 0)
        .unwrap_or(port);
    node(record, SocketAddr::new(ip, port))
}

fn node(record: &Record<'_>, address: SocketAddr) -> Result<Node, &'static str> {
    let tokens: Vec<String> = record
        .read::<HashSet<String>>("tokens")
        .unwrap_or_default()
        .into_iter()
        .collect();
    Ok(Node {
        host_id: record.read::<Uuid>("host_id").ok_or("host_id")?,
        address,
        datacenter: record
            .read::<String>("data_center")
            .ok_or("data_center")?
            .into(),
        rack: record.read::<String>("rack").ok_or("rack")?.into(),
        release: record.text("release_version").into(),
        tokens: tokens
            .iter()
            .filter_map(|t| t.parse::<Token>().ok())
            .collect(),
        sharder: None,
    })
}

fn incomplete(record: &Record<'_>, column: &str) -> Box<str> {
    let peer = record.read::<IpAddr>("peer");
    let peer = peer.map_or_else(|| "a node".to_owned(), |peer| peer.to_string());
    format!("the row of {peer} among the peers has no {column}").into()
}

/// One node per host id; tokens only if this driver can compute those of keys.
fn distinct(nodes: Vec<Node>, murmur3: bool, complaints: &mut Vec<Box<str>>) -> Vec<Node> {
    let mut seen = HashSet::new();
    let mut nodes: Vec<Node> = nodes
        .into_iter()
        .filter(|node| {
            let new = seen.insert(node.host_id);
            if !new {
                let (address, host_id) = (node.address, node.host_id);
                complaints
                    .push(format!("{address} has the host id of another node, {host_id}").into());
            }
            new
        })
        .collect();
    // Places in the topology are numbers of 16 bits.
    nodes.truncate(usize::from(u16::MAX));
    for node in &mut nodes {
        if !murmur3 {
            node.tokens.clear();
        }
        node.tokens.sort_unstable();
    }
    // The order must not depend on who was asked: plans start at a place in it.
    nodes.sort_by_key(|node| node.host_id);
    nodes
}

fn keyspace(record: &Record<'_>) -> Option<(String, Strategy)> {
    let replication: BTreeMap<String, String> = record.read("replication")?;
    let entries = replication.iter().map(|(k, v)| (k.as_str(), v.as_str()));
    Some((record.read("keyspace_name")?, Strategy::parse(entries)))
}

fn nobody(asker: &Asker) -> Error {
    Error::new(ErrorKind::Unexpected {
        found: "no complete row in system.local".into(),
        expected: "a node that knows itself",
    })
    .at(asker.address(), None)
}
