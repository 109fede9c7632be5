//! From contact points to a node that tells what the cluster is: one after another, none hung up on.

mod round;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::cluster::approach::round::Round;
use crate::cluster::discover::Discovered;
use crate::cluster::link::Link;
use crate::cluster::{ContactPoint, Settings};
use crate::conn::Dialer;
use crate::error::{Attempt, Error, ErrorKind, Result};
use crate::pool::Dialing;

/// The next candidate is tried this long after the one before, if that has not failed earlier.
pub(super) const STAGGER: Duration = Duration::from_millis(250);

/// Somebody to try.
#[derive(Debug)]
pub(super) enum Candidate {
    Point(ContactPoint),
    Address(SocketAddr),
}

/// Who is looked for, and how.
#[derive(Debug)]
pub(super) struct Search<'a> {
    pub(super) settings: &'a Settings,
    pub(super) dialer: &'a Arc<Dialer>,
    /// The name of the cluster, once it is known: a node of another one is passed over.
    pub(super) cluster: Option<&'a str>,
    /// Nobody is waited for after this.
    pub(super) deadline: Instant,
}

/// The first node that answered.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) link: Link,
    pub(super) told: Discovered,
    /// When it was begun with.
    pub(super) begun: Instant,
    pub(super) rest: Vec<Begun>,
}

/// A connection that was begun and is not needed any more for what it was begun for: another answered first. It is of
/// use to the pool of its node; one that is dropped closes in order.
pub(super) struct Begun {
    pub(super) address: SocketAddr,
    pub(super) begun: Instant,
    pub(super) opening: Dialing,
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Begun")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Search<'_> {
    /// The first candidate that tells what the cluster is. Each is tried a while after the one before, or at once when
    /// that has failed; no address is tried twice.
    ///
    /// # Errors
    /// Each candidate says why it cannot be used.
    pub(super) async fn first(&self, candidates: VecDeque<Candidate>) -> Result<Found> {
        let mut round = Round::new(self, candidates);
        while !round.is_over() {
            tokio::select! {
                biased;
                Some(answer) = round.talks.next() => {
                    if let Some(found) = round.talked(answer) {
                        return Ok(found);
                    }
                }
                Some(dialed) = round.dials.next() => round.dialed(dialed),
                Some((point, addresses)) = round.names.next() => round.resolved(&point, addresses),
                () = sleep_until(round.next), if !round.waiting.is_empty() => round.begin(),
                () = sleep_until(self.deadline) => round.give_up(),
            }
        }
        Err(nobody(round.failed))
    }
}

/// Why no candidate can be used. Credentials that one refuses are refused by all.
fn nobody(attempts: Vec<Attempt>) -> Error {
    let auth = attempts
        .iter()
        .find(|a| matches!(a.kind, ErrorKind::Auth { .. }));
    let kind = auth.map_or(ErrorKind::NoContactPoint, |a| a.kind.clone());
    Error::new(kind).after(attempts)
}
