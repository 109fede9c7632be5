//! What an attempt has taught: which way to the shards is good, and when to try again.

use std::time::Duration;

use tokio::time::Instant;

use crate::conn::failure::Failure;
use crate::pool::fill::{Dialed, Filler};
use crate::pool::table::Table;
use crate::token::Sharder;

/// Longer than any process lives, and short enough to be added to a moment.
const NEVER: Duration = Duration::from_secs(86_400 * 365 * 30);

/// The shard-aware port is left alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detour {
    until: Instant,
    /// It leads to wrong shards. Else it did not answer, which it may when the node is back.
    translated: bool,
}

impl Filler {
    /// The way to name a shard, if there is one that is to be used now.
    pub(super) fn shard_aware_port(&self, table: &Table) -> Option<(Sharder, u16)> {
        let sharding = table.sharding()?;
        let left_alone = self.detour.is_some_and(|d| Instant::now() < d.until);
        if left_alone || !self.config.shard_aware_port || sharding.shards.get() == 1 {
            return None;
        }
        let port = match self.dialer.connector.is_tls() {
            true => sharding.shard_aware_port_tls,
            false => sharding.shard_aware_port,
        };
        Some((sharding.into(), port?))
    }

    pub(super) fn dialed(&mut self, dialed: Dialed) {
        if let Some(shard) = dialed.shard
            && let Some(at) = self.pending.iter().position(|other| *other == shard)
        {
            self.pending.swap_remove(at);
        }
        match dialed.result {
            Ok(conn) => {
                let (wanted, found) = (dialed.shard, conn.shard());
                if wanted.is_some() && wanted != found {
                    self.shared.counters.mistaken();
                    let why =
                        "it led to another shard than the source port names (address translation?)";
                    self.leave_port(why, true);
                }
                self.arrived(conn);
            }
            Err(failure) => self.failed(dialed.shard, failure),
        }
    }

    /// Tries another way if there is one, else later.
    fn failed(&mut self, shard: Option<u16>, failure: Failure) {
        self.shared.counters.failed();
        self.again = true;
        let node = self.shared.target.address;
        let up = self.shared.table.load().connected() > 0;
        // An outage is worth one word, not one per attempt.
        if up || self.shared.state.borrow().failures > 0 {
            tracing::debug!(%node, shard, %failure, "could not connect");
        } else {
            tracing::warn!(%node, %failure, "could not connect: trying until it works");
        }
        let unreachable = matches!(failure, Failure::Connect(_) | Failure::Timeout { .. });
        if shard.is_some() && up && unreachable {
            // The node is there, so it is the port that is not: the plain one is worth a try at once.
            self.leave_port("it does not answer", false);
        } else {
            self.rest();
        }
        self.shared.state.send_modify(|state| {
            state.failures += 1;
            state.failure = Some(failure);
        });
    }

    /// No attempts for a while.
    pub(super) fn rest(&mut self) {
        if self.pause.is_some() {
            return;
        }
        let pause = self.backoff.pause().unwrap_or_else(|| {
            let node = self.shared.target.address;
            tracing::warn!(%node, "given up: tried again when the cluster says that it is up");
            NEVER
        });
        self.pause = Some(Instant::now() + pause);
    }

    fn leave_port(&mut self, why: &str, translated: bool) {
        let now = Instant::now();
        // Of several attempts that find it out together, the first says so.
        if self.detour.is_none_or(|d| d.until <= now) {
            tracing::warn!(
                node = %self.shared.target.address,
                why,
                pause = ?self.config.detour,
                "the shard-aware port is left alone for a while"
            );
        }
        let translated = translated || self.detour.is_some_and(|d| d.translated && now < d.until);
        let until = now + self.config.detour;
        self.detour = Some(Detour { until, translated });
    }

    /// The node is down: when it is back, what was wrong with it may be right.
    pub(super) fn node_lost(&mut self) {
        self.detour.take_if(|detour| !detour.translated);
        self.resigned = None;
    }
}
