//! Opening a session, and what is said when that is not possible.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::fake::{Fake, Reply, error};
use crate::error::{Error, ErrorKind};
use crate::frame::request::Request;
use crate::frame::response::{Authenticate, Response, ServerErrorKind};
use crate::session::Session;

#[tokio::test]
async fn learns_the_cluster_from_one_contact_point() {
    let fake = Fake::plain(3).await;
    let session = fake.session().await;
    assert!(session.wait_ready(Duration::from_secs(5)).await);
    let topology = session.topology();
    let mut found: Vec<_> = topology.nodes().iter().map(|n| n.address).collect();
    let mut expected = fake.addresses().to_vec();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(topology.keyspaces().collect::<Vec<_>>(), ["k"]);
    session.close().await.unwrap();
}

#[tokio::test]
async fn asks_for_peers_where_there_is_no_peers_v2() {
    let fake = Fake::start(1, |_, request| match request {
        Request::Query(q) if q.text.contains("peers_v2") => {
            error(ServerErrorKind::Invalid, "unconfigured table peers_v2")
        }
        _ => Reply::Normal,
    })
    .await;
    assert_eq!(fake.session().await.topology().nodes().len(), 1);
}

#[tokio::test]
async fn goes_on_to_the_next_contact_point() {
    let fake = Fake::plain(1).await;
    let (dead, silent) = (
        closed_port().await,
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    );
    let silent = silent.local_addr().unwrap();
    let start = tokio::time::Instant::now();
    let session = Session::connect([dead, silent, fake.addresses()[0]])
        .await
        .unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "one silent node delays only itself"
    );
    session.close().await.unwrap();
}

#[tokio::test]
async fn says_why_no_contact_point_can_be_used() {
    let dead = closed_port().await;
    let error = fail([dead.to_string()]).await;
    check(
        &error,
        |k| matches!(k, ErrorKind::NoContactPoint),
        &[&dead.to_string(), "refused", "is it running"],
    );

    let error = fail(["no-such-host.invalid".to_owned()]).await;
    check(
        &error,
        |k| matches!(k, ErrorKind::NoContactPoint),
        &["no-such-host.invalid", "cannot be resolved"],
    );

    let error = fail(["here:there".to_owned()]).await;
    check(
        &error,
        |k| matches!(k, ErrorKind::Settings { .. }),
        &["here:there", "host:port"],
    );

    let error = fail(Vec::<String>::new()).await;
    check(
        &error,
        |k| matches!(k, ErrorKind::NoContactPoint),
        &["contact_points"],
    );
}

#[tokio::test]
async fn says_that_another_protocol_is_spoken_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            // Held open: it is the words that are wrong, not the end.
            tokio::spawn(async move { stream.readable().await.map(|()| stream) });
        }
    });
    let error = fail([address.to_string()]).await;
    check(
        &error,
        |k| matches!(k, ErrorKind::NoContactPoint),
        &["no CQL server there", "9042"],
    );
}

#[tokio::test]
async fn says_what_is_wrong_with_credentials() {
    let fake = Fake::start(1, |_, request| match request {
        Request::Startup(_) => Reply::Answer(Response::Authenticate(Authenticate {
            class: "org.apache.cassandra.auth.PasswordAuthenticator".to_owned(),
        })),
        Request::AuthResponse(_) => error(
            ServerErrorKind::BadCredentials,
            "Username and/or password are incorrect",
        ),
        _ => Reply::Normal,
    })
    .await;
    let none = fake.builder().connect().await.unwrap_err();
    check(
        &none,
        |k| matches!(k, ErrorKind::Auth { .. }),
        &["credentials"],
    );
    let wrong = fake
        .builder()
        .credentials("me", "secret")
        .connect()
        .await
        .unwrap_err();
    check(
        &wrong,
        |k| matches!(k, ErrorKind::Auth { .. }),
        &["are incorrect"],
    );
    assert!(!format!("{wrong} {wrong:?}").contains("secret"));
}

#[tokio::test]
async fn a_misspelt_data_centre_is_refused() {
    let fake = Fake::plain(2).await;
    let error = fake
        .builder()
        .local_datacenter("dc2")
        .connect()
        .await
        .unwrap_err();
    check(
        &error,
        |k| matches!(k, ErrorKind::Settings { .. }),
        &["`dc2`", "dc1"],
    );
}

async fn fail(points: impl IntoIterator<Item = String>) -> Error {
    Session::connect(points).await.unwrap_err()
}

fn check(error: &Error, kind: impl Fn(&ErrorKind) -> bool, words: &[&str]) {
    let text = error.to_string();
    assert!(kind(error.kind()), "{error:?}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}

/// An address that nobody listens on.
async fn closed_port() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}
