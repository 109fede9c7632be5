//! The driver resets no connection, whatever is done to it: counted on the wire, between it and whatever target.
//!
//! Only resets of the driver count against it. Cassandra closes its side with one each time that a client leaves it,
//! however politely; the embedded cluster does not.

use std::future::poll_fn;
use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use scylla_orm::driver::socket::{Connector, Socket, Tcp};
use scylla_orm::driver::statement::Prepared;
use scylla_orm::driver::{Session, SessionBuilder};
use tests::poll::until;
use tests::target::Target;
use tests::tcp::{Tally, Watch};

/// If this variable is set, it is an error that resets cannot be counted here.
const REQUIRED: &str = "SCYLLA_ORM_COUNT_RESETS";

/// A segment that follows another one, as a reset follows an answer to a closed socket, does so at once on a loopback.
const QUIET: Duration = Duration::from_millis(100);

/// Without the right to look at the wire nothing can be said; says so past the capture of the test harness.
fn watch() -> Option<Watch> {
    match Watch::start() {
        Ok(watch) => Some(watch),
        Err(error) if std::env::var_os(REQUIRED).is_none() => {
            let why = "resets are not counted: a packet socket cannot be opened here";
            writeln!(io::stderr(), "skipped: {why} ({error})").ok();
            None
        }
        Err(error) => panic!("{REQUIRED} is set, and a packet socket cannot be opened: {error}"),
    }
}

/// The plain connector of the driver, which notes where it has connected to.
#[derive(Debug, Clone, Default)]
struct Noted(Arc<Mutex<Vec<SocketAddr>>>);

impl Connector for Noted {
    fn connect(
        &self,
        to: SocketAddr,
        source_port: Option<u16>,
    ) -> BoxFuture<'static, io::Result<Socket>> {
        let (connected, connecting) = (self.0.clone(), Tcp::default().connect(to, source_port));
        Box::pin(async move {
            let socket = connecting.await?;
            connected.lock().unwrap().push(to);
            Ok(socket)
        })
    }
}

/// What is done to the driver, and what came of it.
struct Counted {
    target: Target,
    servers: Noted,
    watch: Watch,
    /// What had come of everything before.
    before: Tally,
    rows: Vec<(&'static str, Tally)>,
}

impl Counted {
    async fn start() -> Option<Counted> {
        let watch = watch()?;
        Some(Counted {
            target: Target::start().await,
            servers: Noted::default(),
            watch,
            before: Tally::default(),
            rows: Vec::new(),
        })
    }

    fn builder(&self) -> SessionBuilder {
        let builder = Session::builder().contact_points(self.target.contact_points());
        builder.connector(self.servers.clone())
    }

    async fn session(&self) -> Session {
        let session = self.builder().connect().await.unwrap();
        assert!(session.wait_ready(Duration::from_secs(20)).await);
        session
    }

    fn tally(&self) -> Tally {
        let servers = self.servers.0.lock().unwrap().clone();
        self.watch.tally(|address| servers.contains(&address))
    }

    /// Notes what has come of a case. One that leaves no connections behind is over when all have ended.
    async fn note(&mut self, case: &'static str, leaves: bool) {
        let ended = format!("all connections of the case have ended: {case}");
        until(&ended, async || leaves || self.tally().open == 0).await;
        tokio::time::sleep(QUIET).await;
        let now = self.tally();
        let of_case = Tally {
            opened: now.opened - self.before.opened,
            open: now.open,
            by_client: now.by_client - self.before.by_client,
            by_server: now.by_server - self.before.by_server,
        };
        self.before = now;
        self.rows.push((case, of_case));
    }

    /// Prints the table, and holds it against what is promised.
    fn conclude(self) {
        let mut table = format!(
            "{:<44}{:>12}{:>12}{:>12}\n",
            "case", "connections", "our RSTs", "their RSTs"
        );
        for (case, tally) in &self.rows {
            let Tally {
                opened,
                by_client,
                by_server,
                ..
            } = tally;
            table += &format!("{case:<44}{opened:>12}{by_client:>12}{by_server:>12}\n");
        }
        write!(io::stderr(), "{table}").ok();
        for (case, tally) in &self.rows {
            assert_eq!(
                tally.by_client, 0,
                "resets by the driver in {case}\n{table}"
            );
            if self.target.cluster().is_some() {
                assert_eq!(
                    tally.by_server, 0,
                    "resets by our server in {case}\n{table}"
                );
            }
        }
        let connected = self.servers.0.lock().unwrap().len();
        assert_eq!(self.before.opened, connected, "all were seen\n{table}");
    }
}

async fn prepare(session: &Session) -> Prepared {
    let cql = "SELECT key, cluster_name FROM system.local WHERE key = ?";
    session.prepare(cql).await.unwrap()
}

async fn read(session: &Session, select: &Prepared) {
    let answer = session.execute(select, ("local",)).await.unwrap();
    let row = answer.first_as::<(String, String)>().unwrap();
    assert_eq!(row.unwrap().0, "local");
}

/// Sends a request and drops it: at once if `patience` is zero, before the answer or after it else. True if the answer
/// had not come.
async fn give_up(session: &Session, select: &Prepared, patience: Duration) -> bool {
    let mut request = pin!(session.execute(select, ("local",)));
    if patience.is_zero() {
        poll_fn(|cx| Poll::Ready(request.as_mut().poll(cx).is_pending())).await
    } else {
        tokio::time::timeout(patience, request).await.is_err()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_driver_resets_nothing() {
    let Some(mut counted) = Counted::start().await else {
        return;
    };

    let session = counted.session().await;
    let select = prepare(&session).await;
    counted.note("connect", true).await;

    let reads = (0..1_000).map(|_| read(&session, &select));
    let reads = futures_util::stream::iter(reads).buffer_unordered(32);
    reads.collect::<()>().await;
    counted.note("1,000 queries", true).await;

    let given_up = (0..1_000_u64).map(|step| {
        let patience = Duration::from_micros(step % 2 * (step % 100) * 20);
        give_up(&session, &select, patience)
    });
    let given_up: Vec<bool> = futures_util::stream::iter(given_up)
        .buffer_unordered(32)
        .collect()
        .await;
    let cancelled = given_up.iter().filter(|pending| **pending).count();
    assert!(cancelled >= 500, "{cancelled} of 1,000 were cancelled");
    counted
        .note("1,000 queries, most of them cancelled", true)
        .await;
    let opened = counted.rows.last().unwrap().1.opened;
    assert_eq!(opened, 0, "a connection was lost and replaced");

    session.close().await.unwrap();
    counted.note("close", false).await;

    for millis in 1..=50 {
        let connecting = counted.builder().connect();
        drop(tokio::time::timeout(Duration::from_millis(millis), connecting).await);
    }
    counted
        .note("connect, cancelled after 1 to 50 ms", false)
        .await;

    for step in 0..20 {
        let session = counted.session().await;
        let select = prepare(&session).await;
        for _ in 0..50 {
            assert!(give_up(&session, &select, Duration::ZERO).await);
        }
        // From before the first is written to after the last is answered.
        tokio::time::sleep(Duration::from_micros(step * 100)).await;
        drop(session);
    }
    counted
        .note("20 drops with 50 requests in flight each", false)
        .await;

    let storm = (0..100).map(|_| async {
        let session = counted.builder().connect().await.unwrap();
        read(&session, &prepare(&session).await).await;
        session.close().await.unwrap();
    });
    let storm = futures_util::stream::iter(storm).buffer_unordered(20);
    storm.collect::<()>().await;
    counted
        .note("100 times connect, execute, close", false)
        .await;

    counted.conclude();
}

/// What the count is worth: it sees the resets that are provoked, by side, and none where there is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resets_are_seen() {
    let Some(watch) = watch() else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap();
    let connect = || {
        let client = TcpStream::connect(server).unwrap();
        (client, listener.accept().unwrap().0)
    };
    let check = async |what: &str, expected: (usize, usize, usize)| {
        until(what, async || {
            let t = watch.tally(|address| address == server);
            (t.opened, t.by_client, t.by_server) == expected && t.open == 0
        })
        .await;
    };

    // Dropped with bytes that nobody has read.
    let (client, mut accepted) = connect();
    accepted.write_all(b"answer").unwrap();
    client.peek(&mut [0; 6]).unwrap();
    drop(client);
    check("a reset by the client", (1, 1, 0)).await;

    let (mut client, accepted) = connect();
    client.write_all(b"request").unwrap();
    accepted.peek(&mut [0; 7]).unwrap();
    drop(accepted);
    check("a reset by the server", (2, 1, 1)).await;

    let (client, accepted) = connect();
    client.shutdown(Shutdown::Write).unwrap();
    drop(accepted);
    drop(client);
    check("an end without one", (3, 1, 1)).await;
}
