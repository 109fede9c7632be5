//! The control connection's life: follow events, read the topology, and go to another node when it is lost.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::cluster::Cluster;
use crate::cluster::adopt::adopt;
use crate::cluster::approach::{Begun, Candidate, Found, Search};
use crate::cluster::events::{Effect, Schedule, effect};
use crate::cluster::hints::Hints;
use crate::cluster::link::Link;
use crate::error::Result;
use crate::frame::Frame;
use crate::frame::response::{SchemaChange, SchemaChangeKind, SchemaTarget};
use crate::policy::distance::HostDistance;

/// What others ask of the control task.
#[derive(Debug)]
pub(super) enum Command {
    /// Read the topology, publish it, and say how it went.
    Refresh(oneshot::Sender<Result<()>>),
    /// Read the topology soon: something does not look as it should.
    Look,
}

/// The task that owns the control connection.
pub(super) struct Control {
    cluster: Arc<Cluster>,
    link: Link,
    inbox: mpsc::Receiver<Command>,
    /// Who waits for the next reading.
    waiting: Vec<oneshot::Sender<Result<()>>>,
    schedule: Schedule,
    hints: Hints,
    /// Connections that are to be handed over or to be closed.
    errands: FuturesUnordered<BoxFuture<'static, ()>>,
}

impl Control {
    pub(super) fn new(
        cluster: Arc<Cluster>,
        link: Link,
        inbox: mpsc::Receiver<Command>,
        begun: Vec<Begun>,
    ) -> Control {
        let mut control = Control {
            schedule: Schedule::new(cluster.settings.refresh_interval),
            cluster,
            link,
            inbox,
            waiting: Vec::new(),
            hints: Hints::default(),
            errands: FuturesUnordered::new(),
        };
        let asker = &control.link.asker;
        control.cluster.schema.linked(asker, None);
        control.adopt(begun);
        control
    }

    /// Until the session is closed.
    pub(super) async fn run(mut self) {
        let mut closed = self.cluster.closed.subscribe();
        loop {
            // Whatever a turn waits for, the end of the session ends it.
            tokio::select! {
                biased;
                _ = closed.wait_for(|closed| *closed) => break,
                () = self.turn() => {}
            }
        }
        // What is still being connected to is left to itself after a while: it closes in order, too.
        let linger = self.cluster.settings.conn.linger;
        let errands = async { while self.errands.next().await.is_some() {} };
        futures_util::future::join(self.link.conn.close(), timeout(linger, errands))
            .await
            .1
            .ok();
    }

    async fn turn(&mut self) {
        let conn = self.link.conn.clone();
        tokio::select! {
            () = conn.closing() => {
                tracing::warn!(node = %self.link.address(), "the control connection is lost");
                self.reconnect().await;
            }
            Some(frame) = self.link.events.recv() => self.event(frame),
            Some(command) = self.inbox.recv() => self.command(command),
            Some(()) = self.errands.next() => {}
            () = at(self.hints.next()) => {
                for (node, up) in self.hints.take() {
                    self.hint(node, up);
                }
            }
            () = at(self.schedule.next()) => self.refresh().await,
        }
    }

    fn event(&mut self, frame: Frame) {
        let lost = self.link.has_missed();
        match effect(frame) {
            Ok(Effect::Status { node, up }) => self.status(node, up),
            Ok(Effect::Schema(change)) => self.schema(change),
            Ok(Effect::Nothing) => {}
            Ok(Effect::Refresh) => _ = self.schedule.event(),
            Err(unreadable) => {
                // Once per reading, however many there are.
                if self.schedule.event() {
                    tracing::warn!(%unreadable, "an event cannot be read: asking for the whole topology instead");
                }
            }
        }
        if lost {
            self.schedule.event();
        }
    }

    fn schema(&mut self, change: SchemaChange) {
        self.cluster.schema.changed(&change.keyspace);
        match change.target {
            SchemaTarget::Keyspace => {
                // Its replication may be another.
                self.cluster.forget(&change.keyspace, None);
                self.schedule.event();
            }
            SchemaTarget::Table(table) if change.kind == SchemaChangeKind::Dropped => {
                self.cluster.forget(&change.keyspace, Some(&table));
            }
            _ => {}
        }
    }

    fn status(&mut self, node: SocketAddr, up: bool) {
        let node = self.cluster.connected_as(node);
        let known = self.cluster.member_at(node).is_some();
        if !known {
            self.schedule.event();
        } else if self.hints.put(node, up) {
            self.hint(node, up);
        }
    }

    /// What the cluster says of a node; its own connections know better.
    fn hint(&self, node: SocketAddr, up: bool) {
        tracing::debug!(%node, up, "the cluster tells of a node");
        if let Some(member) = self.cluster.member_at(node) {
            member.hint(up);
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Refresh(reply) => {
                self.waiting.push(reply);
                self.schedule.now();
            }
            Command::Look => _ = self.schedule.event(),
        }
    }

    async fn refresh(&mut self) {
        // Whoever asks from here on wants a reading that begins after this one; whoever has asked gets this one.
        let waiting = std::mem::take(&mut self.waiting);
        self.schedule.done();
        match self.link.ask().await {
            Ok(told) => {
                self.cluster.schema.seen(told.version);
                self.cluster.publish(told, &mut Vec::new());
                answer(waiting, &Ok(()));
            }
            Err(error) => {
                tracing::warn!(%error, "the topology could not be read: going to another node");
                self.waiting.extend(waiting);
                self.reconnect().await;
            }
        }
    }

    /// Connects to another node, or the same, however long it takes. Who waits is told after each round that failed.
    async fn reconnect(&mut self) {
        let (old, cluster) = (self.link.conn.clone(), self.cluster.clone());
        self.errands
            .push(Box::pin(async move { old.close().await }));
        let policy = &cluster.settings.pool.reconnection;
        let (mut failures, mut pause) = (0, policy.lasting());
        loop {
            match self.during(search(&cluster, self.link.address())).await {
                Ok(found) => return self.moved(found),
                Err(error) => {
                    tracing::warn!(%error, "no control connection: the topology may be out of date");
                    answer(std::mem::take(&mut self.waiting), &Err(error));
                }
            }
            // Without a control connection nobody would learn that a node is up: it is never given up.
            pause = policy.delay(failures).unwrap_or(pause);
            failures = failures.saturating_add(1);
            self.during(sleep(pause)).await;
        }
    }

    /// Waits, and takes in meanwhile what is asked, so that nobody who asks waits longer than for one round.
    async fn during<T>(&mut self, wait: impl Future<Output = T>) -> T {
        let mut wait = std::pin::pin!(wait);
        loop {
            tokio::select! {
                output = &mut wait => return output,
                Some(command) = self.inbox.recv() => self.command(command),
                Some(()) = self.errands.next() => {}
            }
        }
    }

    fn moved(&mut self, found: Found) {
        let (mut rest, to) = (found.rest, found.link.address());
        tracing::info!(from = %self.link.address(), %to, "control connection moved");
        self.link = found.link;
        let asker = &self.link.asker;
        self.cluster.schema.linked(asker, found.told.version);
        self.cluster.publish(found.told, &mut rest);
        self.adopt(rest);
        self.schedule.done();
        answer(std::mem::take(&mut self.waiting), &Ok(()));
    }

    fn adopt(&mut self, begun: Vec<Begun>) {
        for begun in begun {
            let errand = adopt(self.cluster.clone(), begun);
            self.errands.push(Box::pin(errand));
        }
    }
}

/// The first node that answers: those that have connections, the others, and then the contact points again, whose names
/// may have other addresses by now. The node that has just failed is the last of its kind.
async fn search(cluster: &Cluster, failed: SocketAddr) -> Result<Found> {
    let nodes = cluster
        .addresses(failed)
        .into_iter()
        .map(Candidate::Address);
    let points = &cluster.settings.points;
    let points = points.iter().cloned().map(Candidate::Point);
    let search = Search {
        settings: &cluster.settings,
        dialer: &cluster.dialer,
        cluster: Some(&cluster.name),
        deadline: Instant::now() + cluster.settings.connect_deadline,
    };
    search.first(nodes.chain(points).collect()).await
}

impl Cluster {
    /// Where a control connection may go: nodes that have connections first, then by distance.
    fn addresses(&self, failed: SocketAddr) -> Vec<SocketAddr> {
        let state = self.state();
        let mut members: Vec<_> = state.distances.iter().zip(&state.members).collect();
        members.retain(|(distance, _)| **distance != HostDistance::Ignored);
        members.sort_by_key(|(distance, member)| {
            (!member.is_up(), member.address() == failed, **distance)
        });
        members.iter().map(|(_, member)| member.address()).collect()
    }
}

/// At that time, if there is one.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

fn answer(waiting: Vec<oneshot::Sender<Result<()>>>, result: &Result<()>) {
    for reply in waiting {
        // Who does not wait any more does not mind.
        let _ = reply.send(result.clone());
    }
}
