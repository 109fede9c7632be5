//! What a real server records of how it executed requests: with one copy, and each request at its replica, no other node
//! has anything to do.

use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::session::Execution;
use scylla_orm::driver::statement::{Options, Statement};
use scylla_orm::driver::value::Value;
use tests::poll::until;
use tests::target::Target;

#[tokio::test]
async fn no_coordinator_asks_another_node() {
    let target = Target::start().await;
    if target.cluster().is_some() {
        // It counts what reached the owner, and records no traces.
        return;
    }
    let keyspace = target.keyspace_of("traced", 1).await;
    let session = target.driver().await;
    let make = format!("CREATE TABLE {keyspace}.t (a text, b int, v int, PRIMARY KEY ((a, b)))");
    session.query(make, ()).await.unwrap();
    let insert = format!("INSERT INTO {keyspace}.t (a, b, v) VALUES (?, ?, 1)");
    let insert = session.prepare(&insert).await.unwrap();
    // The traces have two copies, also where there is one node.
    let one = |cql: &str| Statement::new(cql).consistency(Consistency::One);
    let duration = one("SELECT duration FROM system_traces.sessions WHERE session_id = ?");
    let sources = one("SELECT source FROM system_traces.events WHERE session_id = ?");
    for n in 0..20 {
        let values: Vec<Value> = vec![format!("key {n}").into(), n.into()];
        let execution = Execution::bind(&insert, values).unwrap().with(Options {
            tracing: true,
            consistency: Some(Consistency::One),
            ..Options::default()
        });
        let answer = session.run(execution).await.unwrap();
        let trace = answer.tracing_id().unwrap();
        until("the server has recorded the request", async || {
            let answer = session.query(duration.clone(), (trace,)).await.unwrap();
            matches!(answer.first_as::<(Option<i32>,)>(), Ok(Some((Some(_),))))
        })
        .await;
        let events = session.query(sources.clone(), (trace,)).await.unwrap();
        let nodes: Vec<(std::net::IpAddr,)> = events.all_as().unwrap();
        assert!(!nodes.is_empty());
        assert!(
            nodes.iter().all(|(node,)| *node == answer.node().ip()),
            "{nodes:?} {}",
            answer.node()
        );
    }
    session.close().await.unwrap();
}
