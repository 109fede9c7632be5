//! A server that closes idle connections: they are replaced before anybody notices.
//!
//! A step of its own, on a node that does so:
//! `CASSANDRA_YAML=tests/cassandra/idle.yaml tests/cassandra/run cargo test -p tests --test idle`.

use std::io::{self, Write};
use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::policy::reconnection::FullJitter;
use scylla_orm::driver::pool::config::PoolConfig;
use tests::poll::until;
use tests::relay::Relay;
use tests::target::Target;

/// How long a connection may be idle, as the file says.
const IDLE: Duration = Duration::from_secs(1);

async fn closes_idle_connections(session: &Session) -> bool {
    let cql =
        "SELECT value FROM system_views.settings WHERE name = 'native_transport_idle_timeout'";
    let Ok(answer) = session.query(cql, ()).await else {
        return false;
    };
    let value = answer.first_as::<(Option<String>,)>().unwrap();
    value.is_some_and(|(value,)| value.as_deref() == Some("1000ms"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_are_replaced() {
    let target = Target::start().await;
    let relay = Relay::default();
    // A connection that ends before so long is taken for one that was refused, and its successor waits. By default that
    // is 10 s, and servers are more patient.
    let pool = PoolConfig {
        reconnection: FullJitter::new(Duration::from_millis(50), IDLE / 2).into(),
        ..PoolConfig::default()
    };
    let builder = Session::builder().contact_points(target.contact_points());
    let builder = builder.pool_settings(pool).connector(relay.clone());
    let session = builder.connect().await.unwrap();
    if !closes_idle_connections(&session).await {
        writeln!(io::stderr(), "skipped: the server keeps idle connections").ok();
        return session.close().await.unwrap();
    }
    let cql = "SELECT key FROM system.local WHERE key = ?";
    let select = session.prepare(cql).await.unwrap();
    let opened = relay.opened();
    // Around the moment at which the server closes, in steps that do not repeat.
    for step in 0..15 {
        tokio::time::sleep(IDLE.mul_f64(0.95) + Duration::from_millis(7) * step).await;
        for _ in 0..10 {
            let answer = session.execute(&select, ("local",)).await.unwrap();
            assert_eq!(answer.first_as::<(String,)>().unwrap().unwrap().0, "local");
        }
    }
    let replaced = relay.opened() - opened;
    writeln!(
        io::stderr(),
        "  {replaced} connections were replaced, no request failed"
    )
    .ok();
    assert!(replaced > 5, "{replaced}");
    // One to a node and one that hears of changes, each once in a while: no storm.
    assert!(replaced < 60, "{replaced}");
    session.close().await.unwrap();
    until("all connections have ended", async || relay.open() == 0).await;
    assert_eq!(relay.reset(), 0);
}
