//! The end of a session: what is in flight finishes or fails, nothing hangs, nothing comes after it, and servers see FIN.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scylla_orm::driver::conn::config::ConnConfig;
use scylla_orm::driver::frame::Opcode;
use scylla_orm::driver::statement::{Batch, BatchKind, Prepared};
use scylla_orm::driver::{Error, ErrorKind, Session};
use tests::poll::{until, within};
use tests::relay::Relay;
use tests::target::Target;

const SOON: Duration = Duration::from_secs(10);

struct Fixture {
    target: Target,
    relay: Relay,
    session: Session,
    select: Prepared,
}

async fn fixture(settings: ConnConfig) -> Fixture {
    let target = Target::start().await;
    let relay = Relay::default();
    let builder = Session::builder().contact_points(target.contact_points());
    let builder = builder
        .connection_settings(settings)
        .connector(relay.clone());
    let session = builder.connect().await.unwrap();
    assert!(session.wait_ready(SOON).await);
    let select = session
        .prepare("SELECT key FROM system.local WHERE key = ?")
        .await
        .unwrap();
    Fixture {
        target,
        relay,
        session,
        select,
    }
}

impl Fixture {
    /// Starts so many requests, and returns when servers have got them.
    async fn start(&self, count: u64) -> Vec<tokio::task::JoinHandle<Result<(), Error>>> {
        let before = self.relay.sent(Opcode::Execute);
        let requests = (0..count).map(|_| {
            let (session, select) = (self.session.clone(), self.select.clone());
            tokio::spawn(async move { session.execute(&select, ("local",)).await.map(drop) })
        });
        let requests = requests.collect();
        until("the requests are sent", async || {
            self.relay.sent(Opcode::Execute) == before + count
        })
        .await;
        requests
    }

    /// All connections have ended with FIN, on both ends.
    async fn is_over(&self) {
        until("all connections have ended", async || {
            self.relay.open() == 0
        })
        .await;
        assert_eq!(self.relay.reset(), 0, "connections that were reset");
        if let Some(cluster) = self.target.cluster() {
            until("the servers have seen it", async || {
                (0..3).all(|node| cluster.connections(node).iter().sum::<usize>() == 0)
            })
            .await;
        }
    }
}

fn is_closed(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Closed)
}

#[tokio::test]
async fn what_is_in_flight_finishes() {
    let f = fixture(ConnConfig::default()).await;
    f.relay.hold();
    let requests = f.start(50).await;
    let closing = tokio::spawn({
        let session = f.session.clone();
        async move { session.close().await }
    });
    until("the session is closed to new requests", async || {
        // One that comes too early waits for its answer, as the others do.
        let late = f.session.execute(&f.select, ("local",));
        let late = tokio::time::timeout(Duration::from_millis(50), late).await;
        late.is_ok_and(|late| late.is_err_and(|e| is_closed(&e)))
    })
    .await;
    assert!(!closing.is_finished(), "answers are still due");
    f.relay.release();
    for request in requests {
        within(SOON, "a request", request).await.unwrap().unwrap();
    }
    within(SOON, "close", closing).await.unwrap().unwrap();
    f.is_over().await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_does_not_keep_it() {
    let settings = ConnConfig {
        drain_timeout: Duration::from_millis(300),
        linger: Duration::from_millis(300),
        ..ConnConfig::default()
    };
    let f = fixture(settings).await;
    f.relay.hold();
    let requests = f.start(50).await;
    let start = Instant::now();
    within(SOON, "close", f.session.close()).await.unwrap();
    let elapsed = start.elapsed();
    assert!(
        elapsed >= Duration::from_millis(300),
        "{elapsed:?}: it waits for answers"
    );
    assert!(
        elapsed < Duration::from_secs(3),
        "{elapsed:?}: but not for ever"
    );
    for request in requests {
        let error = within(SOON, "a request", request)
            .await
            .unwrap()
            .unwrap_err();
        let kind = error.kind();
        assert!(
            matches!(
                kind,
                ErrorKind::Broken { sent: true, .. } | ErrorKind::Closed
            ),
            "{error:?}"
        );
    }
    f.relay.release();
}

#[tokio::test]
async fn nothing_comes_after_it() {
    let f = fixture(ConnConfig::default()).await;
    let clone = f.session.clone();
    f.session.close().await.unwrap();
    f.is_over().await;
    let sent = f.relay.sent(Opcode::Execute);
    let s = &clone;
    let mut batch = Batch::new(BatchKind::Logged);
    batch.push_text("INSERT INTO a.b (c) VALUES (1)");
    let mut pages = s.pages(&f.select, ("local",)).unwrap();
    let errors = [
        s.execute(&f.select, ("local",))
            .await
            .map(drop)
            .unwrap_err(),
        s.query("SELECT key FROM system.local", ())
            .await
            .map(drop)
            .unwrap_err(),
        s.query("CREATE KEYSPACE nothing", ())
            .await
            .map(drop)
            .unwrap_err(),
        s.prepare("SELECT rack FROM system.local")
            .await
            .map(drop)
            .unwrap_err(),
        s.batch(&batch).await.map(drop).unwrap_err(),
        pages.next().await.map(drop).unwrap_err(),
        s.refresh().await.unwrap_err(),
        s.describe_table("system", "local")
            .await
            .map(drop)
            .unwrap_err(),
        s.await_schema_agreement().await.unwrap_err(),
    ];
    for error in errors {
        assert!(is_closed(&error), "{error:?}");
    }
    assert!(!s.wait_ready(Duration::from_millis(50)).await);
    within(SOON, "closing again", s.close()).await.unwrap();
    assert_eq!(f.relay.sent(Opcode::Execute), sent);
    until("all connections have ended", async || f.relay.open() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load() {
    let f = fixture(ConnConfig::default()).await;
    let load = (0..200).map(|_| {
        let (session, select) = (f.session.clone(), f.select.clone());
        tokio::spawn(async move {
            let mut answered = 0_u64;
            loop {
                match session.execute(&select, ("local",)).await {
                    Ok(_) => answered += 1,
                    Err(error) => return (answered, error),
                }
            }
        })
    });
    let load: Vec<_> = load.collect();
    let before = f.relay.answered(Opcode::Result);
    until("there is load", async || {
        f.relay.answered(Opcode::Result) > before + 2_000
    })
    .await;
    within(SOON, "close", f.session.close()).await.unwrap();
    for task in within(SOON, "the last requests", join_all(load)).await {
        let (_, error) = task.unwrap();
        assert!(
            is_closed(&error),
            "nothing but the end stops a request: {error:?}"
        );
    }
    f.is_over().await;
}

#[tokio::test]
async fn the_last_clone_is_dropped() {
    let Fixture {
        target,
        relay,
        session,
        select,
    } = fixture(ConnConfig::default()).await;
    relay.hold();
    let before = relay.sent(Opcode::Execute);
    let request = tokio::spawn(async move { session.execute(&select, ("local",)).await.map(drop) });
    until("the request is sent", async || {
        relay.sent(Opcode::Execute) == before + 1
    })
    .await;
    assert!(relay.open() > 0);
    relay.release();
    // The request is the last that holds the session.
    within(SOON, "the request", request).await.unwrap().unwrap();
    until("all connections have ended", async || relay.open() == 0).await;
    assert_eq!(relay.reset(), 0);
    drop(target);
}

/// Even when its requests are given up at that moment.
#[tokio::test]
async fn the_last_clone_is_dropped_with_requests_in_flight() {
    let f = fixture(ConnConfig::default()).await;
    f.relay.hold();
    let requests = f.start(50).await;
    let Fixture {
        target,
        relay,
        session,
        ..
    } = f;
    for request in &requests {
        request.abort();
    }
    drop(session);
    join_all(requests).await;
    relay.release();
    until("all connections have ended", async || relay.open() == 0).await;
    assert_eq!(relay.reset(), 0);
    drop(target);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connecting_is_given_up_at_any_moment() {
    let target = Target::start().await;
    let relay = Relay::default();
    for step in 0..40 {
        let builder = Session::builder().contact_points(target.contact_points());
        let connecting = builder.connector(relay.clone()).connect();
        // From before the first packet to after the last.
        let limit = Duration::from_micros(500 * step);
        drop(tokio::time::timeout(limit, connecting).await);
    }
    assert!(relay.opened() > 10, "{relay:?}");
    until("all connections have ended", async || relay.open() == 0).await;
    assert_eq!(relay.reset(), 0, "of {} connections", relay.opened());
}
