//! Versions of the protocol and compression, from the session's side: whatever was agreed on, everything works. And what
//! version 5 and ScyllaDB's extension add: ids of results.
//!
//! Versions and compressions are those that each target has; on the embedded clusters it is known which they are.

use std::time::Duration;

use scylla_orm::driver::frame::response::SchemaTarget;
use scylla_orm::driver::frame::{Compression, Opcode, Version};
use scylla_orm::driver::statement::{Batch, BatchKind, Prepared, Statement};
use scylla_orm::driver::{ErrorKind, Session, SessionBuilder};
use tests::relay::Relay;
use tests::target::Target;

/// A session that asks for these, or for what it asks for by default.
async fn session(
    target: &Target,
    version: Option<Version>,
    compression: Option<Compression>,
) -> Session {
    let points = target.contact_points().iter().map(String::as_str);
    let mut builder = Session::builder().contact_points(points);
    if let Some(version) = version {
        builder = builder.protocol_version(version);
    }
    if let Some(compression) = compression {
        builder = builder.compression(compression);
    }
    let session = builder.connect().await.unwrap();
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    session
}

/// Each version with each compression, and with none.
fn matrix() -> Vec<(Option<Version>, Option<Compression>)> {
    let compressions = Compression::ALL.iter().copied().map(Some);
    let compressions: Vec<_> = compressions.chain([None]).collect();
    let of = |version| compressions.iter().map(move |c| (version, *c));
    [Some(Version::V4), None].into_iter().flat_map(of).collect()
}

#[tokio::test]
async fn every_version_with_every_compression() {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_protocol").await;
    for (at, (version, compression)) in matrix().into_iter().enumerate() {
        let session = session(&target, version, compression).await;
        let table = format!("{keyspace}.t{at}");
        round(&session, &table).await;
        session.close().await.unwrap();
    }
}

/// A table made, filled and read: small and large, one by one and at once, in pages, in a batch; and an error.
async fn round(session: &Session, table: &str) {
    let make = format!("CREATE TABLE {table} (k int, c int, v blob, PRIMARY KEY (k, c))");
    let made = session.query(make, ()).await.unwrap();
    let change = made.schema_change().expect("a change of the schema");
    assert!(matches!(change.target, SchemaTarget::Table { .. }));
    let insert = format!("INSERT INTO {table} (k, c, v) VALUES (?, ?, ?)");
    let insert = session.prepare(&insert).await.unwrap();
    // Around the length of a segment, and several of them; of one value, which compresses, and of noise.
    let lengths = [0, 1, 100, 131_000, 131_071, 200_000, 1 << 20];
    let mut rows: Vec<(i32, Vec<u8>)> = Vec::new();
    for (c, length) in (0..).zip(lengths) {
        rows.push((c, vec![7; length]));
        rows.push((c + 100, noise(length)));
    }
    for (c, v) in &rows {
        session.execute(&insert, (1, c, v)).await.unwrap();
    }
    rows.sort();
    let select = format!("SELECT c, v FROM {table} WHERE k = ?");
    let select = session.prepare(&select).await.unwrap();
    for _ in 0..2 {
        let read = session.execute(&select, (1,)).await.unwrap();
        assert!(read.all_as::<(i32, Vec<u8>)>().unwrap() == rows);
    }
    many(session, &insert, table).await;
    let mut batch = Batch::new(BatchKind::Unlogged);
    for c in 0..100 {
        batch.push(&insert, (3, c, vec![7_u8; 50])).unwrap();
    }
    session.batch(&batch).await.unwrap();
    let read = session.execute(&select, (3,)).await.unwrap();
    assert_eq!(read.count(), 100);
    let error = session.query("SELECT nothing FROM nowhere.at_all", ());
    let error = error.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error}");
}

/// Many at once, whose frames share segments.
async fn many(session: &Session, insert: &Prepared, table: &str) {
    let writes = (0..500).map(|c| session.execute(insert, (2, c, vec![7_u8; 40])));
    for written in futures_util::future::join_all(writes).await {
        written.unwrap();
    }
    let select = format!("SELECT c FROM {table} WHERE k = 2");
    let select = Statement::new(select).page_size(70);
    let mut pages = session.query_pages(select, ()).await.unwrap();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        found.extend(page.all_as::<(i32,)>().unwrap());
    }
    let expected: Vec<(i32,)> = (0..500).map(|c| (c,)).collect();
    assert_eq!(found, expected);
}

fn noise(length: usize) -> Vec<u8> {
    let mut state: u64 = 0x5eed;
    let next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Another session alters the table, and prepares the statement again on the node: that this one does not hear of it
/// from the node's error, but from the answer.
#[tokio::test]
async fn columns_that_change_behind_a_statement() {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_protocol").await;
    let (one, other) = (target.driver().await, target.driver().await);
    let table = format!("{keyspace}.t");
    let make = format!("CREATE TABLE {table} (k int PRIMARY KEY, a int)");
    one.query(make, ()).await.unwrap();
    let insert = format!("INSERT INTO {table} (k, a) VALUES (1, 10)");
    one.query(insert, ()).await.unwrap();
    let select = format!("SELECT * FROM {table} WHERE k = ?");
    let mine = one.prepare(&select).await.unwrap();
    let read = one.execute(&mine, (1,)).await.unwrap();
    assert_eq!(read.all_as::<(i32, i32)>().unwrap(), [(1, 10)]);
    for (column, names) in [("b", "k a b"), ("c", "k a b c")] {
        let alter = format!("ALTER TABLE {table} ADD {column} int");
        other.query(alter, ()).await.unwrap();
        // On all nodes, by as many requests as it may take to get to each of them.
        for _ in 0..20 {
            other.query(select.as_str(), (1,)).await.unwrap();
        }
        for _ in 0..6 {
            let read = one.execute(&mine, (1,)).await.unwrap();
            let read: Vec<&str> = read.columns().iter().map(|c| &*c.name).collect();
            assert_eq!(read.join(" "), names);
        }
        let known = mine.columns();
        let known: Vec<&str> = known.iter().map(|c| &*c.name).collect();
        assert_eq!(known.join(" "), names);
    }
    one.close().await.unwrap();
    other.close().await.unwrap();
}

/// One socket per connection whatever is agreed on: OPTIONS, then STARTUP, and nothing a second time.
#[tokio::test]
async fn nothing_is_tried_twice() {
    let target = Target::start().await;
    for version in [Version::V4, Version::V5] {
        let relay = Relay::default();
        let points = target.contact_points().iter().map(String::as_str);
        let builder: SessionBuilder = Session::builder().contact_points(points);
        let session = builder
            .protocol_version(version)
            .connector(relay.clone())
            .connect()
            .await
            .unwrap();
        assert!(session.wait_ready(Duration::from_secs(20)).await);
        let opened = u64::try_from(relay.opened()).unwrap();
        assert_eq!(relay.sent(Opcode::Startup), opened);
        assert_eq!(relay.sent(Opcode::Options), opened);
        session.close().await.unwrap();
    }
}
