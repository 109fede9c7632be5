//! A server that stops answering at some step of the way: each has a deadline of its own.

use std::time::{Duration, Instant};

use scylla_orm::driver::Session;
use scylla_orm::driver::conn::config::ConnConfig;
use scylla_orm_embedded::fault::{Condition, Opcode};
use scylla_orm_embedded::{Cluster, Fault};
use tests::poll::{PROMPT, until};

use crate::{ask, refusal};

const STEP: Duration = Duration::from_millis(300);

fn steps() -> [(&'static str, Condition, &'static str); 7] {
    let on = |opcode| Fault::on().opcode(opcode);
    let query = |table: &str| Fault::on().statement(table);
    [
        (
            "OPTIONS",
            on(Opcode::Options),
            "accepts connections, but does not answer",
        ),
        (
            "STARTUP",
            on(Opcode::Startup),
            "STARTUP: no answer by the deadline",
        ),
        (
            "authentication",
            on(Opcode::AuthResponse),
            "authentication: no answer by the deadline",
        ),
        ("REGISTER", on(Opcode::Register), "no answer within"),
        (
            "local",
            query("SELECT * FROM system.local"),
            "no answer within",
        ),
        ("peers", query("FROM system.peers"), "no answer within"),
        (
            "keyspaces",
            query("FROM system_schema.keyspaces"),
            "no answer within",
        ),
    ]
}

/// Scenario A3, as far as deadlines go: alone it is an error in time, beside another contact point it is passed over.
#[tokio::test]
async fn each_step_has_a_deadline() {
    let builder = Cluster::builder().nodes(2).credentials("me", "secret");
    let cluster = builder.start().await.unwrap();
    let points = cluster.contact_points();
    for (step, condition, reason) in steps() {
        let hangs = cluster.fault(condition.node(0).drop_answer());
        // What is never answered is not waited for when the session closes.
        let config = ConnConfig {
            drain_timeout: STEP,
            ..ConnConfig::default()
        };
        let builder = Session::builder().connection_settings(config);
        let builder = builder.credentials("me", "secret").connect_timeout(STEP);
        let start = Instant::now();
        let error = refusal(builder.clone().contact_points(&points[..1])).await;
        let failed = start.elapsed();
        let said = error.to_string();
        assert!(said.contains(reason), "{step}: {said}");
        assert!(said.contains(&points[0]), "{step}: {said}");
        let start = Instant::now();
        let session = builder.contact_points(&points).connect().await.unwrap();
        ask(&session).await;
        let answered = start.elapsed();
        println!(
            "{step} gets no answer: error after {failed:.0?}; with another contact point: first answer after {answered:.0?}"
        );
        assert!(failed < PROMPT, "{step}: {failed:?}");
        assert!(answered < PROMPT, "{step}: {answered:?}");
        hangs.remove();
        session.close().await.unwrap();
    }
    until("all connections are closed", async || {
        (0..2).all(|node| cluster.connections(node).iter().sum::<usize>() == 0)
    })
    .await;
    assert_eq!(cluster.resets(), 0);
    cluster.stop().await;
}
