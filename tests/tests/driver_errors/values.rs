//! Values that do not suit the statement, and answers that do not suit the Rust type.

use scylla_orm::driver::{ErrorKind, Session};
use tests::target::Target;

use crate::{check, error_of};

async fn fixture() -> (Target, Session, String) {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_errors").await;
    let session = target.driver().await;
    let table = format!("{keyspace}.t");
    let make = format!("CREATE TABLE {table} (k int PRIMARY KEY, v int, b blob)");
    session.query(make, ()).await.unwrap();
    (target, session, table)
}

#[tokio::test]
async fn values_of_other_types() {
    let (_target, session, table) = fixture().await;
    let cql = format!("INSERT INTO {table} (k, v) VALUES (?, ?)");
    let encode = |k: &ErrorKind| matches!(k, ErrorKind::Encode(_));
    let text_in_int = error_of(session.query(cql.as_str(), (1, "two"))).await;
    let text = format!(
        "values do not suit the statement: column `v` (index 1) is a CQL `int`, which is `i32` in Rust, not `&str`, in \
         `{cql}`"
    );
    check(&text_in_int, encode, &text);
    let wide = error_of(session.query(cql.as_str(), (1, 2_i64))).await;
    let text = format!(
        "values do not suit the statement: column `v` (index 1) is a CQL `int`, which is `i32` in Rust, not `i64`, in \
         `{cql}`"
    );
    check(&wide, encode, &text);
    let few = error_of(session.query(cql.as_str(), (1,))).await;
    let text = format!(
        "values do not suit the statement: the statement has 2 columns or markers, and the Rust type has 1 values for \
         them, in `{cql}`"
    );
    check(&few, encode, &text);
    let none = session
        .query(format!("SELECT v FROM {table}"), ())
        .await
        .unwrap();
    assert_eq!(none.count(), 0, "nothing was written");
    session.close().await.unwrap();
}

#[tokio::test]
async fn answers_of_other_types() {
    let (_target, session, table) = fixture().await;
    session
        .query(format!("INSERT INTO {table} (k) VALUES (1)"), ())
        .await
        .unwrap();
    let cql = format!("SELECT k, v FROM {table} WHERE k = ?");
    let answer = session.query(cql.as_str(), (1,)).await.unwrap();
    let place = format!(
        "(node {}{}), in `{cql}`",
        answer.node(),
        answer
            .shard()
            .map_or(String::new(), |s| format!(", shard {s}")),
    );
    let wrong = answer.all_as::<(i32, String)>().unwrap_err();
    let text = format!(
        "columns do not suit the Rust type: column `v` (index 1) is a CQL `int`, which is `i32` in Rust, not `String` \
         {place}"
    );
    check(&wrong, |k| matches!(k, ErrorKind::Columns(_)), &text);
    let null = answer.all_as::<(i32, i32)>().unwrap_err();
    let text = format!(
        "cannot read the answer: cannot read column `v` of row 0: it is null, and the Rust type has no room for null \
         (use `Option`) {place}"
    );
    check(&null, |k| matches!(k, ErrorKind::Decode(_)), &text);
    session.close().await.unwrap();
}

/// More than servers take in one request: an error with the size and the limit, and the session goes on.
#[tokio::test]
async fn a_row_of_20_megabytes() {
    let (_target, session, table) = fixture().await;
    let cql = format!("INSERT INTO {table} (k, b) VALUES (?, ?)");
    let error = error_of(session.query(cql.as_str(), (1, vec![7_u8; 20 << 20]))).await;
    let text = error.to_string();
    for says in [
        cql.as_str(),
        "the values have 2097",
        "split them over rows",
        "16 MiB",
    ] {
        assert!(text.contains(says), "{text:?} does not say {says:?}");
    }
    assert!(error.node().is_some());
    session
        .query(cql.as_str(), (1, vec![7_u8; 1 << 20]))
        .await
        .unwrap();
    let read = session
        .query(format!("SELECT b FROM {table} WHERE k = ?"), (1,))
        .await
        .unwrap();
    let (b,): (Vec<u8>,) = read.first_as().unwrap().unwrap();
    assert_eq!(b.len(), 1 << 20);
    session.close().await.unwrap();
}
