//! System tables that tell less than a driver would like, or something else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use scylla_orm::driver::Session;
use scylla_orm_embedded::{Cluster, Flavor};
use tests::log::Log;
use tests::poll::{until, within};

use crate::{SOON, ask, builder, cluster, nodes, session};

/// Scenario E6: a row that lacks something is passed over, and that is said once.
#[tokio::test]
async fn an_incomplete_row_is_ignored_with_one_warning() {
    for (flavor, columns) in [
        (
            Flavor::Scylla,
            ["rack", "host_id", "rpc_address", "data_center"],
        ),
        (
            Flavor::Cassandra,
            ["rack", "host_id", "native_address", "data_center"],
        ),
    ] {
        let builder_of = Cluster::builder().nodes(3).shards(2).flavor(flavor);
        let cluster = builder_of.start().await.unwrap();
        let session = session(builder(&cluster)).await;
        for column in columns {
            let log = Log::start();
            cluster.hide(1, Some(column));
            for _ in 0..3 {
                session.refresh().await.unwrap();
                assert_eq!(nodes(&session), 2, "{flavor:?} without {column}");
                ask(&session).await;
            }
            let warnings = log.count("among the peers has no");
            println!("{flavor:?} without {column}: 3 readings, {warnings} warning");
            assert_eq!(warnings, 1, "{:?}", log.lines());
            cluster.hide(1, None);
            session.refresh().await.unwrap();
            assert_eq!(nodes(&session), 3);
            assert!(session.wait_ready(SOON).await);
        }
        session.close().await.unwrap();
        cluster.stop().await;
    }
}

/// A node that listens on all its addresses calls itself by none of them.
#[tokio::test]
async fn an_unspecified_rpc_address_is_replaced() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        for unspecified in [
            IpAddr::from(Ipv4Addr::UNSPECIFIED),
            IpAddr::from(Ipv6Addr::UNSPECIFIED),
        ] {
            let named = Cluster::builder().nodes(3).shards(2).flavor(flavor);
            let cluster = named.rpc_address(unspecified).start().await.unwrap();
            let session = session(builder(&cluster)).await;
            let topology = session.topology();
            let mut found: Vec<_> = topology
                .nodes()
                .iter()
                .map(|n| n.address.to_string())
                .collect();
            let mut expected = cluster.contact_points();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{flavor:?} {unspecified}");
            session.close().await.unwrap();
            cluster.stop().await;
        }
    }
}

/// A contact point of another cluster is of no use once the cluster is known.
#[tokio::test]
async fn a_node_of_another_cluster_is_passed_over() {
    let (log, ours) = (Log::start(), cluster().await);
    let other = Cluster::builder().name("other").start().await.unwrap();
    let points = [ours.contact_points(), other.contact_points()].concat();
    let session = session(Session::builder().contact_points(points)).await;
    for node in 0..3 {
        ours.stop_node(node).await;
    }
    let error = within(SOON, "refresh", session.refresh())
        .await
        .unwrap_err();
    let said = error.to_string();
    let reason = "it belongs to the cluster `other`, not to `embedded`";
    assert!(said.contains(reason), "{said}");
    for node in 0..3 {
        ours.start_node(node).await.unwrap();
    }
    until("the session is whole again", async || {
        session.refresh().await.is_ok()
    })
    .await;
    assert_eq!(nodes(&session), 3);
    assert_eq!(
        log.count("control connection moved"),
        1,
        "{:?}",
        log.lines()
    );
    assert_eq!(other.connections(0).iter().sum::<usize>(), 0);
    session.close().await.unwrap();
    ours.stop().await;
    other.stop().await;
}
