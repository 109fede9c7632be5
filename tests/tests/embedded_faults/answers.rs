//! Answers that come late, twice, in another order, on another stream, or as other bytes.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scylla_orm::driver::{ErrorKind, Session};
use scylla_orm_embedded::fault::{Condition, Opcode, ServerError, ServerErrorKind};
use scylla_orm_embedded::{Fault, RequestRecord};

use super::{Fixture, KEYS, name, value};

fn reads() -> Condition {
    Fault::on().opcode(Opcode::Execute).statement("SELECT k, v")
}

#[tokio::test]
async fn late() {
    let f = Fixture::start().await;
    let delay = Duration::from_millis(80);
    let late = f.cluster.fault(reads().table("t").nth(2).delay(delay));
    let mut took = Vec::new();
    for k in 0..3 {
        let start = Instant::now();
        f.read(k).await.unwrap();
        took.push(start.elapsed());
    }
    assert_eq!(late.hits(), 1);
    assert!(took[1] >= delay, "{took:?}");
    println!("three reads, the second is delayed by {delay:?}: {took:?}");
    f.end().await;
}

/// Sends reads of all keys at once. Returns how many were answered before one that was sent earlier.
async fn overtaking(f: &Fixture) -> usize {
    let order = Mutex::new(Vec::new());
    let read = async |k| {
        f.read(k).await.unwrap();
        order.lock().unwrap().push(k);
    };
    join_all((0..KEYS).map(read)).await;
    let order = order.into_inner().unwrap();
    let earlier = order.iter().enumerate();
    earlier
        .filter(|(at, k)| order[at + 1..].iter().any(|later| later < k))
        .count()
}

#[tokio::test]
async fn late_by_chance_and_so_in_another_order() {
    let f = Fixture::start().await;
    let delay = Duration::from_millis(1)..=Duration::from_millis(30);
    let late = f.cluster.fault(reads().seed(5).delay(delay));
    let overtook = overtaking(&f).await;
    println!("delays of 1 to 30 ms: {overtook} of {KEYS} answers overtook another");
    assert_eq!(late.hits(), u64::from(KEYS.unsigned_abs()));
    assert!(overtook > 20, "{overtook}");
    f.end().await;
}

#[tokio::test]
async fn in_another_order() {
    let f = Fixture::start().await;
    let shuffled = f.cluster.fault(reads().seed(5).reorder(8));
    let overtook = overtaking(&f).await;
    println!("groups of 8: {overtook} of {KEYS} answers overtook another");
    assert_eq!(shuffled.hits(), u64::from(KEYS.unsigned_abs()));
    assert!(overtook > 20, "{overtook}");
    // A lone one waits for its group, and then goes.
    f.read(1).await.unwrap();
    f.end().await;
}

/// The second copy answers nothing: the connection is given up, and nobody gets it.
#[tokio::test]
async fn twice() {
    let f = Fixture::start().await;
    let mut attempts = 0;
    for k in 0..10 {
        let twice = f.cluster.fault(reads().first(1).duplicate());
        f.read(k).await.unwrap();
        for other in 0..10 {
            f.read(other).await.unwrap();
        }
        assert_eq!(twice.hits(), 1);
        attempts += f.attempts();
        f.whole_again().await;
    }
    println!("10 answers came twice: {attempts} attempts for 110 reads");
    f.end().await;
}

/// An answer to a request that is not there. What is read is asked for elsewhere; what is written is left in doubt.
#[tokio::test]
async fn on_a_stream_without_a_request() {
    let f = Fixture::start().await;
    for by in [1, 1000, -20_000] {
        let stray = f
            .cluster
            .fault(Fault::on().keyspace("ks").first(1).wrong_stream(by));
        f.attempts();
        f.read(7).await.unwrap();
        assert_eq!((stray.hits(), f.attempts()), (1, 2), "{by}");
        f.whole_again().await;
        let stray_ = f
            .cluster
            .fault(Fault::on().keyspace("ks").first(1).wrong_stream(by));
        let error = f.write(KEYS).await.unwrap_err();
        println!("by {by}: {error}");
        let broken = matches!(error.kind(), ErrorKind::Broken { sent: true, .. });
        assert!(broken, "{error:?}");
        assert_eq!((stray_.hits(), f.attempts()), (1, 1), "{by}");
        f.whole_again().await;
    }
    f.end().await;
}

/// Version 4 has no checksums: a changed value is read as it is. Everything else must be found, and nothing may hang.
#[tokio::test]
async fn with_other_bytes() {
    let f = Fixture::with(|builder| builder.request_timeout(Duration::from_millis(150))).await;
    let mut outcomes = BTreeMap::<String, u32>::new();
    for seed in 0..60 {
        let bytes = 1 + usize::try_from(seed).unwrap() % 3;
        let garbled = f.cluster.fault(reads().seed(seed).first(1).garble(bytes));
        let read = f.session.execute(&f.select, (3,));
        let answer = tests::poll::within(super::SOON, "a garbled answer", read).await;
        let rows = answer.and_then(|answer| answer.all_as::<(i32, String)>());
        let outcome = rows.map_or_else(|error| name(&error), |_| "answered".to_owned());
        *outcomes.entry(outcome).or_default() += 1;
        assert_eq!(garbled.hits(), 1, "{seed}");
    }
    println!("60 answers with one to three other bytes: {outcomes:?}");
    assert!(outcomes.len() > 2, "{outcomes:?}");
    // A connection whose last frame claims to be longer than it is, takes the next answers for the rest of it: so the
    // data is read by another session.
    f.session.close().await.unwrap();
    let builder = Session::builder().contact_points(f.cluster.contact_points());
    let session = builder.connect().await.unwrap();
    for k in 0..KEYS {
        let answer = session.execute(&f.select, (k,)).await.unwrap();
        let row = answer.first_as::<(i32, String)>().unwrap();
        assert_eq!(row, Some((k, value(k))));
    }
    session.close().await.unwrap();
    f.cluster.stop().await;
}

/// Changes to the frame itself, and how the connection ends that way: a write tells, because it is not sent again.
#[tokio::test]
async fn with_another_frame() {
    let f = Fixture::start().await;
    let check = async |what: &str, change: fn(&mut Vec<u8>), expected: &str| {
        let writes = Fault::on().statement("INSERT INTO ks.t");
        let changed = f.cluster.fault(writes.first(1).rewrite(change));
        let error = f.write(5).await.unwrap_err();
        println!("{what}: {error}");
        assert!(error.to_string().contains(expected), "{what}: {error}");
        assert_eq!(changed.hits(), 1);
        f.whole_again().await;
    };
    check(
        "a length of 2 GiB",
        |answer| answer[5] = 0x7f,
        "impossible body length",
    )
    .await;
    check(
        "an unknown opcode",
        |answer| answer[4] = 0x55,
        "opcode 0x55",
    )
    .await;
    check("a request", |answer| answer[0] = 0x04, "opcode").await;
    check("another version", |answer| answer[0] = 0x81, "version").await;
    check("READY", |answer| answer[4] = 0x02, "READY").await;
    check(
        "the last byte is missing",
        |answer| answer.truncate(answer.len() - 1),
        "no answer within",
    )
    .await;
    // The next answer is read one byte off: it ends the connection, and the read is asked for elsewhere.
    f.read(5).await.unwrap();
    f.whole_again().await;
    f.end().await;
}

/// Only what arrives on one shard, and only what a predicate of the user's chooses, is concerned.
#[tokio::test]
async fn on_one_shard_and_by_a_predicate() {
    let f = Fixture::start().await;
    let overloaded = || ServerError::new(ServerErrorKind::Overloaded, "by a fault");
    let on_shard = f
        .cluster
        .fault(reads().shard(1).first(1).error(overloaded()));
    f.attempts();
    for k in 0..KEYS {
        f.read(k).await.unwrap();
    }
    let on_shard_1 = |r: &&RequestRecord| r.shard == 1 && r.statement.is_some();
    let there = f.cluster.requests().iter().filter(on_shard_1).count();
    assert_eq!(on_shard.hits(), 1);
    assert!(there > 1, "{there}");
    // The one was asked for elsewhere.
    assert_eq!(f.attempts(), usize::try_from(KEYS).unwrap() + 1);
    drop(on_shard);

    let chosen =
        Fault::on().statement_where(|text| text.starts_with("INSERT") && text.contains("ks.t"));
    let chosen = f.cluster.fault(chosen.error(overloaded()));
    f.read(1).await.unwrap();
    assert_eq!(chosen.hits(), 0);
    let error = f.write(KEYS).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Overloaded { .. }),
        "{error:?}"
    );
    assert_eq!((chosen.hits(), f.is_there(KEYS).await), (1, false));
    f.end().await;
}
