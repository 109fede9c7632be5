//! The default session. One test alone in its process: a default stays.

use scylla_orm::ErrorKind;
use scylla_orm::prelude::*;
use tests::target::Target;

#[derive(Model, Debug, PartialEq)]
struct Item {
    #[cql(partition_key)]
    id: i32,
}

#[tokio::test]
async fn a_scope_wins_over_the_default_and_a_named_session_over_both() {
    let target = Target::start().await;
    let default = target.session("smoke_default").await;
    let current = || Session::current().map(|session| session.keyspace().map(str::to_owned));
    assert!(current().is_err());
    default.set_default().unwrap();
    assert_eq!(current().unwrap().as_deref(), default.keyspace());
    sync_table::<Item>().await.unwrap();
    Item { id: 1 }.insert().await.unwrap();

    target
        .within("smoke_inner", async |inner| {
            let error = inner.set_default().unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::DefaultAlreadySet),
                "{error}"
            );
            assert_eq!(current().unwrap().as_deref(), inner.keyspace());
            sync_table::<Item>().await.unwrap();
            assert_eq!(Item::get(1).optional().await.unwrap(), None);
            assert_eq!(Item::get(1).on(&default).await.unwrap(), Item { id: 1 });
            // A spawned task does not inherit the scope.
            let found = tokio::spawn(async { Item::get(1).await }).await.unwrap();
            assert_eq!(found.unwrap(), Item { id: 1 });
        })
        .await;

    let keyspace = default.keyspace().unwrap();
    drop_keyspace(keyspace).allow_drop(keyspace).await.unwrap();
    default.close().await.unwrap();
    let error = Item::get(1).await.unwrap_err();
    let closed = scylla_orm::driver::ErrorKind::Closed;
    let kind = error.driver().map(|error| error.kind());
    assert_eq!(kind.map(ToString::to_string), Some(closed.to_string()));
}
