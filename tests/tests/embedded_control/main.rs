//! The control connection: never hangs, follows the cluster, and is not impressed by floods and nonsense.

mod flood;
mod identity;
mod limited;
mod refreshed;
mod rows;
mod silent;

use std::time::Duration;

use scylla_orm::driver::Session;
use scylla_orm::driver::session::SessionBuilder;
use scylla_orm_embedded::Cluster;

const SOON: Duration = Duration::from_secs(20);

async fn cluster() -> Cluster {
    let cluster = Cluster::builder().nodes(3).shards(2).start().await.unwrap();
    tests::trace::watch(&cluster);
    cluster
}

/// Sessions whose control connection begins at the first node.
fn builder(cluster: &Cluster) -> SessionBuilder {
    Session::builder().contact_points(cluster.contact_points().first().cloned())
}

async fn session(builder: SessionBuilder) -> Session {
    let session = builder.connect().await.unwrap();
    assert!(session.wait_ready(SOON).await);
    session
}

/// Something that any node answers.
async fn ask(session: &Session) {
    let cql = "SELECT key FROM system.local WHERE key = 'local'";
    session.query(cql, ()).await.unwrap();
}

/// How many nodes the session knows.
fn nodes(session: &Session) -> usize {
    session.topology().nodes().len()
}
