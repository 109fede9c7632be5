//! OPTIONS, STARTUP, authentication; and everything that can go wrong on the way.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use tokio::io::DuplexStream;
use tokio::time::Instant;

use super::peer::{Peer, dialer, pipes};
use crate::conn::Conn;
use crate::conn::auth::{Answer, AuthError, Authenticator, Conversation, ROUNDS};
use crate::conn::config::{ConnConfig, Credentials};
use crate::conn::failure::{Failure, Step};
use crate::frame::request::{AuthResponse, Startup};
use crate::frame::response::{
    AuthChallenge, AuthSuccess, Authenticate, Ready, Response, ServerError, ServerErrorKind,
    Supported,
};
use crate::frame::{Features, Opcode, Sharding};
use crate::socket::{Connector, Socket};
use crate::wire::Reader;

const ADDRESS: ([u8; 4], u16) = ([127, 0, 0, 1], 9042);

/// Opens a connection to a server that gives these answers, one after another, and then says nothing.
async fn open(
    config: ConnConfig,
    answers: Vec<Response>,
) -> (Result<Arc<Conn>, Failure>, Vec<super::peer::Asked>) {
    let (dialer, mut accepted) = pipes(config);
    let server = tokio::spawn(async move {
        let mut peer = accepted.recv().await.unwrap();
        let mut asked = Vec::new();
        for answer in &answers {
            asked.push(peer.asked().await);
            peer.respond(asked.last().unwrap().stream, answer).await;
        }
        (peer, asked)
    });
    let conn = Conn::open(&dialer, ADDRESS.into(), None, None).await;
    let (peer, asked) = server.await.unwrap();
    if conn.is_err() {
        ends_well(peer).await;
    }
    (conn, asked)
}

/// A handshake that failed still ends in an orderly way.
async fn ends_well(mut peer: Peer<DuplexStream>) {
    while peer.next().await.is_some() {}
}

fn supported() -> Response {
    Response::Supported(Supported::default())
}

fn authenticate(class: &str) -> Response {
    Response::Authenticate(Authenticate {
        class: class.to_owned(),
    })
}

fn with_credentials() -> ConnConfig {
    ConnConfig {
        credentials: Some(Credentials::new("ann", "s3cret")),
        ..ConnConfig::default()
    }
}

#[tokio::test(start_paused = true)]
async fn asks_for_what_the_server_offers() {
    let sharding = Sharding {
        shard: 3,
        shards: NonZeroU16::new(8).unwrap(),
        ignore_msb: 12,
        shard_aware_port: Some(19042),
        shard_aware_port_tls: None,
    };
    let offered = Features {
        rate_limit_error: Some(0xf000),
        ..Features::default()
    };
    let config = ConnConfig {
        startup: vec![
            ("APPLICATION_NAME".to_owned(), "shop".to_owned()),
            ("DRIVER_NAME".to_owned(), "mine".to_owned()),
        ],
        ..ConnConfig::default()
    };
    let scylla = Response::Supported(Supported::scylla(&sharding, &offered));
    let (conn, asked) = open(config, vec![scylla, Response::Ready(Ready)]).await;
    let conn = conn.unwrap();
    assert_eq!(conn.sharding(), Some(&sharding));
    assert_eq!(conn.shard(), Some(3));
    assert_eq!(conn.features().rate_limit_error, Some(0xf000));
    assert_eq!(conn.features().lwt_mark, None);
    assert!(conn.supported().values("CQL_VERSION").is_some());
    let opcodes: Vec<Opcode> = asked.iter().map(|asked| asked.opcode).collect();
    assert_eq!(opcodes, [Opcode::Options, Opcode::Startup]);
    let startup = Startup::decode(&mut Reader::new(&asked[1].body)).unwrap();
    let check = |name: &str, expected: Option<&str>| assert_eq!(startup.option(name), expected);
    check("CQL_VERSION", Some("3.0.0"));
    check("SCYLLA_RATE_LIMIT_ERROR", Some(""));
    check("TABLETS_ROUTING_V1", None);
    check("APPLICATION_NAME", Some("shop"));
    check("DRIVER_NAME", Some("mine"));
    check("DRIVER_VERSION", Some(env!("CARGO_PKG_VERSION")));
}

#[tokio::test(start_paused = true)]
async fn proves_who_it_is() {
    let answers = vec![
        supported(),
        authenticate(Authenticate::PASSWORD),
        Response::AuthSuccess(AuthSuccess::default()),
    ];
    let (conn, asked) = open(with_credentials(), answers).await;
    let conn = conn.unwrap();
    assert_eq!(conn.sharding(), None);
    let proof = AuthResponse::decode(&mut Reader::new(&asked[2].body)).unwrap();
    assert_eq!(proof.credentials(), Some(("ann", "s3cret")));
    let shown = format!("{:?}", with_credentials());
    assert!(
        shown.contains("ann") && !shown.contains("s3cret"),
        "{shown}"
    );
}

#[tokio::test(start_paused = true)]
async fn says_why_it_failed() {
    let check = async |config: ConnConfig, answers: Vec<Response>, expected: &str| {
        let count = answers.len();
        let (conn, asked) = open(config, answers).await;
        assert_eq!(asked.len(), count);
        assert_eq!(conn.unwrap_err().to_string(), expected);
    };
    let wrong = Response::Error(ServerError {
        kind: ServerErrorKind::BadCredentials,
        message: "Username and/or password are incorrect".to_owned(),
    });
    check(
        ConnConfig::default(),
        vec![Response::Ready(Ready)],
        "OPTIONS: unexpected answer READY",
    )
    .await;
    check(
        ConnConfig::default(),
        vec![supported(), supported()],
        "STARTUP: unexpected answer SUPPORTED",
    )
    .await;
    check(
        ConnConfig::default(),
        vec![supported(), authenticate(Authenticate::PASSWORD)],
        "the server asks for credentials (org.apache.cassandra.auth.PasswordAuthenticator); none are configured",
    )
    .await;
    check(
        with_credentials(),
        vec![supported(), authenticate("org.evil.Collector")],
        "credentials are not sent to the authenticator org.evil.Collector; allow it if it is yours",
    )
    .await;
    check(
        with_credentials(),
        vec![supported(), authenticate(Authenticate::PASSWORD), wrong],
        "authentication: Username and/or password are incorrect",
    )
    .await;
    let challenge = Response::AuthChallenge(AuthChallenge::default());
    check(
        with_credentials(),
        vec![supported(), authenticate(Authenticate::PASSWORD), challenge],
        "the server asks for more than the password",
    )
    .await;
}

/// Answers each challenge with what it says, and wants to hear "well" at the end.
#[derive(Debug)]
struct Echo;

struct Echoing;

impl Authenticator for Echo {
    fn begin(&self, class: &str, node: SocketAddr) -> Result<Box<dyn Conversation>, AuthError> {
        assert_eq!((class, node), ("org.example.Echo", ADDRESS.into()));
        Ok(Box::new(Echoing))
    }
}

impl Conversation for Echoing {
    fn first(&mut self) -> Answer<'_> {
        Box::pin(async { Ok(None) })
    }

    fn challenged(&mut self, token: Option<Bytes>) -> Answer<'_> {
        Box::pin(async move { Ok(token.map(|token| token.to_vec())) })
    }

    fn succeeded(&mut self, token: Option<Bytes>) -> Result<(), AuthError> {
        match token.as_deref() {
            Some(b"well") => Ok(()),
            _ => Err(AuthError::new("an impostor")),
        }
    }
}

/// What the driver sends, and how it ends, when the server asks for more so often.
async fn converse(
    challenges: usize,
    last: &'static [u8],
) -> (Vec<Option<Vec<u8>>>, Option<String>) {
    let challenge = |round: usize| {
        let token = Some(Bytes::from(format!("round {round}")));
        Response::AuthChallenge(AuthChallenge { token })
    };
    let mut answers = vec![supported(), authenticate("org.example.Echo")];
    answers.extend((0..challenges).map(challenge));
    if challenges <= ROUNDS {
        let token = Some(Bytes::from_static(last));
        answers.push(Response::AuthSuccess(AuthSuccess { token }));
    }
    let config = ConnConfig {
        authenticator: Some(Arc::new(Echo)),
        ..with_credentials()
    };
    let (conn, asked) = open(config, answers).await;
    let tokens = asked.iter().skip(2).map(|asked| {
        let response = AuthResponse::decode(&mut Reader::new(&asked.body)).unwrap();
        response.token.map(<[u8]>::to_vec)
    });
    (
        tokens.collect(),
        conn.err().map(|failure| failure.to_string()),
    )
}

#[tokio::test(start_paused = true)]
async fn a_conversation_has_a_bound() {
    let echoed = |round: usize| Some(format!("round {round}").into_bytes());
    let (tokens, error) = converse(2, b"well").await;
    assert_eq!(error, None);
    assert_eq!(tokens, [None, echoed(0), echoed(1)]);
    let (_, error) = converse(0, b"hello").await;
    assert_eq!(error.as_deref(), Some("an impostor"));
    let (tokens, error) = converse(ROUNDS, b"well").await;
    assert_eq!((tokens.len(), error), (ROUNDS + 1, None));
    let (tokens, error) = converse(ROUNDS + 1, b"").await;
    let endless = "the server has asked for more 10 times, and does not decide";
    assert_eq!(
        (tokens.len(), error.as_deref()),
        (ROUNDS + 1, Some(endless))
    );
}

#[tokio::test(start_paused = true)]
async fn credentials_can_be_replaced() {
    let credentials = Credentials::new("ann", "s3cret");
    let config = ConnConfig {
        credentials: Some(credentials.clone()),
        ..ConnConfig::default()
    };
    credentials.replace("bob", "n3w");
    let answers = vec![
        supported(),
        authenticate(Authenticate::PASSWORD),
        Response::AuthSuccess(AuthSuccess::default()),
    ];
    let (conn, asked) = open(config, answers).await;
    conn.unwrap();
    let proof = AuthResponse::decode(&mut Reader::new(&asked[2].body)).unwrap();
    assert_eq!(proof.credentials(), Some(("bob", "n3w")));
}

#[tokio::test(start_paused = true)]
async fn each_step_has_its_deadline() {
    let check = async |answers: Vec<Response>, expected: Step| {
        let start = Instant::now();
        let (conn, _) = open(with_credentials(), answers).await;
        let Err(Failure::Timeout { step, .. }) = conn else {
            panic!("{conn:?}");
        };
        assert_eq!(step, expected);
        // The last part: closing what was opened, with an answer due that does not come.
        assert!(start.elapsed() < Duration::from_secs(5 + 5 + 2 + 1));
    };
    check(vec![], Step::Options).await;
    check(vec![supported()], Step::Startup).await;
    check(
        vec![supported(), authenticate(Authenticate::PASSWORD)],
        Step::Auth,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn given_up_by_its_caller_it_ends_in_an_orderly_way() {
    let (dialer, mut accepted) = pipes(ConnConfig::default());
    let opening = Conn::open(&dialer, ADDRESS.into(), None, None);
    let given_up = tokio::time::timeout(Duration::from_millis(1), opening).await;
    assert!(given_up.is_err());
    let mut peer = accepted.recv().await.unwrap();
    peer.greet(&Supported::default()).await;
    assert_eq!(peer.next().await, None);
}

/// Refuses, or never answers.
#[derive(Debug)]
struct Nowhere {
    silent: bool,
}

impl Connector for Nowhere {
    fn connect(&self, _: SocketAddr, _: Option<u16>) -> BoxFuture<'static, io::Result<Socket>> {
        match self.silent {
            true => Box::pin(std::future::pending()),
            false => Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) }),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn reports_that_it_could_not_connect() {
    let check = async |silent: bool, expected: &str| {
        let dialer = dialer(Nowhere { silent }, ConnConfig::default());
        let failure = Conn::open(&dialer, ADDRESS.into(), None, None)
            .await
            .unwrap_err();
        assert_eq!(failure.to_string(), expected);
        assert!(!failure.possibly_sent());
    };
    check(true, "connecting: no answer by the deadline").await;
    check(false, "could not connect: connection refused").await;
}
