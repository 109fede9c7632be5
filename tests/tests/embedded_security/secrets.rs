//! No password, key or value that is bound gets into what is logged, shown or answered as an error.

use scylla_orm::driver::conn::config::Credentials;

use scylla_orm::driver::socket::tls::Tls as Trust;
use scylla_orm::driver::statement::{Batch, BatchKind, Statement};
use scylla_orm::driver::{Session, SessionBuilder};
use scylla_orm_embedded::{Cluster, Fault, Tls};
use tests::log::Log;
use tracing::Level;

/// What must not be seen anywhere.
const SECRETS: [&str; 3] = ["p4ssw0rd", "wr0ng-p4ss", "b0und-v4lue"];

/// The runtime has one thread, so that all that is told is told here.
#[tokio::test]
async fn nothing_secret_is_logged_shown_or_told() {
    let log = Log::down_to(Level::TRACE);
    let mut seen = Vec::new();
    let tls = Tls::new().client_certificates();
    let cluster = Cluster::builder().credentials("ann", "p4ssw0rd").tls(tls);
    let cluster = cluster.start().await.unwrap();
    let script = "CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1};
        CREATE TABLE k.t (a text PRIMARY KEY, b int);";
    cluster.run_script(script).unwrap();
    let identity = cluster.client_certificate("ann").unwrap();
    let trust = Trust::builder()
        .ca_pem(cluster.ca_certificate_pem().unwrap())
        .certificate_pem(&identity.certificate_pem, &identity.key_pem);
    seen.push(format!("{trust:?} {identity:?} {cluster:?}"));
    let tls = trust.build().unwrap();
    seen.push(format!("{tls:?}"));
    let builder = |password: &str| {
        let builder = Session::builder().contact_points(cluster.contact_points());
        builder.tls(tls.clone()).credentials("ann", password)
    };
    seen.push(shown(&builder("p4ssw0rd")));
    seen.push(format!("{:?}", Credentials::new("ann", "p4ssw0rd")));
    let refused = builder("wr0ng-p4ss").connect().await.unwrap_err();
    seen.push(format!("{refused} {refused:?} {refused:#?}"));

    let session = builder("p4ssw0rd").connect().await.unwrap();
    seen.push(format!("{session:?}"));
    let insert = session
        .prepare("INSERT INTO k.t (a, b) VALUES (?, ?)")
        .await
        .unwrap();
    session.execute(&insert, ("b0und-v4lue", 1)).await.unwrap();
    let mut batch = Batch::new(BatchKind::Logged);
    batch.push(&insert, ("b0und-v4lue", 2)).unwrap();
    seen.push(format!("{batch:?}"));
    session.batch(&batch).await.unwrap();
    let wrong = session
        .execute(&insert, ("b0und-v4lue", "b0und-v4lue"))
        .await
        .unwrap_err();
    seen.push(format!("{wrong} {wrong:?}"));
    let fault = cluster.fault(Fault::on().statement("INSERT INTO k.t").cut_rst());
    let lost = session
        .execute(&insert, ("b0und-v4lue", 1))
        .await
        .unwrap_err();
    fault.remove();
    seen.push(format!("{lost} {lost:?}"));
    let none = session.query(
        Statement::new("SELECT a FROM k.nowhere WHERE a = ?"),
        ("b0und-v4lue",),
    );
    let none = none.await.unwrap_err();
    seen.push(format!("{none} {none:?}"));
    session.close().await.unwrap();
    cluster.stop().await;

    let logged = log.lines();
    assert!(!logged.is_empty(), "the lost connection is told");
    let key: Vec<&str> = identity
        .key_pem
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    for text in logged.iter().chain(&seen) {
        for secret in SECRETS.iter().chain(&key) {
            assert!(!text.contains(secret), "{secret} in: {text}");
        }
    }
}

fn shown(builder: &SessionBuilder) -> String {
    format!("{builder:?} {builder:#?}")
}
