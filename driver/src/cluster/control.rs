//! The control connection's life: connect, register for events, read the topology, and again when it is lost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::cluster::Cluster;
use crate::cluster::ask::Asker;
use crate::cluster::discover::{Discovered, discover};
use crate::cluster::events::{Effect, Schedule, effect};
use crate::cluster::failure::of_opening;
use crate::cluster::open::{Candidate, first};
use crate::conn::{Conn, Dialer};
use crate::error::{Error, Result};
use crate::frame::Frame;

/// What the session asks of the control task.
#[derive(Debug)]
pub(super) enum Command {
    /// Read the topology, publish it, and say how it went.
    Refresh(oneshot::Sender<Result<()>>),
}

/// A control connection.
#[derive(Debug)]
pub(super) struct Link {
    conn: Arc<Conn>,
    asker: Asker,
    events: mpsc::Receiver<Frame>,
    /// Whether this server is thought to have `system.peers_v2`.
    peers_v2: bool,
    /// Events that were lost until now.
    missed: u64,
}

impl Link {
    /// Connects, registers for events, and asks for the topology: in this order, so that no change is missed.
    pub(super) async fn open(
        dialer: &Arc<Dialer>,
        address: SocketAddr,
        timeout: Duration,
    ) -> Result<(Link, Discovered)> {
        let (sender, events) = mpsc::channel(256);
        let conn = Conn::open(dialer, address, None, Some(sender))
            .await
            .map_err(|failure| Error::new(of_opening(&failure)).at(address, None))?;
        let mut link = Link {
            asker: Asker::new(conn.clone(), timeout),
            conn,
            events,
            peers_v2: true,
            missed: 0,
        };
        link.asker.register().await?;
        let discovered = discover(&link.asker, &mut link.peers_v2).await?;
        Ok((link, discovered))
    }

    /// Whether events were lost since the last look.
    fn has_missed(&mut self) -> bool {
        let missed = self.conn.missed_events();
        std::mem::replace(&mut self.missed, missed) != missed
    }
}

/// The task that owns the control connection.
pub(super) struct Control {
    cluster: Arc<Cluster>,
    link: Link,
    inbox: mpsc::Receiver<Command>,
    /// Who waits for the next reading.
    waiting: Vec<oneshot::Sender<Result<()>>>,
    schedule: Schedule,
}

impl Control {
    pub(super) fn new(
        cluster: Arc<Cluster>,
        link: Link,
        inbox: mpsc::Receiver<Command>,
    ) -> Control {
        Control {
            cluster,
            link,
            inbox,
            waiting: Vec::new(),
            schedule: Schedule::new(),
        }
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
        self.link.conn.close().await;
    }

    async fn turn(&mut self) {
        let conn = self.link.conn.clone();
        tokio::select! {
            () = conn.closing() => self.reconnect().await,
            Some(frame) = self.link.events.recv() => self.event(frame),
            Some(command) = self.inbox.recv() => self.command(command),
            () = tokio::time::sleep_until(self.schedule.next()) => self.refresh().await,
        }
    }

    fn event(&mut self, frame: Frame) {
        let lost = self.link.has_missed();
        match effect(frame) {
            Effect::Refresh => self.schedule.event(),
            Effect::Up(node) => self.up(node),
            Effect::Down(node) => self.down(node, lost),
            Effect::Nothing if lost => self.schedule.event(),
            Effect::Nothing => {}
        }
    }

    fn up(&mut self, node: SocketAddr) {
        let state = self.cluster.state();
        match state.members.iter().find(|m| m.address() == node) {
            Some(member) => member.dial_now(),
            None => self.schedule.event(),
        }
    }

    fn down(&mut self, node: SocketAddr, lost: bool) {
        let state = self.cluster.state();
        if let Some(member) = state.members.iter().find(|m| m.address() == node) {
            member.probe();
        }
        if lost {
            self.schedule.event();
        }
    }

    fn command(&mut self, command: Command) {
        let Command::Refresh(reply) = command;
        self.waiting.push(reply);
        self.schedule.now();
    }

    async fn refresh(&mut self) {
        // Whoever asks from here on wants a reading that begins after this one; whoever has asked gets this one.
        let waiting = std::mem::take(&mut self.waiting);
        self.schedule.done();
        match discover(&self.link.asker, &mut self.link.peers_v2).await {
            Ok(discovered) => {
                self.cluster.publish(discovered.topology);
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
        self.link.conn.start_close();
        let config = self.cluster.settings.pool.clone();
        let mut pause = config.backoff_min;
        loop {
            match self.any().await {
                Ok((link, discovered)) => {
                    self.link = link;
                    self.cluster.publish(discovered.topology);
                    self.schedule.done();
                    return answer(std::mem::take(&mut self.waiting), &Ok(()));
                }
                Err(error) => {
                    tracing::warn!(%error, "no control connection: the topology may be out of date");
                    answer(std::mem::take(&mut self.waiting), &Err(error));
                }
            }
            tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
            pause = (pause * 2).min(config.backoff_max);
        }
    }

    /// The first node that answers: those that have connections, the others, and then the contact points again, whose
    /// names may have other addresses by now.
    async fn any(&self) -> Result<(Link, Discovered)> {
        let cluster = &self.cluster;
        let nodes = cluster.addresses().into_iter().map(Candidate::Address);
        let points = cluster
            .settings
            .points
            .iter()
            .cloned()
            .map(Candidate::Point);
        first(
            &cluster.settings,
            &cluster.dialer,
            nodes.chain(points).collect(),
        )
        .await
    }
}

impl Cluster {
    /// Where a control connection may go: nodes that have connections first, then by distance.
    fn addresses(&self) -> Vec<SocketAddr> {
        let state = self.state();
        let mut members: Vec<_> = state.distances.iter().zip(&state.members).collect();
        members.sort_by_key(|(distance, member)| (!member.is_up(), **distance));
        members.iter().map(|(_, member)| member.address()).collect()
    }
}

fn answer(waiting: Vec<oneshot::Sender<Result<()>>>, result: &Result<()>) {
    for reply in waiting {
        // Who does not wait any more does not mind.
        let _ = reply.send(result.clone());
    }
}
