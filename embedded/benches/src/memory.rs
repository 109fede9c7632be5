//! How much memory rows take: resident memory of the process, which holds the client too, before and after.

use std::time::Duration;

use futures_util::future::join_all;
use scylla_orm_driver::Session;
use scylla_orm_embedded::Cluster;

use crate::{judge, on_one_thread};

const ROWS: i32 = 1_000_000;
/// Its key and its text: four and four and 92.
const BYTES: usize = 100;
/// In bytes.
const LIMIT: usize = 1_000_000_000;

const KEYSPACE: &str =
    "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";
const TABLE: &str = "CREATE TABLE ks.t (p int, c int, v text, PRIMARY KEY (p, c))";

/// As many partitions as rows.
pub fn partitions() -> bool {
    fill("each in a partition of its own", |row| (row, 0))
}

/// A thousand rows in each partition.
pub fn rows() -> bool {
    fill("a thousand in each partition", |row| {
        (row % 1000, row / 1000)
    })
}

fn fill(what: &str, place: fn(i32) -> (i32, i32)) -> bool {
    let (before, after) = on_one_thread(async {
        let cluster = Cluster::start().await.unwrap();
        let session = Session::connect(cluster.contact_points()).await.unwrap();
        assert!(session.wait_ready(Duration::from_secs(10)).await);
        for cql in [KEYSPACE, TABLE] {
            session.query(cql, ()).await.unwrap();
        }
        let insert = "INSERT INTO ks.t (p, c, v) VALUES (?, ?, ?)";
        let insert = session.prepare(insert).await.unwrap();
        let text = "v".repeat(BYTES - 8);
        let write = async |row| {
            let (p, c) = place(row);
            session.execute(&insert, (p, c, &*text)).await.unwrap();
        };
        // What the first requests take is not for rows.
        write(0).await;
        let before = resident();
        join_all((0..64).map(async |lane| {
            for row in (lane..ROWS).step_by(64) {
                write(row).await;
            }
        }))
        .await;
        let after = resident();
        session.close().await.unwrap();
        cluster.stop().await;
        (before, after)
    });
    let took = after.saturating_sub(before);
    let rows = usize::try_from(ROWS).unwrap();
    let figure = format!(
        "{ROWS} rows of {BYTES} bytes, {what}, in less than {} MB: {} MB, {} bytes a row",
        LIMIT / 1_000_000,
        took / 1_000_000,
        took / rows
    );
    judge(&figure, took < LIMIT)
}

/// Resident memory of this process, in bytes.
pub fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    kilobytes.unwrap().parse::<usize>().unwrap() * 1024
}
