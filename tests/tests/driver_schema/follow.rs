//! Changes of the schema are followed.

use std::sync::Arc;
use std::time::Instant;

use tests::poll::until;
use tests::target::Target;

use crate::{begin, change, end, schema, tables};

#[tokio::test]
async fn a_session_sees_its_own_changes_at_once() {
    let target = Target::start().await;
    let (session, keyspace) = begin(&target).await;
    schema(&session).await;
    change(
        &session,
        &[format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY)")],
    )
    .await;
    assert_eq!(tables(&session, &keyspace).await, ["t"]);
    change(&session, &[format!("ALTER TABLE {keyspace}.t ADD v text")]).await;
    let now = schema(&session).await;
    let table = now.table(&keyspace, "t").unwrap();
    assert!(table.column("v").is_some());
    change(&session, &[format!("DROP TABLE {keyspace}.t")]).await;
    assert!(tables(&session, &keyspace).await.is_empty());
    assert!(
        now.table(&keyspace, "t").is_some(),
        "a snapshot does not change"
    );
    change(&session, &[format!("DROP KEYSPACE {keyspace}")]).await;
    assert!(schema(&session).await.keyspace(&keyspace).is_none());
    session.close().await.unwrap();
}

#[tokio::test]
async fn changes_of_others_are_seen_soon_and_the_rest_is_shared() {
    let target = Target::start().await;
    let (session, keyspace) = begin(&target).await;
    let (other, beside) = begin(&target).await;
    let before = session.refresh_schema().await.unwrap();
    let start = Instant::now();
    change(
        &other,
        &[
            format!("CREATE TYPE {keyspace}.pair (a int, b int)"),
            format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY, p frozen<pair>)"),
        ],
    )
    .await;
    let changed = start.elapsed();
    until("the change is seen", async || {
        tables(&session, &keyspace).await == ["t"]
    })
    .await;
    println!(
        "two changes made in {changed:.0?}, seen after {:.0?}",
        start.elapsed()
    );
    let now = schema(&session).await;
    let same = |name: &str| match (before.keyspace(name), now.keyspace(name)) {
        (Some(before), Some(now)) => Arc::ptr_eq(before, now),
        _ => false,
    };
    assert!(same(&beside), "what has not changed is not made anew");
    assert!(!same(&keyspace));
    change(&other, &[format!("DROP KEYSPACE {keyspace}")]).await;
    until("the keyspace is gone", async || {
        schema(&session).await.keyspace(&keyspace).is_none()
    })
    .await;
    end(&other, &[&beside]).await;
    session.close().await.unwrap();
}

/// One keyspace is read when it is asked for.
#[tokio::test]
async fn one_keyspace_can_be_read_anew() {
    let target = Target::start().await;
    let (session, keyspace) = begin(&target).await;
    let read = session.refresh_keyspace(&keyspace).await.unwrap();
    assert_eq!(read.unwrap().name, keyspace);
    assert_eq!(session.refresh_keyspace("not_there").await.unwrap(), None);
    end(&session, &[&keyspace]).await;
}
