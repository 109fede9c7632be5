//! Scans of a cluster whose nodes stop, whose tablets move and whose nodes own the ends of the ring.

use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::session::{Answer, Checkpoint, ScanBuilder};
use scylla_orm::driver::statement::Options;
use scylla_orm_embedded::Cluster;
use tests::poll::until;

const ROWS: i32 = 2000;
const SOON: Duration = Duration::from_secs(20);

struct Fixture {
    cluster: Cluster,
    session: Session,
}

/// Three nodes with a table in so many copies.
async fn fixture(copies: usize, tablets: bool) -> Fixture {
    let builder = Cluster::builder().nodes(3).shards(2).tablets(tablets);
    let cluster = builder.start().await.unwrap();
    let session = Session::connect(cluster.contact_points()).await.unwrap();
    assert!(session.wait_ready(SOON).await);
    let class = match tablets {
        true => "NetworkTopologyStrategy",
        false => "SimpleStrategy",
    };
    for cql in [
        format!(
            "CREATE KEYSPACE ks WITH replication = {{'class': '{class}', 'replication_factor': {copies}}}"
        ),
        "CREATE TABLE ks.t (k int PRIMARY KEY)".to_owned(),
    ] {
        session.query(cql, ()).await.unwrap();
    }
    let insert = session.prepare("INSERT INTO ks.t (k) VALUES (?)").await;
    let insert = insert.unwrap();
    let rows = (0..ROWS).map(|k| (&insert, (k,)));
    session.execute_concurrent(rows).all().await.unwrap();
    Fixture { cluster, session }
}

impl Fixture {
    fn scan(&self) -> ScanBuilder {
        self.session.scan("ks", "t").with(Options {
            page_size: Some(20),
            ..Options::default()
        })
    }
}

fn assert_all(mut rows: Vec<i32>) {
    rows.sort_unstable();
    assert!(rows.iter().copied().eq(0..ROWS), "{} rows", rows.len());
}

fn keys(page: &Answer) -> Vec<i32> {
    let rows = page.all_as::<(i32,)>().unwrap();
    rows.into_iter().map(|(key,)| key).collect()
}

/// Others have its ranges, too.
#[tokio::test]
async fn a_node_that_stops_in_the_middle_is_made_up_for() {
    for tablets in [false, true] {
        let f = fixture(3, tablets).await;
        let mut scan = f.scan().start().await.unwrap();
        let (mut rows, mut pages) = (Vec::new(), 0);
        while let Some(page) = scan.next().await.unwrap() {
            rows.extend(keys(&page));
            pages += 1;
            if pages == 10 {
                f.cluster.stop_node(1).await;
            }
        }
        assert_all(rows);
        f.session.close().await.unwrap();
        f.cluster.stop().await;
    }
}

/// Nobody else has its ranges: the scan says so, reads the others, and goes on when it is back.
#[tokio::test]
async fn ranges_that_nobody_has_are_read_when_their_node_is_back() {
    let f = fixture(1, false).await;
    let mut scan = f.scan().retries(1).start().await.unwrap();
    let (mut rows, mut pages, mut failures) = (Vec::new(), 0, 0);
    let mut kept = None;
    loop {
        match scan.next().await {
            Ok(None) => break,
            Ok(Some(page)) => {
                rows.extend(keys(&page));
                pages += 1;
                if pages == 5 {
                    f.cluster.stop_node(1).await;
                }
            }
            Err(_) => {
                failures += 1;
                if failures == 3 {
                    kept = Some((scan.checkpoint(), rows.clone()));
                    f.cluster.start_node(1).await.unwrap();
                    assert!(f.session.wait_ready(SOON).await);
                }
            }
        }
    }
    assert!(failures >= 3 && scan.checkpoint().is_done());
    assert_all(rows);

    // Another scan that begins where this one failed reads the same.
    let (from, mut rows): (Checkpoint, Vec<i32>) = kept.unwrap();
    let mut scan = f.scan().resume(from).start().await.unwrap();
    while let Some(page) = scan.next().await.unwrap() {
        rows.extend(keys(&page));
    }
    assert_all(rows);
    f.session.close().await.unwrap();
    f.cluster.stop().await;
}

#[tokio::test]
async fn tablets_that_split_in_the_middle_lose_no_row() {
    let f = fixture(1, true).await;
    let mut scan = f.scan().start().await.unwrap();
    let (mut rows, mut pages) = (Vec::new(), 0);
    while let Some(page) = scan.next().await.unwrap() {
        rows.extend(keys(&page));
        pages += 1;
        if pages == 10 {
            f.cluster.split_tablets("ks.t").unwrap();
        }
    }
    assert_all(rows);
    f.session.close().await.unwrap();
    f.cluster.stop().await;
}

/// Each shard reads the tablets that it has, and no more than it may at a time.
#[tokio::test]
async fn each_shard_reads_its_own_tablets() {
    let f = fixture(1, true).await;
    f.cluster.clear_requests();
    let mut scan = f.scan().start().await.unwrap();
    let tablets = f.cluster.tablets("ks.t");
    let nodes = f.cluster.contact_points();
    let mut asked = std::collections::BTreeSet::new();
    while let Some(page) = scan.next().await.unwrap() {
        let node = nodes.iter().position(|n| *n == page.node().to_string());
        asked.insert((node.unwrap(), page.shard().unwrap()));
    }
    let owners = tablets.iter().flat_map(|t| t.replicas.iter().copied());
    let owners: std::collections::BTreeSet<_> = owners.collect();
    assert_eq!(asked, owners);
    f.session.close().await.unwrap();
    f.cluster.stop().await;
}

#[tokio::test]
async fn a_node_that_is_back_is_asked_again() {
    let f = fixture(3, false).await;
    f.cluster.stop_node(2).await;
    let mut scan = f.scan().start().await.unwrap();
    assert!(scan.next().await.unwrap().is_some());
    f.cluster.start_node(2).await.unwrap();
    until("the node is back", async || {
        f.session.wait_ready(Duration::ZERO).await
    })
    .await;
    let address = f.cluster.contact_points()[2].clone();
    let mut by_it = 0;
    while let Some(page) = scan.next().await.unwrap() {
        by_it += usize::from(page.node().to_string() == address);
    }
    assert!(by_it > 0);
    f.session.close().await.unwrap();
    f.cluster.stop().await;
}
