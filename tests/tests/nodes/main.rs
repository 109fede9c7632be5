//! Nodes of a real cluster that are frozen, or killed and started again, under load: no wrong answer, the other nodes
//! serve as before, and the node is used again when it is back.
//!
//! A step of its own, on nodes that `tests/cassandra/run` has started:
//! `tests/cassandra/run -n 3 cargo test -p tests --test nodes -- --test-threads=1`.

mod frozen;
mod killed;
mod levels;
mod load;
mod node;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use load::Load;
use scylla_orm::driver::Session;
use scylla_orm::driver::policy::balancing::{DcAware, HostFilter, TokenAware};
use tests::poll::within;
use tests::target::Target;
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

/// Prints a figure, past the capture of the test harness.
fn say(line: &str) {
    writeln!(io::stderr(), "  {line}").ok();
}

/// A session under load, that has run for a while; it connects to the nodes for which `filter` is true.
async fn under_load(
    name: &str,
    filter: impl Fn(SocketAddr) -> bool + Send + Sync + 'static,
) -> (Session, Load) {
    let target = Target::start().await;
    let keyspace = target.keyspace(name).await;
    let points = target.contact_points().iter();
    let points = points.filter(|point| point.parse().is_ok_and(&filter));
    let builder = Session::builder().contact_points(points.map(String::as_str));
    let nodes = HostFilter::new(DcAware::default(), move |node| filter(node.address));
    let builder = builder.load_balancing(TokenAware::new(nodes));
    let session = builder.connect().await.unwrap();
    assert!(session.wait_ready(20 * SECOND).await);
    let load = Load::start(&session, &keyspace).await;
    sleep(3 * SECOND).await;
    (session, load)
}

/// When a node answers the first request that begins after `since`.
async fn served_by(load: &Load, node: SocketAddr, since: Instant) -> Instant {
    let answer = async {
        loop {
            let answers = load.so_far().answered(|by| by == node);
            if let Some(answer) = answers.0.iter().find(|s| s.begun > since) {
                return answer.ended();
            }
            sleep(SECOND / 50).await;
        }
    };
    within(30 * SECOND, "an answer of the node", answer).await
}
