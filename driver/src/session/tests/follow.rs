//! Following a cluster that changes.

use std::time::Duration;

use super::fake::{Fake, Reply};
use crate::frame::request::Request;
use crate::frame::response::{
    Event, QueryResult, Response, SchemaChange, SchemaChangeKind, SchemaTarget, TopologyChange,
};
use crate::session::Session;

fn created(keyspace: &str) -> SchemaChange {
    SchemaChange {
        kind: SchemaChangeKind::Created,
        keyspace: keyspace.to_owned(),
        target: SchemaTarget::Keyspace,
    }
}

/// Until the session knows the keyspace, or it takes too long.
async fn knows(session: &Session, keyspace: &str) {
    let known = async {
        while session.topology().strategy(keyspace).is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), known)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_keyspace_that_this_session_makes_is_known_at_once() {
    let fake = Fake::start(2, |_, request| match request {
        Request::Query(query) if query.text.starts_with("CREATE") => {
            Reply::Answer(Response::Result(QueryResult::SchemaChange(created("new"))))
        }
        _ => Reply::Normal,
    })
    .await;
    let session = fake.session().await;
    fake.add_keyspace("new");
    session.query("CREATE KEYSPACE new", ()).await.unwrap();
    assert!(session.topology().strategy("new").is_some());
}

#[tokio::test]
async fn a_keyspace_that_others_make_is_known_by_an_event() {
    let fake = Fake::plain(2).await;
    let session = fake.session().await;
    fake.add_keyspace("new");
    fake.push(Event::Schema(created("new")));
    knows(&session, "new").await;
}

#[tokio::test]
async fn a_change_of_the_topology_is_read() {
    let fake = Fake::plain(2).await;
    let session = fake.session().await;
    fake.add_keyspace("new");
    fake.push(Event::Topology {
        change: TopologyChange::NewNode,
        node: ([127, 0, 0, 9], 9042).into(),
    });
    knows(&session, "new").await;
}

#[tokio::test]
async fn a_lost_control_connection_is_replaced_and_everything_read_anew() {
    let mut fake = Fake::plain(2).await;
    let session = fake.session().await;
    fake.add_keyspace("new");
    // The control connection goes to the contact point.
    fake.kill(0);
    knows(&session, "new").await;
    session.refresh().await.unwrap();
}
