//! Who is asked, and who is connected to.

use std::collections::BTreeMap;

use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::policy::balancing::{
    DcAware, HostFilter, LeastLoaded, RackAware, RoundRobin, TargetFirst, TokenAware, WhiteList,
};
use scylla_orm::driver::session::Execution;
use scylla_orm::driver::statement::Options;
use scylla_orm::driver::{ErrorKind, Result, Session};

use super::{EU, Fixture, KEYS, US};

impl Fixture {
    async fn read(&self, k: i32, consistency: Consistency) -> Result<()> {
        let options = Options {
            consistency: Some(consistency),
            ..Options::default()
        };
        let execution = Execution::bind(&self.select, (k,))?.with(options);
        self.session.run(execution).await.map(drop)
    }

    /// Reads all keys, and returns how many reads each node got.
    async fn spread(&self, consistency: Consistency) -> BTreeMap<usize, usize> {
        self.asked();
        for k in 0..KEYS {
            self.read(k, consistency).await.unwrap();
        }
        let mut spread = BTreeMap::new();
        for node in self.asked() {
            *spread.entry(node).or_default() += 1;
        }
        spread
    }
}

/// Each of so many nodes got its share.
#[track_caller]
fn equal(spread: &BTreeMap<usize, usize>, nodes: impl IntoIterator<Item = usize>) {
    let nodes: Vec<usize> = nodes.into_iter().collect();
    let keys = usize::try_from(KEYS).unwrap();
    let share = keys / nodes.len();
    assert!(spread.keys().eq(&nodes), "{spread:?}");
    assert!(
        spread.values().all(|n| (share..=share + 1).contains(n)),
        "{spread:?}"
    );
}

#[tokio::test]
async fn round_robin_asks_all_nodes_in_turn() {
    let f = Fixture::with(|b| b.load_balancing(RoundRobin)).await;
    f.connects_to(&[0, 1, 2, 3, 4, 5, 6]).await;
    equal(&f.spread(Consistency::One).await, 0..EU + US);
    f.end().await;
}

#[tokio::test]
async fn dc_aware_stays_at_home_as_long_as_it_can() {
    let f = Fixture::with(|b| b.load_balancing(DcAware::default().used_hosts_per_remote_dc(1)));
    let f = f.await;
    until_connected(&f, EU + 1).await;
    equal(&f.spread(Consistency::One).await, 0..EU);
    for node in 0..EU {
        f.cluster.stop_node(node).await;
    }
    until_connected(&f, 1).await;
    let spread = f.spread(Consistency::One).await;
    let (abroad, keys) = spread.first_key_value().unwrap();
    assert!(*abroad >= EU && spread.len() == 1, "{spread:?}");
    assert_eq!(*keys, usize::try_from(KEYS).unwrap());
    // Never for a level that means this data centre.
    let error = f.read(1, Consistency::LocalOne).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoHost), "{error}");
    f.end().await;
}

/// Waits until so many nodes have all connections.
async fn until_connected(f: &Fixture, nodes: usize) {
    tests::poll::until("so many nodes are connected", async || {
        f.connected().len() == nodes
    })
    .await;
}

#[tokio::test]
async fn a_given_data_centre_is_home_wherever_the_contact_points_are() {
    let f = Fixture::with(|b| b.load_balancing(DcAware::new("us"))).await;
    f.connects_to(&[4, 5, 6]).await;
    equal(&f.spread(Consistency::One).await, EU..EU + US);
    f.end().await;
}

#[tokio::test]
async fn token_aware_asks_the_replica_of_the_rack() {
    let policy = || TokenAware::new(RackAware::new("eu", "r2"));
    let f = Fixture::with(|b| b.load_balancing(policy())).await;
    f.connects_to(&[0, 1, 2, 3]).await;
    let spread = f.spread(Consistency::LocalOne).await;
    // Two copies in two racks: each key has one in r2, at the nodes of odd places.
    assert!(spread.keys().eq(&[1, 3]), "{spread:?}");
    f.cluster.reset_traffic();
    assert_eq!(f.spread(Consistency::LocalOne).await, spread);
    let hops: u64 = f.cluster.traffic().iter().map(|t| t.hops()).sum();
    assert_eq!(hops, 0, "each read reached the shard that owns it");
    f.end().await;
}

#[tokio::test]
async fn shuffled_replicas_share_the_requests_of_one_partition() {
    let policy = TokenAware::new(DcAware::default()).shuffled();
    let f = Fixture::with(|b| b.load_balancing(LeastLoaded::of_two(policy))).await;
    for _ in 0..100 {
        f.read(1, Consistency::One).await.unwrap();
    }
    let mut asked = f.asked();
    asked.sort_unstable();
    let first = asked.iter().filter(|node| **node == asked[0]).count();
    asked.dedup();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!((20..=80).contains(&first), "{first} of 100");
    f.end().await;
}

#[tokio::test]
async fn white_list_and_host_filter_do_not_even_connect() {
    let f = Fixture::with(|b| {
        b.load_balancing(HostFilter::new(DcAware::default(), |node| {
            &*node.rack == "r1"
        }))
    })
    .await;
    f.connects_to(&[0, 2]).await;
    assert!(f.spread(Consistency::One).await.keys().eq(&[0, 2]));
    let points = f.cluster.contact_points();
    let hosts: Vec<std::net::SocketAddr> = [1, 5]
        .iter()
        .map(|at: &usize| points[*at].parse().unwrap())
        .collect();
    let builder = Session::builder().contact_points([points[0].as_str()]);
    let listed = builder.load_balancing(WhiteList::new(hosts.clone()));
    let listed = listed.connect().await.unwrap();
    assert!(listed.wait_ready(super::SOON).await);
    let mut seen = std::collections::BTreeSet::new();
    for k in 0..10 {
        let answer = listed.query("SELECT v FROM ks.t WHERE k = ?", (k,)).await;
        seen.insert(answer.unwrap().node());
    }
    assert!(seen.into_iter().eq(hosts));
    assert_eq!(listed.shard_aware_stats().len(), 2);
    listed.close().await.unwrap();
    f.end().await;
}

#[tokio::test]
async fn a_target_is_asked_first_and_others_when_it_is_down() {
    use scylla_orm::driver::policy::profile::{Profile, Settings};
    let f = Fixture::start().await;
    let policy = TargetFirst::new(f.node(5).host_id, TokenAware::new(DcAware::default()));
    let profile = Profile::new(Settings::new().load_balancing(policy));
    f.session.add_profile(&profile).await.unwrap();
    f.connects_to(&[0, 1, 2, 3, 5]).await;
    let read = async |k: i32| {
        let options = Options::default().profile(&profile);
        let execution = Execution::bind(&f.select, (k,)).unwrap().with(options);
        f.session.run(execution).await.unwrap();
    };
    f.asked();
    for k in 0..10 {
        read(k).await;
    }
    assert_eq!(f.asked(), [5; 10]);
    f.cluster.stop_node(5).await;
    until_connected(&f, EU).await;
    for k in 0..10 {
        read(k).await;
    }
    assert!(f.asked().iter().all(|node| *node < EU));
    f.end().await;
}
