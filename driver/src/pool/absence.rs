//! Why a pool gives no connection.

use std::time::Duration;

use crate::conn::failure::Failure;

/// Why a pool gives no connection. That a connection takes no more requests for the moment is another thing:
/// [`Failure::Busy`].
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Absence {
    /// The node is down: there is no connection, and the last attempt has failed. The pool goes on trying.
    #[error("the node is down: {cause}")]
    Down {
        /// Why the last attempt failed.
        cause: Failure,
    },
    /// No connection was there in time, and no attempt has failed.
    #[error("no connection to the node within {after:?}")]
    Late {
        /// How long was waited; zero if it was not waited at all.
        after: Duration,
        /// Why the last connection was lost, if there was one.
        lost: Option<Failure>,
    },
    /// The pool is closing or closed.
    #[error("the connections to the node are closed")]
    Closed,
}
