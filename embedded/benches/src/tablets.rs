//! What it costs a session to learn very many tablets: the latency of its other requests, held against that of a session
//! beside it that learns none, and memory.
//!
//! Client and server share one thread, so that whatever the learning takes is missing to the request that is measured, and
//! there is one tablet to learn before each: the worst case. The two sessions take turns, request by request.

use std::time::{Duration, Instant};

use scylla_orm_driver::Session;
use scylla_orm_driver::statement::Prepared;
use scylla_orm_embedded::Cluster;

use crate::{judge, memory, on_one_thread};

/// So many are learned, of somewhat more that there are.
const LEARNED: usize = 100_000;
const THERE_ARE: usize = 1 << 17;
/// The keys whose reads are measured.
const KEYS: i32 = 100;
/// The most that learning may add to a request in the middle, and to the slowest of a hundred.
const MEDIAN: f64 = 2.0;
const TAIL: f64 = 4.0;
/// The most bytes of a tablet.
const BYTES: usize = 256;

/// A session, what it reads, and how long that took.
struct Side {
    session: Session,
    read: Prepared,
    /// Of a table with tablets, or of one without.
    beside: Prepared,
    took: Vec<Duration>,
}

/// Runs it.
pub fn run() -> bool {
    on_one_thread(async {
        let cluster = Cluster::builder().nodes(3).shards(8).start().await.unwrap();
        cluster.run_script(&schema()).unwrap();
        let mut learns = Side::open(&cluster, "k.t").await;
        let mut not = Side::open(&cluster, "r.t").await;
        let before = memory::resident();
        let mut key = KEYS;
        while learns.session.known_tablets() < LEARNED {
            key += 1;
            let sides = match key % 2 {
                0 => [&mut learns, &mut not],
                _ => [&mut not, &mut learns],
            };
            for side in sides {
                side.turn(key).await;
            }
        }
        let bytes = memory::resident().saturating_sub(before) / learns.session.known_tablets();
        println!(
            "{} tablets learned in {} requests, between as many others; one thread\n",
            learns.session.known_tablets(),
            key - KEYS
        );
        let held = compare(&mut learns.took, &mut not.took);
        let held = judge(
            &format!("memory of a tablet: {bytes} bytes, at most {BYTES}"),
            bytes <= BYTES,
        ) && held;
        for side in [learns, not] {
            side.session.close().await.unwrap();
        }
        cluster.stop().await;
        held
    })
}

fn schema() -> String {
    format!(
        "CREATE KEYSPACE k WITH replication = {{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}}
             AND tablets = {{'enabled': true, 'initial': {THERE_ARE}}};
         CREATE TABLE k.t (p int PRIMARY KEY, v int);
         CREATE KEYSPACE r WITH replication = {{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}};
         CREATE TABLE r.t (p int PRIMARY KEY, v int);"
    )
}

impl Side {
    async fn open(cluster: &Cluster, beside: &str) -> Side {
        let session = Session::connect(cluster.contact_points()).await.unwrap();
        assert!(session.wait_ready(Duration::from_secs(20)).await);
        let select = |table: &str| format!("SELECT v FROM {table} WHERE p = ?");
        let side = Side {
            read: session.prepare(&select("k.t")).await.unwrap(),
            beside: session.prepare(&select(beside)).await.unwrap(),
            session,
            took: Vec::new(),
        };
        for key in (0..KEYS).cycle().take(1000) {
            side.session.execute(&side.read, (key,)).await.unwrap();
        }
        side
    }

    /// A read of a new key, and then one of an old one, which is measured.
    async fn turn(&mut self, key: i32) {
        self.session.execute(&self.beside, (key,)).await.unwrap();
        let begin = Instant::now();
        self.session
            .execute(&self.read, (key % KEYS,))
            .await
            .unwrap();
        self.took.push(begin.elapsed());
    }
}

/// Prints both, and whether the limits hold.
fn compare(learns: &mut [Duration], not: &mut [Duration]) -> bool {
    learns.sort_unstable();
    not.sort_unstable();
    println!("| of the requests take at most | learns | learns nothing | ratio |");
    println!("|---|---|---|---|");
    let of = |took: &[Duration], share: f64| {
        let at = (took.len() as f64 * share) as usize;
        took[at.min(took.len() - 1)]
    };
    let [median, tail, _] = [0.5, 0.99, 0.999].map(|share| {
        let (learns, not) = (of(learns, share), of(not, share));
        let ratio = learns.as_secs_f64() / not.as_secs_f64();
        println!(
            "| {} % | {learns:.1?} | {not:.1?} | {ratio:.2} |",
            share * 100.0
        );
        ratio
    });
    println!();
    judge(
        &format!("half of the requests: {MEDIAN} times as long at most"),
        median <= MEDIAN,
    ) & judge(
        &format!("99 of 100: {TAIL} times as long at most"),
        tail <= TAIL,
    )
}
