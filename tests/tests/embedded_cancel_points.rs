//! Requests that their callers give up at every point of their way, on a cluster that answers late, in another order, and
//! now and then with an error: every answer that is read belongs to its request, no stream id is lost, no connection ends.
//!
//! `CANCELS` says how many requests, `SEED` which ones. Only the embedded cluster can be told to answer in such ways, so
//! this does not depend on the target.

use std::collections::HashMap;
use std::fmt;
use std::ops::AddAssign;
use std::pin::pin;
use std::str::FromStr;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use scylla_orm::driver::conn::config::ConnConfig;
use scylla_orm::driver::session::{Answer, Execution};
use scylla_orm::driver::statement::{Batch, BatchKind, Options, Prepared};
use scylla_orm::driver::value::Value;
use scylla_orm::driver::{Result, Session};
use scylla_orm_embedded::fault::{Consistency, Injected, Opcode, ServerError, ServerErrorKind};
use scylla_orm_embedded::{Cluster, Fault};
use tests::poll::{until, within};

/// Few enough for every run of the tests; CI asks for a million.
const REQUESTS: u64 = 10_000;
const TASKS: u64 = 128;
const KEYS: i32 = 500;

/// So few that each lost one would be missed.
const STREAM_IDS: u16 = 32;
const NODES: usize = 3;
const SHARDS: u16 = 2;

struct Fixture {
    cluster: Cluster,
    session: Session,
    select: Prepared,
    insert: Prepared,
}

async fn fixture() -> Fixture {
    let builder = Cluster::builder().nodes(NODES).shards(SHARDS);
    let cluster = builder.start().await.unwrap();
    let settings = ConnConfig {
        in_flight: STREAM_IDS,
        ..ConnConfig::default()
    };
    let builder = Session::builder().contact_points(cluster.contact_points());
    let builder = builder.connection_settings(settings);
    let session = builder.connect().await.unwrap();
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    for cql in [
        "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
        "CREATE TABLE ks.t (k int PRIMARY KEY, v text)",
    ] {
        session.query(cql, ()).await.unwrap();
    }
    let insert = session.prepare("INSERT INTO ks.t (k, v) VALUES (?, ?)");
    let insert = insert.await.unwrap();
    for k in 0..KEYS {
        session.execute(&insert, (k, value(k))).await.unwrap();
    }
    let select = session.prepare("SELECT k, v FROM ks.t WHERE k = ?");
    let select = select.await.unwrap();
    Fixture {
        cluster,
        session,
        select,
        insert,
    }
}

/// Of various lengths, so that a mixed up answer is also torn.
fn value(k: i32) -> String {
    let length = usize::try_from(k).unwrap() * 7 % 900;
    format!("value {k} {}", "x".repeat(length))
}

/// What the cluster does to answers meanwhile. Errors lead requests into the retry loop, and into preparing again.
fn faults(cluster: &Cluster, seed: u64) -> Vec<Injected> {
    let own = || Fault::on().keyspace("ks").seed(seed);
    let unavailable = ServerErrorKind::Unavailable {
        consistency: Consistency::LocalQuorum,
        required: 2,
        alive: 1,
    };
    let unavailable = ServerError::new(unavailable, "Cannot achieve consistency level");
    let late = Duration::ZERO..=Duration::from_millis(4);
    [
        own().probability(0.3).delay(late),
        own().probability(0.1).reorder(3),
        own().probability(0.02).error(unavailable),
        own()
            .opcode(Opcode::Execute)
            .probability(0.005)
            .forget_prepared(),
    ]
    .map(|fault| cluster.fault(fault))
    .into()
}

/// A small generator: the run can be repeated by its seed.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Random {
        // Never zero, which would stay so.
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// How many requests ended in which way.
#[derive(Debug, Default, Clone, Copy)]
struct Ends {
    never_polled: u64,
    before_the_write: u64,
    after_the_write: u64,
    after_the_answer: u64,
    answered: u64,
    errors: u64,
}

impl Ends {
    fn dropped(&self) -> u64 {
        self.never_polled + self.before_the_write + self.after_the_write + self.after_the_answer
    }
}

/// Where a request is given up.
#[derive(Debug, Clone, Copy)]
enum Point {
    /// Right after so many polls: with one, before its frame is written.
    Polls(u64),
    /// When it is woken after so many polls: with one, its answer is there, and nobody has looked.
    Woken(u64),
    /// After so many microseconds.
    Time(u64),
    /// When others have run so often.
    Turns(u64),
    Never,
}

impl Point {
    fn any(random: &mut Random) -> Point {
        match random.below(6) {
            0 => Point::Polls(random.below(4)),
            1 | 2 => Point::Woken(1 + random.below(3)),
            3 => Point::Time(random.below(5_000)),
            4 => Point::Turns(random.below(30)),
            _ => Point::Never,
        }
    }

    /// Runs `future` up to this point, and drops it there. The executor polls it only when it is woken: it is the only
    /// one in its task.
    async fn cut<T>(self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let (mut left, woken) = match self {
            Point::Polls(polls) => (polls, false),
            Point::Woken(polls) => (polls, true),
            Point::Time(micros) => {
                let limit = Duration::from_micros(micros);
                return tokio::time::timeout(limit, future).await.ok();
            }
            Point::Turns(turns) => {
                let others = async {
                    for _ in 0..turns {
                        tokio::task::yield_now().await;
                    }
                };
                return tokio::select! {
                    output = future => Some(output),
                    () = others => None,
                };
            }
            Point::Never => return Some(future.await),
        };
        std::future::poll_fn(|cx| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            match future.as_mut().poll(cx) {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending if left == 0 && !woken => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

impl Fixture {
    /// Sends a request of some kind, and perhaps gives it up.
    async fn one(&self, random: &mut Random, ends: &mut Ends) {
        let k = i32::try_from(random.below(KEYS.unsigned_abs().into())).unwrap();
        let point = Point::any(random);
        let answer = match random.below(8) {
            0 => point.cut(self.session.run(self.write(k))).await,
            1 => {
                let batch = self.batch(k);
                point.cut(self.session.batch(&batch)).await
            }
            2 => {
                point
                    .cut(self.session.query("SELECT k, v FROM ks.t WHERE k = 7", ()))
                    .await
            }
            _ => {
                let answer = point.cut(self.session.execute(&self.select, (k,))).await;
                return ends.count(point, answer, Some(k));
            }
        };
        ends.count(point, answer, None);
    }

    fn write(&self, k: i32) -> Execution {
        let values: Vec<Value> = vec![k.into(), value(k).into()];
        let options = Options {
            idempotent: true,
            ..Options::default()
        };
        Execution::bind(&self.insert, values).unwrap().with(options)
    }

    fn batch(&self, k: i32) -> Batch {
        let mut batch = Batch::new(BatchKind::Unlogged);
        batch.push(&self.insert, (k, value(k))).unwrap();
        batch
    }

    fn connections(&self) -> Vec<Vec<usize>> {
        (0..NODES)
            .map(|node| self.cluster.connections(node))
            .collect()
    }
}

impl Ends {
    /// `k` was asked for, or a write or another key.
    fn count(&mut self, point: Point, answer: Option<Result<Answer>>, k: Option<i32>) {
        let Some(answer) = answer else {
            match point {
                Point::Polls(0) => self.never_polled += 1,
                Point::Polls(_) => self.before_the_write += 1,
                Point::Woken(_) => self.after_the_answer += 1,
                Point::Time(_) | Point::Turns(_) | Point::Never => self.after_the_write += 1,
            }
            return;
        };
        let answer = match answer {
            Ok(answer) => answer,
            // Twice in a row, on two nodes.
            Err(error) if error.is_unavailable() => return self.errors += 1,
            Err(error) if matches!(error.kind(), scylla_orm::driver::ErrorKind::Unprepared) => {
                return self.errors += 1;
            }
            Err(error) => panic!("{error}"),
        };
        self.answered += 1;
        let row = answer.first_as::<(i32, String)>();
        if let Some(k) = k {
            assert_eq!(row.unwrap(), Some((k, value(k))), "somebody else's answer");
        } else if let Ok(Some((k, v))) = row {
            assert_eq!((k, &v), (7, &value(7)), "somebody else's answer");
        }
    }
}

impl AddAssign for Ends {
    fn add_assign(&mut self, other: Ends) {
        self.never_polled += other.never_polled;
        self.before_the_write += other.before_the_write;
        self.after_the_write += other.after_the_write;
        self.after_the_answer += other.after_the_answer;
        self.answered += other.answered;
        self.errors += other.errors;
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "dropped {}: {} before the first poll, {} before the write, {} after the write, {} after the answer; \
             answered {}, errors {}",
            self.dropped(),
            self.never_polled,
            self.before_the_write,
            self.after_the_write,
            self.after_the_answer,
            self.answered,
            self.errors
        )
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_reaches_its_request_whatever_was_dropped() {
    let (requests, seed) = (variable("CANCELS", REQUESTS), variable("SEED", 0x5eed));
    let f = Arc::new(fixture().await);
    let (connections, counted) = (f.connections(), f.session.connections());
    let faults = faults(&f.cluster, seed);
    let start = Instant::now();
    let tasks = (0..TASKS).map(|task| {
        let f = Arc::clone(&f);
        tokio::spawn(async move {
            let (mut random, mut ends) = (Random::new(seed + task), Ends::default());
            // Until as many are dropped as were asked for, however many are not.
            while ends.dropped() < requests.div_ceil(TASKS) {
                f.one(&mut random, &mut ends).await;
            }
            ends
        })
    });
    let mut total = Ends::default();
    for task in within(Duration::from_secs(1800), "the storm", join_all(tasks)).await {
        total += task.unwrap_or_else(|error| panic!("with SEED={seed}: {error}"));
    }
    println!("SEED={seed}, {:?}: {total}", start.elapsed());
    let hits: Vec<u64> = faults.iter().map(Injected::hits).collect();
    println!("delayed, reordered, unavailable, forgotten: {hits:?}");
    drop(faults);
    for part in [
        total.never_polled,
        total.before_the_write,
        total.after_the_write,
        total.after_the_answer,
        total.answered,
    ] {
        assert!(part > requests / 50, "{total}");
    }
    no_stream_id_is_lost(&f).await;
    assert_eq!(f.connections(), connections);
    assert_eq!(
        f.session.connections(),
        counted,
        "no connection was replaced"
    );
    f.session.close().await.unwrap();
}

/// Each connection takes as many requests at once as it has ids, when all answers are there.
async fn no_stream_id_is_lost(f: &Fixture) {
    let late = Duration::from_millis(800);
    let ids = usize::from(STREAM_IDS);
    let mut keys: HashMap<_, Vec<i32>> = HashMap::new();
    for k in 0..KEYS {
        let answer = f.session.execute(&f.select, (k,)).await.unwrap();
        let connection = (answer.node(), answer.shard());
        keys.entry(connection).or_default().push(k);
    }
    assert_eq!(keys.len(), NODES * usize::from(SHARDS), "keys for each");
    until("each connection has all its ids", async || {
        let held = f
            .cluster
            .fault(Fault::on().opcode(Opcode::Execute).delay(late));
        let start = Instant::now();
        let fill = |keys: &Vec<i32>| {
            let some: Vec<i32> = keys.iter().copied().cycle().take(ids + 8).collect();
            let reads = some.into_iter().map(async |k| {
                f.session.execute(&f.select, (k,)).await.unwrap();
                start.elapsed()
            });
            join_all(reads)
        };
        let answered = join_all(keys.values().map(fill)).await;
        held.remove();
        // Those that waited for an id are delayed twice.
        answered.iter().all(|times| {
            let at_once = times.iter().filter(|at| **at < late * 2);
            at_once.count() == ids
        })
    })
    .await;
}

fn variable<T: FromStr>(name: &str, otherwise: T) -> T {
    let value = std::env::var(name).ok();
    value.map_or(otherwise, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name}={value}"))
    })
}
