//! Following a cluster that changes.

use std::time::Duration;

use super::fake::{Fake, Reply};
use crate::frame::Consistency;
use crate::frame::request::Request;
use crate::frame::response::{
    Event, QueryResult, Response, SchemaChange, SchemaChangeKind, SchemaTarget, TopologyChange,
};
use crate::session::{Execution, Session};
use crate::statement::Options;

const READ: &str = "SELECT v FROM k.t WHERE id = ?";

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

#[tokio::test]
async fn nodes_of_other_data_centres_are_left_alone() {
    let fake = Fake::plain(3).await;
    fake.place(1, |place| place.datacenter = "dc2");
    let session = fake.session().await;
    assert!(session.wait_ready(Duration::from_secs(5)).await);
    // One more for the control connection.
    fake.opened(|open| open == [2, 0, 1]).await;
    let session = fake
        .builder()
        .local_datacenter("dc2")
        .connect()
        .await
        .unwrap();
    assert!(session.wait_ready(Duration::from_secs(5)).await);
    fake.opened(|open| open == [3, 1, 1]).await;
}

#[tokio::test]
async fn failover_to_another_data_centre_needs_two_permissions() {
    let mut fake = Fake::plain(2).await;
    fake.place(1, |place| place.datacenter = "dc2");
    let session = fake
        .builder()
        .remote_failover(true)
        .connect()
        .await
        .unwrap();
    fake.opened(|open| open == [2, 1]).await;
    let read = session.prepare(READ).await.unwrap();
    fake.kill(0);
    fake.opened(|open| open[0] == 0).await;
    let ask = |consistency| {
        let options = Options {
            consistency: Some(consistency),
            ..Options::default()
        };
        session.run(Execution::bind(&read, (1,)).unwrap().with(options))
    };
    ask(Consistency::Quorum).await.unwrap();
    assert!(ask(Consistency::LocalQuorum).await.is_err());
}

#[tokio::test]
async fn a_node_that_leaves_is_closed_and_one_that_is_replaced_is_another() {
    let fake = Fake::plain(3).await;
    let session = fake.session().await;
    assert!(session.wait_ready(Duration::from_secs(5)).await);
    fake.opened(|open| open == [2, 1, 1]).await;
    fake.place(1, |place| place.gone = true);
    fake.place(2, |place| place.host_id = 77);
    session.refresh().await.unwrap();
    let ids: Vec<u128> = session
        .topology()
        .nodes()
        .iter()
        .map(|n| n.host_id.as_u128())
        .collect();
    assert_eq!(ids, [1, 77]);
    assert!(session.wait_ready(Duration::from_secs(5)).await);
    fake.opened(|open| open == [2, 0, 1]).await;
    session.close().await.unwrap();
}
