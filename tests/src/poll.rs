//! Waiting for what happens in the background, without guessing how long it takes.

use std::time::{Duration, Instant, SystemTime};

/// No condition of the suites takes as long on a machine that is merely busy.
const DEADLINE: Duration = Duration::from_secs(20);

/// An upper bound for what takes a fraction of a second when the machine is not busy, and each default of ours that would
/// be waited out in its place takes longer: 5 s for each step of connecting, 10 s for a request.
pub const PROMPT: Duration = Duration::from_secs(3);

/// How often a condition is looked at.
const PERIOD: Duration = Duration::from_millis(5);

/// Waits until `condition` is true.
///
/// # Panics
/// If it is not within 20 s; `what` says what was waited for.
pub async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(
            start.elapsed() < DEADLINE,
            "not within {DEADLINE:?}: {what}"
        );
        tokio::time::sleep(PERIOD).await;
    }
}

/// The output of `future`, which must come within `limit`.
///
/// # Panics
/// If it does not; `what` says what hangs.
pub async fn within<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(limit, future).await {
        Ok(output) => output,
        Err(_) => panic!("{what} takes longer than {limit:?}"),
    }
}

/// The output of a plain write after which a conditional one follows.
///
/// Cassandra orders conditional writes by ballots of whole milliseconds, plain ones come with our microseconds: of two in
/// one millisecond, the plain write wins even if it came first. So this returns when the write's millisecond is over.
pub async fn written<T>(write: impl IntoFuture<Output = T>) -> T {
    let output = write.await;
    let millisecond = || {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or_default().as_millis()
    };
    let last = millisecond();
    while millisecond() <= last {
        tokio::task::yield_now().await;
    }
    output
}
