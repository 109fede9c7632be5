//! How many replicas a consistency level needs, and where.

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::frame::response::ServerErrorKind;

use crate::catalog::keyspace::Replication;
use crate::exec::available::Alive;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// What the levels of a request are judged by.
pub(super) struct Judge<'a> {
    pub(super) replication: &'a Replication,
    /// The data centre of the node that was asked.
    pub(super) here: &'a str,
    pub(super) flavor: Flavor,
}

impl Judge<'_> {
    /// # Errors
    /// Unavailable, in the server's words.
    pub(super) fn check(&self, level: Consistency, alive: &Alive<'_>) -> Result<(), Failure> {
        let all: usize = alive.values().sum();
        let local = alive.get(self.here).copied().unwrap_or_default();
        let (required, alive) = match (level, self.replication) {
            // A hint with the node that was asked will do.
            (Consistency::Any, _) => return Ok(()),
            (Consistency::One, _) => (1, all),
            (Consistency::Two, _) => (2, all),
            (Consistency::Three, _) => (3, all),
            (Consistency::All, _) => (self.copies(), all),
            (Consistency::LocalOne, _) => (1, local),
            (Consistency::LocalQuorum | Consistency::LocalSerial, _) => {
                (majority(self.copies_in(self.here)), local)
            }
            (Consistency::EachQuorum, Replication::NetworkTopology(factors)) => {
                for (datacenter, factor) in factors.iter().filter(|(_, factor)| **factor > 0) {
                    let there = alive.get(&**datacenter).copied().unwrap_or_default();
                    if there < majority(*factor) {
                        return Err(self.refuse(level, majority(*factor), there, Some(datacenter)));
                    }
                }
                return Ok(());
            }
            _ => (majority(self.copies()), all),
        };
        match alive < required {
            true => Err(self.refuse(level, required, alive, None)),
            false => Ok(()),
        }
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

    fn refuse(
        &self,
        level: Consistency,
        required: usize,
        alive: usize,
        datacenter: Option<&str>,
    ) -> Failure {
        let text = match (self.flavor, datacenter) {
            (Flavor::Scylla, _) => format!(
                "Cannot achieve consistency level for cl {level}. Requires {required}, alive {alive}"
            ),
            (Flavor::Cassandra, Some(datacenter)) => {
                format!("Cannot achieve consistency level {level} in DC {datacenter}")
            }
            (Flavor::Cassandra, None) => format!("Cannot achieve consistency level {level}"),
        };
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let kind = ServerErrorKind::Unavailable {
            consistency: level,
            required: number(required),
            alive: number(alive),
        };
        Failure::new(kind, text)
    }
}

fn majority(copies: usize) -> usize {
    copies / 2 + 1
}
