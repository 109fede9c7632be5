//! The schema as a session knows it: whole, restricted, followed, and what happens to nodes.

mod follow;
mod nodes;
mod whole;

use std::sync::Arc;

use scylla_orm::driver::Session;
use scylla_orm::driver::topology::Schema;
use tests::target::Target;

/// Sends statements that change the schema.
async fn change(session: &Session, statements: &[String]) {
    for cql in statements {
        let done = session.query(cql.as_str(), ()).await;
        done.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// The schema as it is known, without a wait for the cluster.
async fn schema(session: &Session) -> Arc<Schema> {
    session.schema().await.unwrap()
}

/// The names of a keyspace's tables.
async fn tables(session: &Session, keyspace: &str) -> Vec<String> {
    let schema = schema(session).await;
    let tables = schema.keyspace(keyspace).map(|k| k.tables.keys().cloned());
    tables.into_iter().flatten().collect()
}

/// Drops the keyspaces, and closes the session.
async fn end(session: &Session, keyspaces: &[&str]) {
    for keyspace in keyspaces {
        change(session, &[format!("DROP KEYSPACE {keyspace}")]).await;
    }
    session.close().await.unwrap();
}

/// A session, and a keyspace of its own.
async fn begin(target: &Target) -> (Session, String) {
    let keyspace = target.keyspace("schema").await;
    (target.driver().await, keyspace)
}
