//! Many executions at once: their results, in order and as they come, what failures stop, and what dropping leaves.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use futures_util::stream::{self, StreamExt};
use scylla_orm::driver::session::{AT_ONCE, Execution};
use scylla_orm::driver::statement::Prepared;
use scylla_orm::driver::{ErrorKind, Session};
use tests::poll::until;
use tests::target::Target;

const ROWS: i32 = 1500;

struct Fixture {
    target: Target,
    session: Session,
    select: Prepared,
}

/// A table of `ROWS` rows, written at once: the row `k` has the value `10 k`.
async fn fixture() -> Fixture {
    let target = Target::start().await;
    let keyspace = target.keyspace("concurrent").await;
    let session = target.driver().await;
    let make = format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY, v int)");
    session.query(make, ()).await.unwrap();
    let insert = format!("INSERT INTO {keyspace}.t (k, v) VALUES (?, ?)");
    let insert = session.prepare(&insert).await.unwrap();
    let rows = (0..ROWS).map(|k| (&insert, (k, 10 * k)));
    let written = session.execute_concurrent(rows).all().await.unwrap();
    assert_eq!(written.len(), usize::try_from(ROWS).unwrap());
    let select = format!("SELECT v FROM {keyspace}.t WHERE k = ?");
    let select = session.prepare(&select).await.unwrap();
    Fixture {
        target,
        session,
        select,
    }
}

impl Fixture {
    async fn close(self) {
        self.session.close().await.unwrap();
        drop(self.target);
    }

    /// Reads rows, except that the values of those among `wrong` do not suit the statement.
    fn reads<'f>(
        &'f self,
        keys: impl Iterator<Item = i32> + 'f,
        wrong: &'f [i32],
    ) -> impl Iterator<Item = Result<Execution, scylla_orm::driver::Error>> + 'f {
        keys.map(move |k| match wrong.contains(&k) {
            true => Execution::bind(&self.select, ("text",)),
            false => Execution::bind(&self.select, (k,)),
        })
    }
}

#[tokio::test]
async fn results_come_in_the_order_of_the_items() {
    let f = fixture().await;
    for at_once in [0, 1, 7, 400] {
        let reads = (0..ROWS).rev().map(|k| (f.select.clone(), (k,)));
        let mut results = f.session.execute_concurrent(reads).at_once(at_once);
        let mut k = ROWS;
        while let Some(result) = results.next().await {
            k -= 1;
            assert_eq!(result.unwrap().first_as().unwrap(), Some((10 * k,)));
        }
        assert_eq!(k, 0);
        assert!(results.next().await.is_none(), "it stays at its end");
    }
    let none = f.session.execute_concurrent(Vec::<Execution>::new());
    assert_eq!(none.all().await.unwrap().len(), 0);
    f.close().await;
}

#[tokio::test]
async fn results_as_they_come_have_the_numbers_of_their_items() {
    let f = fixture().await;
    let reads = stream::iter(100..ROWS).map(|k| (&f.select, (k,)));
    let results = f.session.execute_concurrent_stream(reads).unordered();
    let numbers: BTreeSet<usize> = results
        .map(|(number, result)| {
            let row: Option<(i32,)> = result.unwrap().first_as().unwrap();
            assert_eq!(row, Some((10 * (100 + i32::try_from(number).unwrap()),)));
            number
        })
        .collect()
        .await;
    assert_eq!(numbers, (0..usize::try_from(ROWS - 100).unwrap()).collect());
    f.close().await;
}

#[tokio::test]
async fn a_failure_is_the_result_of_its_item_alone() {
    let f = fixture().await;
    let reads = f.reads(0..ROWS, &[0, 30, ROWS - 1]);
    let results = f.session.execute_concurrent(reads);
    let results: Vec<_> = results.collect().await;
    let failed = (0..ROWS).zip(&results).filter(|(_, r)| r.is_err());
    let failed: Vec<i32> = failed.map(|(k, _)| k).collect();
    assert_eq!(failed, [0, 30, ROWS - 1]);

    let reads = f.reads(0..ROWS, &[0, 30, ROWS - 1]);
    let results = f.session.execute_concurrent(reads).unordered();
    let failed = results.filter_map(async |(number, result)| result.is_err().then_some(number));
    let failed: BTreeSet<usize> = failed.collect().await;
    assert_eq!(failed.len(), 3);
    f.close().await;
}

#[tokio::test]
async fn the_first_failure_is_the_last_item_if_it_is_to_stop() {
    let f = fixture().await;
    let taken = AtomicUsize::new(0);
    let count = |_: &i32| _ = taken.fetch_add(1, Relaxed);
    let reads = f.reads((0..ROWS).inspect(count), &[200, 210]);
    let results = f.session.execute_concurrent(reads).stop_at_error();
    let results: Vec<_> = results.at_once(20).collect().await;
    assert_eq!(results.len(), 201, "what comes before it is given");
    assert!(results[..200].iter().all(Result::is_ok));
    let error = results[200].as_ref().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Encode(_)), "{error:?}");
    assert!(
        taken.load(Relaxed) <= 221,
        "more was begun after the failure"
    );

    let reads = f.reads(0..ROWS, &[200]);
    let error = f.session.execute_concurrent(reads).all().await;
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::Encode(_)));

    let reads = f.reads(0..ROWS, &[200]);
    let results = f.session.execute_concurrent(reads).unordered();
    let results: Vec<_> = results.stop_at_error().collect().await;
    let (last, before) = results.split_last().unwrap();
    assert!(last.0 == 200 && last.1.is_err());
    assert!(before.iter().all(|(_, result)| result.is_ok()));
    f.close().await;
}

/// Results that wait for an earlier one count, too.
#[tokio::test]
async fn no_more_than_the_bound_is_under_way() {
    let f = fixture().await;
    for (at_once, unordered) in [(1, false), (16, false), (16, true), (AT_ONCE, true)] {
        let taken = AtomicUsize::new(0);
        let count = |_: &i32| _ = taken.fetch_add(1, Relaxed);
        let reads = f.reads((0..ROWS).inspect(count), &[]);
        let results = f.session.execute_concurrent(reads).at_once(at_once);
        let mut results = match unordered {
            true => results.unordered().map(|(_, r)| r).boxed_local(),
            false => results.boxed_local(),
        };
        let mut given = 0;
        while let Some(result) = results.next().await {
            assert!(result.is_ok());
            let under_way = taken.load(Relaxed) - given;
            assert!(under_way <= at_once, "{under_way} of {at_once}");
            given += 1;
        }
        assert_eq!(given, usize::try_from(ROWS).unwrap());
    }
    f.close().await;
}

#[tokio::test]
async fn dropping_it_gives_up_what_is_under_way_and_takes_nothing_else() {
    let f = fixture().await;
    let in_flight = || f.session.metrics().busy().in_flight;
    for wanted in [0, 1, 50] {
        let mut keys = stream::iter(0..ROWS);
        let reads = keys.by_ref().map(|k| (&f.select, (k,)));
        let mut results = f.session.execute_concurrent_stream(reads).at_once(32);
        for _ in 0..wanted {
            results.next().await.unwrap().unwrap();
        }
        drop(results);
        let rest = keys.next().await.unwrap();
        assert!((wanted..=wanted + 32).contains(&rest), "{rest}");
        assert_eq!(
            keys.count().await,
            usize::try_from(ROWS - rest - 1).unwrap()
        );
        until("nothing is under way", async || in_flight() == 0).await;
    }
    // The session goes on.
    let answer = f.session.execute(&f.select, (7,)).await.unwrap();
    assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((70,)));
    f.close().await;
}

/// A result that nobody waits for any more is there for the next who does.
#[tokio::test]
async fn a_dropped_wait_loses_no_result() {
    let f = fixture().await;
    let reads = (0..ROWS).map(|k| (&f.select, (k,)));
    let mut results = f.session.execute_concurrent(reads).at_once(8);
    let mut k = 0;
    while k < ROWS {
        tokio::select! {
            biased;
            () = tokio::task::yield_now() => {}
            result = results.next() => {
                let answer = result.unwrap().unwrap();
                assert_eq!(answer.first_as().unwrap(), Some((10 * k,)));
                k += 1;
            }
        }
    }
    assert!(results.next().await.is_none());
    f.close().await;
}
