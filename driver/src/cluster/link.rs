//! The control connection itself: registered for events, and asked about the cluster.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::cluster::ask::Asker;
use crate::cluster::discover::{Discovered, discover};
use crate::conn::Conn;
use crate::error::Result;
use crate::frame::Frame;
use crate::policy::Shared;
use crate::policy::address::AddressTranslator;

/// Events that wait to be looked at. More than that are dropped, and counted: one reading tells what all of them do.
pub(super) const EVENTS: usize = 256;

/// A control connection.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) conn: Arc<Conn>,
    pub(super) asker: Asker,
    pub(super) events: mpsc::Receiver<Frame>,
    /// Whether this server is thought to have `system.peers_v2`.
    peers_v2: bool,
    translator: Option<Shared<dyn AddressTranslator>>,
    /// Events that were lost until now.
    missed: u64,
}

impl Link {
    /// Registers for events, and asks for the topology: in this order, so that no change is missed. `events` is where
    /// the connection puts them. Each question has a deadline, `timeout`.
    pub(super) async fn open(
        conn: Arc<Conn>,
        events: mpsc::Receiver<Frame>,
        timeout: Duration,
        translator: Option<Shared<dyn AddressTranslator>>,
    ) -> Result<(Link, Discovered)> {
        let mut link = Link {
            asker: Asker::new(conn.clone(), timeout),
            conn,
            events,
            peers_v2: true,
            translator,
            missed: 0,
        };
        link.asker.register().await?;
        let told = link.ask().await?;
        Ok((link, told))
    }

    /// Asks for the topology.
    pub(super) async fn ask(&mut self) -> Result<Discovered> {
        discover(&self.asker, &mut self.peers_v2, self.translator.as_deref()).await
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.conn.address()
    }

    /// Whether events were lost since the last look.
    pub(super) fn has_missed(&mut self) -> bool {
        let missed = self.conn.missed_events();
        std::mem::replace(&mut self.missed, missed) != missed
    }
}
