//! The counters of one shard of one node. Atomics only: they are part of the hot path.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::error::ErrorClass;

use super::histogram::Histogram;
use super::{Counts, ErrorCounts, Reached, Traffic};

/// What is counted for one shard of one node. A request adds to one of the first four counters, and its answer to the
/// histogram; the rest is rare, or once for many requests.
#[derive(Default)]
#[repr(align(64))]
pub(crate) struct ShardMeter {
    anything: AtomicU64,
    stranger: AtomicU64,
    replica: AtomicU64,
    owner: AtomicU64,
    read: AtomicU64,
    written: AtomicU64,
    retries: AtomicU64,
    speculations: AtomicU64,
    errors: ErrorMeter,
    latencies: Histogram,
}

/// Errors, class by class.
#[derive(Default)]
pub(crate) struct ErrorMeter([AtomicU64; ErrorClass::ALL.len()]);

impl ErrorMeter {
    pub(crate) fn count(&self, class: ErrorClass) {
        if let Some(counter) = self.0.get(class as usize) {
            counter.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn read(&self) -> ErrorCounts {
        ErrorCounts::new(|class| {
            let counter = self.0.get(class as usize);
            counter.map_or(0, |counter| counter.load(Relaxed))
        })
    }
}

impl ShardMeter {
    /// A request is sent.
    #[inline]
    pub(crate) fn count(&self, reached: Reached) {
        let counter = match reached {
            Reached::Anything => &self.anything,
            Reached::Stranger => &self.stranger,
            Reached::Replica => &self.replica,
            Reached::Owner => &self.owner,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// An answer has come, an error or not.
    #[inline]
    pub(crate) fn answered(&self, after: Duration) {
        self.latencies.record(after);
    }

    /// An attempt has failed.
    pub(crate) fn failed(&self, class: ErrorClass) {
        self.errors.count(class);
    }

    /// An attempt that failed here is followed by another.
    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    /// A request is sent while the answer to the same one, from elsewhere, is due.
    pub(crate) fn speculated(&self) {
        self.speculations.fetch_add(1, Relaxed);
    }

    pub(crate) fn read_bytes(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn written_bytes(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Relaxed);
    }

    /// What was sent until now.
    pub(crate) fn traffic(&self, node: SocketAddr, shard: Option<u16>) -> Traffic {
        let owner = self.owner.load(Relaxed);
        let replica = owner + self.replica.load(Relaxed);
        let keyed = replica + self.stranger.load(Relaxed);
        Traffic {
            node,
            shard,
            requests: keyed + self.anything.load(Relaxed),
            keyed,
            to_replica: replica,
            to_owning_shard: owner,
        }
    }

    /// The counts until now.
    pub(crate) fn read(&self) -> Counts {
        let sent = self.traffic(SocketAddr::from(([0; 4], 0)), None);
        Counts {
            requests: sent.requests,
            keyed: sent.keyed,
            to_replica: sent.to_replica,
            to_owning_shard: sent.to_owning_shard,
            errors: self.errors.read(),
            retries: self.retries.load(Relaxed),
            speculations: self.speculations.load(Relaxed),
            read_bytes: self.read.load(Relaxed),
            written_bytes: self.written.load(Relaxed),
            latencies: self.latencies.read(),
        }
    }
}

impl fmt::Debug for ShardMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}
