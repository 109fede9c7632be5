//! Whole tables by ranges of tokens: every row once, in one go and in parts, asked of owners, no faster than allowed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scylla_orm::driver::session::{Answer, Checkpoint, Scan, ScanBuilder};
use scylla_orm::driver::statement::{Options, Statement};
use scylla_orm::driver::token::Token;
use scylla_orm::driver::{ErrorKind, Session};
use tests::poll::until;
use tests::target::Target;

/// Partitions, and rows of each.
const PARTITIONS: i32 = 400;
const ROWS: i32 = 8;

type Row = (i32, String, i32);

struct Fixture {
    target: Target,
    session: Session,
    keyspace: String,
}

/// A table with partition keys of two columns, in so many copies.
async fn fixture(copies: usize) -> Fixture {
    let target = Target::start().await;
    let keyspace = target.keyspace_of("scan", copies).await;
    let session = target.driver().await;
    assert!(session.wait_ready(Duration::from_secs(20)).await);
    let columns = "a int, b text, c int, v int, PRIMARY KEY ((a, b), c)";
    let make = format!("CREATE TABLE {keyspace}.t ({columns})");
    session.query(make, ()).await.unwrap();
    let insert = format!("INSERT INTO {keyspace}.t (a, b, c, v) VALUES (?, ?, ?, 1)");
    let insert = session.prepare(&insert).await.unwrap();
    let rows = expected().into_iter().map(|row| (&insert, row));
    session.execute_concurrent(rows).all().await.unwrap();
    Fixture {
        target,
        session,
        keyspace,
    }
}

fn expected() -> Vec<Row> {
    let rows = (0..PARTITIONS).flat_map(|a| (0..ROWS).map(move |c| (a, format!("key {a}"), c)));
    rows.collect()
}

impl Fixture {
    fn scan(&self, page_size: u32) -> ScanBuilder {
        let scan = self.session.scan(&self.keyspace, "t");
        scan.select("a, b, c").with(paged(page_size))
    }

    async fn close(self) {
        self.session.close().await.unwrap();
        drop(self.target);
    }
}

fn paged(rows: u32) -> Options {
    Options {
        page_size: Some(rows),
        ..Options::default()
    }
}

/// At most so many pages.
async fn read(scan: &mut Scan, pages: usize) -> Vec<Answer> {
    let mut all = Vec::new();
    while all.len() < pages
        && let Some(page) = scan.next().await.unwrap()
    {
        all.push(page);
    }
    all
}

fn rows(pages: &[Answer]) -> Vec<Row> {
    let pages = pages.iter();
    pages
        .flat_map(|page| page.all_as::<Row>().unwrap())
        .collect()
}

fn assert_all(mut rows: Vec<Row>, how: &str) {
    rows.sort();
    assert!(rows == expected(), "{how}: {} rows", rows.len());
}

#[tokio::test]
async fn every_row_comes_once() {
    let f = fixture(3).await;
    for (page_size, per_shard, ranges) in [(7, 1, 0), (100, 3, 1), (5000, 2, 300)] {
        let how = format!("pages of {page_size}, {per_shard} per shard, {ranges} ranges");
        let scan = f.scan(page_size).per_shard(per_shard).ranges(ranges);
        let mut scan = scan.start().await.unwrap();
        assert_eq!(scan.checkpoint().to_string().lines().count(), 2, "{how}");
        let mut last = scan.progress();
        assert!(last.abs() < 1e-9, "{how}: {last}");
        let mut pages = Vec::new();
        while let Some(page) = scan.next().await.unwrap() {
            assert!(page.count() > 0, "{how}");
            pages.push(page);
            let now = scan.progress();
            assert!((last..=1.0).contains(&now), "{how}: {now} after {last}");
            assert!((scan.checkpoint().progress() - now).abs() < 1e-9);
            last = now;
        }
        assert_all(rows(&pages), &how);
        assert!(scan.checkpoint().is_done() && (scan.progress() - 1.0).abs() < 1e-9);
        assert!(scan.next().await.unwrap().is_none(), "it stays at its end");
    }
    f.close().await;
}

#[tokio::test]
async fn a_scan_goes_on_from_a_checkpoint_with_other_cuts_and_other_pages() {
    let f = fixture(3).await;
    for pages in [0, 5, 40, 140] {
        let mut first = f.scan(20).start().await.unwrap();
        let mut seen = rows(&read(&mut first, pages).await);
        let kept = first.checkpoint().to_string();
        drop(first);
        // Now and then it is given up once more.
        for (page_size, ranges) in [(50, 300), (7, 1)] {
            let from: Checkpoint = kept.parse().unwrap();
            let scan = f.scan(page_size).ranges(ranges).resume(from);
            let mut scan = scan.start().await.unwrap();
            if page_size == 7 {
                seen.extend(rows(&read(&mut scan, usize::MAX).await));
                assert!(scan.checkpoint().is_done());
            } else {
                // What is not written down is not given up.
                read(&mut scan, 3).await;
            }
        }
        assert_all(seen, &format!("given up after {pages} pages"));
    }
    let mut scan = f.scan(5000).start().await.unwrap();
    read(&mut scan, usize::MAX).await;
    let again = f.scan(5000).resume(scan.checkpoint());
    assert!(again.start().await.unwrap().next().await.unwrap().is_none());
    f.close().await;
}

/// Many times in a row, each from where the one before was given up.
#[tokio::test]
async fn a_scan_in_many_parts_reads_every_row_once() {
    let f = fixture(3).await;
    let mut kept: Option<String> = None;
    let mut seen = Vec::new();
    for part in 0.. {
        assert!(part < 1000, "it ends");
        let mut scan = f.scan(20);
        if let Some(kept) = &kept {
            scan = scan.resume(kept.parse().unwrap());
        }
        let mut scan = scan.start().await.unwrap();
        seen.extend(rows(&read(&mut scan, 40).await));
        let checkpoint = scan.checkpoint();
        if checkpoint.is_done() {
            break;
        }
        kept = Some(checkpoint.to_string());
    }
    assert_all(seen, "in parts of 40 pages");
    f.close().await;
}

/// The owners of a token: addresses, and shards where the cluster tells them.
fn owners(f: &Fixture, token: i64) -> Vec<(SocketAddr, Option<u16>)> {
    if let (Some(cluster), true) = (f.target.cluster(), f.target.has_tablets()) {
        let tablets = cluster.tablets(&format!("{}.t", f.keyspace));
        let tablet = tablets.iter().find(|tablet| token <= tablet.last).unwrap();
        let nodes = cluster.contact_points();
        let spot = |(node, shard): &(usize, u16)| (nodes[*node].parse().unwrap(), Some(*shard));
        return tablet.replicas.iter().map(spot).collect();
    }
    let topology = f.session.topology();
    let replicas = topology.replicas(&f.keyspace, Token(token)).iter();
    let address = |node: &u16| (topology.nodes()[usize::from(*node)].address, None);
    replicas.map(address).collect()
}

#[tokio::test]
async fn each_range_is_asked_of_an_owner_and_all_shards_are_asked() {
    let f = fixture(1).await;
    let before = f.session.traffic();
    let scan = f.session.scan(&f.keyspace, "t").select("token(a, b)");
    let mut scan = scan.start().await.unwrap();
    while let Some(page) = scan.next().await.unwrap() {
        for (token,) in page.all_as::<(i64,)>().unwrap() {
            let owners = owners(&f, token);
            let by = (page.node(), page.shard());
            let owns = owners.iter().any(|(node, shard)| {
                *node == by.0 && shard.is_none_or(|shard| Some(shard) == by.1)
            });
            assert!(owns, "{token} of {owners:?} came from {by:?}");
        }
    }
    // By the ring all shards of a node have a part of each range, and take turns.
    for shard in f.session.traffic() {
        let same = |t: &&_| {
            let t: &scylla_orm::driver::metrics::Traffic = t;
            (t.node, t.shard) == (shard.node, shard.shard)
        };
        let earlier = before.iter().find(same).map_or(0, |t| t.requests);
        let asked = shard.requests > earlier;
        assert!(asked || f.target.has_tablets(), "{shard:?}");
    }
    f.close().await;
}

#[tokio::test]
async fn a_statement_goes_to_the_owner_of_the_token_that_it_names() {
    let f = fixture(1).await;
    let cql = format!(
        "SELECT c FROM {}.t WHERE token(a, b) > 1 AND token(a, b) <= 2",
        f.keyspace
    );
    let before = f.session.metrics().total().keyed;
    for token in [i64::MIN, i64::MIN / 2, -1, 0, i64::MAX / 3, i64::MAX] {
        let options = Options::default().token(Token(token));
        let statement = Statement::new(&*cql).with(options);
        let answer = f.session.query(statement, ()).await.unwrap();
        // Who has which tablet, only requests by key tell.
        if !f.target.has_tablets() {
            let owner = owners(&f, token)[0].0;
            assert_eq!(answer.node(), owner, "{token}");
        }
    }
    assert_eq!(f.session.metrics().total().keyed - before, 6);
    f.close().await;
}

#[tokio::test]
async fn all_columns_come_by_default_whatever_their_names() {
    let f = fixture(3).await;
    let table = format!("{}.\"OddOne\"", f.keyspace);
    let columns = r#""Key" int, "select" text, s text static, "c d" int, v map<text, int>"#;
    let key = r#"PRIMARY KEY (("Key", "select"), "c d")"#;
    let make = format!("CREATE TABLE {table} ({columns}, {key})");
    f.session.query(make, ()).await.unwrap();
    let scan = f.session.scan(&f.keyspace, "OddOne");
    let mut empty = scan.clone().start().await.unwrap();
    assert!(empty.next().await.unwrap().is_none());
    assert!(empty.checkpoint().is_done());

    let names = r#""Key", "select", s, "c d", v"#;
    let insert = format!("INSERT INTO {table} ({names}) VALUES (1, 'x', 's', 2, {{'k': 3}})");
    f.session.query(insert, ()).await.unwrap();
    let mut scan = scan.start().await.unwrap();
    let page = scan.next().await.unwrap().unwrap();
    let names: Vec<_> = page.columns().iter().map(|c| &*c.name).collect();
    assert_eq!(names, ["Key", "select", "c d", "s", "v"]);
    assert_eq!(page.count(), 1);
    f.close().await;
}

#[tokio::test]
async fn a_scan_is_no_faster_than_it_may_be() {
    let f = fixture(3).await;
    let begun = Instant::now();
    let scan = f.scan(5000).ranges(40).requests_per_second(100);
    let mut scan = scan.start().await.unwrap();
    assert_all(rows(&read(&mut scan, usize::MAX).await), "few requests");
    // The first is free.
    assert!(begun.elapsed() >= Duration::from_millis(390));

    let begun = Instant::now();
    let scan = f.scan(10).rows_per_second(8000);
    let mut scan = scan.start().await.unwrap();
    assert_all(rows(&read(&mut scan, usize::MAX).await), "few rows");
    // 3200 rows, without those that were under way at the end.
    assert!(begun.elapsed() >= Duration::from_millis(200));
    f.close().await;
}

#[tokio::test]
async fn what_cannot_be_scanned_is_refused() {
    let f = fixture(1).await;
    let refused = async |scan: ScanBuilder| scan.start().await.unwrap_err();
    let unknown = refused(f.session.scan(&f.keyspace, "nothing")).await;
    assert!(
        matches!(unknown.kind(), ErrorKind::Invalid { .. }),
        "{unknown:?}"
    );
    let local = refused(f.session.scan("system", "local")).await;
    assert!(
        matches!(local.kind(), ErrorKind::Unsupported { .. }),
        "{local:?}"
    );
    let column = refused(f.session.scan(&f.keyspace, "t").select("nothing")).await;
    assert!(
        matches!(column.kind(), ErrorKind::Invalid { .. }),
        "{column:?}"
    );
    let mut scan = f.scan(10).start().await.unwrap();
    read(&mut scan, 3).await;
    let other = f.session.scan(&f.keyspace, "t").resume(scan.checkpoint());
    let other = refused(other).await;
    assert!(
        matches!(other.kind(), ErrorKind::Settings { .. }),
        "{other:?}"
    );
    // What no node will do is not tried for long.
    let drop = format!("DROP TABLE {}.t", f.keyspace);
    f.session.query(drop, ()).await.unwrap();
    let gone = async {
        loop {
            match scan.next().await {
                Ok(page) => assert!(page.is_some(), "rows are missing"),
                Err(error) => return error,
            }
        }
    };
    let gone = gone.await;
    assert!(gone.is_invalid(), "{gone:?}");
    f.close().await;
}

#[tokio::test]
async fn a_scan_that_is_dropped_leaves_nothing_behind() {
    let f = fixture(3).await;
    let mut scan = f.scan(10).per_shard(4).start().await.unwrap();
    read(&mut scan, 5).await;
    drop(scan);
    until("nothing is under way", async || {
        f.session.metrics().busy().in_flight == 0
    })
    .await;
    f.close().await;
}

#[tokio::test]
async fn the_cache_is_passed_by_where_servers_have_one() {
    let f = fixture(1).await;
    let scan = f.scan(5000).bypass_cache().start().await;
    // The embedded cluster knows the words whatever it is like.
    if f.target.is_scylla().await || f.target.cluster().is_some() {
        let pages = read(&mut scan.unwrap(), usize::MAX).await;
        assert_all(rows(&pages), "past the cache");
    } else {
        let error = scan.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Syntax { .. }),
            "{error:?}"
        );
    }
    f.close().await;
}
