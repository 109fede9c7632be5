//! Questions about the cluster itself say how long they may take, where servers understand that.

use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm_embedded::fault::Opcode;
use scylla_orm_embedded::{Cluster, Flavor};

async fn check(flavor: Flavor, limit: Option<&str>) {
    let cluster = Cluster::builder().nodes(2).flavor(flavor).request_log(1000);
    let cluster = cluster.start().await.unwrap();
    let builder = Session::builder().contact_points(cluster.contact_points());
    let builder = builder.connect_timeout(Duration::from_millis(7_500));
    let session = builder.connect().await.unwrap();
    session.refresh_schema().await.unwrap();
    session.refresh().await.unwrap();
    let asked: Vec<String> = cluster
        .requests()
        .into_iter()
        .filter(|request| request.opcode == Opcode::Query)
        .filter_map(|request| Some(request.statement?.to_string()))
        .collect();
    for table in [
        "system.local",
        "system_schema.tables",
        "system_schema.keyspaces",
    ] {
        assert!(asked.iter().any(|cql| cql.contains(table)), "{asked:#?}");
    }
    for cql in &asked {
        match limit {
            Some(limit) => assert!(cql.ends_with(limit), "{cql}"),
            None => assert!(!cql.contains("TIMEOUT"), "{cql}"),
        }
    }
    session.close().await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn scylla_is_told_when_nobody_waits_any_more() {
    check(Flavor::Scylla, Some(" USING TIMEOUT 7500ms")).await;
    check(Flavor::Cassandra, None).await;
}
