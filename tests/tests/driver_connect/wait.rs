//! A cluster that is still starting.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::Cluster;
use tests::log::Log;
use tests::poll::{PROMPT, within};
use tests::strangers;

use crate::{SOON, ask, refusal};

/// An address of its own: nobody else takes its port meanwhile.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 77, 1);

#[tokio::test]
async fn is_waited_for_when_that_is_asked() {
    let log = Log::start();
    let address = SocketAddr::from((ADDRESS, 29_042));
    let wait = Session::builder()
        .contact_points([address])
        .wait_for_cluster(SOON);
    let connecting = tokio::spawn(wait.connect());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let builder = Cluster::builder().address(ADDRESS).port(address.port());
    let cluster = builder.start().await.unwrap();
    tests::trace::watch(&cluster);
    let start = Instant::now();
    let session = within(SOON, "connect", connecting).await.unwrap().unwrap();
    ask(&session).await;
    println!(
        "a cluster that starts after 1 s: first answer {:.0?} after that",
        start.elapsed()
    );
    let rounds = log.count("the cluster does not answer yet: trying again");
    assert!((2..=8).contains(&rounds), "{:?}", log.lines());
    session.close().await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn is_given_up_at_the_limit() {
    let refusing = strangers::refusing().await.unwrap();
    let builder = Session::builder().contact_points([refusing]);
    let start = Instant::now();
    let error = refusal(builder.wait_for_cluster(Duration::from_millis(700))).await;
    let elapsed = start.elapsed();
    println!("nobody within 700 ms: error after {elapsed:.0?}");
    assert!(elapsed < PROMPT, "{elapsed:?}");
    assert!(
        matches!(error.kind(), ErrorKind::NoContactPoint),
        "{error:?}"
    );
    assert_eq!(error.attempts().len(), 1, "{error}");
}

/// What does not pass by waiting is said at once.
#[tokio::test]
async fn is_not_waited_for_with_a_wrong_password() {
    let builder = Cluster::builder().credentials("me", "right");
    let cluster = builder.start().await.unwrap();
    let builder = Session::builder().contact_points(cluster.contact_points());
    let builder = builder.credentials("me", "wrong").wait_for_cluster(SOON);
    let start = Instant::now();
    let error = refusal(builder).await;
    assert!(matches!(error.kind(), ErrorKind::Auth { .. }), "{error:?}");
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
    cluster.stop().await;
}
