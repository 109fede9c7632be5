//! When the server tells of tablets, and when it does not.

use scylla_orm::driver::Session;
use scylla_orm::driver::frame::response::Tablet;
use scylla_orm::driver::policy::routing::Routing;
use scylla_orm::driver::session::Answer;
use scylla_orm::driver::statement::{Batch, BatchKind};
use scylla_orm::driver::token::murmur3;
use scylla_orm_embedded::TabletRouting;

use crate::{Fixture, TABLE};

fn told(answer: &Answer) -> Option<Tablet> {
    let value = answer
        .payload()
        .iter()
        .find(|(key, _)| key == "tablets-routing-v1");
    let value = value.and_then(|(_, value)| value.as_ref())?;
    Some(Tablet::decode(value, TabletRouting::V1).unwrap())
}

/// A session that does not care where a partition is, so that requests go everywhere.
async fn everywhere(f: &Fixture) -> Session {
    let nodes = f.cluster.contact_points();
    let builder = Session::builder().contact_points(nodes.iter().map(String::as_str));
    let session = builder
        .routing(Routing::RoundRobin)
        .connect()
        .await
        .unwrap();
    assert!(session.wait_ready(std::time::Duration::from_secs(20)).await);
    session
}

#[tokio::test]
async fn whoever_reaches_another_place_is_told_the_right_one_and_nobody_else() {
    let f = Fixture::start(2, TabletRouting::V1).await;
    let session = everywhere(&f).await;
    let nodes = f.cluster.contact_points();
    let place = |answer: &Answer| {
        let node = nodes.iter().position(|n| *n == answer.node().to_string());
        (node.unwrap(), answer.shard().unwrap())
    };
    let tablets = f.cluster.tablets(TABLE);
    let topology = session.topology();
    let host = |node: usize| {
        let node = topology
            .nodes()
            .iter()
            .find(|n| n.address.to_string() == nodes[node]);
        node.unwrap().host_id
    };
    let (mut right, mut wrong) = (0, 0);
    for key in (0..20).cycle().take(400) {
        let token = murmur3(&i32::to_be_bytes(key)).0;
        let tablet = tablets.iter().find(|tablet| token <= tablet.last).unwrap();
        let answer = session.execute(&f.read, (key,)).await.unwrap();
        let expected = match tablet.replicas.contains(&place(&answer)) {
            true => None,
            false => Some(Tablet {
                first: tablet.first,
                last: tablet.last,
                replicas: tablet
                    .replicas
                    .iter()
                    .map(|(node, shard)| (host(*node), i32::from(*shard)))
                    .collect(),
                version: None,
            }),
        };
        match &expected {
            None => right += 1,
            Some(_) => wrong += 1,
        }
        assert_eq!(told(&answer), expected);
    }
    assert!(right > 0 && wrong > 0, "{right} right, {wrong} wrong");
    // Not of batches, not of scans, not of errors.
    let scan = session.prepare("SELECT v FROM k.t").await.unwrap();
    for key in 0..30 {
        let mut batch = Batch::new(BatchKind::Unlogged);
        batch.push(&f.write, (key, key)).unwrap();
        assert!(session.batch(&batch).await.unwrap().payload().is_empty());
        assert!(
            session
                .execute(&scan, ())
                .await
                .unwrap()
                .payload()
                .is_empty()
        );
    }
    session.close().await.unwrap();
    f.end().await;
}
