//! TLS as a real server speaks it: whom we trust, and what we say if we do not.
//!
//! A step of its own, on nodes that take nothing else: `tests/cassandra/tls cargo test -p tests --test tls`. What
//! embedded clusters can do beyond that is in the suite `embedded_security`.

use std::io::{self, Write};
use std::path::PathBuf;

use scylla_orm::driver::socket::tls::{Tls, TlsBuilder};
use scylla_orm::driver::{Result, Session};
use tests::poll::until;
use tests::relay::Relay;
use tests::target::addresses;

/// The folder of the authorities, if the target speaks TLS.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("SCYLLA_ORM_TLS").map(PathBuf::from);
    if folder.is_none() {
        writeln!(io::stderr(), "skipped: the target does not speak TLS").ok();
    }
    folder
}

fn trust(folder: &std::path::Path, authority: &str) -> TlsBuilder {
    Tls::builder().ca_file(folder.join(authority))
}

async fn session(trust: TlsBuilder) -> Result<Session> {
    let addresses = addresses().expect("a real cluster");
    let builder = Session::builder().contact_points(addresses.split(','));
    builder.tls(trust.build().unwrap()).connect().await
}

#[tokio::test]
async fn the_authority_of_the_nodes_is_trusted() {
    let Some(folder) = folder() else { return };
    let session = session(trust(&folder, "ca.pem")).await.unwrap();
    assert!(session.wait_ready(std::time::Duration::from_secs(20)).await);
    let select = session.prepare("SELECT key FROM system.local WHERE key = ?");
    let select = select.await.unwrap();
    let mut nodes = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let answer = session.execute(&select, ("local",)).await.unwrap();
        assert_eq!(answer.first_as::<(&str,)>().unwrap(), Some(("local",)));
        nodes.insert(answer.node());
    }
    let connections = session.connections();
    writeln!(
        io::stderr(),
        "  {} nodes answer in TLS; {connections:?}",
        session.topology().nodes().len()
    )
    .ok();
    session.close().await.unwrap();
    assert_eq!(session.connections().aborted, 0);
}

/// By a URL, too, as programs are configured.
#[tokio::test]
async fn a_url_names_the_authority() {
    let Some(folder) = folder() else { return };
    let url = |authority: &str| {
        let (hosts, file) = (addresses().unwrap(), folder.join(authority));
        format!("cassandra://{hosts}?ca_file={}", file.display())
    };
    let builder = Session::builder().url(&url("ca.pem")).unwrap();
    let session = builder.connect().await.unwrap();
    session
        .query("SELECT key FROM system.local", ())
        .await
        .unwrap();
    session.close().await.unwrap();
    let other = Session::builder().url(&url("other.pem")).unwrap();
    let error = other.connect().await.unwrap_err().to_string();
    assert!(
        error.contains("signed by no authority that is trusted"),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_else_is() {
    let Some(folder) = folder() else { return };
    let wrong_name = trust(&folder, "ca.pem").server_name("db.example.com");
    for (trust, expected) in [
        (
            trust(&folder, "other.pem"),
            "TLS: the certificate of the server is signed by no authority that is trusted: is it the right CA?",
        ),
        (
            wrong_name,
            "TLS: the certificate of the server is not for `db.example.com` but for",
        ),
    ] {
        let error = session(trust).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn who_speaks_plainly_is_told() {
    if folder().is_none() {
        return;
    }
    let relay = Relay::default();
    let addresses = addresses().expect("a real cluster");
    let builder = Session::builder().contact_points(addresses.split(','));
    let error = builder
        .connector(relay.clone())
        .connect()
        .await
        .unwrap_err();
    writeln!(io::stderr(), "  without TLS: {error}").ok();
    until("all connections have ended", async || relay.open() == 0).await;
}
