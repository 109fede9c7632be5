//! The policies at work, as far as every target can show it: what needs data centres, racks, faults or nodes that are down is
//! in `embedded_policies`.

use std::time::Duration;

use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::policy::balancing::{
    DcAware, HostFilter, LeastLoaded, LoadBalancing, RackAware, RoundRobin, TokenAware, WhiteList,
};
use scylla_orm::driver::policy::profile::{Profile, Settings};
use scylla_orm::driver::policy::speculation::{Constant, Percentile};
use scylla_orm::driver::policy::timestamp::{ServerSide, TimestampGenerator};
use scylla_orm::driver::policy::{Shared, retry};
use scylla_orm::driver::statement::{Batch, BatchKind, Statement, Target as At};
use scylla_orm::driver::{Error, Session};
use tests::target::Target;

/// No test waits longer for all connections.
const SOON: Duration = Duration::from_secs(20);

async fn session(
    target: &Target,
    settings: impl FnOnce(scylla_orm::driver::SessionBuilder) -> scylla_orm::driver::SessionBuilder,
) -> Session {
    let points = target.contact_points().iter().map(String::as_str);
    let builder = Session::builder().contact_points(points);
    let session = settings(builder).connect().await.unwrap();
    assert!(session.wait_ready(SOON).await);
    session
}

#[tokio::test]
async fn every_load_balancing_policy_reads_what_was_written() {
    let target = Target::start().await;
    let keyspace = target.keyspace("policies").await;
    let first = target.driver().await;
    let table = format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY, v int)");
    first.query(table, ()).await.unwrap();
    let hosts = first.topology();
    let hosts = hosts.nodes().iter().map(|node| node.address);
    let policies: [Shared<dyn LoadBalancing>; 6] = [
        RoundRobin.into(),
        TokenAware::new(DcAware::default()).into(),
        TokenAware::new(RackAware::default()).shuffled().into(),
        LeastLoaded::of_two(TokenAware::new(DcAware::default()).shuffled()).into(),
        HostFilter::new(RoundRobin, |_| true).into(),
        WhiteList::new(hosts).into(),
    ];
    for (k, policy) in (0_i32..).zip(policies) {
        let session = session(&target, |b| b.load_balancing(policy)).await;
        let insert = format!("INSERT INTO {keyspace}.t (k, v) VALUES (?, ?)");
        let select = format!("SELECT v FROM {keyspace}.t WHERE k = ?");
        for v in 0..10 {
            session.query(insert.as_str(), (k, v)).await.unwrap();
            let answer = session.query(select.as_str(), (k,)).await.unwrap();
            assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((v,)));
        }
        session.close().await.unwrap();
    }
    first.close().await.unwrap();
}

#[tokio::test]
async fn a_statement_goes_to_the_node_and_shard_that_it_names() {
    let target = Target::start().await;
    let session = session(&target, |b| b).await;
    let statement = Statement::new("SELECT key FROM system.local WHERE key = 'local'");
    for node in session.topology().nodes() {
        let shards = node.sharder.map_or(1, |sharder| sharder.shards());
        for shard in 0..shards {
            let at = At::only(node.host_id).shard(shard);
            let answer = session.query(statement.clone().target(at), ()).await;
            let answer = answer.unwrap();
            assert_eq!(answer.node(), node.address);
            assert!(answer.shard().is_none_or(|found| found == shard));
        }
    }
    let nowhere = At::only(uuid::Uuid::nil());
    let error = session.query(statement.clone().target(nowhere), ()).await;
    assert!(error.unwrap_err().is_connection());
    let anywhere = At::first(uuid::Uuid::nil());
    session.query(statement.target(anywhere), ()).await.unwrap();
    session.close().await.unwrap();
}

/// Servers pass over what they do not know; `embedded_policies` sees what arrives.
#[tokio::test]
async fn a_custom_payload_disturbs_nobody() {
    let target = Target::start().await;
    let keyspace = target.keyspace("payload").await;
    let session = session(&target, |b| b).await;
    let told = |cql: String| {
        Statement::new(cql)
            .payload("who", "me")
            .payload("k", vec![0; 100_000])
    };
    let table = format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY, v int)");
    session.query(told(table), ()).await.unwrap();
    let insert = told(format!("INSERT INTO {keyspace}.t (k, v) VALUES (?, ?)"));
    session.query(insert.clone(), (1, 1)).await.unwrap();
    let mut batch = Batch::new(BatchKind::Logged).with(insert.options().clone());
    let prepared = session.prepare(insert.text()).await.unwrap();
    batch.push(&prepared, (2, 2)).unwrap();
    session.batch(&batch).await.unwrap();
    for k in [1, 2] {
        let select = told(format!("SELECT v FROM {keyspace}.t WHERE k = ?"));
        let answer = session.query(select, (k,)).await.unwrap();
        assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((k,)));
        assert!(answer.payload().iter().all(|(key, _)| key != "who"));
    }
    session.close().await.unwrap();
}

#[tokio::test]
async fn write_times_come_from_the_generator() {
    #[derive(Debug)]
    struct Of(i64);
    impl TimestampGenerator for Of {
        fn next(&self) -> Option<i64> {
            Some(self.0)
        }
    }
    let target = Target::start().await;
    let keyspace = target.keyspace("policies").await;
    let of = session(&target, |b| b.timestamp_generator(Of(1_234_567))).await;
    let table = format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY, v int)");
    of.query(table, ()).await.unwrap();
    let insert = format!("INSERT INTO {keyspace}.t (k, v) VALUES (?, 1)");
    let select = format!("SELECT WRITETIME(v) FROM {keyspace}.t WHERE k = ?");
    let written = async |session: &Session, k: i32| {
        session.query(insert.as_str(), (k,)).await.unwrap();
        let answer = session.query(select.as_str(), (k,)).await.unwrap();
        answer.first_as::<(i64,)>().unwrap().unwrap().0
    };
    assert_eq!(written(&of, 1).await, 1_234_567);
    let server = session(&target, |b| b.timestamp_generator(ServerSide)).await;
    let year_2020 = 1_577_836_800_000_000;
    assert!(written(&server, 2).await > year_2020);
    // A batch asks the same generator.
    let mut batch = scylla_orm::driver::statement::Batch::default();
    let prepared = of.prepare(&insert).await.unwrap();
    batch.push(&prepared, (3,)).unwrap();
    of.batch(&batch).await.unwrap();
    let answer = of.query(select.as_str(), (3,)).await.unwrap();
    assert_eq!(answer.first_as::<(i64,)>().unwrap(), Some((1_234_567,)));
    of.close().await.unwrap();
    server.close().await.unwrap();
}

#[tokio::test]
async fn profiles_say_how_statements_are_executed() {
    let target = Target::start().await;
    let profile = Profile::new(Settings::new().page_size(2));
    let session = session(&target, |b| b.profile(&profile)).await;
    let keyspaces = "SELECT keyspace_name FROM system_schema.keyspaces";
    let rows = async |statement: Statement| {
        let answer = session.query(statement, ()).await?;
        Ok::<_, Error>((answer.count(), answer.paging_state().is_some()))
    };
    assert_eq!(rows(keyspaces.into()).await.unwrap(), (2, true));
    profile.replace(Settings::new().page_size(3));
    assert_eq!(rows(keyspaces.into()).await.unwrap(), (3, true));
    let own = Profile::new(Settings::new().page_size(1));
    let statement = Statement::new(keyspaces).profile(&own);
    assert_eq!(rows(statement.clone()).await.unwrap(), (1, true));
    assert_eq!(rows(statement.page_size(3)).await.unwrap(), (3, true));
    session.close().await.unwrap();
}

#[tokio::test]
async fn speculating_sessions_read_and_write() {
    let target = Target::start().await;
    let keyspace = target.keyspace("policies").await;
    let table = format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY, v int)");
    let first = target.driver().await;
    first.query(table, ()).await.unwrap();
    let insert = format!("INSERT INTO {keyspace}.t (k, v) VALUES (?, ?)");
    let select = format!("SELECT v FROM {keyspace}.t WHERE k = ?");
    for eager in [true, false] {
        let session = session(&target, |b| match eager {
            // Each request has copies on the wire nearly always.
            true => b.speculation(Constant::new(Duration::from_micros(1), 2)),
            false => b.speculation(Percentile::new(90.0, 1)),
        })
        .await;
        let idempotent = |cql: &str| Statement::new(cql).idempotent(true);
        for n in 0..200 {
            let write = session.query(idempotent(&insert), (n % 7, n)).await;
            write.unwrap();
            let answer = session
                .query(
                    Statement::new(select.as_str()).consistency(Consistency::Quorum),
                    (n % 7,),
                )
                .await
                .unwrap();
            assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((n,)));
        }
        // What is wrong with the statement is wrong for all copies.
        let wrong = session.query(idempotent("SELECT nothing FROM nowhere.t"), ());
        assert!(wrong.await.unwrap_err().is_invalid());
        session.close().await.unwrap();
    }
    first.close().await.unwrap();
}

#[tokio::test]
async fn a_policy_of_our_own_decides() {
    /// Passes over everything.
    #[derive(Debug)]
    struct Shrug;
    impl retry::RetryPolicy for Shrug {
        fn decide(
            &self,
            _: &scylla_orm::driver::ErrorKind,
            _: &retry::Tried<'_>,
        ) -> retry::Decision {
            retry::Decision::Ignore
        }
    }
    let target = Target::start().await;
    let session = session(&target, |b| b).await;
    let wrong = Statement::new("DROP KEYSPACE nowhere_at_all");
    let answer = session.query(wrong.clone().retry_policy(Shrug), ()).await;
    assert_eq!(answer.unwrap().count(), 0);
    assert!(session.query(wrong, ()).await.is_err());
    session.close().await.unwrap();
}
