//! Rows of many pages: lent from the page, owned, from any place on, while the next page is on its way.

use futures_util::TryStreamExt;
use scylla_orm::driver::Session;
use scylla_orm::driver::session::{Execution, Pages};
use scylla_orm::driver::statement::{Options, Prepared};
use scylla_orm::prelude::FromRow;
use tests::target::Target;

const ROWS: i32 = 300;
const PAGE_SIZES: [u32; 5] = [1, 7, 100, 300, 5000];

struct Fixture {
    target: Target,
    session: Session,
    select: Prepared,
}

/// A partition of `ROWS` rows: `c` from 0, `v` the same as a text.
async fn fixture() -> Fixture {
    let target = Target::start().await;
    let keyspace = target.keyspace("pages").await;
    let session = target.driver().await;
    let columns = "p int, c int, v text, PRIMARY KEY (p, c)";
    let make = format!("CREATE TABLE {keyspace}.t ({columns})");
    session.query(make, ()).await.unwrap();
    let insert = format!("INSERT INTO {keyspace}.t (p, c, v) VALUES (1, ?, ?)");
    let insert = session.prepare(&insert).await.unwrap();
    let rows = (0..ROWS).map(|c| (&insert, (c, c.to_string())));
    session.execute_concurrent(rows).all().await.unwrap();
    let select = format!("SELECT c, v FROM {keyspace}.t WHERE p = ?");
    let select = session.prepare(&select).await.unwrap();
    Fixture {
        target,
        session,
        select,
    }
}

impl Fixture {
    /// The pages from a place on.
    fn pages(&self, rows: u32, from: Option<&[u8]>) -> Pages {
        let mut execution = Execution::bind(&self.select, (1,)).unwrap();
        execution.options = Options {
            page_size: Some(rows),
            ..Options::default()
        };
        execution.paging_state = from.map(Box::from);
        self.session.pages_of(execution)
    }

    async fn close(self) {
        self.session.close().await.unwrap();
        drop(self.target);
    }
}

#[derive(FromRow, Debug, PartialEq)]
struct Lent<'a> {
    v: &'a str,
    c: i32,
}

#[tokio::test]
async fn rows_are_lent_by_their_page() {
    let f = fixture().await;
    for size in PAGE_SIZES {
        let mut rows = f.pages(size, None).rows();
        let mut seen = 0;
        loop {
            // One type and another, of the same result.
            if seen % 2 == 0 {
                let Some((c, v)) = rows.next::<(i32, &str)>().await.unwrap() else {
                    break;
                };
                assert_eq!((c, v), (seen, &*seen.to_string()));
            } else {
                let Some(Lent { v, c }) = rows.next().await.unwrap() else {
                    break;
                };
                assert_eq!((c, v), (seen, &*seen.to_string()));
            }
            seen += 1;
        }
        assert_eq!(seen, ROWS, "pages of {size}");
        assert!(rows.next::<(i32, &str)>().await.unwrap().is_none());
    }
    f.close().await;
}

#[tokio::test]
async fn rows_are_owned_by_whoever_streams_them() {
    let f = fixture().await;
    for size in PAGE_SIZES {
        let rows = f.pages(size, None).stream::<(i32, String)>();
        let rows: Vec<_> = rows.try_collect().await.unwrap();
        let expected: Vec<_> = (0..ROWS).map(|c| (c, c.to_string())).collect();
        assert_eq!(rows, expected, "pages of {size}");
    }
    f.close().await;
}

/// From wherever one was given up, another goes on.
#[tokio::test]
async fn reading_goes_on_from_any_place() {
    let f = fixture().await;
    for given in [1, 49, 50, 51, 99, 299] {
        let mut rows = f.pages(50, None).rows();
        for _ in 0..given {
            rows.next::<(i32, &str)>().await.unwrap().unwrap();
        }
        let again: Vec<(i32, String)> = f
            .pages(50, rows.page_state())
            .stream()
            .try_collect()
            .await
            .unwrap();
        let begun = given - i32::try_from(rows.given()).unwrap();
        assert_eq!(again.first(), Some(&(begun, begun.to_string())));
        assert_eq!(again.len(), usize::try_from(ROWS - begun).unwrap());
        // Behind the page that is held.
        let next = rows.paging_state().map(Box::<[u8]>::from);
        let behind = begun + 50;
        if behind < ROWS {
            let next = next.unwrap();
            let mut rest = f.pages(7, Some(&next)).stream::<(i32, String)>();
            let first = rest.try_next().await.unwrap();
            assert_eq!(first, Some((behind, behind.to_string())));
        }
    }
    f.close().await;
}

#[tokio::test]
async fn one_page_is_on_its_way_while_another_is_read() {
    let f = fixture().await;
    let sent = || f.session.metrics().total().requests;
    let before = sent();
    let mut rows = f.pages(100, None).rows();
    for row in 1..=ROWS {
        rows.next::<(i32, &str)>().await.unwrap().unwrap();
        let pages = (row + 99) / 100;
        // A server that fills its last page may say that there is another.
        let most = u64::try_from(pages + 1).unwrap();
        let least = most.min(3);
        let sent = sent() - before;
        assert!((least..=most).contains(&sent), "{sent} after {row} rows");
    }
    f.close().await;
}
