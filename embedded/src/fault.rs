//! Faults by rule: what goes wrong, where, and how often.
//!
//! A [`Fault`] is a condition and what happens to the requests that meet it. [`Cluster::fault`](crate::Cluster::fault)
//! puts it in force, until the [`Injected`] that it returns is removed or dropped:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), scylla_orm_embedded::Error> {
//! use std::time::Duration;
//! use scylla_orm_embedded::{Cluster, Fault};
//!
//! let cluster = Cluster::builder().nodes(3).start().await?;
//! let slow = cluster.fault(Fault::on().node(1).statement("FROM shop.items").delay(Duration::from_millis(50)));
//! // … what the application does with a slow node …
//! assert_eq!(slow.hits(), 0);
//! slow.remove();
//! # cluster.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! All rules that a request meets apply to it, in the order in which they were put in force. A driver asks for more than
//! what its users ask for (OPTIONS of a heartbeat, system tables): a condition on an opcode, a statement or a table
//! leaves those alone.

mod action;
mod condition;
mod effects;
mod injected;
mod random;

use std::fmt;

use action::Action;

pub use action::Delay;
pub use condition::Condition;
pub use injected::Injected;
// What faults are described with.
pub use scylla_orm_driver::frame::response::{ServerError, ServerErrorKind, WriteType};
pub use scylla_orm_driver::frame::{Consistency, Opcode};

pub(crate) use condition::{Said, Subject};
pub(crate) use effects::{Effects, End};
pub(crate) use injected::{Faults, Rule};

/// A condition, and what happens to the requests that meet it. Begins with [`Fault::on`].
///
/// ```
/// use std::time::Duration;
/// use scylla_orm_embedded::Fault;
/// use scylla_orm_embedded::fault::{Opcode, ServerError, ServerErrorKind};
///
/// // Every answer takes between one and five milliseconds more, so that they come out of order.
/// Fault::on().opcode(Opcode::Execute).delay(Duration::from_millis(1)..=Duration::from_millis(5));
/// // The first two writes of the table find a node that has too much to do.
/// let overloaded = ServerError::new(ServerErrorKind::Overloaded, "too many requests");
/// Fault::on().statement("INSERT INTO shop.items").first(2).error(overloaded);
/// // Every tenth request or so ends its connection.
/// Fault::on().probability(0.1).seed(7).cut_rst();
/// ```
#[derive(Clone)]
#[must_use = "it is in force once a cluster has it: `cluster.fault(..)`"]
pub struct Fault {
    condition: Condition,
    action: Action,
    /// Whether the requests are run all the same.
    executed: bool,
}

impl Fault {
    /// The condition of a fault; every request meets it until it is narrowed down.
    pub fn on() -> Condition {
        Condition::default()
    }

    /// Whether the server does what the request asks for. It does not if it answers an [error](Condition::error) or
    /// [cuts](Condition::cut_fin) the connection, and does otherwise; so this makes a write that has happened and is not
    /// acknowledged, or a request that got [lost](Condition::drop_answer) on its way.
    pub fn executed(mut self, executed: bool) -> Fault {
        self.executed = executed;
        self
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("on", &self.condition)
            .field("action", &self.action)
            .field("executed", &self.executed)
            .finish()
    }
}
