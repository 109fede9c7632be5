//! Pages: of whole results, by tokens, and streamed.

use std::pin::pin;

use futures_util::{StreamExt, TryStreamExt};
use scylla_orm::exec::{Page, PageToken};
use scylla_orm::prelude::*;
use scylla_orm::{ErrorKind, Session};
use tests::target::Target;

#[derive(Model, Debug, Clone, PartialEq)]
struct Line {
    #[cql(partition_key)]
    book: String,
    #[cql(clustering_key)]
    number: i32,
    #[cql(static_column)]
    title: Option<String>,
    text: String,
}

const LINES: i32 = 53;

fn line(book: &str, number: i32) -> Line {
    Line {
        book: book.into(),
        number,
        title: None,
        text: format!("line {number} of {book}"),
    }
}

fn lines(book: &str) -> Vec<Line> {
    (0..LINES).map(|number| line(book, number)).collect()
}

/// A test where there are three books, the last without a line.
async fn run(test: impl AsyncFnOnce(&Session)) {
    let target = Target::start().await;
    let test = async |session: &Session| {
        sync_table::<Line>().await.unwrap();
        for book in ["a", "b"] {
            for line in lines(book) {
                line.insert().await.unwrap();
            }
        }
        test(session).await;
    };
    target.within("query_page", test).await;
}

macro_rules! book {
    ($book:expr) => {
        Line::objects().filter(Line::BOOK.eq($book))
    };
}

/// All pages of a query, each token by way of its text.
macro_rules! pages {
    ($query:expr) => {{
        let mut pages: Vec<Vec<_>> = Vec::new();
        let mut token: Option<PageToken> = None;
        loop {
            let Page { rows, next, .. } = $query.page(token.take()).await.unwrap();
            pages.push(rows);
            match next {
                None => break pages,
                Some(next) => token = Some(next.to_string().parse().unwrap()),
            }
        }
    }};
}

#[tokio::test]
async fn a_result_is_whole_whatever_its_pages() {
    run(async |_| {
        for size in [1, 2, 10, 52, 53, 54, 5000] {
            assert_eq!(
                book!("a").page_size(size).all().await.unwrap(),
                lines("a"),
                "{size}"
            );
            let streamed: Vec<Line> = book!("a")
                .page_size(size)
                .stream()
                .try_collect()
                .await
                .unwrap();
            assert_eq!(streamed, lines("a"), "{size}");
            let mut all = Line::objects().scan().page_size(size).all().await.unwrap();
            all.sort_by_key(|line| (line.book.clone(), line.number));
            assert_eq!(all, [lines("a"), lines("b")].concat(), "{size}");
            assert_eq!(book!("b").page_size(size).count().await.unwrap(), 53);
        }
        assert_eq!(book!("none").page_size(1).all().await.unwrap(), []);
        let none: Vec<Line> = book!("none").stream().try_collect().await.unwrap();
        assert_eq!(none, []);
    })
    .await;
}

#[tokio::test]
async fn page_after_page_by_token() {
    run(async |_| {
        for size in [1, 7, 53, 100] {
            let pages: Vec<Vec<Line>> = pages!(book!("a").page_size(size));
            assert_eq!(pages.concat(), lines("a"), "{size}");
            let size = usize::try_from(size).unwrap();
            assert!(pages.iter().all(|page| page.len() <= size), "{size}");
            assert!(pages.len() >= lines("a").len().div_ceil(size), "{size}");
        }
        let down = || {
            book!("b")
                .order_by(Line::NUMBER.desc())
                .filter(Line::NUMBER.lt(20))
        };
        let mut expected: Vec<Line> = lines("b").drain(..20).collect();
        expected.reverse();
        assert_eq!(pages!(down().page_size(6)).concat(), expected);
        let texts: Vec<String> = pages!(down().page_size(6).only(Line::TEXT)).concat();
        assert_eq!(texts.len(), 20);
        let both = || Line::objects().filter(Line::BOOK.is_in(["b", "a"])).build();
        assert_eq!(
            pages!(both().page_size(10)).concat(),
            [lines("b"), lines("a")].concat()
        );
        assert_eq!(pages!(book!("none")), [[]]);
    })
    .await;
}

#[tokio::test]
async fn a_limit_ends_the_pages() {
    run(async |_| {
        for (limit, size) in [(20, 7), (21, 7), (1, 7), (20, 100), (53, 10), (100, 10)] {
            let pages = pages!(book!("a").limit(limit).page_size(size));
            let rows = usize::try_from(limit).unwrap().min(lines("a").len());
            assert_eq!(pages.concat(), lines("a")[..rows], "{limit} {size}");
            let both = || Line::objects().filter(Line::BOOK.is_in(["a", "b"]));
            let expected = [lines("a"), lines("b")].concat();
            let rows = usize::try_from(limit).unwrap();
            assert_eq!(
                pages!(both().limit(limit).page_size(size)).concat(),
                expected[..rows]
            );
            let streamed: Vec<Line> = both()
                .limit(limit)
                .page_size(size)
                .stream()
                .try_collect()
                .await
                .unwrap();
            assert_eq!(streamed, expected[..rows]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_belongs_to_its_query() {
    run(async |session| {
        let page = book!("a").page_size(10).page(None).await.unwrap();
        let token = page.next.unwrap();
        let refused = |error: scylla_orm::Error| {
            assert!(matches!(error.kind(), ErrorKind::PageToken), "{error}");
            assert!(
                error.to_string().contains("does not belong to this query"),
                "{error}"
            );
        };
        let after = || Some(token.clone());
        refused(book!("b").page(after()).await.unwrap_err());
        refused(
            book!("a")
                .filter(Line::NUMBER.ge(0))
                .page(after())
                .await
                .unwrap_err(),
        );
        refused(
            book!("a")
                .order_by(Line::NUMBER.desc())
                .page(after())
                .await
                .unwrap_err(),
        );
        refused(book!("a").limit(40).page(after()).await.unwrap_err());
        refused(
            Line::objects()
                .filter(Line::BOOK.is_in(["a", "b"]))
                .page(after())
                .await
                .unwrap_err(),
        );
        for text in ["", "x", "00", &token.to_string()[1..]] {
            assert!(text.parse::<PageToken>().is_err(), "{text}");
        }

        // Another page size makes no other query, nor do other columns, another session, or a check at run time.
        let next = book!("a").page_size(3).page(after()).await.unwrap();
        assert_eq!(next.rows, lines("a")[10..13]);
        let other = Session::over(session.driver().clone(), session.keyspace());
        let next = book!("a")
            .build()
            .on(&other)
            .page_size(3)
            .page(after())
            .await
            .unwrap();
        assert_eq!(next.rows, lines("a")[10..13]);
        let texts = book!("a")
            .only(Line::NUMBER)
            .page_size(3)
            .page(after())
            .await
            .unwrap();
        assert_eq!(texts.rows, [10, 11, 12]);
        // And it can be used again.
        let again = book!("a").page_size(3).page(after()).await.unwrap();
        assert_eq!(again.rows, next.rows);
    })
    .await;
}

#[tokio::test]
async fn a_token_stays_good_while_rows_come_and_go() {
    run(async |_| {
        let page = book!("a").page_size(10).page(None).await.unwrap();
        for gone in [5, 9, 10, 11] {
            line("a", gone).delete().await.unwrap();
        }
        line("a", -1).insert().await.unwrap();
        line("a", 1000).insert().await.unwrap();
        let rest = book!("a").page_size(100).page(page.next).await.unwrap();
        let mut expected: Vec<Line> = lines("a").split_off(12);
        expected.push(line("a", 1000));
        assert_eq!(rest.rows, expected);
        assert_eq!(rest.next, None);
    })
    .await;
}

#[tokio::test]
async fn a_stream_may_be_dropped_midway() {
    run(async |_| {
        for taken in [0, 1, 4, 5, 6, 52] {
            let mut stream = pin!(book!("a").page_size(5).stream().take(taken));
            let mut numbers = 0..;
            while let Some(line) = stream.try_next().await.unwrap() {
                assert_eq!(Some(line.number), numbers.next());
            }
            assert_eq!(numbers.next().map(usize::try_from), Some(Ok(taken)));
        }
        // A stream that is not polled for a while goes on where it was, and two of them disturb each other in nothing.
        let mut a = book!("a").page_size(5).stream();
        let mut b = book!("b").page_size(3).stream();
        for number in 0..LINES {
            assert_eq!(a.try_next().await.unwrap(), Some(line("a", number)));
            assert_eq!(book!("a").limit(1).all().await.unwrap().len(), 1);
            assert_eq!(b.try_next().await.unwrap(), Some(line("b", number)));
        }
        assert_eq!(a.try_next().await.unwrap(), None);
        assert_eq!(b.try_next().await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_stream_goes_to_another_task() {
    run(async |session| {
        let mut stream = Line::objects()
            .filter(Line::BOOK.is_in(["a", "b"]))
            .build()
            .page_size(5)
            .stream();
        // The session is found at the first poll.
        assert_eq!(stream.try_next().await.unwrap(), Some(line("a", 0)));
        let rest = tokio::spawn(async move { stream.try_collect::<Vec<Line>>().await });
        assert_eq!(rest.await.unwrap().unwrap().len(), 105);
        let session = session.clone();
        let pages = tokio::spawn(async move {
            session
                .scope(async { pages!(book!("a").page_size(20)).len() })
                .await
        });
        assert!(pages.await.unwrap() >= 3);
    })
    .await;
}
