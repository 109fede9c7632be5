//! The end of a connection's socket, so that neither side loses a byte.
//!
//! A socket that is dropped with unread bytes, or before an answer that is still due, resets the connection:
//! the server then loses what it was sending, and logs an error. So: say that no more comes, read to the end,
//! drop. The server's own reset at that point (Cassandra sends one on every close) is as good as an end.

use std::future::poll_fn;
use std::task::Poll;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::conn::link::Link;
use crate::conn::task::Side;

/// More than this is not read from a server that goes on sending.
const ENOUGH: usize = 16 << 20;

/// Closes the socket. `alive`: the server has not closed its side yet, as far as is known.
pub(super) async fn finish(link: &Link, side: Side, alive: bool) {
    // A caller may be writing at this moment: he brings the pen back and wakes this task.
    let pen = poll_fn(|_| match link.lock().outbox.retire() {
        Some(pen) => Poll::Ready(pen),
        None => Poll::Pending,
    })
    .await;
    if !alive {
        return link.counters.lost();
    }
    let linger = link.config.linger;
    let closed = match (side, pen.half) {
        (Side::Tcp(read), Some(write)) => timeout(linger, drain(read, write)).await,
        (Side::Other(stream), _) => {
            let (read, write) = tokio::io::split(stream);
            timeout(linger, drain(read, write)).await
        }
        (Side::Tcp(_), None) => return link.counters.lost(),
    };
    if closed == Ok(true) {
        link.counters.closed();
    } else {
        link.counters.aborted();
        tracing::debug!(
            ?linger,
            "a connection was cut off: the server did not close its side in time"
        );
    }
}

/// True if the server has closed its side.
async fn drain(mut read: impl AsyncRead + Unpin, mut write: impl AsyncWrite + Unpin) -> bool {
    // Fails only if the connection is gone already.
    let _ = write.shutdown().await;
    let mut trash = [0; 4096];
    let mut total = 0;
    while total < ENOUGH {
        match read.read(&mut trash).await {
            Ok(0) | Err(_) => return true,
            Ok(n) => total += n,
        }
    }
    false
}
