//! Tablets that answers tell: taken in behind the requests, which neither wait for it nor for one another.

use std::sync::{Arc, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::cluster::control::Command;
use crate::cluster::{Cluster, State};
use crate::frame::response::Tablet;
use crate::routing::{Learned, Tablets};
use crate::statement::TableName;
use crate::token::Token;
use crate::topology::{Replica, Topology};

/// A tablet of a table, as an answer tells it.
#[derive(Debug)]
pub(super) struct News {
    table: TableName,
    tablet: Tablet,
}

/// So many wait to be taken in. What comes when there are as many is lost, and told again with the next answer.
pub(super) const WAITING: usize = 4096;

/// So many are taken in at once; then others have their turn.
const AT_ONCE: usize = 64;

impl Cluster {
    /// An answer tells where a tablet is. It is known a moment later; this never waits.
    pub(crate) fn learn(&self, table: &TableName, tablet: Tablet) {
        let table = table.clone();
        self.news.try_send(News { table, tablet }).ok();
    }

    /// Who has the partitions of a token in a table: by a tablet that is known, else by the ring.
    pub(crate) fn replicas(&self, keyspace: &str, table: &str, token: Token) -> Vec<Replica> {
        let table = TableName::new(keyspace.into(), table.into());
        self.state().replicas(&table, token)
    }

    /// Forgets the tablets of a table, or of all tables of a keyspace.
    pub(super) fn forget(&self, keyspace: &str, table: Option<&str>) {
        let gone = |name: &TableName| {
            name.keyspace() == keyspace && table.is_none_or(|table| name.table() == table)
        };
        self.change(&self.state(), |tablets| tablets.forget(gone));
    }

    /// What the next state knows of tablets: what the last one does, if its nodes are the same.
    pub(super) fn tablets_for(&self, topology: &Topology, last: &State) -> Arc<ArcSwap<Tablets>> {
        let dropped = |name: &TableName| topology.strategy(name.keyspace()).is_none();
        self.change(last, |tablets| tablets.forget(dropped));
        let (old, new) = (last.topology.nodes(), topology.nodes());
        let hosts = |nodes: &[crate::topology::Node]| -> Vec<Uuid> {
            nodes.iter().map(|node| node.host_id).collect()
        };
        let (old, new) = (hosts(old), hosts(new));
        if old == new {
            return Arc::clone(&last.tablets);
        }
        let place = |node: u16| place(&new, old.get(usize::from(node))?);
        Arc::new(ArcSwap::from_pointee(last.tablets.load().moved(place)))
    }

    fn take_in(&self, news: &mut Vec<News>) {
        let state = self.state.load_full();
        let nodes = state.topology.nodes().iter();
        let hosts: Vec<Uuid> = nodes.map(|node| node.host_id).collect();
        let mut strangers = false;
        self.change(&state, |tablets| {
            let mut changed = false;
            for News { table, tablet } in news.drain(..) {
                let learned = learned(&tablet, &hosts);
                strangers |= !learned.complete;
                changed |= !learned.replicas.is_empty() && tablets.learn(&table, &learned);
            }
            changed
        });
        if strangers {
            // If as many wait already, one of them will do.
            self.commands.try_send(Command::Look).ok();
        }
    }

    /// Makes another picture of the tablets of a state; `change` says whether it is another one.
    fn change(&self, state: &State, change: impl FnOnce(&mut Tablets) -> bool) {
        // Those who look do not take it: it keeps one writer from undoing what another does.
        let writing = self.writing.lock();
        let _writing = writing.unwrap_or_else(PoisonError::into_inner);
        let mut tablets = Tablets::clone(&state.tablets.load());
        if change(&mut tablets) {
            state.tablets.store(Arc::new(tablets));
        }
    }
}

/// Takes in what answers tell, until the session closes.
pub(super) async fn learn(cluster: Arc<Cluster>, mut inbox: mpsc::Receiver<News>) {
    let mut closed = cluster.closed.subscribe();
    let mut news = Vec::with_capacity(AT_ONCE);
    loop {
        tokio::select! {
            biased;
            _ = closed.wait_for(|closed| *closed) => return,
            count = inbox.recv_many(&mut news, AT_ONCE) => match count {
                0 => return,
                _ => cluster.take_in(&mut news),
            },
        }
        tokio::task::yield_now().await;
    }
}

/// A tablet with places in the topology for hosts; those that it does not have are left out.
fn learned(tablet: &Tablet, hosts: &[Uuid]) -> Learned {
    let known = tablet
        .replicas
        .iter()
        .filter_map(|(host, shard)| Some((place(hosts, host)?, u16::try_from(*shard).ok()?)));
    let replicas: Vec<(u16, u16)> = known.collect();
    Learned {
        first: tablet.first,
        last: tablet.last,
        complete: replicas.len() == tablet.replicas.len(),
        replicas,
        version: tablet.version,
    }
}

fn place(hosts: &[Uuid], host: &Uuid) -> Option<u16> {
    let at = hosts.iter().position(|other| other == host)?;
    u16::try_from(at).ok()
}
