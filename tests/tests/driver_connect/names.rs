//! Names with several addresses, several names of one address, and addresses of version 6.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use scylla_orm::driver::Session;
use scylla_orm::driver::socket::Resolver;
use scylla_orm_embedded::Cluster;
use tests::poll::{PROMPT, within};
use tests::strangers;
use tests::target::Target;
use tokio::net::{TcpListener, TcpStream};

use crate::{SOON, ask, refusal};

/// Names and their addresses.
#[derive(Debug, Clone, Default)]
struct Names(HashMap<&'static str, Vec<SocketAddr>>);

impl Resolver for Names {
    fn resolve(&self, host: &str, _: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        let found = self.0.get(host).cloned();
        Box::pin(async move { found.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

#[tokio::test]
async fn each_address_of_a_name_is_tried() {
    let target = Target::start().await;
    let good: SocketAddr = target.contact_points()[0].parse().unwrap();
    let refusing = strangers::refusing().await.unwrap();
    let silent = strangers::silent().await.unwrap();
    let addresses = vec![refusing, silent.address(), good];
    let names = Names(HashMap::from([("db", addresses)]));
    let start = Instant::now();
    let builder = Session::builder().contact_points(["db:1"]).resolver(names);
    let session = within(SOON, "connect", builder.connect()).await.unwrap();
    ask(&session).await;
    let elapsed = start.elapsed();
    println!("a name of three addresses, the last one good: first answer after {elapsed:.0?}");
    assert!(elapsed < PROMPT, "{elapsed:?}");
    session.close().await.unwrap();
}

#[tokio::test]
async fn one_address_is_tried_once() {
    let silent = strangers::silent().await.unwrap();
    let names = Names(HashMap::from([
        ("a", vec![silent.address()]),
        ("b", vec![silent.address()]),
        ("none", Vec::new()),
        ("127.0.0.1", vec![silent.address()]),
    ]));
    let points = ["a".to_owned(), "b".to_owned(), silent.address().to_string()];
    let builder = Session::builder().contact_points(points).resolver(names);
    let builder = builder.connect_timeout(Duration::from_millis(300));
    let error = refusal(builder.clone()).await;
    assert_eq!(error.attempts().len(), 1, "{error}");

    let error = refusal(builder.contact_points(["none", "unknown"])).await;
    for (name, cause) in [
        ("none", "has no address"),
        ("unknown", "cannot be resolved"),
    ] {
        let attempt = error.attempts().iter().find(|a| *a.target == *name);
        let said = attempt.unwrap().kind.to_string();
        assert!(said.contains(cause), "{said}");
    }
}

#[tokio::test]
async fn an_address_of_version_6() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else {
        println!("this machine has no [::1]");
        return;
    };
    let cluster = Cluster::builder().shards(1).start().await.unwrap();
    tests::trace::watch(&cluster);
    let to: SocketAddr = cluster.contact_points()[0].parse().unwrap();
    let address = listener.local_addr().unwrap();
    let relay = tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut server = TcpStream::connect(to).await.unwrap();
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    for point in [address.to_string(), format!("[::1%1]:{}", address.port())] {
        let connecting = Session::connect([point.as_str()]);
        let session = within(SOON, "connect", connecting).await.unwrap();
        ask(&session).await;
        let node = session.topology().nodes()[0].address;
        assert_eq!((node.ip(), node.port()), (address.ip(), address.port()));
        session.close().await.unwrap();
    }
    relay.abort();
}
