//! One attempt to reach a given shard.

use std::io;
use std::sync::Arc;

use crate::conn::failure::Failure;
use crate::conn::{Conn, Dialer, ShardPort};
use crate::pool::Shared;
use crate::token::Sharder;

/// Source ports tried for one connection, before something else must be wrong.
const ATTEMPTS: usize = 64;

/// Opens a connection to `shard` of the pool's node by its shard-aware port, from the first free source port that
/// leads to it. The server may have put the connection elsewhere all the same: compare [`Conn::shard`].
pub(super) async fn to_shard(
    dialer: Arc<Dialer>,
    shared: Arc<Shared>,
    port: u16,
    sharder: Sharder,
    shard: u16,
) -> Result<Arc<Conn>, Failure> {
    let ports = sharder.ports_of(shard);
    // From a random one on, so that clients on one machine do not try the same ports.
    let skip = match ports.len() {
        0 => 0,
        ports => rand::random_range(0..ports),
    };
    let mut failure = None;
    let ports = ports
        .clone()
        .cycle()
        .skip(skip)
        .take(ports.len().min(ATTEMPTS))
        // Where nobody listens, a socket on this machine would connect to itself.
        .filter(|source| *source != port);
    for source in ports {
        let way = ShardPort { port, source };
        match Conn::open(&dialer, shared.target.address, Some(way), None).await {
            Err(Failure::Connect(error)) if is_taken(&error) => {
                shared.counters.collided();
                failure = Some(Failure::Connect(error));
            }
            result => return result,
        }
    }
    Err(failure.unwrap_or_else(|| {
        let error = io::Error::new(
            io::ErrorKind::AddrNotAvailable,
            "no source port leads to the shard",
        );
        Failure::Connect(Arc::new(error))
    }))
}

/// Another port may do.
fn is_taken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrInUse
            | io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::PermissionDenied
    )
}
