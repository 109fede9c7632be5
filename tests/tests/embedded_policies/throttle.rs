//! Places in the queue of a throttle, while a node does not answer.

use std::time::Duration;

use scylla_orm::driver::policy::throttle::Concurrency;
use scylla_orm_embedded::Fault;
use scylla_orm_embedded::fault::Opcode;
use tests::poll::{until, within};

use super::{Fixture, SOON};

/// Nobody waits for it.
const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn whoever_gives_up_gives_the_place_back() {
    let f = Fixture::with(|b| b.throttle(Concurrency::new(1).queue(2))).await;
    let on = Fault::on().opcode(Opcode::Execute).keyspace("ks");
    let fault = f.cluster.fault(on.first(1).delay(LONG));
    let start = || {
        let (session, select) = (f.session.clone(), f.select.clone());
        tokio::spawn(async move { session.execute(&select, (1,)).await.map(drop) })
    };
    let waiting = async |expected: u64| {
        let waiting = || f.session.metrics().throttle.waiting;
        until("so many wait", async || waiting() == expected).await;
    };
    let in_flight = || f.session.metrics().busy().in_flight;
    let stuck = start();
    until("one is under way", async || in_flight() == 1).await;
    let (second, third) = (start(), start());
    waiting(2).await;
    // One in the queue: its place there is free again.
    second.abort();
    waiting(1).await;
    let fourth = start();
    waiting(2).await;
    let refused = f.session.execute(&f.select, (1,)).await.unwrap_err();
    assert!(
        refused.to_string().contains("2, and at most 2"),
        "{refused}"
    );
    // The one that is under way: the others have their turn.
    stuck.abort();
    for turn in [third, fourth] {
        within(SOON, "its turn", turn).await.unwrap().unwrap();
    }
    drop(fault);
    assert_eq!(f.session.metrics().throttle.waiting, 0);
    f.session.execute(&f.select, (1,)).await.unwrap();
    f.end().await;
}
