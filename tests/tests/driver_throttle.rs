//! Limits of how much a session asks at once: what waits, what is refused, and that nobody keeps a place that is not needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use scylla_orm::driver::policy::profile::{Profile, Settings};
use scylla_orm::driver::policy::throttle::{Both, Concurrency, Entrance, Rate, Throttle};
use scylla_orm::driver::session::Execution;
use scylla_orm::driver::statement::{Batch, BatchKind, Options, Statement};
use scylla_orm::driver::{ErrorKind, Session, SessionBuilder};
use tests::poll::{until, within};
use tests::target::Target;

const READ: &str = "SELECT key FROM system.local WHERE key = 'local'";
const SOON: Duration = Duration::from_secs(20);

/// Who is in, how many were at most, and how many came.
#[derive(Debug, Default)]
struct Seen {
    inside: AtomicUsize,
    most: AtomicUsize,
    came: AtomicUsize,
}

impl Seen {
    fn enter(&self) {
        self.came.fetch_add(1, SeqCst);
        let inside = self.inside.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(inside, SeqCst);
    }
}

/// A policy of a user's own: looks at who passes another one.
#[derive(Debug)]
struct Watched<T>(T, Arc<Seen>);

impl<T: Throttle> Throttle for Watched<T> {
    fn enter(&self) -> Entrance {
        let seen = self.1.clone();
        match self.0.enter() {
            Entrance::Open => {
                seen.enter();
                Entrance::Open
            }
            Entrance::Queue(turn) => Entrance::Queue(Box::pin(async move {
                turn.await?;
                seen.enter();
                Ok(())
            })),
            refused => refused,
        }
    }

    fn leave(&self) {
        self.1.inside.fetch_sub(1, SeqCst);
        self.0.leave();
    }
}

/// Lets nobody in, ever.
#[derive(Debug)]
struct Never;

impl Throttle for Never {
    fn enter(&self) -> Entrance {
        Entrance::Queue(Box::pin(std::future::pending()))
    }
}

async fn session(
    target: &Target,
    settings: impl FnOnce(SessionBuilder) -> SessionBuilder,
) -> Session {
    let points = target.contact_points().iter().map(String::as_str);
    let builder = settings(Session::builder().contact_points(points));
    let session = builder.connect().await.unwrap();
    assert!(session.wait_ready(SOON).await);
    session
}

#[tokio::test]
async fn so_many_are_under_way_at_once_and_the_others_wait_in_order() {
    let target = Target::start().await;
    for limit in [1, 3] {
        let seen = Arc::new(Seen::default());
        let throttle = Watched(Concurrency::new(limit), seen.clone());
        let session = session(&target, |b| b.throttle(throttle)).await;
        let read = session.prepare(READ).await.unwrap();
        let ask = async |at: usize| {
            session.execute(&read, ()).await.unwrap();
            at
        };
        let mut running: FuturesUnordered<_> = (0..200).map(ask).collect();
        let mut ended = Vec::new();
        while let Some(at) = running.next().await {
            ended.push(at);
        }
        if limit == 1 {
            let mut sorted = ended.clone();
            sorted.sort_unstable();
            assert_eq!(ended, sorted);
        }
        assert_eq!(seen.most.load(SeqCst), limit);
        // The statement was prepared as one more.
        assert_eq!(seen.came.load(SeqCst), 201);
        assert_eq!(seen.inside.load(SeqCst), 0);
        let counts = session.metrics().throttle;
        assert!(counts.queued > 0 && counts.queued < 200, "{counts:?}");
        assert_eq!((counts.waiting, counts.refused), (0, 0));
        session.close().await.unwrap();
    }
}

#[tokio::test]
async fn what_a_full_queue_refuses_was_not_sent() {
    let target = Target::start().await;
    let session = session(&target, |b| b.throttle(Concurrency::new(1).queue(4))).await;
    let read = session.prepare(READ).await.unwrap();
    let results = join_all((0..20).map(|_| session.execute(&read, ()))).await;
    let refused: Vec<_> = results.iter().filter_map(|r| r.as_ref().err()).collect();
    assert_eq!(refused.len(), 15);
    for error in &refused {
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Throttled {
                    queued: 4,
                    limit: 4
                }
            ),
            "{error}"
        );
        assert!(!error.possibly_sent());
        assert_eq!(error.statement(), Some(READ));
    }
    let metrics = session.metrics();
    assert_eq!((metrics.throttle.queued, metrics.throttle.refused), (4, 15));
    assert_eq!(metrics.failed.total(), 15);
    let page = metrics.to_prometheus(scylla_orm::driver::metrics::Detail::Session);
    assert!(page.contains("\nscylla_orm_refused_requests_total 15\n"));
    session.execute(&read, ()).await.unwrap();
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_request_that_waits_until_its_deadline_was_not_sent() {
    let target = Target::start().await;
    let session = session(&target, |b| b).await;
    let never = Profile::new(Settings::new().throttle(Never));
    let soon = Duration::from_millis(50);
    let options = Options {
        timeout: Some(soon),
        ..Options::default()
    };
    let read = session.prepare(READ).await.unwrap();
    let execution = Execution::bind(&read, ()).unwrap();
    let execution = execution.with(options.clone().profile(&never));
    let waits = within(SOON, "a request in a queue", session.run(execution));
    let error = waits.await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Timeout { after, sent: false } if *after == soon),
        "{error}"
    );
    assert!(!error.possibly_sent());
    let counts = session.metrics().throttle;
    assert_eq!((counts.waiting, counts.queued), (0, 1));
    // Those of the session's own are not held back.
    session.execute(&read, ()).await.unwrap();
    session.close().await.unwrap();
}

#[tokio::test]
async fn every_kind_of_request_takes_a_place_and_gives_it_back() {
    let target = Target::start().await;
    let keyspace = target.keyspace("throttled").await;
    let seen = Arc::new(Seen::default());
    let throttle = Watched(Concurrency::new(1), seen.clone());
    let session = session(&target, |b| b.throttle(throttle)).await;
    let came = || {
        assert_eq!(seen.inside.load(SeqCst), 0);
        seen.came.swap(0, SeqCst)
    };
    let table = format!("CREATE TABLE {keyspace}.t (p int, c int, PRIMARY KEY (p, c))");
    session.query(table, ()).await.unwrap();
    assert_eq!(came(), 1);
    let insert = format!("INSERT INTO {keyspace}.t (p, c) VALUES (?, ?)");
    let insert = session.prepare(&insert).await.unwrap();
    assert_eq!(came(), 1);
    let mut batch = Batch::new(BatchKind::Unlogged);
    for c in 0..9 {
        batch.push(&insert, (1, c)).unwrap();
    }
    session.batch(&batch).await.unwrap();
    assert_eq!(came(), 1);
    let mut select = Statement::new(format!("SELECT c FROM {keyspace}.t WHERE p = 1"));
    select = select.page_size(3);
    let mut pages = session.query_pages(select, ()).await.unwrap();
    let mut rows = 0;
    let mut asked = 0;
    while let Some(page) = pages.next().await.unwrap() {
        rows += page.count();
        asked += 1;
    }
    assert_eq!((rows, came()), (9, asked + 1));
    assert!(asked >= 3);
    let error = session
        .query("SELECT nothing FROM nowhere.at_all", ())
        .await;
    assert!(error.is_err());
    assert_eq!(came(), 1);
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_rate_is_kept_together_with_a_limit_of_concurrency() {
    let target = Target::start().await;
    let throttle = Both::new(Rate::per_second(500).burst(10), Concurrency::new(4));
    let session = session(&target, |b| b.throttle(throttle)).await;
    let read = session.prepare(READ).await.unwrap();
    let begun = std::time::Instant::now();
    let results = join_all((0..200).map(|_| session.execute(&read, ()))).await;
    // All but the burst have to wait 2 ms each; how much longer it takes is the machine's affair.
    let least = Duration::from_millis(2 * (200 - 10));
    assert!(begun.elapsed() >= least, "{:?}", begun.elapsed());
    assert!(results.iter().all(Result::is_ok));
    session.close().await.unwrap();
}

#[tokio::test]
async fn those_who_wait_are_told_when_the_session_closes() {
    let target = Target::start().await;
    let session = session(&target, |b| {
        b.throttle(Never).request_timeout(Duration::from_secs(600))
    })
    .await;
    let waiting = tokio::spawn({
        let session = session.clone();
        async move { session.prepare(READ).await.map(drop) }
    });
    let waits = || session.metrics().throttle.waiting;
    until("it waits", async || waits() == 1).await;
    session.close().await.unwrap();
    let error = within(SOON, "one who waits", waiting).await;
    let error = error.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed), "{error}");
    assert_eq!(waits(), 0);
}
