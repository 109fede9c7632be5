//! From a fresh socket to a connection that takes requests: OPTIONS, STARTUP, authentication, one after another
//! on the same socket, each with a deadline of its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::conn::Conn;
use crate::conn::agreed;
use crate::conn::auth::{Answer, Authenticator, ROUNDS};
use crate::conn::failure::{Failure, Step};
use crate::frame::request::{AuthResponse, Options, Startup};
use crate::frame::response::{Response, Supported};
use crate::frame::{Features, Opcode, Sharding};
use crate::wire::TooLong;

/// What both sides know of each other after the handshake.
#[derive(Debug, Default)]
pub(super) struct Greeting {
    pub(super) supported: Supported,
    pub(super) sharding: Option<Sharding>,
    pub(super) features: Features,
}

/// Does the handshake on a connection that has done nothing yet.
pub(super) async fn greet(conn: &Arc<Conn>) -> Result<Greeting, Failure> {
    let supported = match ask(conn, Step::Options, Options::OPCODE, |out| {
        Options.encode(out)
    })
    .await?
    {
        Response::Supported(supported) => supported,
        other => return Err(unexpected(Step::Options, &other)),
    };
    let (features, agreed) = agreed::choose(&supported, &conn.link().config);
    let mut options = startup_options(conn, &features);
    if let Some(compression) = agreed.compression {
        options.push(("COMPRESSION", compression.name()));
    }
    let startup = Startup { options };
    conn.link().agree(agreed);
    let opened = ask(conn, Step::Startup, Startup::OPCODE, |out| {
        startup.encode(out)
    });
    let opened = opened.await?;
    if let Some(form) = agreed.form() {
        conn.link().lock().outbox.enclose(form);
    }
    match opened {
        Response::Ready(_) => {}
        Response::Authenticate(asked) => authenticate(conn, &asked.class).await?,
        other => return Err(unexpected(Step::Startup, &other)),
    }
    Ok(Greeting {
        sharding: sharding(&supported),
        features: features.accepted(&startup),
        supported,
    })
}

/// The server's shards. Those that cannot be made out count as none: requests are then for the node, not for a core.
fn sharding(supported: &Supported) -> Option<Sharding> {
    let sharding = Sharding::of(supported);
    if let (None, Some(algorithm)) = (&sharding, supported.first("SCYLLA_SHARDING_ALGORITHM")) {
        tracing::warn!(
            algorithm,
            "shards of an unknown kind: the node counts as unsharded"
        );
    }
    sharding
}

fn startup_options<'a>(conn: &'a Conn, features: &Features) -> Vec<(&'a str, &'a str)> {
    let mut options: Vec<(&str, &str)> = features.startup();
    options.push(("DRIVER_NAME", env!("CARGO_PKG_NAME")));
    options.push(("DRIVER_VERSION", env!("CARGO_PKG_VERSION")));
    for (name, value) in &conn.link().config.startup {
        options.retain(|(known, _)| known != name);
        options.push((name, value));
    }
    options
}

async fn authenticate(conn: &Arc<Conn>, class: &str) -> Result<(), Failure> {
    let config = &conn.link().config;
    let authenticator: &dyn Authenticator = match (&config.authenticator, &config.credentials) {
        (Some(authenticator), _) => &**authenticator,
        (None, Some(credentials)) => credentials,
        (None, None) => {
            return Err(Failure::NoCredentials {
                authenticator: class.into(),
            });
        }
    };
    let begun = authenticator.begin(class, conn.address());
    let mut conversation = begun.map_err(Failure::Auth)?;
    let limit = config.step_timeout;
    let mut token = in_time(limit, conversation.first()).await?;
    for _ in 0..=ROUNDS {
        let proof = AuthResponse {
            token: token.as_deref(),
        };
        let asked = ask(conn, Step::Auth, AuthResponse::OPCODE, |out| {
            proof.encode(out)
        });
        token = match asked.await? {
            Response::AuthSuccess(success) => {
                let verdict = conversation.succeeded(success.token);
                return verdict.map_err(Failure::Auth);
            }
            Response::AuthChallenge(challenge) => {
                in_time(limit, conversation.challenged(challenge.token)).await?
            }
            other => return Err(unexpected(Step::Auth, &other)),
        };
    }
    Err(Failure::Endless)
}

/// What the client's own half says, if it does so in time.
async fn in_time(limit: Duration, answer: Answer<'_>) -> Result<Option<Vec<u8>>, Failure> {
    match timeout(limit, answer).await {
        Ok(answer) => answer.map_err(Failure::Auth),
        Err(_) => Err(Failure::Timeout {
            step: Step::Auth,
            sent: false,
        }),
    }
}

/// One request of the handshake and its answer.
async fn ask(
    conn: &Arc<Conn>,
    step: Step,
    opcode: Opcode,
    body: impl FnOnce(&mut Vec<u8>) -> Result<(), TooLong>,
) -> Result<Response, Failure> {
    let link = conn.link();
    let deadline = link.deadlines.after(link.config.step_timeout);
    let answer = Arc::clone(conn).request(opcode, deadline, body).await;
    let frame = answer.map_err(|failure| match failure {
        Failure::Timeout { sent, .. } => Failure::Timeout { step, sent },
        Failure::Malformed { error, .. } => Failure::Malformed { step, error },
        other => other,
    })?;
    match frame.response(&Features::default(), None) {
        Ok((_, Response::Error(error))) => Err(Failure::Refused {
            step,
            error: Box::new(error),
        }),
        Ok((_, response)) => Ok(response),
        Err(error) => Err(Failure::Malformed { step, error }),
    }
}

fn unexpected(step: Step, response: &Response) -> Failure {
    Failure::Unexpected {
        step,
        opcode: response.opcode(),
    }
}
