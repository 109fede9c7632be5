//! Users log in by name, and do what was granted to them.

use scylla_orm::driver::statement::Statement;
use scylla_orm::driver::{ErrorKind, Result, Session};
use scylla_orm_embedded::{Cluster, Flavor};

const SCRIPT: &str = "
    CREATE KEYSPACE shop WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1};
    CREATE TABLE shop.orders (id int PRIMARY KEY, total int);
    CREATE ROLE clerks;
    CREATE ROLE ann WITH PASSWORD = 'first' AND LOGIN = true;
    CREATE ROLE mute WITH PASSWORD = 'silent';
    GRANT SELECT ON KEYSPACE shop TO clerks;
    GRANT clerks TO ann;";

async fn cluster(flavor: Flavor) -> Cluster {
    let builder = Cluster::builder().flavor(flavor).authorization(true);
    let cluster = builder.start().await.unwrap();
    tests::trace::watch(&cluster);
    cluster.run_script(SCRIPT).unwrap();
    cluster
}

async fn session(cluster: &Cluster, user: &str, password: &str) -> Result<Session> {
    let builder = Session::builder().contact_points(cluster.contact_points());
    builder.credentials(user, password).connect().await
}

async fn run(session: &Session, cql: &str) -> Result<usize> {
    let answer = session.query(Statement::new(cql), ()).await?;
    Ok(answer.count())
}

#[tokio::test]
async fn permissions_are_asked_for_on_the_wire() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let cluster = cluster(flavor).await;
        let admin = session(&cluster, "cassandra", "cassandra").await.unwrap();
        run(&admin, "INSERT INTO shop.orders (id, total) VALUES (1, 2)")
            .await
            .unwrap();
        let ann = session(&cluster, "ann", "first").await.unwrap();
        assert_eq!(
            run(&ann, "SELECT id, total FROM shop.orders")
                .await
                .unwrap(),
            1
        );
        let prepared = ann
            .prepare("INSERT INTO shop.orders (id, total) VALUES (?, ?)")
            .await
            .unwrap();
        let refused = ann.execute(&prepared, (1, 3)).await.unwrap_err();
        let expected =
            "User ann has no MODIFY permission on <table shop.orders> or any of its parents";
        match refused.kind() {
            ErrorKind::Unauthorized { message } => assert_eq!(&**message, expected),
            other => panic!("{other:?}"),
        }
        run(&admin, "GRANT MODIFY ON shop.orders TO ann")
            .await
            .unwrap();
        ann.execute(&prepared, (1, 3)).await.unwrap();
        run(&admin, "REVOKE clerks FROM ann").await.unwrap();
        let refused = run(&ann, "SELECT id, total FROM shop.orders")
            .await
            .unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Unauthorized { .. }),
            "{refused}"
        );
        for session in [ann, admin] {
            session.close().await.unwrap();
        }
        cluster.stop().await;
    }
}

#[tokio::test]
async fn who_may_log_in() {
    let cluster = cluster(Flavor::Cassandra).await;
    let refused = async |user: &str, password: &str| {
        let error = session(&cluster, user, password).await.unwrap_err();
        match error.kind() {
            ErrorKind::Auth { message } => message.to_string(),
            other => panic!("{user}: {other:?}"),
        }
    };
    let wrong = "Provided username ann and/or password are incorrect";
    assert_eq!(refused("ann", "second").await, wrong);
    assert_eq!(
        refused("mute", "silent").await,
        "mute is not permitted to log in"
    );
    cluster
        .run_script("ALTER ROLE ann WITH PASSWORD = 'second'")
        .unwrap();
    assert_eq!(refused("ann", "first").await, wrong);
    session(&cluster, "ann", "second")
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    cluster.run_script("DROP ROLE ann").unwrap();
    assert_eq!(refused("ann", "second").await, wrong);
    cluster.stop().await;
}
