//! Credentials, data centres, nodes that do not answer.

use std::time::{Duration, Instant};

use scylla_orm::driver::statement::Statement;
use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::{Cluster, Flavor};
use tests::poll::PROMPT;
use tests::relay::Relay;
use tests::target::Target;

use crate::{check, error_of};

#[tokio::test]
async fn credentials() {
    for (flavor, says) in [
        (Flavor::Scylla, "Username and/or password are incorrect"),
        (
            Flavor::Cassandra,
            "Provided username ann and/or password are incorrect",
        ),
    ] {
        let builder = Cluster::builder()
            .flavor(flavor)
            .credentials("ann", "s3cret");
        let cluster = builder.start().await.unwrap();
        let points = cluster.contact_points();
        let node = &points[0];
        let advice = "give `credentials(user, password)` to the session's builder, or check them";
        let none = error_of(Session::connect(&points)).await;
        let text = format!(
            "authentication failed: the server asks for credentials \
             (org.apache.cassandra.auth.PasswordAuthenticator); none are configured; tried {node}; {advice}"
        );
        check(&none, |k| matches!(k, ErrorKind::Auth { .. }), &text);
        let builder = || Session::builder().contact_points(&points);
        let wrong = error_of(builder().credentials("ann", "s3cret!").connect()).await;
        let text = format!("authentication failed: {says}; tried {node}; {advice}");
        check(&wrong, |k| matches!(k, ErrorKind::Auth { .. }), &text);
        assert!(!format!("{wrong:?}").contains("s3cret"));
        let session = builder()
            .credentials("ann", "s3cret")
            .connect()
            .await
            .unwrap();
        session.close().await.unwrap();
        cluster.stop().await;
    }
}

#[tokio::test]
async fn a_data_centre_that_is_not_there() {
    let target = Target::start().await;
    let builder = Session::builder().contact_points(target.contact_points());
    let error = error_of(builder.local_datacenter("mars").connect()).await;
    let text = "no node is in the local data centre `mars`; the cluster has datacenter1";
    check(&error, |k| matches!(k, ErrorKind::Settings { .. }), text);
}

#[tokio::test]
async fn a_server_that_stops_answering() {
    let target = Target::start().await;
    let relay = Relay::default();
    let builder = Session::builder().contact_points(target.contact_points());
    let session = builder.connector(relay.clone()).connect().await.unwrap();
    let cql = "SELECT key FROM system.local WHERE key = 'local'";
    session.query(cql, ()).await.unwrap();
    relay.hold();
    let start = Instant::now();
    let statement = Statement::new(cql).timeout(Duration::from_millis(200));
    let error = error_of(session.query(statement, ())).await;
    let elapsed = start.elapsed();
    let text = format!(
        "no answer within 200ms (node {}{}), in `{cql}`; it may have been done all the same; raise the timeout of the \
         statement or of the session, or look why the server is slow",
        error.node().unwrap(),
        error
            .shard()
            .map_or(String::new(), |s| format!(", shard {s}")),
    );
    check(&error, |k| matches!(k, ErrorKind::Timeout { .. }), &text);
    assert!(error.is_timeout());
    assert!(
        elapsed >= Duration::from_millis(200) && elapsed < PROMPT,
        "{elapsed:?}"
    );
    relay.release();
    session.query(cql, ()).await.unwrap();
    session.close().await.unwrap();
}

#[tokio::test]
async fn no_node_is_left() {
    let target = Target::start().await;
    let relay = Relay::default();
    let builder = Session::builder().contact_points(target.contact_points());
    let session = builder.connector(relay.clone()).connect().await.unwrap();
    let nodes: Vec<String> = session
        .topology()
        .nodes()
        .iter()
        .map(|n| n.address.to_string())
        .collect();
    let cql = "SELECT key FROM system.local WHERE key = 'local'";
    session.query(cql, ()).await.unwrap();
    relay.refuse(true);
    relay.cut();
    let mut last = None;
    tests::poll::until("requests fail because no node is left", async || {
        let error = session.query(cql, ()).await.err();
        let over = error.as_ref().is_some_and(|e| {
            let text = e.to_string();
            let refused =
                |node| text.contains(&format!("{node}: cannot connect: connection refused"));
            matches!(e.kind(), ErrorKind::NoHost) && nodes.iter().all(refused)
        });
        last = error;
        over
    })
    .await;
    let error = last.unwrap();
    assert!(error.is_connection());
    assert_eq!(error.attempts().len(), nodes.len(), "{error:?}");
    let text = error.to_string();
    assert!(
        text.starts_with("no node has an open connection, in `SELECT key"),
        "{text}"
    );
    assert!(
        text.contains("the driver keeps trying to connect"),
        "{text}"
    );
    relay.refuse(false);
    tests::poll::until("the session works again", async || {
        session.query(cql, ()).await.is_ok()
    })
    .await;
    session.close().await.unwrap();
}
