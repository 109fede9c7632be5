//! Floods of events: one reading serves them all, and nothing grows.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Opcode;
use scylla_orm::driver::frame::response::{
    Event, SchemaChange, SchemaChangeKind, SchemaTarget, TopologyChange,
};
use scylla_orm::driver::socket::{Connector, Socket, Tcp};
use tests::poll::until;
use tests::relay::Relay;

use crate::silent::keyspaces;
use crate::{ask, builder, cluster, nodes, session};

const EVENTS: u64 = 100_000;

/// Bytes that this process has in memory, where the system tells that.
fn resident() -> u64 {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = told.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

/// All kinds of events, of nodes that are known and that are not.
fn event(n: u64, known: SocketAddr) -> Event {
    let [a, b, ..] = n.to_le_bytes();
    let unknown = SocketAddr::from(([127, 9, a, b], 9042));
    match n % 5 {
        0 => Event::Status {
            up: n.is_multiple_of(2),
            node: known,
        },
        1 => Event::Status {
            up: true,
            node: unknown,
        },
        2 => Event::Status {
            up: false,
            node: unknown,
        },
        3 => Event::Topology {
            change: TopologyChange::NewNode,
            node: unknown,
        },
        _ => Event::Schema(SchemaChange {
            kind: SchemaChangeKind::Updated,
            keyspace: "k".to_owned(),
            target: SchemaTarget::Keyspace,
        }),
    }
}

/// Scenario E3.
#[tokio::test]
async fn a_hundred_thousand_events_during_readings() {
    let (cluster, relay) = (cluster().await, Relay::default());
    let session = session(builder(&cluster).connector(relay.clone())).await;
    let opened = relay.opened();
    let known: SocketAddr = cluster.contact_points()[1].parse().unwrap();
    // Each reading takes a while, so that events come during it.
    let readings = cluster.fault(keyspaces().delay(Duration::from_millis(300)));
    let (before, start) = (resident(), Instant::now());
    let mut slowest = Duration::ZERO;
    for n in 0..EVENTS {
        cluster.send_event(event(n, known));
        if n % 500 == 499 {
            until("the events have arrived", async || {
                relay.answered(Opcode::Event) > n
            })
            .await;
            let asked = Instant::now();
            ask(&session).await;
            slowest = slowest.max(asked.elapsed());
        }
    }
    let (elapsed, grown) = (start.elapsed(), resident().saturating_sub(before));
    println!(
        "{EVENTS} events in {elapsed:.1?}: {} readings, {} KiB more in memory, slowest request {slowest:.0?}",
        readings.hits(),
        grown >> 10
    );
    assert!(
        readings.hits() <= elapsed.as_secs() + 2,
        "{}",
        readings.hits()
    );
    assert!(grown < 16 << 20, "{grown}");
    assert_eq!(relay.opened(), opened, "nobody was dialed for it");
    readings.remove();
    // The last of them is not lost in the flood.
    cluster.add_node("datacenter1", "rack1").await.unwrap();
    until("the new node is known", async || nodes(&session) == 4).await;
    session.close().await.unwrap();
    cluster.stop().await;
}

/// Attempts to connect to one address.
#[derive(Debug, Clone)]
struct Attempts {
    to: SocketAddr,
    count: Arc<AtomicUsize>,
}

impl Connector for Attempts {
    fn connect(
        &self,
        to: SocketAddr,
        source_port: Option<u16>,
    ) -> BoxFuture<'static, io::Result<Socket>> {
        if to == self.to {
            self.count.fetch_add(1, Relaxed);
        }
        Tcp::default().connect(to, source_port)
    }
}

/// A cluster that says again and again that a node is up must not make its pool dial at full speed.
#[tokio::test]
async fn a_node_that_is_down_is_said_to_be_up_again_and_again() {
    let cluster = cluster().await;
    let attempts = Attempts {
        to: cluster.contact_points()[2].parse().unwrap(),
        count: Arc::default(),
    };
    let session: Session = session(builder(&cluster).connector(attempts.clone())).await;
    let connected = attempts.count.load(Relaxed);
    cluster.stop_node(2).await;
    until("the loss is noticed", async || {
        attempts.count.load(Relaxed) > connected
    })
    .await;
    let (before, start) = (attempts.count.load(Relaxed), Instant::now());
    while start.elapsed() < Duration::from_secs(3) {
        for _ in 0..20 {
            let (up, node) = (true, attempts.to);
            cluster.send_event(Event::Status { up, node });
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let dials = attempts.count.load(Relaxed) - before;
    println!("UP for a node that is down, 10 per ms for 3 s: {dials} attempts to connect");
    assert!(dials <= 30, "{dials}");
    session.close().await.unwrap();
    cluster.stop().await;
}

/// A burst is one reading, in whatever order its events come.
#[tokio::test]
async fn new_and_up_come_in_both_orders() {
    let cluster = cluster().await;
    let session = session(builder(&cluster)).await;
    let node = SocketAddr::from(([127, 9, 9, 9], 9042));
    let new = Event::Topology {
        change: TopologyChange::NewNode,
        node,
    };
    let up = Event::Status { up: true, node };
    for events in [[new.clone(), up.clone()], [up, new]] {
        // The second is over in which what came before may have been the one reading.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let readings = cluster.fault(keyspaces().delay(Duration::ZERO));
        let start = Instant::now();
        events
            .into_iter()
            .for_each(|event| cluster.send_event(event));
        until("the topology is read", async || readings.hits() > 0).await;
        let elapsed = start.elapsed();
        // A second reading would have come by now.
        tokio::time::sleep(Duration::from_millis(500)).await;
        println!(
            "two events: {} reading, after {elapsed:.0?}",
            readings.hits()
        );
        assert_eq!(readings.hits(), 1);
        readings.remove();
    }
    session.close().await.unwrap();
    cluster.stop().await;
}
