//! The client's half of an authentication by SASL: passwords, or whatever a product brings.

use std::fmt;
use std::net::SocketAddr;

use bytes::Bytes;
use futures_core::future::BoxFuture;

use crate::conn::config::Credentials;
use crate::frame::request::AuthResponse;

/// Answers of the server that ask for more before it has to decide. A hostile one could ask for ever.
pub const ROUNDS: usize = 10;

/// Proves to servers who connects. [`Credentials`] is the one for user and password; others speak another mechanism.
///
/// ```
/// use std::net::SocketAddr;
/// use scylla_orm_driver::conn::auth::{Answer, AuthError, Authenticator, Conversation};
///
/// /// Sends a token that a vault gives.
/// #[derive(Debug)]
/// struct Vault;
///
/// impl Authenticator for Vault {
///     fn begin(&self, class: &str, _node: SocketAddr) -> Result<Box<dyn Conversation>, AuthError> {
///         match class {
///             "com.example.VaultAuthenticator" => Ok(Box::new(Token)),
///             other => Err(AuthError::new(format!("no token is sent to {other}"))),
///         }
///     }
/// }
///
/// struct Token;
///
/// impl Conversation for Token {
///     fn first(&mut self) -> Answer<'_> {
///         Box::pin(async { Ok(Some(b"what the vault said".to_vec())) })
///     }
/// }
/// # let session = scylla_orm_driver::Session::builder().authenticator(Vault);
/// ```
pub trait Authenticator: fmt::Debug + Send + Sync + 'static {
    /// Begins with a server: the class that judges the proof, and the address of the node. Called for each connection, so
    /// what it takes from elsewhere may have been renewed in between.
    ///
    /// # Errors
    /// If nothing is to be proven to that class.
    fn begin(&self, class: &str, node: SocketAddr) -> Result<Box<dyn Conversation>, AuthError>;
}

/// What is sent next; `None` is an empty token. The driver waits for it as long as for a step of the handshake
/// ([`step_timeout`](crate::conn::config::ConnConfig::step_timeout)), and then drops it.
pub type Answer<'a> = BoxFuture<'a, Result<Option<Vec<u8>>, AuthError>>;

/// One authentication. It is dropped when it is over.
pub trait Conversation: Send {
    /// What is sent first.
    fn first(&mut self) -> Answer<'_>;

    /// What is sent when the server asks for more; it may do so [`ROUNDS`] times. By default that is an error.
    fn challenged(&mut self, _token: Option<Bytes>) -> Answer<'_> {
        Box::pin(async { Err(AuthError::new("the server asks for more than the password")) })
    }

    /// Looks at the server's last word, by which some mechanisms prove who the server is. By default all is well.
    ///
    /// # Errors
    /// If the server is not who it should be; the connection is closed.
    fn succeeded(&mut self, _token: Option<Bytes>) -> Result<(), AuthError> {
        Ok(())
    }
}

/// Why nothing can be proven, in words for whoever reads the log: secrets do not belong into them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AuthError(Box<str>);

impl AuthError {
    /// With that text.
    pub fn new(text: impl Into<Box<str>>) -> AuthError {
        AuthError(text.into())
    }
}

impl Authenticator for Credentials {
    fn begin(&self, class: &str, _node: SocketAddr) -> Result<Box<dyn Conversation>, AuthError> {
        match self.trusts(class) {
            true => Ok(Box::new(Plain(Some(self.token())))),
            false => Err(AuthError::new(format!(
                "credentials are not sent to the authenticator {class}; allow it if it is yours"
            ))),
        }
    }
}

impl Credentials {
    /// User and password of this moment, as SASL PLAIN sends them.
    fn token(&self) -> Vec<u8> {
        let pair = self.pair();
        AuthResponse::plain(&pair.user, &pair.password)
    }
}

/// SASL PLAIN has said all with its first token.
struct Plain(Option<Vec<u8>>);

impl Conversation for Plain {
    fn first(&mut self) -> Answer<'_> {
        let token = self.0.take();
        Box::pin(async { Ok(token) })
    }
}
