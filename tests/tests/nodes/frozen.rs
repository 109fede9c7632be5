//! A node whose process stands still: its sockets are open, and nobody reads from them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scylla_orm::driver::ErrorKind;
use tokio::time::sleep;

use super::load::{Load, RATE, Report};
use super::node::Nodes;
use super::{SECOND, say, served_by, under_load};

const SECONDS: u32 = 20;

/// What is seen of it.
struct Seen {
    frozen: SocketAddr,
    before: Report,
    meanwhile: Report,
    after: Report,
    freeze: Instant,
    thaw: Instant,
    /// After the thaw.
    served: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_is_frozen() {
    let Some(nodes) = Nodes::of_this_run() else {
        return;
    };
    let (session, load) = under_load("nodes_frozen").await;
    let seen = freeze(&nodes, &load).await;
    load.stop().await;
    session.close().await.unwrap();
    seen.print();
    seen.check();
}

async fn freeze(nodes: &Nodes, load: &Load) -> Seen {
    let frozen = nodes.address(2);
    let begin = Instant::now();
    sleep(5 * SECOND).await;
    let freeze = Instant::now();
    nodes.freeze(2).await;
    sleep(SECONDS * SECOND).await;
    let thaw = Instant::now();
    nodes.thaw(2).await;
    let served = served_by(load, frozen, thaw).await;
    sleep(3 * SECOND).await;
    let all = load.so_far();
    Seen {
        frozen,
        before: all.ended(begin, freeze),
        meanwhile: all.ended(freeze, thaw),
        after: all.begun(thaw, Instant::now()),
        freeze,
        thaw,
        served: served - thaw,
    }
}

impl Seen {
    fn of_others(&self, report: &Report) -> Report {
        report.answered(|node| node != self.frozen)
    }

    /// Those that waited for the frozen node.
    fn caught(&self) -> Report {
        let begun = self.meanwhile.begun(self.freeze, self.thaw);
        begun.longer(SECOND)
    }

    fn answers(&self) -> Vec<u32> {
        self.meanwhile.per_second(self.freeze, SECONDS)
    }

    fn print(&self) {
        let (before, meanwhile) = (&self.before, &self.meanwhile);
        say(&format!("frozen for {SECONDS} s at {RATE} requests/s"));
        say(&format!("before, all:            {before}"));
        say(&format!(
            "before, other nodes:    {}",
            self.of_others(before)
        ));
        say(&format!("meanwhile, all:         {meanwhile}"));
        say(&format!(
            "meanwhile, other nodes: {}",
            self.of_others(meanwhile)
        ));
        say(&format!("after:                  {}", self.after));
        say(&format!("answers in each second: {:?}", self.answers()));
        let caught = self.caught();
        let (count, last) = (caught.0.len(), caught.last(self.freeze));
        say(&format!(
            "{count} requests waited for it, the last from {last:.2?} on"
        ));
        say(&format!(
            "it answers again {:.2?} after it goes on",
            self.served
        ));
    }

    fn check(&self) {
        for sample in &self.meanwhile.failed().0 {
            let failure = sample.outcome.as_ref().unwrap_err();
            assert_eq!(failure.node, Some(self.frozen), "{failure}");
            let known = matches!(
                failure.kind,
                ErrorKind::Timeout { .. } | ErrorKind::Broken { .. }
            );
            assert!(known, "{failure}");
        }
        // Those that were sent before its silence was noticed.
        let caught = self.caught();
        assert!(caught.0.len() < usize::try_from(RATE / 2).unwrap());
        assert!(caught.last(self.freeze) < 5 * SECOND);
        let answers = self.answers();
        assert!(answers.iter().all(|count| *count > RATE / 2), "{answers:?}");
        let p99 = |report: &Report| self.of_others(report).percentile(99);
        let (before, meanwhile) = (p99(&self.before), p99(&self.meanwhile));
        assert!(meanwhile < 3 * before + SECOND / 20);
        // Late answers disturb nobody.
        assert!(self.after.failed().0.is_empty(), "{}", self.after);
        assert!(self.served < 20 * SECOND);
    }
}
