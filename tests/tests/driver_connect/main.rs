//! Opening a session: contact points that are good, bad and slow; names; a cluster that is still starting; cancelled.

mod adopt;
mod bad;
mod cancel;
mod names;
mod steps;
mod wait;

use std::time::Duration;

use scylla_orm::driver::session::SessionBuilder;
use scylla_orm::driver::{Error, Session};
use tests::poll::within;

const SOON: Duration = Duration::from_secs(20);

/// The error of connecting.
async fn refusal(builder: SessionBuilder) -> Error {
    within(SOON, "an error", builder.connect())
        .await
        .unwrap_err()
}

/// Something that any node answers.
async fn ask(session: &Session) {
    let cql = "SELECT key FROM system.local WHERE key = 'local'";
    session.query(cql, ()).await.unwrap();
}
