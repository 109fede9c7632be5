//! Copies of requests that are not answered yet.

use std::time::{Duration, Instant};

use scylla_orm::driver::error::Then;
use scylla_orm::driver::policy::profile::{Profile, Settings};
use scylla_orm::driver::policy::speculation::{Constant, Percentile};
use scylla_orm::driver::session::Execution;
use scylla_orm::driver::statement::Options;
use scylla_orm_embedded::Fault;
use scylla_orm_embedded::fault::{Injected, Opcode};
use tests::poll::until;

use super::{Fixture, KEYS};

/// So slow a node is noticed by anybody.
const SLOW: Duration = Duration::from_secs(5);
const DELAY: Duration = Duration::from_millis(100);

impl Fixture {
    /// The next so many EXECUTEs are answered late.
    fn slow(&self, times: u64) -> Injected {
        self.asked();
        let on = Fault::on().opcode(Opcode::Execute).keyspace("ks");
        self.cluster.fault(on.first(times).delay(SLOW))
    }
}

impl Fixture {
    /// The nodes answer again, on the connections that there were, and each read gets its own answer.
    async fn goes_on_with(self, opened: u64) {
        until("the nodes answer again", async || {
            self.session.execute(&self.select, (1,)).await.is_ok()
        })
        .await;
        for k in 0..KEYS {
            let answer = self.session.execute(&self.select, (k,)).await.unwrap();
            assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((k,)));
        }
        assert_eq!(self.session.connections().opened, opened);
        self.end().await;
    }
}

#[tokio::test]
async fn a_copy_answers_in_the_place_of_a_slow_node() {
    let f = Fixture::with(|b| b.speculation(Constant::new(DELAY, 2))).await;
    for (slow, asked) in [(0, 1), (1, 2), (2, 3)] {
        let fault = f.slow(slow);
        let begun = Instant::now();
        let answer = f.session.execute(&f.select, (7,)).await.unwrap();
        assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((7,)));
        assert!(begun.elapsed() < SLOW, "{:?}", begun.elapsed());
        let nodes = f.asked();
        let mut distinct = nodes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert!(
            nodes.len() >= asked && distinct.len() == nodes.len(),
            "{nodes:?}"
        );
        drop(fault);
    }
    let metrics = f.session.metrics();
    let [counts] = metrics.speculations[..] else {
        panic!("{:?}", metrics.speculations);
    };
    assert_eq!(counts.policy, "Constant");
    assert!(counts.copies >= 3 && counts.won >= 2, "{counts:?}");
    f.end().await;
}

#[tokio::test]
async fn only_what_may_be_done_twice_is_copied() {
    let f = Fixture::with(|b| b.speculation(Constant::new(DELAY, 3))).await;
    let slowly = async |options: Options| {
        let on = Fault::on().opcode(Opcode::Execute).keyspace("ks");
        f.asked();
        let fault = f.cluster.fault(on.first(1).delay(DELAY * 5));
        let execution = Execution::bind(&f.insert, (1, 1)).unwrap().with(options);
        f.session.run(execution).await.unwrap();
        drop(fault);
        f.asked().len()
    };
    assert_eq!(slowly(Options::default()).await, 1);
    let idempotent = Options {
        idempotent: true,
        ..Options::default()
    };
    assert!(slowly(idempotent).await > 1);
    f.end().await;
}

#[tokio::test]
async fn copies_share_the_deadline_and_the_nodes_and_harm_no_connection() {
    let f = Fixture::with(|b| {
        b.speculation(Constant::new(DELAY, 9))
            .request_timeout(DELAY * 8)
    })
    .await;
    let opened = f.session.connections().opened;
    for _ in 0..3 {
        let fault = f.slow(u64::MAX);
        let error = f.session.execute(&f.select, (7,)).await.unwrap_err();
        drop(fault);
        assert!(error.is_timeout(), "{error}");
        let mut nodes = f.asked();
        nodes.sort_unstable();
        // Each node of the data centre once, and no other.
        assert_eq!(nodes, [0, 1, 2, 3]);
        let mut copies: Vec<u32> = error.attempts().iter().map(|a| a.copy).collect();
        copies.sort_unstable();
        assert_eq!(copies, [0, 1, 2, 3], "{error:#?}");
        assert!(error.attempts().iter().all(|a| a.then == Then::Nothing));
    }
    // Late answers are thrown away: what is asked next gets its own.
    f.goes_on_with(opened).await;
}

#[tokio::test]
async fn a_request_that_is_given_up_takes_its_copies_along() {
    let f = Fixture::with(|b| b.speculation(Constant::new(Duration::from_millis(5), 3))).await;
    let opened = f.session.connections().opened;
    let fault = f.slow(u64::MAX);
    for k in 0..KEYS {
        let request = f.session.execute(&f.select, (k,));
        let given_up = tokio::time::timeout(Duration::from_millis(20), request).await;
        assert!(given_up.is_err());
    }
    drop(fault);
    f.goes_on_with(opened).await;
}

#[tokio::test]
async fn a_percentile_learns_when_to_copy() {
    let f = Fixture::start().await;
    let policy = Settings::new().speculation(Percentile::new(95.0, 1));
    let profile = Profile::new(policy);
    let read = async |k: i32| {
        let options = Options::default().profile(&profile);
        let execution = Execution::bind(&f.select, (k,)).unwrap().with(options);
        f.session.run(execution).await.unwrap()
    };
    f.asked();
    for n in 0..100 {
        read(n % KEYS).await;
    }
    assert_eq!(f.asked().len(), 100, "nothing is copied before it knows");
    for k in 0..5 {
        let fault = f.slow(1);
        let begun = Instant::now();
        read(k).await;
        assert!(begun.elapsed() < SLOW, "{:?}", begun.elapsed());
        assert!(f.asked().len() >= 2);
        drop(fault);
    }
    f.end().await;
}
