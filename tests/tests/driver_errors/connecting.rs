//! Contact points that are no CQL servers, or none that answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scylla_orm::driver::{Error, ErrorKind, Session};
use tests::poll::{PROMPT, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::{SOON, check};

/// Something that listens, and what it does with a client.
struct Stranger {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Stranger {
    async fn start<F>(serve: fn(TcpStream) -> F) -> Stranger
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Stranger { address, task }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The error of connecting to these alone, each step of which may take 300 ms.
async fn refusal(points: &[String]) -> Error {
    let session = Session::builder()
        .contact_points(points)
        .connect_timeout(Duration::from_millis(300))
        .connect();
    within(SOON, "an error", session).await.unwrap_err()
}

/// It is taken for no CQL server, for this reason.
async fn refused(serve: Stranger, reason: &str) {
    let error = refusal(&[serve.address.to_string()]).await;
    let text = format!(
        "no contact point could be reached; tried {}: no CQL server there: {reason}; {ADVICE}",
        serve.address
    );
    check(&error, |k| matches!(k, ErrorKind::NoContactPoint), &text);
}

const ADVICE: &str = "check host and port: CQL is usually served on port 9042, and a port that expects TLS does not \
                      answer in plain";

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = refusal(&[address.to_string()]).await;
    let text = format!(
        "no contact point could be reached; tried {address}: cannot connect: Connection refused (os error 111); no \
         server listens on that address and port: is it running, and is 9042 its port?"
    );
    check(&error, |k| matches!(k, ErrorKind::NoContactPoint), &text);
    assert_eq!(error.attempts().len(), 1);
    assert!(error.is_connection());
}

#[tokio::test]
async fn the_contact_point_is_no_address() {
    let nothing = refusal(&[]).await;
    let text = "no contact point could be reached; give `contact_points` to the session's builder";
    check(&nothing, |k| matches!(k, ErrorKind::NoContactPoint), text);
    let url = refusal(&["cql://localhost".to_owned()]).await;
    let text = "contact point `cql://localhost` is not `host`, `host:port` or `[IPv6]:port`";
    check(&url, |k| matches!(k, ErrorKind::Settings { .. }), text);
    let unknown = refusal(&["no-such-host.invalid".to_owned()]).await;
    let start = "no contact point could be reached; tried no-such-host.invalid: cannot connect: the name \
                 `no-such-host.invalid` ";
    assert!(unknown.to_string().starts_with(start), "{unknown}");
}

#[tokio::test]
async fn a_server_that_says_each_word_back() {
    let echo = Stranger::start(|mut stream| async move {
        let (mut read, mut write) = stream.split();
        tokio::io::copy(&mut read, &mut write).await.map(drop)
    });
    refused(
        echo.await,
        "it answers \"\\x04\\x00\\x00\\x00\\x05\\x00\\x00\\x00\\x00\", which is not CQL",
    )
    .await;
}

#[tokio::test]
async fn a_web_server() {
    let http = Stranger::start(|mut stream| async move {
        let mut request = [0; 64];
        let _ = stream.read(&mut request).await?;
        let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).await?;
        stream.shutdown().await
    });
    refused(
        http.await,
        "it answers \"HTTP/1.1 400 Bad\", which is not CQL",
    )
    .await;
}

#[tokio::test]
async fn a_server_that_expects_tls() {
    let tls = Stranger::start(|mut stream| async move {
        let mut request = [0; 64];
        let _ = stream.read(&mut request).await?;
        // The alert that OpenSSL sends to a client that speaks in plain: fatal, protocol version.
        stream.write_all(&[0x15, 3, 1, 0, 2, 2, 70]).await?;
        stream.shutdown().await
    });
    refused(tls.await, "it answers in TLS").await;
}

#[tokio::test]
async fn a_server_that_hangs_up() {
    let rude = Stranger::start(|stream| async move {
        drop(stream);
        Ok(())
    });
    let rude = rude.await;
    let error = refusal(&[rude.address.to_string()]).await;
    assert!(
        matches!(error.kind(), ErrorKind::NoContactPoint),
        "{error:?}"
    );
    eprintln!("{error}");
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let silent = Stranger::start(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
        Ok(())
    });
    let start = Instant::now();
    refused(silent.await, "it accepts connections, but does not answer").await;
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
}

/// A client that waits for each byte anew would wait for ever.
#[tokio::test]
async fn a_server_that_answers_a_byte_at_a_time() {
    let slow = Stranger::start(|mut stream| async move {
        for byte in [0x84, 0, 0, 0, 6, 0, 0, 0, 200].into_iter().chain([0; 200]) {
            stream.write_all(&[byte]).await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    });
    let start = Instant::now();
    refused(slow.await, "it accepts connections, but does not answer").await;
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
}

/// Nor may one fill the memory.
#[tokio::test]
async fn a_server_that_never_stops_talking() {
    let chatty = Stranger::start(|mut stream| async move {
        stream
            .write_all(&[0x84, 0, 0, 0, 6, 0x7f, 0xff, 0xff, 0xff])
            .await?;
        loop {
            stream.write_all(&[0; 4096]).await?;
        }
    });
    refused(
        chatty.await,
        "the server broke the protocol: impossible body length 2147483647 on stream 0",
    )
    .await;
}

#[tokio::test]
async fn each_contact_point_says_why() {
    let silent = Stranger::start(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
        Ok(())
    })
    .await;
    let rude = Stranger::start(|stream| async move {
        drop(stream);
        Ok(())
    })
    .await;
    let points = [silent.address.to_string(), rude.address.to_string()];
    let error = refusal(&points).await;
    let tried: Vec<&str> = error.attempts().iter().map(|a| &*a.target).collect();
    assert_eq!(tried.len(), 2, "{error:?}");
    for point in &points {
        assert!(tried.contains(&point.as_str()), "{tried:?}");
        assert!(error.to_string().contains(point), "{error}");
    }
    assert!(error.to_string().contains(ADVICE), "{error}");
}
