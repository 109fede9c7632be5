//! Connections that end, fall silent, or are not accepted.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::Fault;
use scylla_orm_embedded::fault::{Condition, Opcode};
use tests::poll::until;

use super::{Fixture, KEYS, fast_heartbeats};

fn of_user() -> Condition {
    Fault::on().opcode(Opcode::Execute).keyspace("ks")
}

/// Reads go on elsewhere, a write is left in doubt, and the pool gets its connection again.
#[tokio::test]
async fn that_end() {
    let f = Fixture::start().await;
    for (how, cut) in [
        ("FIN", Condition::cut_fin as fn(Condition) -> Fault),
        ("RST", Condition::cut_rst),
    ] {
        f.attempts();
        let ended = f.cluster.fault(cut(of_user().first(1)));
        f.read(7).await.unwrap();
        assert_eq!((ended.hits(), f.attempts()), (1, 2));
        let start = Instant::now();
        f.whole_again().await;
        let whole = start.elapsed();

        let ended = f.cluster.fault(cut(of_user().first(1)));
        let error = f.write(KEYS).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Broken { sent: true, .. }),
            "{error:?}"
        );
        assert_eq!(
            (ended.hits(), f.attempts(), f.is_there(KEYS).await),
            (1, 1, false)
        );
        f.whole_again().await;

        let some = f
            .cluster
            .fault(cut(of_user().node(1).probability(0.1).seed(11)));
        for read in join_all((0..KEYS).map(|k| f.read(k))).await {
            read.unwrap();
        }
        let cuts = some.hits();
        drop(some);
        println!(
            "{how}: whole again after {whole:?}; {KEYS} reads at once, {cuts} cuts: all answered"
        );
        assert!(cuts > 0);
        f.whole_again().await;
    }
    f.end().await;
}

/// As a node whose process is stopped: its requests end by their deadlines, its connections by the heartbeat; the others
/// are not concerned; and it is used again when it goes on.
#[tokio::test]
async fn that_fall_silent() {
    let f = Fixture::with(|builder| builder.connection_settings(fast_heartbeats())).await;
    let start = Instant::now();
    let silent = f.cluster.fault(Fault::on().node(0).stop_reading());
    let mut outcomes = (0, 0);
    let mut slowest = Duration::ZERO;
    while start.elapsed() < Duration::from_secs(2) {
        for (k, start) in (0..20).map(|k| (k, Instant::now())) {
            match f.read(k).await {
                Ok(()) => outcomes.0 += 1,
                Err(error) => {
                    assert!(error.is_timeout() || error.is_connection(), "{error:?}");
                    outcomes.1 += 1;
                }
            }
            slowest = slowest.max(start.elapsed());
        }
    }
    println!(
        "one of three nodes silent: {} reads answered, {} failed, the slowest took {slowest:?}; {} requests stopped",
        outcomes.0,
        outcomes.1,
        silent.hits()
    );
    // Once the heartbeats have found out, all go elsewhere.
    assert!(outcomes.0 > outcomes.1 * 3, "{outcomes:?}");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    silent.remove();
    f.whole_again().await;
    f.cluster.clear_requests();
    for k in 0..KEYS {
        f.read(k).await.unwrap();
    }
    let to_it = f.cluster.requests().iter().filter(|r| r.node == 0).count();
    assert!(to_it > 10, "{to_it}");
    f.end().await;
}

/// When the fault is removed before anybody gave up, nothing has happened but time.
#[tokio::test]
async fn that_fall_silent_for_a_moment() {
    let f = Fixture::start().await;
    let silent = f.cluster.fault(of_user().nth(1).stop_reading());
    let reads = join_all((0..20).map(|k| f.read(k)));
    let go_on = async {
        until("a request is stopped", async || silent.hits() > 0).await;
        // The moment.
        tokio::time::sleep(Duration::from_millis(100)).await;
        silent.remove();
    };
    let (reads, ()) = tokio::join!(reads, go_on);
    for read in reads {
        read.unwrap();
    }
    assert_eq!(f.attempts(), 20);
    f.end().await;
}

/// A node that accepts nobody holds up nobody else, and is there when it does.
#[tokio::test]
async fn that_are_not_accepted() {
    let f = Fixture::start().await;
    let held = f.cluster.fault(Fault::on().node(2).hold_accept());
    let start = Instant::now();
    let builder = Session::builder().contact_points(f.cluster.contact_points());
    let session = builder.connect().await.unwrap();
    let connected = start.elapsed();
    let answer = session
        .query("SELECT k, v FROM ks.t WHERE k = 3", ())
        .await
        .unwrap();
    assert_eq!(answer.first_as::<(i32, String)>().unwrap().unwrap().0, 3);
    let answered = start.elapsed();
    println!(
        "one of three nodes accepts nobody: connected after {connected:?}, answered after {answered:?}"
    );
    assert!(answered < Duration::from_secs(3), "{answered:?}");
    assert!(held.hits() > 0 && !session.wait_ready(Duration::ZERO).await);
    held.remove();
    assert!(session.wait_ready(Duration::from_secs(10)).await);
    session.close().await.unwrap();
    f.end().await;
}

/// The first contact point accepts nobody: the second is asked soon.
#[tokio::test]
async fn that_are_not_accepted_by_the_first_contact_point() {
    let f = Fixture::start().await;
    let _held = f.cluster.fault(Fault::on().node(0).hold_accept());
    let start = Instant::now();
    let builder = Session::builder().contact_points(f.cluster.contact_points());
    let session = builder.connect().await.unwrap();
    let took = start.elapsed();
    println!("the first contact point accepts nobody: connected after {took:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    session.close().await.unwrap();
    f.end().await;
}

#[tokio::test]
async fn that_are_accepted_late() {
    let f = Fixture::start().await;
    let delay = Duration::from_millis(150);
    let late = f.cluster.fault(Fault::on().delay_accept(delay));
    let start = Instant::now();
    let builder = Session::builder().contact_points(f.cluster.contact_points());
    let session = builder.connect().await.unwrap();
    let connected = start.elapsed();
    assert!(session.wait_ready(Duration::from_secs(10)).await);
    let ready = start.elapsed();
    println!(
        "each connection is accepted {delay:?} late: connected after {connected:?}, all after {ready:?}"
    );
    assert!(connected >= delay && ready < Duration::from_secs(5));
    assert!(late.hits() >= u64::try_from(super::NODES).unwrap());
    session.close().await.unwrap();
    f.end().await;
}
