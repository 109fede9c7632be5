//! A node that is killed, and started again with its data.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scylla_orm::driver::ErrorKind;
use tokio::time::sleep;

use super::load::{Load, RATE, Report};
use super::node::Nodes;
use super::{SECOND, say, served_by, under_load};

/// What is seen of it.
struct Seen {
    killed: SocketAddr,
    kill: Instant,
    all: Report,
    /// After it has said that it listens.
    served: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_is_killed_and_started_again() {
    let Some(nodes) = Nodes::of_this_run() else {
        return;
    };
    let (session, load) = under_load("nodes_killed", |_| true).await;
    let seen = kill(&nodes, &load).await;
    load.stop().await;
    session.close().await.unwrap();
    seen.print();
    seen.check();
}

async fn kill(nodes: &Nodes, load: &Load) -> Seen {
    let killed = nodes.address(3);
    let kill = Instant::now();
    nodes.kill(3).await;
    let dead = Instant::now();
    sleep(3 * SECOND).await;
    nodes.start(3).await;
    let listens = Instant::now();
    let served = served_by(load, killed, dead).await;
    sleep(2 * SECOND).await;
    Seen {
        killed,
        kill,
        all: load.so_far().ended(kill, Instant::now()),
        served: served.saturating_duration_since(listens),
    }
}

impl Seen {
    /// When the last request failed.
    fn detected(&self) -> Duration {
        let ends = self.all.failed().0.into_iter().map(|s| s.ended());
        ends.max().unwrap_or(self.kill) - self.kill
    }

    fn print(&self) {
        say(&format!("killed and started again at {RATE} requests/s"));
        say(&format!("all: {}", self.all));
        say(&format!(
            "the last error comes after {:.2?}",
            self.detected()
        ));
        say(&format!("it answers {:.2?} after it listens", self.served));
    }

    fn check(&self) {
        for sample in &self.all.failed().0 {
            let failure = sample.outcome.as_ref().unwrap_err();
            assert!(!sample.read, "reads are sent to another node: {failure}");
            assert_eq!(failure.node, Some(self.killed), "{failure}");
            let known = matches!(failure.kind, ErrorKind::Broken { sent: true, .. });
            assert!(known, "{failure}");
        }
        assert!(self.detected() < 2 * SECOND);
        assert!(self.served < 15 * SECOND);
    }
}
