//! What a session tells of its connections: counts, and events of their lives.

use std::time::Duration;

use scylla_orm::driver::frame::response::Event;
use scylla_orm_embedded::{Cluster, Flavor};
use tests::log::Log;
use tests::poll::until;

use super::{builder, close, ready, start, total};

#[tokio::test]
async fn a_session_tells_what_it_has() {
    for (flavor, shards) in [(Flavor::Scylla, Some(3)), (Flavor::Cassandra, None)] {
        let cluster = start(Cluster::builder().nodes(2).shards(3).flavor(flavor)).await;
        let session = ready(builder(&cluster)).await;
        assert_eq!(session.is_shard_aware(), shards.is_some());
        let stats = session.shard_aware_stats();
        assert_eq!(stats.len(), 2);
        for node in stats {
            let wanted = shards.unwrap_or(1);
            assert_eq!(
                (node.shards, node.connected, node.missing),
                (shards, wanted, 0)
            );
            assert_eq!(
                (node.opened, node.wasted, node.reconnects),
                (wanted.into(), 0, 0)
            );
        }
        let connections = session.connections();
        let opened = 2 * u64::from(shards.unwrap_or(1)) + 1;
        assert_eq!((connections.opened, connections.lost), (opened, 0));
        session.close().await.unwrap();
        assert_eq!(session.connections().closed, opened);
        assert!(!session.is_shard_aware() && session.shard_aware_stats().is_empty());
        close(&cluster, vec![session]).await;
    }
}

#[tokio::test]
async fn what_happens_to_a_node_is_logged_with_its_cause() {
    let log = Log::start();
    let cluster = start(Cluster::builder().nodes(2).shards(2)).await;
    let session = ready(builder(&cluster)).await;
    let before = total(&session.shard_aware_stats()).opened;
    cluster.stop_node(1).await;
    until("the loss is told", async || {
        log.count("a connection was lost") >= 2
    })
    .await;
    assert!(
        log.count("the server closed the connection") >= 2,
        "{:#?}",
        log.lines()
    );
    cluster.start_node(1).await.unwrap();
    until("it is back", async || {
        let now = total(&session.shard_aware_stats());
        now.missing == 0 && now.opened == before + 2
    })
    .await;
    let stats = session.shard_aware_stats();
    assert!(stats.iter().any(|s| s.reconnects >= 2), "{stats:?}");
    session.close().await.unwrap();
}

/// A hint that is wrong harms nothing: the connections are asked, and live on.
#[tokio::test]
async fn a_node_that_is_said_to_be_down_is_only_asked() {
    let cluster = start(Cluster::builder().nodes(2).shards(2)).await;
    let session = ready(builder(&cluster)).await;
    let before = session.connections();
    for point in cluster.contact_points() {
        let node = point.parse().unwrap();
        for up in [false, true, false] {
            cluster.send_event(Event::Status { up, node });
        }
    }
    // A connection that took the hint at its word would be gone by now.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(session.connections(), before);
    assert_eq!(total(&session.shard_aware_stats()).connected, 4);
    close(&cluster, vec![session]).await;
}
