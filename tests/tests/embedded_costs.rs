//! What rows and writes cost the embedded cluster and the driver together: bytes and allocations, which do not depend on
//! the machine. Times are measured by `embedded/benches`.

use std::alloc::System;
use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::statement::Prepared;
use scylla_orm_embedded::Cluster;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

/// Counts for all threads: so there is one test here, and one thread.
#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROWS: i32 = 5_000;
/// Its key and its text: four, four and 92.
const BYTES: usize = 100;

/// A million of them fit into a gigabyte with room for what the allocator adds.
const BYTES_OF_ROW: usize = 640;
/// Of the client and the server together; there were 41.
const ALLOCATIONS_OF_WRITE: usize = 60;

#[tokio::test]
async fn rows_and_writes_cost_little() {
    let cluster = Cluster::start().await.unwrap();
    let session = Session::connect(cluster.contact_points()).await.unwrap();
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    for cql in [
        "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
        "CREATE TABLE ks.t (p int, c int, v text, PRIMARY KEY (p, c))",
    ] {
        session.query(cql, ()).await.unwrap();
    }
    let insert = "INSERT INTO ks.t (p, c, v) VALUES (?, ?, ?)";
    let insert = session.prepare(insert).await.unwrap();
    // Buffers grow to what they need.
    written(&session, &insert, |row| (-row, 0)).await;

    let partitions = written(&session, &insert, |row| (row, 0)).await;
    check("each row in a partition of its own", &partitions);
    let rows = written(&session, &insert, |row| (0, row + 1)).await;
    check("rows of one partition", &rows);
    let at_once = written_at_once(&session, &insert, |row| (row, 1)).await;
    check("each row in a partition of its own, many at once", &at_once);
    // Each has a future of its own to live in.
    assert!(at_once.allocations <= partitions.allocations + rows_written());
    session.close().await.unwrap();
    cluster.stop().await;
}

/// Writes rows, one after another, and tells what was allocated and given back.
async fn written(session: &Session, insert: &Prepared, place: fn(i32) -> (i32, i32)) -> Stats {
    let text = "v".repeat(BYTES - 8);
    let region = Region::new(COUNTED);
    for row in 0..ROWS {
        let (p, c) = place(row);
        session.execute(insert, (p, c, &*text)).await.unwrap();
    }
    region.change()
}

/// The same, many at once.
async fn written_at_once(
    session: &Session,
    insert: &Prepared,
    place: fn(i32) -> (i32, i32),
) -> Stats {
    let text = "v".repeat(BYTES - 8);
    let region = Region::new(COUNTED);
    let rows = (0..ROWS).map(|row| {
        let (p, c) = place(row);
        (insert, (p, c, &*text))
    });
    let mut written = session.execute_concurrent(rows).unordered();
    while let Some((_, result)) = written.next().await {
        result.unwrap();
    }
    region.change()
}

fn rows_written() -> usize {
    usize::try_from(ROWS).unwrap()
}

fn check(what: &str, stats: &Stats) {
    let rows = rows_written();
    let kept = stats
        .bytes_allocated
        .saturating_sub(stats.bytes_deallocated)
        / rows;
    let allocations = stats.allocations / rows;
    println!("{what}: {kept} bytes kept, {allocations} allocations a write");
    assert!(
        kept >= BYTES,
        "{what}: {kept} bytes of a row are less than its values"
    );
    assert!(kept <= BYTES_OF_ROW, "{what}: {kept} bytes of a row");
    assert!(
        allocations <= ALLOCATIONS_OF_WRITE,
        "{what}: {allocations} allocations"
    );
}
