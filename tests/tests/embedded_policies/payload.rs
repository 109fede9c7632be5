//! Custom payloads: what arrives of them, and what comes back.

use scylla_orm::driver::frame::{Opcode, Version};
use scylla_orm::driver::session::{Answer, Execution};
use scylla_orm::driver::statement::{Batch, BatchKind, Options, Statement};
use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::{Cluster, Flavor};

fn payload() -> Options {
    let options = Options::default();
    options.payload("who", "me").payload("empty", &b""[..])
}

fn told(answer: &Answer) -> Vec<(&str, &[u8])> {
    let entries = answer.payload().iter();
    entries
        .map(|(key, value)| (&**key, value.as_deref().unwrap_or(b"null")))
        .collect()
}

async fn check(flavor: Flavor, version: Version) {
    let cluster = Cluster::builder().flavor(flavor).request_log(1000);
    let cluster = cluster.echo_payload(true).start().await.unwrap();
    let builder = Session::builder().contact_points(cluster.contact_points());
    let session = builder.protocol_version(version).connect().await.unwrap();
    let expected: [(&str, &[u8]); 2] = [("who", b"me"), ("empty", b"")];

    let make = "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";
    let made = session.query(Statement::new(make).with(payload()), ());
    assert_eq!(told(&made.await.unwrap()), expected);
    let make = "CREATE TABLE ks.t (k int PRIMARY KEY, v text)";
    session.query(make, ()).await.unwrap();
    let insert = session.prepare("INSERT INTO ks.t (k, v) VALUES (?, ?)");
    let insert = insert.await.unwrap();
    let write = Execution::bind(&insert, (1, "x")).unwrap();
    let wrote = session.run(write.with(payload())).await.unwrap();
    assert_eq!(told(&wrote), expected);
    let mut batch = Batch::new(BatchKind::Unlogged).with(payload());
    batch.push(&insert, (2, "y")).unwrap();
    assert_eq!(told(&session.batch(&batch).await.unwrap()), expected);
    let read = Statement::new("SELECT v FROM ks.t WHERE k = ?").with(payload());
    let rows = session.query(read, (2,)).await.unwrap();
    assert_eq!(told(&rows), expected);
    assert_eq!(rows.first_as::<(String,)>().unwrap(), Some(("y".into(),)));

    // Nothing is told of requests that say nothing, and of statements while they are prepared.
    let plain = session.execute(&insert, (3, "z")).await.unwrap();
    assert_eq!(told(&plain), []);
    let carry: Vec<Opcode> = cluster
        .requests()
        .into_iter()
        .filter(|request| !request.payload.is_empty())
        .map(|request| request.opcode)
        .collect();
    let (query, execute, batch) = (Opcode::Query, Opcode::Execute, Opcode::Batch);
    assert_eq!(carry, [query, execute, batch, execute]);

    let long = Options::default().payload("k".repeat(70_000), "");
    let write = Execution::bind(&insert, (1, "x")).unwrap();
    let error = session.run(write.with(long)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::TooLarge { .. }),
        "{error}"
    );
    session.close().await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn a_payload_goes_there_and_comes_back() {
    check(Flavor::Scylla, Version::V4).await;
    check(Flavor::Cassandra, Version::V4).await;
    check(Flavor::Cassandra, Version::V5).await;
}
