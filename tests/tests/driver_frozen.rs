//! A node whose process stands still, on the embedded cluster: few requests are caught by it, and it is asked again as
//! soon as it answers. On real nodes: `nodes.rs`.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use scylla_orm::driver::statement::Prepared;
use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::{Cluster, Fault};
use tests::poll::{until, within};
use tests::target::Target;

const SOON: Duration = Duration::from_secs(20);

/// Longer than a busy machine takes for an answer, and than a node may be silent before others are asked.
const TIMEOUT: Duration = Duration::from_secs(1);

const KEYS: i32 = 200;

struct Fixture {
    target: Target,
    session: Session,
    select: Prepared,
}

async fn fixture() -> Fixture {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_frozen").await;
    let builder = Session::builder().contact_points(target.contact_points());
    let session = builder.request_timeout(TIMEOUT).connect().await.unwrap();
    assert!(session.wait_ready(SOON).await);
    let make = format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY, v int)");
    session.query(make, ()).await.unwrap();
    let insert = format!("INSERT INTO {keyspace}.t (k, v) VALUES (?, ?)");
    let insert = session.prepare(&insert).await.unwrap();
    for k in 0..KEYS {
        session.execute(&insert, (k, -k)).await.unwrap();
    }
    let select = format!("SELECT k, v FROM {keyspace}.t WHERE k = ?");
    let select = session.prepare(&select).await.unwrap();
    Fixture {
        target,
        session,
        select,
    }
}

impl Fixture {
    /// Who has answered; `None` if it was the frozen node's turn, and nobody did.
    async fn read(&self, k: i32, frozen: SocketAddr) -> Option<SocketAddr> {
        match self.session.execute(&self.select, (k,)).await {
            Ok(answer) => {
                assert_eq!(answer.first_as::<(i32, i32)>().unwrap(), Some((k, -k)));
                Some(answer.node())
            }
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Timeout { .. }), "{error}");
                assert_eq!(error.node(), Some(frozen), "{error}");
                None
            }
        }
    }

    /// All keys are read by so many clients, each of which waits for an answer before it asks again. How many reads
    /// nobody has answered.
    async fn lost(&self, clients: i32, frozen: SocketAddr) -> usize {
        let client = |first: i32| async move {
            let mut lost = 0;
            for k in 0..KEYS {
                let answer = self.read((k + first * 17) % KEYS, frozen).await;
                assert!(lost == 0 || answer != Some(frozen), "it stands still");
                lost += usize::from(answer.is_none());
            }
            lost
        };
        let lost = within(SOON, "reads", join_all((0..clients).map(client))).await;
        lost.iter().sum()
    }

    /// All reads go to the shard that owns their partition.
    async fn is_as_before(&self, cluster: &Cluster, node: SocketAddr) -> bool {
        cluster.reset_traffic();
        let mut answered = 0;
        for k in 0..KEYS {
            answered += usize::from(self.read(k, node).await == Some(node));
        }
        let traffic = cluster.traffic();
        answered > 0 && traffic.iter().all(|t| t.reached_owner == t.keyed)
    }
}

#[tokio::test]
async fn few_requests_are_caught_by_it() {
    let f = fixture().await;
    let Some(cluster) = f.target.cluster() else {
        return;
    };
    let frozen = cluster.contact_points()[1].parse().unwrap();
    let fault = cluster.fault(Fault::on().node(1).stop_reading());
    // Each client may run into each of its shards, but not twice.
    let lost = f.lost(4, frozen).await;
    assert!((1..=16).contains(&lost), "{lost} reads were lost");
    assert_eq!(f.lost(4, frozen).await, 0, "it is known by now");
    drop(fault);
    until("the node is asked again", async || {
        f.is_as_before(cluster, frozen).await
    })
    .await;
    f.session.close().await.unwrap();
}
