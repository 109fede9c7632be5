//! How many connections there were, and how they ended.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The connections of a session so far, the control connection among them. Each that was opened is open, or is counted
/// as exactly one of `closed`, `lost` and `aborted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Connections {
    /// Streams that were opened; whether the handshake succeeded is not asked.
    pub opened: u64,
    /// Closed in order: both sides have said that no more comes, and all that was sent has been read.
    pub closed: u64,
    /// Ended by the server, or broken.
    pub lost: u64,
    /// Cut off: the server did not close its side within
    /// [`linger`](crate::conn::config::ConnConfig::linger). If it still sends, it gets a reset.
    pub aborted: u64,
    /// Replaced because too many answers were due that nobody waited for.
    pub worn_out: u64,
}

/// Counts what becomes of connections.
#[derive(Debug, Default)]
pub struct ConnCounters {
    opened: AtomicU64,
    closed: AtomicU64,
    lost: AtomicU64,
    aborted: AtomicU64,
    worn_out: AtomicU64,
    read_bytes: AtomicU64,
    written_bytes: AtomicU64,
}

impl ConnCounters {
    /// The counts until now.
    pub fn read(&self) -> Connections {
        Connections {
            opened: self.opened.load(Relaxed),
            closed: self.closed.load(Relaxed),
            lost: self.lost.load(Relaxed),
            aborted: self.aborted.load(Relaxed),
            worn_out: self.worn_out.load(Relaxed),
        }
    }

    /// Bytes that came, and that went out, until now.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        (
            self.read_bytes.load(Relaxed),
            self.written_bytes.load(Relaxed),
        )
    }

    pub(crate) fn read_bytes(&self, bytes: usize) {
        self.read_bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn written_bytes(&self, bytes: usize) {
        self.written_bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn opened(&self) {
        self.opened.fetch_add(1, Relaxed);
    }

    pub(crate) fn closed(&self) {
        self.closed.fetch_add(1, Relaxed);
    }

    pub(crate) fn lost(&self) {
        self.lost.fetch_add(1, Relaxed);
    }

    pub(crate) fn aborted(&self) {
        self.aborted.fetch_add(1, Relaxed);
    }

    pub(crate) fn worn_out(&self) {
        self.worn_out.fetch_add(1, Relaxed);
    }
}
