//! The history of a request: its attempts.

use std::time::Duration;

use super::ErrorKind;

/// One try of a request, or of a contact point, that failed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Attempt {
    /// Whom it went to: an address, or a name that could not be resolved.
    pub target: Box<str>,
    /// The shard, if the connection knows it.
    pub shard: Option<u16>,
    /// What came of it.
    pub kind: ErrorKind,
    /// How long the request had been under way when this try had failed, give or take 20 ms. Zero for a node that was
    /// passed over because it had no connection, and for contact points.
    pub ended: Duration,
    /// Which copy of the request it was: 0, or the number of the speculative one.
    pub copy: u32,
    /// What followed.
    pub then: Then,
}

/// What followed a failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Then {
    /// Nothing more, or nothing that this try decided.
    #[default]
    Nothing,
    /// Another try at the same node.
    SameNode,
    /// Another try at the next node.
    NextNode,
    /// The failure was passed over: the request counts as done.
    Ignored,
}

impl Attempt {
    pub(crate) fn new(target: impl Into<Box<str>>, shard: Option<u16>, kind: ErrorKind) -> Attempt {
        Attempt {
            target: target.into(),
            shard,
            kind,
            ended: Duration::ZERO,
            copy: 0,
            then: Then::Nothing,
        }
    }
}
