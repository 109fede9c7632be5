//! What can go wrong.

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::time::Duration;

use scylla_orm_driver::frame::response::ServerError;

use crate::fault::{Condition, Fault};

/// What happens to a request, its answer or its connection.
#[derive(Clone)]
pub(super) enum Action {
    Delay(Delay),
    Drop,
    Duplicate,
    Reorder(usize),
    CutFin,
    CutRst,
    Rewrite(Rewrite),
    Garble(usize),
    WrongStream(i16),
    Error(ServerError),
    Forget,
    StopReading,
    /// Of connections, not of requests; without a delay, until the fault is removed.
    Accept(Option<Delay>),
}

/// Changes the bytes of an answer.
pub(super) type Rewrite = Arc<dyn Fn(&mut Vec<u8>) + Send + Sync>;

/// How long something is delayed: always the same, or anything between two durations, drawn by the seed of the rule.
///
/// Made from a [`Duration`] or a range of them. It counts in milliseconds, as timers do: less is rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    pub(super) least: Duration,
    pub(super) most: Duration,
}

impl From<Duration> for Delay {
    fn from(delay: Duration) -> Delay {
        Delay {
            least: delay,
            most: delay,
        }
    }
}

impl From<RangeInclusive<Duration>> for Delay {
    fn from(range: RangeInclusive<Duration>) -> Delay {
        let (least, most) = range.into_inner();
        Delay { least, most }
    }
}

impl From<Range<Duration>> for Delay {
    fn from(range: Range<Duration>) -> Delay {
        Delay::from(range.start..=range.end)
    }
}

/// What happens to the requests that meet the condition.
impl Condition {
    /// The answer comes later. Those to requests behind it are not held up, so that answers change their order.
    pub fn delay(self, delay: impl Into<Delay>) -> Fault {
        self.then(Action::Delay(delay.into()))
    }

    /// The request is executed, and its answer lost. With [`executed(false)`](Fault::executed), the request is lost.
    pub fn drop_answer(self) -> Fault {
        self.then(Action::Drop)
    }

    /// The answer comes twice.
    pub fn duplicate(self) -> Fault {
        self.then(Action::Duplicate)
    }

    /// Answers on one connection come in groups of `group`, each in an order chosen by the seed and never in the right
    /// one. A group that is not full after 20 ms goes out as it is.
    pub fn reorder(self, group: usize) -> Fault {
        self.then(Action::Reorder(group.max(2)))
    }

    /// The connection ends with FIN in the place of the answer, as when a server stops. What was answered before, arrives.
    pub fn cut_fin(self) -> Fault {
        self.then(Action::CutFin)
    }

    /// The connection ends with RST in the place of the answer, as when a server is killed. What was answered before may
    /// get lost, too.
    pub fn cut_rst(self) -> Fault {
        self.then(Action::CutRst)
    }

    /// So many bytes of the answer, its header included, are other ones, chosen by the seed.
    pub fn garble(self, bytes: usize) -> Fault {
        self.then(Action::Garble(bytes))
    }

    /// `change` does to the bytes of the answer what it likes. They begin with the nine bytes of the frame's header;
    /// nobody corrects the length in it. No bytes: no answer.
    ///
    /// ```
    /// # use scylla_orm_embedded::Fault;
    /// // The last byte does not arrive, and what follows is read in its place.
    /// Fault::on().nth(3).rewrite(|answer| answer.truncate(answer.len() - 1));
    /// ```
    pub fn rewrite(self, change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Fault {
        self.then(Action::Rewrite(Arc::new(change)))
    }

    /// The answer names another stream: that of the request plus `by`. It may belong to another request, or to none.
    pub fn wrong_stream(self, by: i16) -> Fault {
        self.then(Action::WrongStream(by))
    }

    /// The answer is this error, and nothing is done. With [`executed(true)`](Fault::executed), the request is done all
    /// the same: a write that timed out, but happened.
    pub fn error(self, error: ServerError) -> Fault {
        self.then(Action::Error(error))
    }

    /// The node has forgotten the prepared statements that the request executes: it answers UNPREPARED for the first of
    /// them, and so until they are prepared again. Requests that execute none are not concerned.
    pub fn forget_prepared(self) -> Fault {
        self.then(Action::Forget)
    }

    /// Nothing more is read from the connection, as when the server's process is stopped: requests pile up in the sockets.
    /// When the fault is removed, the server goes on with the request that met it. Answers that were
    /// [delayed](Condition::delay) before, still come.
    ///
    /// A condition on nodes alone freezes them as replicas, too: the others, who take them for alive, wait for them, and
    /// what needs them fails with a timeout of the server, as the
    /// [level](crate::ClusterBuilder::replica_timeout) has it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), scylla_orm_embedded::Error> {
    /// use std::time::Duration;
    /// use scylla_orm_embedded::{Cluster, Fault};
    ///
    /// let cluster = Cluster::builder().nodes(3).replica_timeout(Duration::from_millis(50)).start().await?;
    /// let frozen = cluster.fault(Fault::on().node(2).stop_reading());
    /// // … writes at ALL end with WriteTimeout, those at QUORUM are acknowledged by the two others …
    /// drop(frozen);
    /// # cluster.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stop_reading(self) -> Fault {
        self.then(Action::StopReading)
    }

    /// New connections are not accepted while the fault is in force: they are open for the client, but nobody answers.
    /// When it is removed, they are.
    ///
    /// Of the condition only [`node`](Condition::node), [`shard`](Condition::shard) and how often it is met are looked at;
    /// the shard of a connection to the plain port is the one that it would get.
    pub fn hold_accept(self) -> Fault {
        self.then(Action::Accept(None))
    }

    /// New connections are accepted so much later. The condition is that of [`hold_accept`](Condition::hold_accept).
    pub fn delay_accept(self, delay: impl Into<Delay>) -> Fault {
        self.then(Action::Accept(Some(delay.into())))
    }

    fn then(self, action: Action) -> Fault {
        let instead = matches!(action, Action::CutFin | Action::CutRst | Action::Error(_));
        Fault {
            condition: self,
            action,
            executed: !instead,
        }
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Delay(delay) => write!(f, "Delay({:?} to {:?})", delay.least, delay.most),
            Action::Drop => f.write_str("Drop"),
            Action::Duplicate => f.write_str("Duplicate"),
            Action::Reorder(group) => write!(f, "Reorder({group})"),
            Action::CutFin => f.write_str("CutFin"),
            Action::CutRst => f.write_str("CutRst"),
            Action::Rewrite(_) => f.write_str("Rewrite(..)"),
            Action::Garble(bytes) => write!(f, "Garble({bytes})"),
            Action::WrongStream(by) => write!(f, "WrongStream({by})"),
            Action::Error(error) => write!(f, "Error({error:?})"),
            Action::Forget => f.write_str("Forget"),
            Action::StopReading => f.write_str("StopReading"),
            Action::Accept(delay) => write!(f, "Accept({delay:?})"),
        }
    }
}
