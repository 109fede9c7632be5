//! Requests that their callers give up: every answer that is read belongs to its request, no connection ends, no stream
//! id is lost.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::join_all;
use scylla_orm::driver::Session;
use scylla_orm::driver::conn::config::ConnConfig;
use scylla_orm::driver::frame::Opcode;
use scylla_orm::driver::statement::Prepared;
use tests::poll::{until, within};
use tests::relay::Relay;
use tests::target::Target;

const REQUESTS: usize = 10_000;
const TASKS: usize = 16;
const KEYS: i32 = 500;

/// So few that each lost one would be missed at once.
const STREAM_IDS: u16 = 32;

struct Fixture {
    target: Target,
    relay: Relay,
    session: Session,
    select: Prepared,
}

async fn fixture() -> Fixture {
    let target = Target::start().await;
    // With one copy each key has one connection.
    let keyspace = target.keyspace_of("driver_cancel", 1).await;
    let relay = Relay::default();
    let settings = ConnConfig {
        in_flight: STREAM_IDS,
        ..ConnConfig::default()
    };
    let builder = Session::builder().contact_points(target.contact_points());
    let builder = builder
        .connection_settings(settings)
        .connector(relay.clone());
    let session = builder.connect().await.unwrap();
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    let table = format!("{keyspace}.t");
    let make = format!("CREATE TABLE {table} (k int PRIMARY KEY, v text)");
    session.query(make, ()).await.unwrap();
    let insert = format!("INSERT INTO {table} (k, v) VALUES (?, ?)");
    let insert = session.prepare(&insert).await.unwrap();
    let writes = (0..KEYS).map(|k| session.execute(&insert, (k, value(k))));
    for write in join_all(writes).await {
        write.unwrap();
    }
    let select = format!("SELECT k, v FROM {table} WHERE k = ?");
    let select = session.prepare(&select).await.unwrap();
    Fixture {
        target,
        relay,
        session,
        select,
    }
}

/// Of various lengths, so that a mixed up answer is also torn.
fn value(k: i32) -> String {
    format!(
        "value {k} {}",
        "x".repeat(usize::try_from(k).unwrap() * 7 % 900)
    )
}

/// A small generator: the run can be repeated by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Sends a request, and perhaps gives it up. Whether its answer was read, which must be its own.
async fn one(session: &Session, select: &Prepared, random: &mut Random) -> bool {
    let k = i32::try_from(random.below(KEYS.unsigned_abs().into())).unwrap();
    let mut request = pin!(session.execute(select, (k,)));
    let answer = match random.below(4) {
        // After so many polls.
        0 => {
            let mut polls = random.below(4);
            std::future::poll_fn(|cx| {
                if polls == 0 {
                    return Poll::Ready(None);
                }
                polls -= 1;
                cx.waker().wake_by_ref();
                request.as_mut().poll(cx).map(Some)
            })
            .await
        }
        // After so many microseconds.
        1 => {
            let limit = Duration::from_micros(random.below(2_000));
            tokio::time::timeout(limit, request).await.ok()
        }
        // In favour of another that is ready at some time.
        2 => {
            let turns = random.below(20);
            let other = async {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                answer = request => Some(answer),
                () = other => None,
            }
        }
        _ => Some(request.await),
    };
    let Some(answer) = answer else {
        return false;
    };
    let row: (i32, String) = answer.unwrap().first_as().unwrap().unwrap();
    assert_eq!(row, (k, value(k)));
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_requests_dropped_at_random_points() {
    let f = fixture().await;
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(0x5eed);
    let opened = f.relay.opened();
    let read = Arc::new(AtomicUsize::new(0));
    let tasks = (1_u64..).take(TASKS).map(|task| {
        let (session, select, read) = (f.session.clone(), f.select.clone(), Arc::clone(&read));
        tokio::spawn(async move {
            let mut random = Random(seed * task);
            for _ in 0..REQUESTS / TASKS {
                if one(&session, &select, &mut random).await {
                    read.fetch_add(1, Relaxed);
                }
            }
        })
    });
    for task in within(Duration::from_secs(60), "the storm", join_all(tasks)).await {
        task.unwrap_or_else(|error| panic!("with SEED={seed}: {error}"));
    }
    let read = read.load(Relaxed);
    assert!(
        read > REQUESTS / 5 && read < REQUESTS * 9 / 10,
        "{read} of {REQUESTS} were answered"
    );
    no_stream_id_is_lost(&f).await;
    assert_eq!(f.relay.opened(), opened, "no connection was replaced");
    assert_eq!(f.relay.open(), opened, "no connection was closed");
    f.session.close().await.unwrap();
    assert_eq!(f.relay.reset(), 0);
    drop(f.target);
}

/// Whoever gives up while half of his frame is written: the other half is written all the same.
#[tokio::test]
async fn a_large_request_dropped_while_it_is_written() {
    let f = fixture().await;
    let (keyspace, table) = f.select.table().unwrap();
    let update = format!("UPDATE {keyspace}.{table} SET v = ? WHERE k = ?");
    let update = f.session.prepare(&update).await.unwrap();
    let opened = f.relay.opened();
    let large = "x".repeat(4 << 20);
    let mut dropped = 0;
    for round in 0..30 {
        // To one partition, and so on one connection.
        let write = f.session.execute(&update, (large.as_str(), 1));
        let limit = Duration::from_micros(round * 200);
        dropped += usize::from(tokio::time::timeout(limit, write).await.is_err());
        let read = f.session.execute(&f.select, (1,));
        let answer = within(Duration::from_secs(10), "the request behind it", read)
            .await
            .unwrap();
        let (k, v): (i32, String) = answer.first_as().unwrap().unwrap();
        assert!(k == 1 && (v == value(1) || v == large), "{k} {}", v.len());
    }
    assert!(dropped > 5, "{dropped} were dropped");
    assert_eq!((f.relay.opened(), f.relay.open()), (opened, opened));
    f.session.close().await.unwrap();
    assert_eq!(f.relay.reset(), 0);
}

/// Each connection takes as many requests at once as it has ids.
async fn no_stream_id_is_lost(f: &Fixture) {
    let mut seen = Vec::new();
    for k in 0..KEYS {
        let answer = f.session.execute(&f.select, (k,)).await.unwrap();
        let connection = (answer.node(), answer.shard());
        if seen.contains(&connection) {
            continue;
        }
        seen.push(connection);
        let before = f.relay.sent(Opcode::Execute);
        f.relay.hold();
        let requests = (0..STREAM_IDS + 8).map(|_| {
            let (session, select) = (f.session.clone(), f.select.clone());
            tokio::spawn(async move { session.execute(&select, (k,)).await.map(drop) })
        });
        let requests: Vec<_> = requests.collect();
        let all = u64::from(STREAM_IDS);
        until("all stream ids are in use", async || {
            f.relay.sent(Opcode::Execute) - before >= all
        })
        .await;
        f.relay.release();
        for request in requests {
            within(Duration::from_secs(10), "a request", request)
                .await
                .unwrap()
                .unwrap();
        }
    }
    let connections: usize = f
        .session
        .topology()
        .nodes()
        .iter()
        .map(|n| n.sharder.map_or(1, |s| s.shards().into()))
        .sum();
    assert_eq!(seen.len(), connections, "keys for each connection");
}
