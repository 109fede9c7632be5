//! Pages that are asked for ahead: when, and what becomes of one that fails.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::TryStreamExt;

use super::fake::{Fake, Reply, error};
use super::rows::one_row;
use crate::error::ErrorKind;
use crate::frame::request::Request;
use crate::frame::response::{QueryResult, Response, ServerErrorKind};
use crate::session::{Execution, Pages, Session};
use crate::statement::Options;

const READ: &str = "SELECT v FROM k.t WHERE id = ?";
/// A pause of a busy machine is no reason for a page to be late.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A page of one row, `value`, and whether there is another behind it.
fn page(value: u8, more: bool) -> Reply {
    let mut page = one_row(value.into());
    if let Response::Result(QueryResult::Rows(rows)) = &mut page {
        rows.metadata.paging_state = more.then(|| Bytes::copy_from_slice(&[value]));
    }
    Reply::Answer(page)
}

/// Three pages, whose rows are 0, 1, 2; `before` may say something else of the n-th request, for the page of that number.
async fn three(before: impl Fn(usize, u8) -> Option<Reply> + Send + Sync + 'static) -> Fake {
    let requests = AtomicUsize::new(0);
    Fake::start(2, move |_, request| {
        let Request::Execute(execute) = request else {
            return Reply::Normal;
        };
        let state = execute.params.paging_state;
        let at = state.and_then(|s| s.first()).map_or(0, |last| last + 1);
        let nth = requests.fetch_add(1, SeqCst);
        before(nth, at).unwrap_or_else(|| page(at, at < 2))
    })
    .await
}

async fn pages(session: &Session) -> Pages {
    let prepared = session.prepare(READ).await.unwrap();
    let options = Options {
        timeout: Some(TIMEOUT),
        ..Options::default()
    };
    session.pages_of(Execution::bind(&prepared, (1,)).unwrap().with(options))
}

fn asked(fake: &Fake) -> usize {
    fake.count(&format!("EXECUTE {READ}"))
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn one_page_is_asked_for_ahead_if_that_is_wanted() {
    let fake = three(|_, _| None).await;
    let session = fake.session().await;
    let sent = || session.metrics().total().requests;
    for (prefetch, after) in [(false, [1, 2, 3]), (true, [2, 3, 3])] {
        let mut pages = pages(&session).await.prefetch(prefetch);
        let before = sent();
        for requests in after {
            assert!(pages.next().await.unwrap().is_some());
            assert_eq!(sent() - before, requests, "prefetch: {prefetch}");
        }
        assert!(pages.next().await.unwrap().is_none());
        assert_eq!(sent() - before, 3);
    }
    session.close().await.unwrap();
}

#[tokio::test]
async fn places_are_known_at_any_time() {
    let fake = three(|_, _| None).await;
    let session = fake.session().await;
    let mut rows = pages(&session).await.rows();
    assert_eq!((rows.page_state(), rows.paging_state()), (None, None));
    for (row, begins, next) in [
        (0, None, Some(&[0][..])),
        (1, Some(&[0][..]), Some(&[1][..])),
        (2, Some(&[1][..]), None),
    ] {
        assert_eq!(rows.next::<(i32,)>().await.unwrap(), Some((row,)));
        assert_eq!((rows.page_state(), rows.paging_state()), (begins, next));
        assert_eq!(rows.given(), 1);
    }
    assert!(rows.next::<(i32,)>().await.unwrap().is_none());
    session.close().await.unwrap();
}

/// The deadline of a page that is ahead passes while the one before it is read.
#[tokio::test]
async fn a_slow_reader_does_not_use_up_the_time_of_the_next_page() {
    let fake = three(|nth, _| (nth == 1).then_some(Reply::Silence)).await;
    let session = fake.session().await;
    let mut rows = pages(&session).await.rows();
    assert_eq!(rows.next::<(i32,)>().await.unwrap(), Some((0,)));
    let orphans = || session.metrics().busy().orphans;
    until("the page ahead is given up", || orphans() == 1).await;
    assert_eq!(rows.next::<(i32,)>().await.unwrap(), Some((1,)));
    assert_eq!(rows.next::<(i32,)>().await.unwrap(), Some((2,)));
    assert_eq!(asked(&fake), 4);
}

#[tokio::test]
async fn a_page_that_fails_is_asked_for_again_by_whoever_asks_again() {
    let refused = |nth, _| {
        let fails = nth == 1 || nth == 2;
        fails.then(|| error(ServerErrorKind::Invalid, "not today"))
    };
    let fake = three(refused).await;
    let session = fake.session().await;
    let mut rows = pages(&session).await.rows();
    assert_eq!(rows.next::<(i32,)>().await.unwrap(), Some((0,)));
    for _ in 0..2 {
        let error = rows.next::<(i32,)>().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Invalid { .. }));
        assert_eq!(rows.paging_state(), Some(&[0][..]));
    }
    assert_eq!(rows.next::<(i32,)>().await.unwrap(), Some((1,)));
    assert_eq!(rows.next::<(i32,)>().await.unwrap(), Some((2,)));
    assert_eq!(rows.next::<(i32,)>().await.unwrap(), None);
    session.close().await.unwrap();
}

#[tokio::test]
async fn each_page_has_its_own_retries() {
    let lost = |nth, _| (nth % 2 == 0).then(|| error(ServerErrorKind::Overloaded, "busy"));
    let fake = three(lost).await;
    let session = fake.session().await;
    let rows = pages(&session).await.stream::<(i32,)>();
    let rows: Vec<_> = rows.try_collect().await.unwrap();
    assert_eq!(rows, [(0,), (1,), (2,)]);
    assert_eq!(asked(&fake), 6);
    session.close().await.unwrap();
}

#[tokio::test]
async fn an_error_ends_a_stream_and_its_pages_go_on() {
    let refused = |nth, _| (nth == 1).then(|| error(ServerErrorKind::Invalid, "not today"));
    let fake = three(refused).await;
    let session = fake.session().await;
    let mut rows = pages(&session).await.stream::<(i32,)>();
    assert_eq!(rows.try_next().await.unwrap(), Some((0,)));
    assert!(rows.try_next().await.is_err());
    assert_eq!(rows.try_next().await.unwrap(), None);
    let rest: Vec<_> = rows
        .into_pages()
        .stream::<(i32,)>()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rest, [(1,), (2,)]);
    session.close().await.unwrap();
}

/// Whoever gives up waiting for a page, again and again, gets it all the same, by one request.
#[tokio::test]
async fn a_dropped_wait_asks_for_nothing_twice() {
    let fake = three(|_, _| None).await;
    let session = fake.session().await;
    let mut pages = pages(&session).await;
    let mut seen = Vec::new();
    loop {
        tokio::select! {
            biased;
            () = tokio::task::yield_now() => {}
            page = pages.next() => match page.unwrap() {
                Some(page) => seen.extend(page.all_as::<(i32,)>().unwrap()),
                None => break,
            }
        }
    }
    assert_eq!((seen, asked(&fake)), (vec![(0,), (1,), (2,)], 3));
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_row_can_be_read_as_something_else_and_a_cell_that_cannot_be_read_is_the_end() {
    let nulls = |_: usize, _| {
        let mut page = one_row(1);
        if let Response::Result(QueryResult::Rows(rows)) = &mut page {
            rows.body = Bytes::from_static(&[0xff; 4]);
        }
        Some(Reply::Answer(page))
    };
    let fake = three(nulls).await;
    let session = fake.session().await;
    let mut rows = pages(&session).await.rows();
    let error = rows.next::<(&str,)>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Columns(_)), "{error:?}");
    assert_eq!(rows.next::<(Option<i32>,)>().await.unwrap(), Some((None,)));

    let mut rows = pages(&session).await.rows();
    let error = rows.next::<(i32,)>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{error:?}");
    assert_eq!(error.statement(), Some(READ));
    assert_eq!(rows.next::<(Option<i32>,)>().await.unwrap(), None);
    session.close().await.unwrap();
}
