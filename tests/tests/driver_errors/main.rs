//! What a user can get wrong: each time an error that says what, where and what to do, within a bounded time.

mod cluster;
mod connecting;
mod statements;
mod values;

use std::time::Duration;

use scylla_orm::driver::{Error, ErrorKind, Result};

/// No error may take longer to come, where a deadline of the driver does not say so.
const SOON: Duration = Duration::from_secs(5);

/// The error of `future`, which must come soon.
async fn error_of<T: std::fmt::Debug>(future: impl Future<Output = Result<T>>) -> Error {
    tests::poll::within(SOON, "an error", future)
        .await
        .unwrap_err()
}

/// The error is of that kind and has that text, word for word.
fn check(error: &Error, kind: fn(&ErrorKind) -> bool, text: &str) {
    assert_eq!(error.to_string(), text, "{error:?}");
    assert!(kind(error.kind()), "{error:?}");
}
