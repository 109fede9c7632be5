//! `connect` dropped at any moment: what it has begun on the wire ends in order.

use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use scylla_orm::driver::Session;
use scylla_orm::driver::session::SessionBuilder;
use scylla_orm_embedded::Cluster;
use tests::poll::until;
use tests::relay::Relay;
use tests::target::Target;

/// A socket that was begun is gone after this: a step of the handshake, and the linger of its close.
const BOUND: Duration = Duration::from_secs(7);

/// Waits until all connections are gone, and says how it went.
async fn settle(what: &str, target: &Target, relay: &Relay) {
    let start = Instant::now();
    until("all connections are closed", async || relay.open() == 0).await;
    let elapsed = start.elapsed();
    if let Some(cluster) = target.cluster() {
        until("the servers have seen it", async || {
            (0..3).all(|node| cluster.connections(node).iter().sum::<usize>() == 0)
        })
        .await;
    }
    println!(
        "{what}: {} connections, {} reset by the driver, all closed {elapsed:.0?} after the last",
        relay.opened(),
        relay.reset(),
    );
    assert!(elapsed < BOUND, "{elapsed:?}");
    assert_eq!(relay.reset(), 0);
}

fn builder(target: &Target, relay: &Relay) -> SessionBuilder {
    Session::builder()
        .contact_points(target.contact_points())
        .connector(relay.clone())
}

/// Scenario A2, by polls: the future is polled once, twice, three times and so on, and dropped, until it is ready.
#[tokio::test]
async fn at_every_poll() {
    let (target, relay) = (Target::start().await, Relay::default());
    let mut polls = 0;
    let session = loop {
        polls += 1;
        if let Some(session) = polled(builder(&target, &relay), polls).await {
            break session;
        }
    };
    session.close().await.unwrap();
    settle(
        &format!("dropped after 1 to {polls} polls"),
        &target,
        &relay,
    )
    .await;
}

/// Connects, unless that takes more polls.
async fn polled(builder: SessionBuilder, polls: usize) -> Option<Session> {
    let mut connecting = pin!(builder.connect());
    let mut left = polls;
    std::future::poll_fn(|cx| {
        left -= 1;
        match connecting.as_mut().poll(cx) {
            Poll::Ready(session) => Poll::Ready(Some(session.unwrap())),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Scenario A2, by time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_millisecond() {
    let (target, relay) = (Target::start().await, Relay::default());
    let mut finished = 0;
    for ms in 1..=50 {
        let connecting = builder(&target, &relay).connect();
        if let Ok(session) = tokio::time::timeout(Duration::from_millis(ms), connecting).await {
            finished += 1;
            // Dropped with the last clone: that closes it in the background.
            drop(session.unwrap());
        }
    }
    let what = format!("dropped after 1 to 50 ms, {finished} had finished");
    settle(&what, &target, &relay).await;
}

/// The same without a relay, as the servers see it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_millisecond_without_a_relay() {
    let cluster = Cluster::builder().nodes(3).shards(4).start().await.unwrap();
    for ms in (1..=50).chain(1..=50) {
        let builder = Session::builder().contact_points(cluster.contact_points());
        let connecting = tokio::time::timeout(Duration::from_millis(ms), builder.connect());
        drop(connecting.await);
    }
    let start = Instant::now();
    until("the servers have seen all end", async || {
        (0..3).all(|node| cluster.connections(node).iter().sum::<usize>() == 0)
    })
    .await;
    let elapsed = start.elapsed();
    println!(
        "100 times dropped after 1 to 50 ms: {} resets seen by the servers, all closed {elapsed:.0?} after the last",
        cluster.resets()
    );
    assert!(elapsed < BOUND, "{elapsed:?}");
    assert_eq!(cluster.resets(), 0);
    cluster.stop().await;
}
