//! Finds out that a server has gone without saying so.
//!
//! ```text
//!  listening ── an interval without a read, or a probe ──▶ asked ── any read ──▶ listening
//!                                                            └── silence ──▶ the connection ends
//! ```

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::conn::Conn;
use crate::conn::failure::End;
use crate::conn::link::Link;
use crate::frame::request::Options;

/// The silence is looked at so many times per interval. The reads are only counted, which costs a connection
/// under load nothing, and so the silence is known that coarsely; it is taken for longer than it is.
const LOOKS: u32 = 5;

/// Watches a connection until it closes: after an interval without a word from the server asks for one, and
/// ends the connection if none comes.
pub(super) async fn watch(conn: Weak<Conn>, link: Arc<Link>) {
    let mut phase = link.phase();
    tokio::select! {
        _ = phase.wait_for(|phase| *phase != super::link::Phase::Open) => {}
        () = listen(conn, &link) => link.fail(End::Silent),
    }
}

/// Returns when the server is silent.
async fn listen(conn: Weak<Conn>, link: &Link) {
    let step = link.config.heartbeat_interval / LOOKS;
    let mut heard = link.reads.load(Relaxed);
    let mut looks = 0;
    loop {
        let probed = tokio::select! {
            () = sleep(step.max(Duration::from_millis(1))) => false,
            () = link.probe.notified() => true,
        };
        let now = link.reads.load(Relaxed);
        looks = if now == heard { looks + 1 } else { 0 };
        heard = now;
        if looks + 1 < LOOKS && !probed {
            continue;
        }
        looks = 0;
        let Some(conn) = conn.upgrade() else {
            // It is closing; the phase tells that.
            return std::future::pending().await;
        };
        let patience = link.config.heartbeat_timeout;
        let deadline = link.deadlines.after(patience);
        let beat = conn.request(Options::OPCODE, deadline, |out| Options.encode(out));
        // Whatever comes from the server is a sign of life, and no other failure says that it is dead.
        let _ = timeout(patience, beat).await;
        if link.reads.load(Relaxed) == heard {
            return;
        }
    }
}
