//! How many replicas a consistency level needs, and where.

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::frame::response::ServerErrorKind;

use crate::catalog::keyspace::Replication;
use crate::exec::available::{Counts, number};
use crate::failure::Failure;
use crate::flavor::Flavor;

/// What the levels of a request are judged by.
pub(super) struct Judge<'a> {
    pub(super) replication: &'a Replication,
    /// The data centre of the node that was asked.
    pub(super) here: &'a str,
    pub(super) flavor: Flavor,
}

/// Replicas that a level needs, and has.
struct Need<'a> {
    required: usize,
    there: usize,
    /// Of this data centre, for a level that needs some of each.
    datacenter: Option<&'a str>,
}

/// A level that fewer replicas than it needs have answered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shortfall {
    pub(super) level: Consistency,
    pub(super) received: usize,
    pub(super) required: usize,
}

impl Judge<'_> {
    /// # Errors
    /// Unavailable, in the server's words.
    pub(super) fn check(&self, level: Consistency, alive: &Counts<'_>) -> Result<(), Failure> {
        match self.needs(level, alive).into_iter().find(Need::is_unmet) {
            Some(need) => Err(self.refuse(level, &need)),
            None => Ok(()),
        }
    }

    /// What is missing if only `answering` of the replicas answer.
    pub(super) fn lacks(&self, level: Consistency, answering: &Counts<'_>) -> Option<Shortfall> {
        let needs = self.needs(level, answering);
        needs.iter().any(Need::is_unmet).then(|| {
            let required = needs.iter().map(|need| need.required).sum();
            let received: usize = needs.iter().map(|need| need.there).sum();
            Shortfall {
                level,
                // One data centre may have answered more than it had to: servers never tell of a timeout with enough.
                received: received.min(required - 1),
                required,
            }
        })
    }

    fn needs<'a>(&'a self, level: Consistency, counts: &Counts<'_>) -> Vec<Need<'a>> {
        let all: usize = counts.values().sum();
        let local = counts.get(self.here).copied().unwrap_or_default();
        let (required, there) = match (level, self.replication) {
            // A hint with the node that was asked will do.
            (Consistency::Any, _) => return Vec::new(),
            (Consistency::One, _) => (1, all),
            (Consistency::Two, _) => (2, all),
            (Consistency::Three, _) => (3, all),
            (Consistency::All, _) => (self.copies(), all),
            (Consistency::LocalOne, _) => (1, local),
            (Consistency::LocalQuorum | Consistency::LocalSerial, _) => {
                (majority(self.copies_in(self.here)), local)
            }
            (Consistency::EachQuorum, Replication::NetworkTopology(factors)) => {
                let need = |datacenter: &'a str, factor: usize| Need {
                    required: majority(factor),
                    there: counts.get(datacenter).copied().unwrap_or_default(),
                    datacenter: Some(datacenter),
                };
                let factors = factors.iter().filter(|(_, factor)| **factor > 0);
                return factors.map(|(dc, factor)| need(dc, *factor)).collect();
            }
            _ => (majority(self.copies()), all),
        };
        vec![Need {
            required,
            there,
            datacenter: None,
        }]
    }

    /// How many replicas a level waits for.
    pub(super) fn required(&self, level: Consistency) -> usize {
        let needs = self.needs(level, &Counts::new());
        needs.iter().map(|need| need.required).sum()
    }

    /// Copies that there should be.
    fn copies(&self) -> usize {
        match self.replication {
            Replication::NetworkTopology(factors) => factors.values().sum(),
            Replication::Simple(factor) => *factor,
            Replication::Local | Replication::Everywhere => 1,
        }
    }

    /// The same for one data centre; other strategies do not know any.
    fn copies_in(&self, datacenter: &str) -> usize {
        match self.replication {
            Replication::NetworkTopology(factors) => {
                factors.get(datacenter).copied().unwrap_or_default()
            }
            _ => self.copies(),
        }
    }

    fn refuse(&self, level: Consistency, need: &Need<'_>) -> Failure {
        let (required, mut alive) = (need.required, need.there);
        let text = match (self.flavor, need.datacenter) {
            (Flavor::Scylla, _) => format!(
                "Cannot achieve consistency level for cl {level}. Requires {required}, alive {alive}"
            ),
            (Flavor::Cassandra, Some(datacenter)) => {
                // It tells of none there, however many are alive.
                alive = 0;
                format!("Cannot achieve consistency level {level} in DC {datacenter}")
            }
            (Flavor::Cassandra, None) => format!("Cannot achieve consistency level {level}"),
        };
        unavailable(text, level, required, alive)
    }
}

impl Need<'_> {
    fn is_unmet(&self) -> bool {
        self.there < self.required
    }
}

pub(super) fn unavailable(
    text: String,
    consistency: Consistency,
    required: usize,
    alive: usize,
) -> Failure {
    let kind = ServerErrorKind::Unavailable {
        consistency,
        required: number(required),
        alive: number(alive),
    };
    Failure::new(kind, text)
}

fn majority(copies: usize) -> usize {
    copies / 2 + 1
}
