//! Pages: each row once, in the same order, wherever a page ends.

use crate::exec::tests::{Server, shown};
use crate::exec::{Context, Outcome};
use crate::flavor::Flavor;

const ROWS: &str = "
    CREATE TABLE t (p int, c int, s int static, v int, PRIMARY KEY (p, c));
    INSERT INTO t (p, c, s, v) VALUES (1, 1, 10, 5);
    INSERT INTO t (p, c, v) VALUES (1, 2, 7);
    INSERT INTO t (p, c, v) VALUES (1, 3, 7);
    INSERT INTO t (p, c, v) VALUES (2, 2, 3);
    INSERT INTO t (p, c, v) VALUES (2, 4, 3);
    INSERT INTO t (p, s) VALUES (3, 30);
    INSERT INTO t (p, c, v) VALUES (4, 1, 7)";

/// The pages of an answer, each as rows.
fn pages(server: &Server, cql: &str, size: i32) -> Vec<String> {
    let mut pages = Vec::new();
    let mut state: Option<Vec<u8>> = None;
    loop {
        let context = Context {
            page_size: Some(size),
            paging_state: state.as_deref(),
            ..Context::default()
        };
        let Outcome::Rows(rows) = server.answer(cql, &context).unwrap() else {
            panic!("{cql} has no rows")
        };
        pages.push(shown(&rows));
        state = rows.paging_state;
        if state.is_none() {
            return pages;
        }
    }
}

/// Pages of every size make up the whole answer, and only the last one is short; it is empty if those before it are full.
#[track_caller]
fn check(server: &Server, cql: &str) {
    let whole = server.run(cql);
    let count = whole.lines().count();
    for size in 1..=count + 1 {
        let mut pages = pages(server, cql, i32::try_from(size).unwrap());
        if pages.len() > 1 && pages.last().is_some_and(String::is_empty) {
            pages.pop();
            assert_eq!(count % size, 0, "{cql} by {size}");
        }
        assert_eq!(pages.join("\n"), whole, "{cql} by {size}");
        assert_eq!(pages.len(), count.div_ceil(size).max(1), "{cql} by {size}");
    }
}

#[test]
fn pages_make_up_the_whole() {
    let server = Server::new(Flavor::Scylla, ROWS);
    check(&server, "SELECT * FROM t");
    check(&server, "SELECT p, c FROM t WHERE p = 1");
    check(&server, "SELECT p, c FROM t WHERE p = 1 ORDER BY c DESC");
    check(&server, "SELECT p, c FROM t WHERE p IN (4, 2, 1, 3)");
    check(&server, "SELECT p, c FROM t WHERE p = 1 AND c IN (3, 1)");
    check(&server, "SELECT p, c FROM t WHERE v = 7 ALLOW FILTERING");
    check(&server, "SELECT p, c FROM t LIMIT 4");
    check(&server, "SELECT p, c FROM t PER PARTITION LIMIT 2");
    check(&server, "SELECT p, c FROM t PER PARTITION LIMIT 2 LIMIT 5");
    check(&server, "SELECT DISTINCT p, s FROM t");
    check(&server, "SELECT p, count(*) FROM t GROUP BY p");
    check(&server, "SELECT p, count(*) FROM t WHERE p = 9 GROUP BY p");
    check(&server, "SELECT count(*) FROM t");
    check(
        &server,
        "SELECT keyspace_name, table_name FROM system_schema.tables",
    );
}

#[test]
fn rows_that_go_between_pages_take_nothing_with_them() {
    let server = Server::new(Flavor::Scylla, ROWS);
    let page = |state: Option<&[u8]>| {
        let context = Context {
            page_size: Some(2),
            paging_state: state,
            ..Context::default()
        };
        match server.answer("SELECT p, c FROM t", &context).unwrap() {
            Outcome::Rows(rows) => rows,
            other => panic!("{other:?}"),
        }
    };
    let first = page(None);
    assert_eq!(shown(&first), "1 | 1\n1 | 2");
    server.run("DELETE FROM t WHERE p = 1");
    assert_eq!(shown(&page(first.paging_state.as_deref())), "2 | 2\n2 | 4");
}

#[test]
fn what_cannot_be_paged() {
    let server = Server::new(Flavor::Scylla, ROWS);
    let error = |cql: &str, state: Option<&[u8]>| {
        let context = Context {
            page_size: Some(2),
            paging_state: state,
            ..Context::default()
        };
        server.answer(cql, &context).unwrap_err().to_string()
    };
    assert_eq!(
        error("SELECT c FROM t", Some(b"garbage")),
        "Invalid value for the paging state"
    );
    assert!(
        error("SELECT c FROM t WHERE p IN (1, 2) ORDER BY c", None).starts_with(
            "Cannot page queries with both ORDER BY and a IN restriction on the partition key;"
        )
    );
}
