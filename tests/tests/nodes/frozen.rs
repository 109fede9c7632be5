//! A node whose process stands still: its sockets are open, and nobody reads from them.
//!
//! What the other nodes then take longer for is not all the driver's doing: they miss the third, and share a machine with
//! the tests. So a second session, which is never connected to the third, puts the same load on them at the same time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scylla_orm::driver::ErrorKind;
use tokio::time::sleep;

use super::load::{Load, RATE, Report};
use super::node::Nodes;
use super::{SECOND, say, served_by, under_load};

const SECONDS: u32 = 20;

/// The number of the node.
const FROZEN: usize = 2;

/// What is seen of it.
struct Seen {
    frozen: SocketAddr,
    before: Report,
    meanwhile: Report,
    /// Of the session that does without that node, at the same time.
    without: Report,
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
    let frozen = nodes.address(FROZEN);
    let (session, load) = under_load("nodes_frozen", |_| true).await;
    let (other, without) = under_load("nodes_without", move |node| node != frozen).await;
    let seen = freeze(&nodes, &load, &without).await;
    for (session, load) in [(session, load), (other, without)] {
        load.stop().await;
        session.close().await.unwrap();
    }
    seen.print();
    seen.check();
}

async fn freeze(nodes: &Nodes, load: &Load, without: &Load) -> Seen {
    let frozen = nodes.address(FROZEN);
    let begin = Instant::now();
    sleep(5 * SECOND).await;
    let freeze = Instant::now();
    nodes.freeze(FROZEN).await;
    sleep(SECONDS * SECOND).await;
    let thaw = Instant::now();
    nodes.thaw(FROZEN).await;
    let served = served_by(load, frozen, thaw).await;
    sleep(3 * SECOND).await;
    let all = load.so_far();
    Seen {
        frozen,
        before: all.ended(begin, freeze),
        meanwhile: all.ended(freeze, thaw),
        without: without.so_far().ended(freeze, thaw),
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

    fn answers(&self, of: &Report) -> Vec<u32> {
        of.per_second(self.freeze, SECONDS)
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
        say(&format!("a session without it:   {}", self.without));
        say(&format!("after:                  {}", self.after));
        let answers = self.answers(meanwhile);
        say(&format!("answers in each second: {answers:?}"));
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
        let answers = self.answers(&self.meanwhile);
        let without = self.answers(&self.without);
        let all_along = answers
            .iter()
            .zip(&without)
            .all(|(with, without)| 2 * with > *without);
        assert!(all_along, "{answers:?}, without it {without:?}");
        let p99 = self.of_others(&self.meanwhile).percentile(99);
        let without = self.without.percentile(99);
        assert!(p99 < 3 * without + SECOND / 20, "{p99:?}, {without:?}");
        // Late answers disturb nobody.
        assert!(self.after.failed().0.is_empty(), "{}", self.after);
        assert!(self.served < 20 * SECOND);
    }
}
