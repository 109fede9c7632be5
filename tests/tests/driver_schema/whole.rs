//! What is in a snapshot.

use std::sync::Arc;

use scylla_orm::driver::session::SchemaMetadata;
use scylla_orm::driver::topology::{ColumnKind, Strategy};
use scylla_orm::driver::{ErrorKind, Session};
use tests::poll::until;
use tests::target::Target;

use crate::{begin, change, end, schema, tables};

#[tokio::test]
async fn all_that_a_keyspace_has_is_in_the_snapshot() {
    let target = Target::start().await;
    let (session, keyspace) = begin(&target).await;
    change(
        &session,
        &[
            format!("CREATE TYPE {keyspace}.point (x int, y int)"),
            format!("CREATE TYPE {keyspace}.line (a frozen<point>, b frozen<point>)"),
            format!(
                "CREATE TABLE {keyspace}.t (a text, b int, c timestamp, s bigint static, l frozen<line>, v int, \
                 PRIMARY KEY ((a, b), c)) WITH CLUSTERING ORDER BY (c DESC) AND gc_grace_seconds = 77"
            ),
            format!("CREATE INDEX by_v ON {keyspace}.t (v)"),
        ],
    )
    .await;
    let schema = schema(&session).await;
    let known = schema.keyspace(&keyspace).unwrap();
    match target.has_tablets() {
        true => assert!(matches!(known.strategy, Strategy::NetworkTopology { .. })),
        false => assert!(matches!(known.strategy, Strategy::Simple { factor } if factor >= 1)),
    }
    assert_eq!(known.types.keys().collect::<Vec<_>>(), ["line", "point"]);
    let table = schema.table(&keyspace, "t").unwrap();
    assert_eq!(table.column("l").unwrap().ty.to_string(), "frozen<line>");
    assert!(table.column("c").unwrap().descending);
    assert_eq!(table.column("s").unwrap().kind, ColumnKind::Static);
    assert_eq!(table.options["gc_grace_seconds"], "77");
    assert_eq!(table.indexes.len(), 1);
    // One by one it is the same.
    let described = session.describe_keyspace(&keyspace).await.unwrap();
    assert_eq!(described.as_ref(), Some(&**known));
    assert!(schema.keyspace("system").is_none() && schema.version().is_some());
    end(&session, &[&keyspace]).await;
}

#[tokio::test]
async fn a_session_reads_the_keyspaces_that_it_was_told() {
    let target = Target::start().await;
    let (first, second) = (
        target.keyspace("schema").await,
        target.keyspace("schema").await,
    );
    let builder = Session::builder().contact_points(target.contact_points());
    let builder = builder.schema_keyspaces([first.as_str(), "system"]);
    let session = builder.connect().await.unwrap();
    let names = |schema: &scylla_orm::driver::topology::Schema| {
        let names = schema.keyspaces().map(|k| k.name.clone());
        names.collect::<Vec<_>>()
    };
    let known = schema(&session).await;
    assert_eq!(names(&known), [first.as_str(), "system"]);
    assert!(known.table("system", "local").is_some());
    change(
        &session,
        &[
            format!("CREATE TABLE {first}.t (k int PRIMARY KEY)"),
            format!("CREATE TABLE {second}.t (k int PRIMARY KEY)"),
        ],
    )
    .await;
    assert_eq!(tables(&session, &first).await, ["t"]);
    assert_eq!(session.refresh_keyspace(&second).await.unwrap(), None);
    assert_eq!(names(&*schema(&session).await), [first.as_str(), "system"]);
    end(&session, &[&first, &second]).await;
}

#[tokio::test]
async fn it_is_read_when_the_session_says_so() {
    let target = Target::start().await;
    let builder = || Session::builder().contact_points(target.contact_points());
    let off = builder().schema_metadata(SchemaMetadata::Off);
    let session = off.connect().await.unwrap();
    let error = session.schema().await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
    session.close().await.unwrap();
    let eager = builder().schema_metadata(SchemaMetadata::AtConnect);
    let session = eager.connect().await.unwrap();
    let first = schema(&session).await;
    assert!(
        Arc::ptr_eq(&first, &schema(&session).await),
        "it is read once"
    );
    session.close().await.unwrap();
    let error = session.refresh_schema().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed), "{error}");
    assert!(
        Arc::ptr_eq(&first, &schema(&session).await),
        "what is known stays"
    );
}

/// More rows than a page of the driver's own questions has.
#[tokio::test]
async fn a_large_schema_is_read_in_pages() {
    const TABLES: usize = 120;
    const COLUMNS: usize = 20;
    let target = Target::start().await;
    // On a real server it would take minutes.
    let Some(cluster) = target.cluster() else {
        return;
    };
    let (session, keyspace) = begin(&target).await;
    let columns: String = (1..COLUMNS).map(|n| format!(", c{n:02} int")).collect();
    let script: String = (0..TABLES)
        .map(|n| format!("CREATE TABLE {keyspace}.t{n:03} (k int PRIMARY KEY{columns});\n"))
        .collect();
    cluster.run_script(&script).unwrap();
    let start = std::time::Instant::now();
    let known = session.refresh_schema().await.unwrap();
    println!(
        "{TABLES} tables of {COLUMNS} columns read in {:.0?}",
        start.elapsed()
    );
    let known = known.keyspace(&keyspace).unwrap();
    assert_eq!(known.tables.len(), TABLES);
    for table in known.tables.values() {
        assert_eq!(table.columns.len(), COLUMNS, "{}", table.name);
    }
    until("the events of it are over", async || {
        tables(&session, &keyspace).await.len() == TABLES
    })
    .await;
    end(&session, &[&keyspace]).await;
}
