//! A cluster of nodes on loopback that know their system tables and answer statements as a test says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::rows::{Cell, cell, keyspace_row, one_row, prepared, table};
use crate::frame::request::Request;
use crate::frame::response::{
    Event, QueryResult, Ready, Response, ServerError, ServerErrorKind, Supported,
};
use crate::frame::{self, Features, Flags, HEADER, Header, Opcode, Version};
use crate::session::{Session, SessionBuilder};

/// What a node does with a request.
pub(super) enum Reply {
    /// It answers this.
    Answer(Response),
    /// It never answers.
    Silence,
    /// It ends the connection.
    Hangup,
    /// What a node does by itself: see [`Fake::by_itself`].
    Normal,
}

type Script = Box<dyn Fn(usize, &Request<'_>) -> Reply + Send + Sync>;

/// The cluster. All nodes stop when it is dropped.
pub(super) struct Fake {
    shared: Arc<Shared>,
    nodes: Vec<Node>,
}

struct Shared {
    addresses: Vec<SocketAddr>,
    keyspaces: Mutex<Vec<String>>,
    places: Mutex<Vec<Place>>,
    script: Script,
    /// Node and what it was asked, in order; without the driver's own questions.
    log: Mutex<Vec<(usize, String)>>,
    /// Write times of EXECUTEs, in order.
    times: Mutex<Vec<Option<i64>>>,
    /// Bodies of events pushed to all that have registered.
    event: watch::Sender<Vec<u8>>,
    /// Open connections of each node.
    open: watch::Sender<Vec<usize>>,
}

/// What the system tables say of a node.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) host_id: u128,
    pub(super) datacenter: &'static str,
    /// It is not in the cluster (any more).
    pub(super) gone: bool,
}

struct Node {
    accepting: JoinHandle<()>,
    /// Ends the node's connections.
    alive: watch::Sender<bool>,
}

impl Fake {
    /// `count` nodes that answer as `script` says.
    pub(super) async fn start(
        count: usize,
        script: impl Fn(usize, &Request<'_>) -> Reply + Send + Sync + 'static,
    ) -> Fake {
        let mut listeners = Vec::new();
        for _ in 0..count {
            listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
        }
        let shared = Arc::new(Shared {
            addresses: listeners.iter().map(|l| l.local_addr().unwrap()).collect(),
            keyspaces: Mutex::new(vec!["k".to_owned()]),
            places: Mutex::new((1..).take(count).map(Place::new).collect()),
            script: Box::new(script),
            log: Mutex::default(),
            times: Mutex::default(),
            event: watch::Sender::new(Vec::new()),
            open: watch::Sender::new(vec![0; count]),
        });
        let nodes = listeners
            .into_iter()
            .enumerate()
            .map(|(at, listener)| Node::start(at, listener, shared.clone()))
            .collect();
        Fake { shared, nodes }
    }

    /// Nodes that do nothing special.
    pub(super) async fn plain(count: usize) -> Fake {
        Fake::start(count, |_, _| Reply::Normal).await
    }

    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.shared.addresses
    }

    pub(super) fn builder(&self) -> SessionBuilder {
        Session::builder().contact_points(self.shared.addresses.first().copied())
    }

    pub(super) async fn session(&self) -> Session {
        self.builder().connect().await.unwrap()
    }

    /// What the nodes were asked.
    pub(super) fn log(&self) -> Vec<(usize, String)> {
        self.shared.log.lock().unwrap().clone()
    }

    /// How often any node was asked that.
    pub(super) fn count(&self, what: &str) -> usize {
        self.log().iter().filter(|(_, asked)| asked == what).count()
    }

    pub(super) fn times(&self) -> Vec<Option<i64>> {
        self.shared.times.lock().unwrap().clone()
    }

    pub(super) fn add_keyspace(&self, name: &str) {
        self.shared.keyspaces.lock().unwrap().push(name.to_owned());
    }

    pub(super) fn push(&self, event: Event) {
        let mut body = Vec::new();
        let event = Response::Event(event);
        event.encode(&Features::default(), &mut body).unwrap();
        self.push_raw(&body);
    }

    pub(super) fn push_raw(&self, body: &[u8]) {
        self.shared.event.send_replace(body.to_vec());
    }

    /// Ends a node and its connections.
    pub(super) fn kill(&mut self, node: usize) {
        self.nodes[node].accepting.abort();
        self.nodes[node].alive.send_replace(false);
    }

    /// Changes what the system tables say of a node.
    pub(super) fn place(&self, node: usize, change: impl FnOnce(&mut Place)) {
        change(&mut self.shared.places.lock().unwrap()[node]);
    }

    /// Waits until no connection is open any more.
    pub(super) async fn abandoned(&self) {
        self.opened(|open| open.iter().all(|count| *count == 0))
            .await;
    }

    /// Waits until the number of open connections of each node is right.
    pub(super) async fn opened(&self, right: impl Fn(&[usize]) -> bool) {
        let mut open = self.shared.open.subscribe();
        let waiting = open.wait_for(|open| right(open));
        let waited = tokio::time::timeout(std::time::Duration::from_secs(20), waiting).await;
        assert!(waited.is_ok(), "open: {:?}", self.shared.open.borrow());
    }
}

impl Place {
    fn new(host_id: u128) -> Place {
        Place {
            host_id,
            datacenter: "dc1",
            gone: false,
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.nodes.iter().for_each(|n| n.accepting.abort());
    }
}

impl Node {
    fn start(at: usize, listener: TcpListener, shared: Arc<Shared>) -> Node {
        let alive = watch::Sender::new(true);
        let living = alive.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, mut alive) = (shared.clone(), living.subscribe());
                tokio::spawn(async move {
                    shared.open.send_modify(|open| open[at] += 1);
                    tokio::select! {
                        () = shared.serve(at, stream) => {}
                        _ = alive.wait_for(|alive| !alive) => {}
                    }
                    shared.open.send_modify(|open| open[at] -= 1);
                });
            }
        });
        Node { accepting, alive }
    }
}

impl Shared {
    /// One connection, until either side ends it.
    async fn serve(&self, node: usize, mut stream: TcpStream) {
        let mut events = self.event.subscribe();
        let mut registered = false;
        loop {
            let mut header = [0; HEADER];
            let frame = tokio::select! {
                read = stream.read_exact(&mut header) => read,
                _ = events.changed(), if registered => {
                    let body = events.borrow_and_update().clone();
                    write(&mut stream, Opcode::Event, -1, &body).await;
                    continue;
                }
            };
            if frame.is_err() {
                return;
            }
            let header = Header::parse(&header).unwrap();
            let mut body = vec![0; header.length as usize];
            stream.read_exact(&mut body).await.unwrap();
            let request =
                Request::decode(header.opcode, Flags::NONE, &body, &Features::default()).unwrap();
            registered |= matches!(request, Request::Register(_));
            match self.reply(node, &request) {
                Reply::Answer(response) => send(&mut stream, header.stream, &response).await,
                Reply::Normal => {
                    let response = self.by_itself(node, &request);
                    send(&mut stream, header.stream, &response).await;
                }
                Reply::Silence => {}
                Reply::Hangup => return,
            }
        }
    }

    fn reply(&self, node: usize, request: &Request<'_>) -> Reply {
        let asked = match request {
            Request::Query(query) if query.text.contains("system") => {
                return (self.script)(node, request);
            }
            Request::Query(query) => query.text.to_owned(),
            Request::Prepare(prepare) => format!("PREPARE {}", prepare.text),
            Request::Execute(execute) => {
                self.times.lock().unwrap().push(execute.params.timestamp);
                format!("EXECUTE {}", String::from_utf8_lossy(execute.id))
            }
            Request::Batch(batch) => format!("BATCH of {}", batch.statements.len()),
            _ => return (self.script)(node, request),
        };
        self.log.lock().unwrap().push((node, asked));
        (self.script)(node, request)
    }

    /// The system tables; a prepared statement's id is its text; `SELECT` returns one row of one int, 7.
    fn by_itself(&self, node: usize, request: &Request<'_>) -> Response {
        match request {
            Request::Options(_) => Response::Supported(Supported::default()),
            Request::Startup(_) | Request::Register(_) => Response::Ready(Ready),
            Request::Query(query) => Response::Result(self.query(node, query.text)),
            Request::Prepare(prepare) => prepared(prepare.text),
            Request::Execute(execute) if execute.id.starts_with(b"SELECT") => one_row(7),
            _ => Response::Result(QueryResult::Void),
        }
    }

    fn query(&self, node: usize, text: &str) -> QueryResult {
        let all = 0..self.addresses.len();
        let node_rows =
            |nodes: Vec<usize>| table(nodes.into_iter().map(|n| self.node_row(n)).collect());
        if text.contains("schema_version") {
            return table(vec![vec![cell(
                "schema_version",
                &uuid::Uuid::from_u128(1),
            )]]);
        } else if text.contains("system.local") {
            return node_rows(vec![node]);
        } else if text.contains("system.peers") {
            return node_rows(all.filter(|n| *n != node && !self.place(*n).gone).collect());
        } else if text.contains("system_schema.keyspaces") {
            let keyspaces = self.keyspaces.lock().unwrap();
            return table(keyspaces.iter().map(|name| keyspace_row(name)).collect());
        }
        QueryResult::Void
    }

    fn place(&self, node: usize) -> Place {
        self.places.lock().unwrap()[node].clone()
    }

    /// A node owns the end of an equal part of the ring.
    fn node_row(&self, node: usize) -> Vec<Cell> {
        let (address, place) = (self.addresses[node], self.place(node));
        let part = i64::MAX / i64::try_from(self.addresses.len()).unwrap();
        let token = (part * i64::try_from(node).unwrap()).to_string();
        vec![
            cell("host_id", &uuid::Uuid::from_u128(place.host_id)),
            cell("data_center", &place.datacenter.to_owned()),
            cell("rack", &format!("r{node}")),
            cell("release_version", &"5.0".to_owned()),
            cell(
                "partitioner",
                &"org.apache.cassandra.dht.Murmur3Partitioner".to_owned(),
            ),
            cell("tokens", &std::collections::BTreeSet::from([token])),
            cell("peer", &address.ip()),
            cell("native_address", &address.ip()),
            cell("native_port", &i32::from(address.port())),
        ]
    }
}

async fn send(stream: &mut TcpStream, stream_id: i16, response: &Response) {
    let mut body = Vec::new();
    response.encode(&Features::default(), &mut body).unwrap();
    write(stream, response.opcode(), stream_id, &body).await;
}

async fn write(stream: &mut TcpStream, opcode: Opcode, stream_id: i16, body: &[u8]) {
    let mut out = Vec::new();
    let at = frame::begin(&mut out, Version::V4, opcode, stream_id, Flags::NONE);
    out.extend_from_slice(body);
    frame::finish(&mut out, at).unwrap();
    // The other side may have gone: then nobody waits for this.
    let _ = stream.write_all(&out).await;
}

pub(super) fn error(kind: ServerErrorKind, message: &str) -> Reply {
    Reply::Answer(Response::Error(ServerError::new(kind, message)))
}

/// Whether it is an EXECUTE.
pub(super) fn is_execute(request: &Request<'_>) -> bool {
    request.opcode() == Opcode::Execute
}
