//! Requests go to the core that owns their partition: seen by the driver, and by the cluster where that can be asked.

use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::metrics::Traffic;
use tests::target::Target;

const KEYS: i32 = 500;

/// A table whose keyspace has as many copies as `copies`, at most one per node.
async fn table(session: &Session, copies: usize) -> String {
    let copies = copies.min(session.topology().nodes().len());
    let random = uuid::Uuid::new_v4().simple().to_string();
    let keyspace = format!("routing_{}", &random[..8]);
    for cql in [
        format!(
            "CREATE KEYSPACE {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {copies}}}"
        ),
        format!("CREATE TABLE {keyspace}.t (a int, b text, v int, PRIMARY KEY ((a, b)))"),
    ] {
        session.query(cql, ()).await.unwrap();
    }
    format!("{keyspace}.t")
}

fn sum(traffic: &[Traffic], of: impl Fn(&Traffic) -> u64) -> u64 {
    traffic.iter().map(of).sum()
}

async fn check(copies: usize) {
    let target = Target::start().await;
    let session = target.driver().await;
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    let table = table(&session, copies).await;
    let select = session
        .prepare(&format!("SELECT v FROM {table} WHERE a = ? AND b = ?"))
        .await
        .unwrap();
    if let Some(cluster) = target.cluster() {
        cluster.reset_traffic();
    }
    let before = session.traffic();
    for key in 0..KEYS {
        session.execute(&select, (key, "x")).await.unwrap();
    }
    let after = session.traffic();
    let keys = u64::try_from(KEYS).unwrap();
    for of in [
        |t: &Traffic| t.keyed,
        |t: &Traffic| t.to_replica,
        |t: &Traffic| t.to_owning_shard,
    ] {
        assert_eq!(sum(&after, of) - sum(&before, of), keys, "{after:?}");
    }
    if let Some(cluster) = target.cluster() {
        let seen = cluster.traffic();
        assert_eq!(seen.iter().map(|t| t.keyed).sum::<u64>(), keys);
        assert_eq!(seen.iter().map(|t| t.reached_replica).sum::<u64>(), keys);
        assert_eq!(seen.iter().map(|t| t.reached_owner).sum::<u64>(), keys);
        assert!(
            seen.iter().all(|t| t.keyed > 0),
            "each shard gets its part: {seen:?}"
        );
    }
    session.close().await.unwrap();
}

#[tokio::test]
async fn one_copy() {
    check(1).await;
}

#[tokio::test]
async fn three_copies() {
    check(3).await;
}
