//! What the first node answers while others stand still: the embedded cluster's words are held against the same cases.

use futures_util::future::join_all;
use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::policy::balancing::{DcAware, HostFilter, TokenAware};
use scylla_orm::driver::policy::retry::Fallthrough;
use tests::levels::{Case, ONE_FROZEN, SETUP, TWO_FROZEN, outcome};
use tests::poll::within;
use tests::target::Target;
use tokio::time::sleep;

use crate::SECOND;
use crate::node::Nodes;

/// All at once, and before the nodes find out that one is gone: they do after ten seconds.
async fn check(session: &Session, keyspace: &str, cases: &[Case]) -> Vec<String> {
    let ask = async |case: &Case| {
        let cql = case.cql.replace('$', keyspace);
        let found = outcome(session, &cql, case.level, Consistency::Serial).await;
        // Which replica is asked for the data, and which for a digest of it, is what the node has seen of their latencies.
        let [found, expected] = [&*found, case.cassandra].map(|text| text.replace(", no data", ""));
        let text = format!("{} at {}: {found:?}", case.cql, case.level);
        (found != expected).then(|| format!("{text}, not {expected:?}"))
    };
    let found = join_all(cases.iter().map(ask)).await;
    found.into_iter().flatten().collect()
}

#[tokio::test]
async fn replicas_that_stand_still_are_told_of() {
    let Some(nodes) = Nodes::of_this_run() else {
        return;
    };
    let target = Target::start().await;
    let keyspace = target.keyspace("nodes_levels").await;
    // By a session that knows all nodes, and waits until they agree on the schema.
    let everywhere = target.driver().await;
    for cql in SETUP {
        everywhere
            .query(cql.replace('$', &keyspace), ())
            .await
            .unwrap();
    }
    everywhere.close().await.unwrap();
    let first = nodes.address(1);
    let only = HostFilter::new(DcAware::default(), move |node| node.address == first);
    let session = Session::builder()
        .contact_points([first.to_string().as_str()])
        .load_balancing(TokenAware::new(only))
        .retry_policy(Fallthrough)
        .request_timeout(30 * SECOND)
        .connect()
        .await
        .unwrap();
    // Prepared beforehand, so that nothing but the statements meets the frozen nodes.
    for case in ONE_FROZEN.iter().chain(TWO_FROZEN) {
        session
            .prepare(&case.cql.replace('$', &keyspace))
            .await
            .unwrap();
    }
    nodes.freeze(3).await;
    let one = check(&session, &keyspace, ONE_FROZEN).await;
    nodes.thaw(3).await;
    all_are_back(&session, &keyspace).await;
    nodes.freeze(2).await;
    nodes.freeze(3).await;
    let two = check(&session, &keyspace, TWO_FROZEN).await;
    nodes.thaw(2).await;
    nodes.thaw(3).await;
    all_are_back(&session, &keyspace).await;
    assert!(one.is_empty() && two.is_empty(), "{one:#?} {two:#?}");
    session.close().await.unwrap();
}

async fn all_are_back(session: &Session, keyspace: &str) {
    let write = format!("INSERT INTO {keyspace}.t (p, v) VALUES (9, 9)");
    let missing = async || {
        let found = outcome(session, &write, Consistency::All, Consistency::Serial).await;
        !found.is_empty()
    };
    let back = async {
        while missing().await {
            sleep(SECOND).await;
        }
    };
    within(60 * SECOND, "all nodes are back", back).await;
}
