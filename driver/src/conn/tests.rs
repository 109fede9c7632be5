//! Tests of a connection against a server that does what each test says.

/// The other end of the wire.
pub(crate) mod peer;

mod broken;
mod busy;
mod cancel;
mod close;
mod handshake;
mod heartbeat;
#[cfg(scylla_orm_loom)]
mod loom;
mod silence;
mod stream;
mod stress;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::clock::deadlines::{Sweep, Tick};
use crate::conn::Conn;
use crate::wire::TooLong;

/// A time later than that of any test.
fn never(conn: &Conn) -> Tick {
    conn.deadlines().after(Duration::from_secs(1 << 20))
}

/// A body.
fn put(bytes: &[u8]) -> impl FnOnce(&mut Vec<u8>) -> Result<(), TooLong> {
    move |out| {
        out.extend_from_slice(bytes);
        Ok(())
    }
}

/// One poll, with nobody to be woken.
fn once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// All deadlines up to `tick` are over.
fn sweep(conn: &Conn, tick: Tick) {
    conn.link().sweep(tick);
}

/// A request for the tests of this folder: EXECUTE with a body, without a deadline.
macro_rules! ask {
    ($conn:expr, $body:expr) => {
        std::sync::Arc::clone(&$conn).request(
            crate::frame::Opcode::Execute,
            crate::conn::tests::never(&$conn),
            crate::conn::tests::put($body),
        )
    };
}
use ask;
