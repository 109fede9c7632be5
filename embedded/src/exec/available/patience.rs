//! How long the node that was asked waits for the others.

use std::time::Duration;

use crate::exec::Engine;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::exec) enum Waiting {
    /// Single partitions.
    Read,
    /// Ranges of them.
    Range,
    Write,
    Counter,
    Truncate,
}

impl Engine {
    /// As both servers have it in their configuration, unless this cluster has another.
    pub(super) fn patience(&self, waiting: Waiting) -> Duration {
        self.config.patience.unwrap_or(match waiting {
            Waiting::Write => Duration::from_secs(2),
            Waiting::Read | Waiting::Counter => Duration::from_secs(5),
            Waiting::Range => Duration::from_secs(10),
            Waiting::Truncate => Duration::from_secs(60),
        })
    }
}
