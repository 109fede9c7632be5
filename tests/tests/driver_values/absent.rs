//! Null, unset, empty, and what the server does not take.

use scylla_orm::driver::ErrorKind;
use scylla_orm::driver::value::{Duration, MaybeUnset, Row, Unset, Value};

use crate::table::Table;

#[tokio::test]
async fn null_unset_and_empty_are_three_things() {
    let types = &[
        "text",
        "int",
        "blob",
        "list<int>",
        "frozen<list<int>>",
        "bigint",
        "uuid",
        "timestamp",
        "decimal",
        "boolean",
    ];
    let t = Table::of(types).await;
    let key = t.write("text", "there").await;
    let update = format!(
        "INSERT INTO {} (k, {}) VALUES (?, ?)",
        t.name,
        t.column("text")
    );
    t.session
        .query(update.as_str(), (key, Unset))
        .await
        .unwrap();
    assert_eq!(t.bytes("text", key).await, Some(b"there".to_vec()));
    t.session
        .query(update.as_str(), (key, MaybeUnset::Set("")))
        .await
        .unwrap();
    assert_eq!(t.bytes("text", key).await, Some(Vec::new()));
    t.session
        .query(update.as_str(), (key, None::<&str>))
        .await
        .unwrap();
    assert_eq!(t.bytes("text", key).await, None);
    for ty in types {
        let key = t.write(ty, None::<i32>).await;
        assert_eq!(t.bytes(ty, key).await, None, "{ty}");
        let row: Row = t.read(ty, key).await.first_as().unwrap().unwrap();
        assert_eq!(row.value(0).unwrap(), None, "{ty}");
    }
    // Without `frozen`, nothing tells an empty collection from none.
    let key = t.write("list<int>", Vec::<i32>::new()).await;
    assert_eq!(t.bytes("list<int>", key).await, None);
    let key = t.write("frozen<list<int>>", Vec::<i32>::new()).await;
    assert_eq!(t.bytes("frozen<list<int>>", key).await, Some(vec![0; 4]));
    // What old clients wrote: no bytes, where the type has no such value.
    for ty in ["int", "bigint", "uuid", "timestamp", "decimal", "boolean"] {
        let key = t.write(ty, Value::Empty).await;
        assert_eq!(t.bytes(ty, key).await, Some(Vec::new()), "{ty}");
        let row: Row = t.read(ty, key).await.first_as().unwrap().unwrap();
        assert_eq!(row.value(0).unwrap(), Some(Value::Empty), "{ty}");
    }
    let key = t.write("int", Value::Empty).await;
    let (read,): (Option<i32>,) = t.read("int", key).await.first_as().unwrap().unwrap();
    assert_eq!(read, None);
    t.end().await;
}

/// What is no value of the type is refused by the server in its words, and changes nothing.
#[tokio::test]
async fn a_value_that_the_server_does_not_take() {
    let t = Table::of(&["duration", "text"]).await;
    let insert = format!("INSERT INTO {} (k, c0) VALUES (?, ?)", t.name);
    let mixed = t
        .session
        .query(insert, (1, Duration::new(1, -1, 0)))
        .await
        .unwrap_err();
    assert!(
        matches!(mixed.kind(), ErrorKind::Invalid { .. }),
        "{mixed:?}"
    );
    let answer = t
        .session
        .query(format!("SELECT k FROM {} WHERE k = 1", t.name), ())
        .await
        .unwrap();
    assert_eq!(answer.count(), 0);
    t.end().await;
}
