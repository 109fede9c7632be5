//! What a simple request takes with our driver: client and server on one thread, so that both share one core.
//!
//! Counted is the CPU time of that thread, user and system, which other programs on the machine do not change much; the
//! wall time is shown beside it.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use futures_util::future::join_all;
use scylla_orm_driver::Session;
use scylla_orm_driver::statement::Prepared;
use scylla_orm_embedded::Cluster;

use crate::{judge, on_one_thread};

const REQUESTS: i32 = 200_000;
/// The least number of writes a second on one core.
const WRITES: f64 = 50_000.0;

const SCHEMA: [&str; 2] = [
    "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
    "CREATE TABLE ks.t (k int PRIMARY KEY, a int, v text)",
];
const INSERT: &str = "INSERT INTO ks.t (k, a, v) VALUES (?, ?, ?)";
const UPDATE: &str = "UPDATE ks.t SET v = ? WHERE k = ?";
const SELECT: &str = "SELECT a, v FROM ks.t WHERE k = ?";

/// Runs it.
pub fn run() -> bool {
    on_one_thread(async {
        let cluster = Cluster::start().await.unwrap();
        let session = Session::connect(cluster.contact_points()).await.unwrap();
        assert!(session.wait_ready(Duration::from_secs(10)).await);
        for cql in SCHEMA {
            session.query(cql, ()).await.unwrap();
        }
        println!("{REQUESTS} requests each; text of 60 bytes; client and server on one thread\n");
        println!("| | in flight | CPU µs | requests per second of CPU | of the clock |");
        println!("|---|---|---|---|---|");
        let held = measure(&session).await;
        session.close().await.unwrap();
        cluster.stop().await;
        println!();
        judge(
            &format!("{WRITES} writes a second on one core: {held:.0} at least"),
            held >= WRITES,
        )
    })
}

/// The fewest writes per second of CPU, of those that are many at once.
async fn measure(session: &Session) -> f64 {
    let (insert, update, select) = (
        session.prepare(INSERT).await.unwrap(),
        session.prepare(UPDATE).await.unwrap(),
        session.prepare(SELECT).await.unwrap(),
    );
    let (insert, update, select) = (&insert, &update, &select);
    let inserts = async |k| write(session, insert, k).await;
    show("insert", 1, inserts).await;
    let fewest = show("insert", 64, inserts).await;
    let text = "v".repeat(60);
    let updates = async |k: i32| {
        session.execute(update, (&*text, k)).await.unwrap();
    };
    let fewest = fewest.min(show("update", 64, updates).await);
    let selects = async |k: i32| {
        let answer = session.execute(select, (k,)).await.unwrap();
        assert!(answer.first_as::<(i32, &str)>().unwrap().is_some());
    };
    show("select", 64, selects).await;
    let texts = async |k: i32| {
        let cql = format!("INSERT INTO ks.t (k, a, v) VALUES ({k}, 1, '{text}')");
        session.query(cql.as_str(), ()).await.unwrap();
    };
    show("insert, as text", 64, texts).await;
    fewest
}

async fn write(session: &Session, insert: &Prepared, k: i32) {
    const TEXT: &str = "0123456789012345678901234567890123456789012345678901234567890";
    session.execute(insert, (k, k, TEXT)).await.unwrap();
}

/// Does `request` with each key, so many at once. Returns how many a second of CPU.
async fn show(what: &str, in_flight: i32, request: impl AsyncFn(i32)) -> f64 {
    let (clock, cpu) = (Instant::now(), ThreadTime::now());
    let lanes = (0..in_flight).map(|lane| {
        let request = &request;
        async move {
            for k in (lane..REQUESTS).step_by(usize::try_from(in_flight).unwrap()) {
                request(k).await;
            }
        }
    });
    join_all(lanes).await;
    let per_second = |time: Duration| f64::from(REQUESTS) / time.as_secs_f64();
    let (cpu, clock) = (per_second(cpu.elapsed()), per_second(clock.elapsed()));
    println!(
        "| {what} | {in_flight} | {:.2} | {cpu:.0} | {clock:.0} |",
        1e6 / cpu
    );
    cpu
}
