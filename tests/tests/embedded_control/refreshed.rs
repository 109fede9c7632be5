//! What one reading of the topology makes right, while traffic goes on.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use scylla_orm::driver::Session;
use scylla_orm_embedded::Cluster;
use tests::log::Log;
use tests::poll::until;

use crate::identity::{Load, address, find};
use crate::{SOON, builder, nodes, session};

/// A cluster of three nodes with eight shards each to which something was done under load, and whose topology was then
/// read once.
struct Changed {
    log: Log,
    cluster: Cluster,
    session: Session,
    load: Load,
}

impl Changed {
    async fn by(what: &str, change: impl AsyncFnOnce(&Cluster)) -> Changed {
        let log = Log::start();
        let cluster = Cluster::builder().nodes(3).shards(8).start().await.unwrap();
        let session = session(builder(&cluster)).await;
        let load = Load::start(&session);
        change(&cluster).await;
        let start = Instant::now();
        session.refresh().await.unwrap();
        println!("{what}: read after {:.1?}", start.elapsed());
        Changed {
            log,
            cluster,
            session,
            load,
        }
    }

    /// All connections are there, and no read has failed.
    async fn end(self) {
        assert!(self.session.wait_ready(SOON).await);
        let so_far = self.load.reads();
        until("traffic goes on", async || self.load.reads() > so_far + 500).await;
        let (reads, errors) = self.load.stop().await;
        assert!(errors.is_empty(), "{errors:?}");
        println!("  {reads} reads meanwhile, none failed");
        self.session.close().await.unwrap();
        self.cluster.stop().await;
    }
}

#[tokio::test]
async fn the_control_node_is_killed() {
    let changed = Changed::by("control node killed", async |cluster| {
        cluster.stop_node(0).await;
    })
    .await;
    // It belongs to the cluster all the same.
    assert_eq!(nodes(&changed.session), 3);
    let log = &changed.log;
    assert_eq!(
        log.count("control connection moved"),
        1,
        "{:?}",
        log.lines()
    );
    changed.cluster.start_node(0).await.unwrap();
    changed.end().await;
}

#[tokio::test]
async fn a_node_is_replaced() {
    let mut at = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let changed = Changed::by("node replaced on its address", async |cluster| {
        at = address(cluster, 1);
        cluster.replace_node(1).await.unwrap();
    })
    .await;
    assert_eq!(nodes(&changed.session), 3);
    assert!(find(&changed.session, at).is_some());
    assert_eq!(changed.log.count("node removed"), 1);
    assert_eq!(changed.log.count("node added"), 3 + 1);
    changed.end().await;
}

#[tokio::test]
async fn a_node_moves() {
    let to = Ipv4Addr::new(127, 0, 0, 98);
    let mut old = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let changed = Changed::by("node moved to another address", async |cluster| {
        old = address(cluster, 1);
        cluster.move_node(1, to).await.unwrap();
    })
    .await;
    assert_eq!(nodes(&changed.session), 3);
    assert_eq!(find(&changed.session, old), None);
    let new = SocketAddr::from((to, old.port()));
    assert!(find(&changed.session, new).is_some());
    changed.end().await;
}

#[tokio::test]
async fn a_node_comes_back_with_half_its_shards() {
    let changed = Changed::by("node restarted with 4 shards of 8", async |cluster| {
        cluster.reshard_node(1, 4).await.unwrap();
    })
    .await;
    let at = address(&changed.cluster, 1);
    until("its pool has four shards", async || {
        let stats = changed.session.shard_aware_stats();
        let of_node = stats.iter().find(|stats| stats.node == at);
        of_node.is_some_and(|stats| stats.shards == Some(4) && stats.connected == 4)
    })
    .await;
    changed.end().await;
}
