//! A node as the session uses it: its pool and its counters.

use std::net::SocketAddr;
use std::sync::Arc;

use uuid::Uuid;

use crate::cluster::failure::of_opening;
use crate::conn::Conn;
use crate::error::ErrorKind;
use crate::metrics::{NodeCounters, Reached, Traffic};
use crate::policy::distance::HostDistance;
use crate::pool::{Absence, Pool};
use crate::token::{Sharder, Token};

/// A node as the session uses it. It lives as long as the node keeps its host id and its address.
#[derive(Debug)]
pub(crate) struct Member {
    pub(super) host_id: Uuid,
    address: SocketAddr,
    /// How far it is; what decides how many connections it gets.
    pub(super) distance: HostDistance,
    /// `None` for nodes that the session never asks.
    pub(super) pool: Option<Pool>,
    /// They outlive the member, if the node gets another address.
    pub(super) counters: Arc<NodeCounters>,
}

impl Member {
    pub(super) fn new(
        host_id: Uuid,
        address: SocketAddr,
        distance: HostDistance,
        pool: Option<Pool>,
        counters: Arc<NodeCounters>,
    ) -> Member {
        Member {
            host_id,
            address,
            distance,
            pool,
            counters,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How the node spreads tokens over its shards, if that is known and it has any.
    #[inline]
    pub(crate) fn sharder(&self) -> Option<Sharder> {
        self.pool.as_ref()?.sharder()
    }

    /// The shard that owns `token`.
    #[inline]
    pub(super) fn shard(&self, token: Option<Token>) -> Option<u16> {
        Some(self.sharder()?.shard_of(token?))
    }

    /// A connection to that shard if there is one, else any.
    #[inline]
    pub(crate) fn pick(&self, shard: Option<u16>) -> Option<Arc<Conn>> {
        self.pool.as_ref()?.pick(shard)
    }

    /// A connection for a request that may go to any shard; each turn it is another one.
    pub(crate) fn pick_in_turn(&self, turn: usize) -> Option<Arc<Conn>> {
        let shards = self.sharder().map(|sharder| usize::from(sharder.shards()));
        let shard = shards.and_then(|shards| turn.checked_rem(shards));
        let shard = shard.and_then(|shard| u16::try_from(shard).ok());
        self.pool.as_ref()?.pick(shard)
    }

    /// Answers that the connection owes which a request for that shard would get; `None` if there is none.
    #[inline]
    pub(crate) fn load(&self, shard: Option<u16>) -> Option<u32> {
        self.pool.as_ref()?.load(shard)
    }

    /// Counts a request, and where it reaches.
    #[inline]
    pub(super) fn count(&self, conn: &Conn, reached: Reached) {
        conn.meter(|| self.counters.of(conn.shard())).count(reached);
    }

    /// Why it has no connection.
    pub(super) fn absence(&self) -> ErrorKind {
        match self.pool.as_ref().map(Pool::absence) {
            Some(Absence::Closed) => ErrorKind::Closed,
            Some(Absence::Down { cause }) => of_opening(&cause),
            Some(Absence::Late {
                lost: Some(lost), ..
            }) => of_opening(&lost),
            Some(Absence::Late { lost: None, .. }) | None => ErrorKind::NotConnected,
        }
    }

    pub(super) fn is_up(&self) -> bool {
        self.load(None).is_some()
    }

    /// The cluster says that the node is up, so that there is no need to wait for the next try; or that it is down, and
    /// its connections find out whether that is so.
    pub(super) fn hint(&self, up: bool) {
        match &self.pool {
            Some(pool) if up => pool.dial_now(),
            Some(pool) => pool.probe(),
            None => {}
        }
    }

    pub(crate) fn traffic(&self) -> impl Iterator<Item = Traffic> {
        self.counters.traffic(self.address)
    }

    pub(super) async fn close(&self) {
        if let Some(pool) = &self.pool {
            pool.close().await;
        }
    }
}
