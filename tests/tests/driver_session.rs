//! The driver's session: queries, prepared statements, batches, pages, and what their errors say.

use scylla_orm::driver::statement::{Batch, BatchKind, Statement};
use scylla_orm::driver::{ErrorKind, Session};
use tests::target::Target;

struct Fixture {
    target: Target,
    session: Session,
    table: String,
}

async fn fixture(columns: &str) -> Fixture {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_session").await;
    let session = target.driver().await;
    let table = format!("{keyspace}.t");
    session
        .query(format!("CREATE TABLE {table} ({columns})"), ())
        .await
        .unwrap();
    Fixture {
        target,
        session,
        table,
    }
}

#[tokio::test]
async fn writes_and_reads_by_prepared_statements() {
    let Fixture {
        target,
        session,
        table,
    } = fixture("p text, c int, v bigint, PRIMARY KEY (p, c)").await;
    let insert = session
        .prepare(&format!("INSERT INTO {table} (p, c, v) VALUES (?, ?, ?)"))
        .await
        .unwrap();
    for c in 0..10 {
        session
            .execute(&insert, ("a", c, i64::from(c) * 100))
            .await
            .unwrap();
    }
    let select = session
        .prepare(&format!("SELECT c, v FROM {table} WHERE p = ? AND c >= ?"))
        .await
        .unwrap();
    let answer = session.execute(&select, ("a", 7)).await.unwrap();
    assert_eq!(
        answer.all_as::<(i32, i64)>().unwrap(),
        [(7, 700), (8, 800), (9, 900)]
    );
    let none = session.execute(&select, ("b", 0)).await.unwrap();
    assert_eq!(none.first_as::<(i32, i64)>().unwrap(), None);
    session.close().await.unwrap();
    drop(target);
}

#[tokio::test]
async fn pages_end_where_the_rows_do() {
    let Fixture {
        target,
        session,
        table,
    } = fixture("p int, c int, PRIMARY KEY (p, c)").await;
    let insert = session
        .prepare(&format!("INSERT INTO {table} (p, c) VALUES (1, ?)"))
        .await
        .unwrap();
    for c in 0..25 {
        session.execute(&insert, (c,)).await.unwrap();
    }
    let select = Statement::new(format!("SELECT c FROM {table} WHERE p = ?")).page_size(10);
    let select_all = session.prepare(select.text()).await.unwrap();
    let mut pages = session.pages(&select_all, (1,)).unwrap();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        seen.extend(page.all_as::<(i32,)>().unwrap().into_iter().map(|(c,)| c));
    }
    assert_eq!(seen, (0..25).collect::<Vec<_>>());
    let first = session.query(select, (1,)).await.unwrap();
    assert_eq!(first.count(), 10);
    assert!(first.paging_state().is_some());
    session.close().await.unwrap();
    drop(target);
}

#[tokio::test]
async fn a_batch_is_one_request() {
    let Fixture {
        target,
        session,
        table,
    } = fixture("p int PRIMARY KEY, v text").await;
    let insert = session
        .prepare(&format!("INSERT INTO {table} (p, v) VALUES (?, ?)"))
        .await
        .unwrap();
    let mut batch = Batch::new(BatchKind::Logged);
    batch.push(&insert, (1, "one")).unwrap();
    batch.push(&insert, (2, "two")).unwrap();
    batch.push_text(format!("INSERT INTO {table} (p, v) VALUES (3, 'three')"));
    session.batch(&batch).await.unwrap();
    let answer = session
        .query(format!("SELECT p, v FROM {table}"), ())
        .await
        .unwrap();
    let mut rows: Vec<(i32, String)> = answer.all_as().unwrap();
    rows.sort();
    assert_eq!(
        rows,
        [
            (1, "one".to_owned()),
            (2, "two".to_owned()),
            (3, "three".to_owned())
        ]
    );
    session.close().await.unwrap();
    drop(target);
}

#[tokio::test]
async fn statements_survive_a_change_of_their_table() {
    let Fixture {
        target,
        session,
        table,
    } = fixture("p int PRIMARY KEY, v int").await;
    let select = session
        .prepare(&format!("SELECT * FROM {table} WHERE p = ?"))
        .await
        .unwrap();
    session
        .query(format!("INSERT INTO {table} (p, v) VALUES (1, 2)"), ())
        .await
        .unwrap();
    let answer = session.execute(&select, (1,)).await.unwrap();
    assert_eq!(
        answer.all_as::<(i32, Option<i32>)>().unwrap(),
        [(1, Some(2))]
    );
    session
        .query(format!("ALTER TABLE {table} ADD a text"), ())
        .await
        .unwrap();
    let answer = session.execute(&select, (1,)).await.unwrap();
    assert_eq!(
        answer.columns().len(),
        answer.rows().unwrap().metadata.columns.len()
    );
    session.close().await.unwrap();
    drop(target);
}

#[tokio::test]
async fn errors_say_what_where_and_with_which_cql() {
    let Fixture {
        target,
        session,
        table,
    } = fixture("p int PRIMARY KEY, v int").await;
    let check = |error: scylla_orm::driver::Error, kind: fn(&ErrorKind) -> bool, says: &[&str]| {
        let text = error.to_string();
        assert!(kind(error.kind()), "{error:?}");
        for says in says {
            assert!(text.contains(says), "{text:?} does not say {says:?}");
        }
    };
    let syntax = session.query("SELEC 1", ()).await.unwrap_err();
    check(
        syntax,
        |k| matches!(k, ErrorKind::Syntax { .. }),
        &["SELEC 1", "line 1"],
    );
    let unknown = session
        .query(format!("SELECT x FROM {table}"), ())
        .await
        .unwrap_err();
    check(
        unknown,
        |k| matches!(k, ErrorKind::Invalid { .. }),
        &["SELECT x FROM"],
    );
    let insert = session
        .prepare(&format!("INSERT INTO {table} (p, v) VALUES (?, ?)"))
        .await
        .unwrap();
    let text_in_int = session.execute(&insert, (1, "two")).await.unwrap_err();
    check(
        text_in_int,
        |k| matches!(k, ErrorKind::Encode { .. }),
        &["`v`", "int"],
    );
    let one_too_few = session.execute(&insert, (1,)).await.unwrap_err();
    check(
        one_too_few,
        |k| matches!(k, ErrorKind::Encode { .. }),
        &["2", "1"],
    );
    session.close().await.unwrap();
    drop(target);
}

#[tokio::test]
async fn nothing_runs_after_close() {
    let target = Target::start().await;
    let session = target.driver().await;
    session.close().await.unwrap();
    let error = session
        .query("SELECT key FROM system.local", ())
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed), "{error:?}");
}
