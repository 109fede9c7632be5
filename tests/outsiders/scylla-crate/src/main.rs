//! What the scylla crate does with a cluster, done once and checked on the embedded one, which counts what reached
//! which shard. Prints a line of what was shown for each server that is imitated, and panics at the first doubt.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::errors::{DbError, ExecutionError, RequestAttemptError};
use scylla::response::PagingState;
use scylla::statement::Consistency;
use scylla::statement::batch::{Batch, BatchType};
use scylla::statement::prepared::PreparedStatement;
use scylla::statement::unprepared::Statement;
use scylla::value::{CqlValue, Row};
use scylla_orm_embedded::{Cluster, Flavor};

const NODES: usize = 3;
const SHARDS: u16 = 4;
const DEADLINE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() {
    for (flavor, tablets) in [
        (Flavor::Scylla, false),
        (Flavor::Scylla, true),
        (Flavor::Cassandra, false),
    ] {
        let builder = Cluster::builder()
            .flavor(flavor)
            .tablets(tablets)
            .nodes(NODES)
            .shards(SHARDS);
        let cluster = builder.start().await.expect("the embedded cluster starts");
        let shown = accept(&cluster).await;
        let with = if tablets { " with tablets" } else { "" };
        println!("as {flavor:?}{with}: {}", shown.join("; "));
        cluster.stop().await;
    }
}

async fn accept(cluster: &Cluster) -> Vec<String> {
    let nodes = cluster.contact_points();
    let session = SessionBuilder::new().known_nodes(nodes).build().await;
    let session = session.expect("a session");
    vec![
        connections(cluster, &session).await,
        schema(&session).await,
        routing(cluster, &session).await,
        paging(&session).await,
        conditions(&session).await,
        batches(&session).await,
        errors(&session).await,
    ]
}

/// A connection to each shard of each node.
async fn connections(cluster: &Cluster, session: &Session) -> String {
    let shards = match cluster.flavor() {
        Flavor::Scylla => usize::from(SHARDS),
        Flavor::Cassandra => 1,
    };
    until("a connection to each shard", || {
        let served = |node| cluster.connections(node);
        (0..NODES).all(|node| served(node).len() == shards && !served(node).contains(&0))
    })
    .await;
    let state = session.get_cluster_state();
    assert_eq!(state.get_nodes_info().len(), NODES);
    for node in state.get_nodes_info() {
        let seen = node.sharder().map(|sharder| sharder.nr_shards.get());
        let expected = (cluster.flavor() == Flavor::Scylla).then_some(SHARDS);
        assert_eq!(seen, expected, "{node:?}");
    }
    format!("{NODES} nodes with {shards} shards, each with a connection")
}

async fn schema(session: &Session) -> String {
    for ddl in [
        "CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 3}",
        "CREATE TYPE k.place (street text, number int)",
        "CREATE TABLE k.t (p int, c int, s text STATIC, v text, l list<int>, m map<text, int>, u frozen<place>, \
         PRIMARY KEY (p, c)) WITH CLUSTERING ORDER BY (c DESC)",
        "CREATE TABLE k.counts (id int PRIMARY KEY, n counter)",
    ] {
        session.query_unpaged(ddl, ()).await.expect(ddl);
    }
    session.await_schema_agreement().await.expect("agreement");
    session.refresh_metadata().await.expect("metadata");
    let state = session.get_cluster_state();
    let keyspace = state.get_keyspace("k").expect("the keyspace");
    let table = &keyspace.tables["t"];
    assert_eq!(table.partition_key, ["p"]);
    assert_eq!(table.clustering_key, ["c"]);
    assert_eq!(table.columns.len(), 7);
    assert!(keyspace.user_defined_types.contains_key("place"));
    "metadata of the tables and a type".to_owned()
}

/// Each keyed request reaches a replica of its partition, and there the shard that owns it: so the server counts.
async fn routing(cluster: &Cluster, session: &Session) -> String {
    let text = "INSERT INTO k.t (p, c, v, l) VALUES (?, ?, ?, ?)";
    let mut insert = session.prepare(text).await.expect(text);
    insert.set_consistency(Consistency::Quorum);
    let select = session
        .prepare("SELECT v, l FROM k.t WHERE p = ? AND c = 0")
        .await;
    let select = select.expect("a prepared SELECT");
    let tablets = cluster.tablets("k.t").len();
    if tablets > 0 {
        let start = Instant::now();
        while owned(cluster, session, &insert, &select).await < 2000 {
            assert!(start.elapsed() < DEADLINE, "the tablets are not learned");
        }
    }
    assert_eq!(owned(cluster, session, &insert, &select).await, 2000);
    match tablets {
        0 => "2,000 of 2,000 requests on the shard that owns their partition".to_owned(),
        _ => format!(
            "2,000 of 2,000 requests on the shard that has their tablet, {tablets} of them learned"
        ),
    }
}

/// Writes and reads a thousand rows. Returns how many of the requests reached the shards that own their partitions.
async fn owned(
    cluster: &Cluster,
    session: &Session,
    insert: &PreparedStatement,
    select: &PreparedStatement,
) -> u64 {
    cluster.reset_traffic();
    for p in 0..1000i32 {
        let values = (p, 0, format!("{p}"), vec![p, -p]);
        session
            .execute_unpaged(insert, values)
            .await
            .expect("an insert");
        let result = session
            .execute_unpaged(select, (p,))
            .await
            .expect("a select");
        let rows = result.into_rows_result().expect("rows");
        let row: (String, Vec<i32>) = rows.single_row().expect("the row");
        assert_eq!(row, (format!("{p}"), vec![p, -p]));
    }
    let traffic = cluster.traffic();
    let sum = |count: fn(&scylla_orm_embedded::ShardTraffic) -> u64| {
        traffic.iter().map(count).sum::<u64>()
    };
    assert_eq!(sum(|t| t.requests), 2000);
    if cluster.tablets("k.t").is_empty() {
        assert_eq!(sum(|t| t.reached_replica), 2000);
        assert!(traffic.iter().all(|t| t.requests > 0), "{traffic:?}");
    }
    sum(|t| t.reached_owner)
}

async fn paging(session: &Session) -> String {
    let insert = session
        .prepare("INSERT INTO k.t (p, c) VALUES (-1, ?)")
        .await
        .expect("INSERT");
    for c in 0..500i32 {
        session
            .execute_unpaged(&insert, (c,))
            .await
            .expect("an insert");
    }
    let query = Statement::new("SELECT c FROM k.t WHERE p = -1").with_page_size(64);
    let select = session.prepare(query).await.expect("SELECT");
    let rows = session
        .execute_iter(select.clone(), ())
        .await
        .expect("pages");
    let stream = rows.rows_stream::<(i32,)>().expect("typed rows");
    let all: Vec<(i32,)> = stream.try_collect().await.expect("all rows");
    assert!(all.iter().map(|(c,)| *c).eq((0..500).rev()));
    let page = session
        .execute_single_page(&select, (), PagingState::start())
        .await;
    let (page, _) = page.expect("a page");
    assert_eq!(page.into_rows_result().expect("rows").rows_num(), 64);
    let scan = Statement::new("SELECT p FROM k.t").with_page_size(100);
    let scan = session.query_iter(scan, ()).await.expect("a scan");
    let stream = scan.rows_stream::<(i32,)>().expect("typed rows");
    let found: Vec<(i32,)> = stream.try_collect().await.expect("all rows");
    assert_eq!(found.len(), 1500);
    assert_eq!(found.into_iter().collect::<HashSet<_>>().len(), 1001);
    "500 rows in pages of 64, a scan of 1,500".to_owned()
}

async fn conditions(session: &Session) -> String {
    let text = "INSERT INTO k.t (p, c, v, m) VALUES (?, ?, ?, {'a': 1}) IF NOT EXISTS";
    let insert = session.prepare(text).await.expect(text);
    for applied in [true, false] {
        let result = session
            .execute_unpaged(&insert, (5000, 1, "x"))
            .await
            .expect("LWT");
        let rows = result.into_rows_result().expect("rows");
        let row = rows.first_row::<Row>().expect("a row");
        assert_eq!(row.columns[0], Some(CqlValue::Boolean(applied)));
    }
    "conditional writes, applied and not".to_owned()
}

async fn batches(session: &Session) -> String {
    let insert = session
        .prepare("INSERT INTO k.t (p, c, v) VALUES (?, ?, ?)")
        .await
        .expect("INSERT");
    let mut batch = Batch::new(BatchType::Logged);
    batch.append_statement(insert.clone());
    batch.append_statement("DELETE FROM k.t WHERE p = 6000 AND c = 2");
    session
        .batch(&batch, ((6000, 1, "x"), ()))
        .await
        .expect("a logged batch");
    let mut batch = Batch::new(BatchType::Counter);
    let add = session
        .prepare("UPDATE k.counts SET n = n + 4 WHERE id = 1")
        .await
        .expect("UPDATE");
    batch.append_statement(add);
    session.batch(&batch, ((),)).await.expect("a counter batch");
    let result = session
        .query_unpaged("SELECT n FROM k.counts WHERE id = 1", ())
        .await;
    let rows = result.expect("SELECT").into_rows_result().expect("rows");
    let (n,): (scylla::value::Counter,) = rows.single_row().expect("the row");
    assert_eq!(n.0, 4);
    "logged and counter batches".to_owned()
}

async fn errors(session: &Session) -> String {
    let refusals: [(&str, fn(&DbError) -> bool); 4] = [
        ("SELEC * FROM k.t", |e| matches!(e, DbError::SyntaxError)),
        ("SELECT * FROM k.nothing", |e| matches!(e, DbError::Invalid)),
        ("SELECT * FROM k.t WHERE v = 'x'", |e| {
            matches!(e, DbError::Invalid)
        }),
        (
            "CREATE TABLE k.t (a int PRIMARY KEY)",
            |e| matches!(e, DbError::AlreadyExists { keyspace, table } if keyspace == "k" && table == "t"),
        ),
    ];
    for (statement, is) in refusals {
        match session.query_unpaged(statement, ()).await {
            Err(ExecutionError::LastAttemptError(RequestAttemptError::DbError(error, _))) => {
                assert!(is(&error), "{statement}: {error}");
            }
            other => panic!("{statement}: {other:?}"),
        }
    }
    format!("{} refusals, each as its error", refusals.len())
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < DEADLINE,
            "not within {DEADLINE:?}: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
