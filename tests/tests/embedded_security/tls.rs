//! TLS between our driver and an embedded cluster: whom it trusts, what it says when it does not, and how it ends.

use scylla_orm::driver::frame::Opcode;
use scylla_orm::driver::socket::tls::{Tls as Trust, TlsBuilder};
use scylla_orm::driver::statement::Statement;
use scylla_orm::driver::{Result, Session};
use scylla_orm_embedded::{Cluster, ClusterBuilder, Fault, Tls};
use tests::poll::until;

const TABLE: &str = "
    CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1};
    CREATE TABLE k.t (a int PRIMARY KEY, b int)";

async fn start(builder: ClusterBuilder, tls: Tls) -> Cluster {
    let cluster = builder.tls(tls).start().await.unwrap();
    tests::trace::watch(&cluster);
    cluster
}

/// What trusts the cluster's own authority.
fn trust(cluster: &Cluster) -> TlsBuilder {
    Trust::builder().ca_pem(cluster.ca_certificate_pem().unwrap())
}

async fn session(cluster: &Cluster, trust: TlsBuilder) -> Result<Session> {
    let builder = Session::builder().contact_points(cluster.contact_points());
    builder.tls(trust.build().unwrap()).connect().await
}

/// Connects in vain: the error says this, and no connection was reset.
async fn refused(cluster: &Cluster, trust: TlsBuilder, expected: &str) {
    let error = session(cluster, trust).await.unwrap_err().to_string();
    assert!(error.contains(expected), "{error}\nand not: {expected}");
    until("connections are over", async || {
        cluster.connections(0).iter().sum::<usize>() == 0
    })
    .await;
    assert_eq!(cluster.resets(), 0);
}

async fn ask(session: &Session) {
    let select = Statement::new("SELECT key FROM system.local");
    session.query(select, ()).await.unwrap();
}

#[tokio::test]
async fn each_shard_is_reached_in_tls_and_left_with_a_farewell() {
    let cluster = start(Cluster::builder().nodes(3).shards(4), Tls::new()).await;
    cluster.run_script(TABLE).unwrap();
    let session = session(&cluster, trust(&cluster)).await.unwrap();
    assert!(session.wait_ready(std::time::Duration::from_secs(30)).await);
    let insert = session
        .prepare("INSERT INTO k.t (a, b) VALUES (?, ?)")
        .await
        .unwrap();
    cluster.reset_traffic();
    for a in 0..300 {
        session.execute(&insert, (a, a)).await.unwrap();
    }
    let traffic = cluster.traffic();
    let owners: u64 = traffic.iter().map(|shard| shard.reached_owner).sum();
    assert_eq!(owners, 300);
    session.close().await.unwrap();
    until("the cluster has seen the ends", async || {
        (0..3).all(|node| cluster.connections(node).iter().sum::<usize>() == 0)
    })
    .await;
    let handshakes = cluster.handshakes();
    assert!(handshakes.len() >= 13, "{}", handshakes.len());
    assert_eq!(handshakes.len(), cluster.accepted());
    let rude: Vec<_> = handshakes.iter().filter(|h| !h.farewell).collect();
    assert!(rude.is_empty(), "{rude:?}");
    // A node's first connection has nothing to go on from.
    assert!(handshakes.iter().any(|h| h.resumed));
    assert!(
        handshakes
            .iter()
            .all(|h| h.is_tls13 && h.server_name.is_none())
    );
    assert_eq!(cluster.resets(), 0);
    assert_eq!(session.connections().aborted, 0);
    cluster.stop().await;
}

#[tokio::test]
async fn nobody_is_trusted_by_mistake() {
    let good = start(Cluster::builder(), Tls::new()).await;
    let other = start(Cluster::builder(), Tls::new()).await;
    let wrong_ca = "TLS: the certificate of the server is signed by no authority that is trusted: is it the right CA?";
    refused(&good, trust(&other), wrong_ca).await;
    let wrong_name = "TLS: the certificate of the server is not for `db.example.com` but for";
    refused(
        &good,
        trust(&good).server_name("db.example.com"),
        wrong_name,
    )
    .await;
    let expired = start(Cluster::builder(), Tls::new().expired()).await;
    refused(
        &expired,
        trust(&expired),
        "TLS: the certificate of the server has expired",
    )
    .await;
    let named = start(Cluster::builder(), Tls::new().names(["db.example.com"])).await;
    let wrong_name = "TLS: the certificate of the server is not for `127.0.0.1` but for DnsName(\"db.example.com\")";
    refused(&named, trust(&named), wrong_name).await;
    let session = session(&named, trust(&named).server_name("db.example.com"))
        .await
        .unwrap();
    session.close().await.unwrap();
    for cluster in [good, other, expired, named] {
        cluster.stop().await;
    }
}

#[tokio::test]
async fn a_port_that_speaks_otherwise_is_told() {
    let plain = Cluster::start().await.unwrap();
    let tls = start(Cluster::builder(), Tls::new()).await;
    let not_tls =
        "TLS: the server does not answer in TLS: is this the port for clients that use it?";
    refused(&plain, trust(&tls), not_tls).await;
    let points = tls.contact_points();
    let error = Session::connect(&points).await.unwrap_err().to_string();
    assert!(error.contains("it answers in TLS"), "{error}");
    let both = start(Cluster::builder(), Tls::new().optional()).await;
    let plainly = Session::connect(&both.contact_points()).await.unwrap();
    let secured = session(&both, trust(&both)).await.unwrap();
    for session in [plainly, secured] {
        ask(&session).await;
        session.close().await.unwrap();
    }
    assert!(both.handshakes().len() < both.accepted());
    for cluster in [plain, tls, both] {
        assert_eq!(cluster.resets(), 0);
        cluster.stop().await;
    }
}

#[tokio::test]
async fn each_node_goes_by_a_name_of_its_own() {
    let cluster = start(Cluster::builder().nodes(2), Tls::new()).await;
    let points = cluster.contact_points();
    let named = move |address: std::net::SocketAddr| {
        let node = points
            .iter()
            .position(|point| point.starts_with(&format!("{}:", address.ip())));
        node.map(|node| format!("node{node}.embedded"))
    };
    let session = session(&cluster, trust(&cluster).server_names(named))
        .await
        .unwrap();
    assert!(session.wait_ready(std::time::Duration::from_secs(30)).await);
    session.close().await.unwrap();
    for handshake in cluster.handshakes() {
        let expected = format!("node{}.embedded", handshake.node);
        assert_eq!(handshake.server_name, Some(expected));
    }
    cluster.stop().await;
}

#[tokio::test]
async fn certificates_of_clients_can_be_replaced_while_a_session_lives() {
    let cluster = start(Cluster::builder(), Tls::new().client_certificates()).await;
    let none = "the server asks for a certificate of the client; none is configured";
    refused(&cluster, trust(&cluster), none).await;
    let stranger = start(Cluster::builder(), Tls::new()).await;
    let wrong = stranger.client_certificate("somebody").unwrap();
    let wrong = trust(&cluster).certificate_pem(wrong.certificate_pem, wrong.key_pem);
    refused(
        &cluster,
        wrong,
        "the server refuses the certificate of the client",
    )
    .await;

    let folder = std::env::temp_dir().join(format!("scylla-orm-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |cluster: &Cluster| {
        let identity = cluster.client_certificate("app").unwrap();
        std::fs::write(folder.join("app.pem"), identity.certificate_pem).unwrap();
        std::fs::write(folder.join("app.key"), identity.key_pem).unwrap();
    };
    write(&cluster);
    let files = trust(&cluster).certificate_files(folder.join("app.pem"), folder.join("app.key"));
    let tls = files.build().unwrap();
    let builder = Session::builder().contact_points(cluster.contact_points());
    let session = builder.clone().tls(tls.clone()).connect().await.unwrap();
    assert!(cluster.handshakes().iter().all(|h| h.client_certificate));
    // What was read stays in force until it is read again, and if what is read is no good.
    std::fs::write(folder.join("app.pem"), "nothing").unwrap();
    let error = tls.reload().unwrap_err().to_string();
    assert!(
        error.ends_with("app.pem: there is no certificate in it"),
        "{error}"
    );
    ask(&session).await;
    write(&stranger);
    tls.reload().unwrap();
    let error = builder
        .clone()
        .tls(tls.clone())
        .connect()
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the server refuses the certificate of the client"),
        "{error}"
    );
    write(&cluster);
    tls.reload().unwrap();
    builder
        .tls(tls)
        .connect()
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    session.close().await.unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn faults_are_played_in_tls_as_in_plain() {
    let cluster = start(Cluster::builder().shards(1), Tls::new()).await;
    cluster.run_script(TABLE).unwrap();
    let session = session(&cluster, trust(&cluster)).await.unwrap();
    let insert = session
        .prepare("INSERT INTO k.t (a, b) VALUES (?, ?)")
        .await
        .unwrap();
    let executed = || {
        Fault::on()
            .statement("INSERT INTO k.t")
            .opcode(Opcode::Execute)
            .nth(1)
    };
    for fault in [
        executed().cut_fin(),
        executed().cut_rst(),
        executed().garble(9),
    ] {
        let fault = cluster.fault(fault);
        let error = session.execute(&insert, (1, 1)).await.unwrap_err();
        assert!(error.possibly_sent(), "{error}");
        fault.remove();
        until("it is connected again", async || {
            cluster.connections(0).iter().sum::<usize>() >= 2
        })
        .await;
        assert!(session.wait_ready(std::time::Duration::from_secs(30)).await);
        ask(&session).await;
    }
    session.close().await.unwrap();
    cluster.stop().await;
}
