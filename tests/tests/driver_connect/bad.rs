//! Contact points of which some, or all, are bad.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::Cluster;
use tests::poll::{PROMPT, within};
use tests::strangers;
use tests::target::Target;

use crate::{SOON, ask, refusal};

/// Connects, asks, and prints how long that took.
async fn first_answer(what: &str, points: Vec<String>) {
    let start = Instant::now();
    let connecting = Session::builder().contact_points(points).connect();
    let session = within(SOON, "connect", connecting).await.unwrap();
    let connected = start.elapsed();
    ask(&session).await;
    let elapsed = start.elapsed();
    println!("{what}: connected after {connected:.0?}, first answer after {elapsed:.0?}");
    assert!(elapsed < PROMPT, "{what}: {elapsed:?}");
    session.close().await.unwrap();
}

/// Scenario B1, where the bad ones are no nodes of the cluster.
#[tokio::test]
async fn one_refuses_one_swallows_one_is_good() {
    let target = Target::start().await;
    let good = target.contact_points()[0].clone();
    let refusing = strangers::refusing().await.unwrap().to_string();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let swallowing = strangers::swallowing(any).await.unwrap();
    let silent = strangers::silent().await.unwrap();
    for (kind, bad) in [
        ("a full backlog", swallowing.address()),
        ("accepts and is silent", silent.address()),
    ] {
        let what = format!("refusing, {kind}, good");
        let points = vec![refusing.clone(), bad.to_string(), good.clone()];
        first_answer(&what, points).await;
    }
}

/// The same where they are: their pools must not hold up the session either.
#[tokio::test]
async fn nodes_that_refuse_or_swallow_delay_nobody_else() {
    let cluster = Cluster::builder().nodes(3).shards(4).start().await.unwrap();
    let points = cluster.contact_points();
    cluster.stop_node(0).await;
    cluster.stop_node(1).await;
    let swallowing = strangers::swallowing(points[1].parse().unwrap())
        .await
        .unwrap();
    first_answer("nodes of the cluster: down, swallowing, good", points).await;
    drop(swallowing);
    cluster.stop().await;
}

/// Scenario B2: an error at the deadline at the latest, with the cause of each.
#[tokio::test]
async fn all_are_bad() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let swallowing = strangers::swallowing(any).await.unwrap();
    let silent = strangers::silent().await.unwrap();
    let refusing = strangers::refusing().await.unwrap();
    let points = [
        refusing.to_string(),
        swallowing.address().to_string(),
        silent.address().to_string(),
        "no-such-host.invalid".to_owned(),
    ];
    let builder = Session::builder().contact_points(&points);
    for (name, builder, causes) in [
        (
            "each step 300 ms",
            builder.clone().connect_timeout(Duration::from_millis(300)),
            [
                "Connection refused",
                "connecting: no answer by the deadline",
                "it accepts connections, but does not answer",
                "`no-such-host.invalid`",
            ],
        ),
        (
            "all of it 900 ms",
            builder.connect_deadline(Duration::from_millis(900)),
            [
                "Connection refused",
                "it had not accepted the connection, or not greeted when the time to connect was over",
                "it had not accepted the connection, or not greeted when the time to connect was over",
                "`no-such-host.invalid`",
            ],
        ),
    ] {
        let start = Instant::now();
        let error = refusal(builder).await;
        let elapsed = start.elapsed();
        println!("{name}: error after {elapsed:.0?}: {error}");
        assert!(elapsed < PROMPT, "{name}: {elapsed:?}");
        assert!(
            matches!(error.kind(), ErrorKind::NoContactPoint),
            "{error:?}"
        );
        assert_eq!(error.attempts().len(), points.len(), "{error}");
        for (point, cause) in points.iter().zip(causes) {
            let attempt = error.attempts().iter().find(|a| *a.target == **point);
            let said = attempt.unwrap().kind.to_string();
            assert!(said.contains(cause), "{point}: {said}");
        }
    }
}

/// Those whose turn does not come are listed as well.
#[tokio::test]
async fn the_deadline_comes_before_the_last_ones_turn() {
    let silent = [
        strangers::silent().await.unwrap(),
        strangers::silent().await.unwrap(),
    ];
    let points: Vec<String> = silent.iter().map(|s| s.address().to_string()).collect();
    let deadline = Duration::from_millis(100);
    let builder = Session::builder().contact_points(&points);
    let error = refusal(builder.connect_deadline(deadline)).await;
    let said: Vec<String> = error
        .attempts()
        .iter()
        .map(|a| a.kind.to_string())
        .collect();
    assert_eq!(said.len(), 2, "{error}");
    assert!(
        said.iter().any(|s| s.contains("its turn had not come")),
        "{error}"
    );
}
