//! TLS by rustls: whom to trust, what to show, and which name a node has to prove.
//!
//! ```no_run
//! # async fn connect() -> Result<(), Box<dyn std::error::Error>> {
//! use scylla_orm_driver::Session;
//! use scylla_orm_driver::socket::tls::Tls;
//!
//! let tls = Tls::builder().ca_file("ca.pem").build()?;
//! let session = Session::builder().contact_points(["db.example.com"]).tls(tls).connect().await?;
//! # Ok(())
//! # }
//! ```

mod explain;
mod handshake;
mod pem;
mod stream;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use futures_core::future::BoxFuture;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::socket::tls::pem::Pem;
use crate::socket::{Connector, Socket, Tcp};

/// TLS over TCP: the certificate of each node must be signed by an authority that is trusted, must be good now, and must
/// be for the name that the node goes by.
///
/// Clones share their settings, so that one that is kept can [`reload`](Tls::reload) those of a session. Sessions of TLS
/// are resumed: a reconnection needs no certificate and half the time.
#[derive(Clone)]
pub struct Tls(Arc<Shared>);

struct Shared {
    settings: Mutex<TlsBuilder>,
    now: ArcSwap<Now>,
}

/// The settings in force.
struct Now {
    config: Arc<ClientConfig>,
    names: Names,
    tcp: Tcp,
}

/// Settings of TLS. Each method replaces one; [`build`](TlsBuilder::build) reads the files.
#[derive(Clone, Default)]
#[must_use = "nothing is read before `build`"]
pub struct TlsBuilder {
    authorities: Vec<Pem>,
    /// Certificate chain and key.
    identity: Option<(Pem, Pem)>,
    names: Names,
    tcp: Tcp,
    config: Option<Arc<ClientConfig>>,
}

/// What a node has to prove that it is.
#[derive(Clone, Default)]
enum Names {
    /// Its address.
    #[default]
    Address,
    One(Box<str>),
    Each(Arc<dyn Fn(SocketAddr) -> Option<String> + Send + Sync>),
}

/// Settings of TLS that are no good. Keys are never in it.
#[derive(Debug, thiserror::Error)]
#[error("TLS: {0}")]
pub struct TlsError(pub(super) String);

impl Tls {
    /// Settings to begin with.
    pub fn builder() -> TlsBuilder {
        TlsBuilder::default()
    }

    /// Reads the files again: an authority or a certificate has been renewed. Connections that are open stay; those made
    /// from now on use what was read.
    ///
    /// # Errors
    /// If a file cannot be read or makes no sense. Nothing has changed then.
    pub fn reload(&self) -> Result<(), TlsError> {
        let settings = self.settings().clone();
        self.0.now.store(Arc::new(settings.read()?));
        Ok(())
    }

    /// Puts other settings in the place of these, as [`reload`](Tls::reload) does.
    ///
    /// # Errors
    /// As [`reload`](Tls::reload).
    pub fn replace(&self, settings: TlsBuilder) -> Result<(), TlsError> {
        let now = settings.read()?;
        *self.settings() = settings;
        self.0.now.store(Arc::new(now));
        Ok(())
    }

    fn settings(&self) -> std::sync::MutexGuard<'_, TlsBuilder> {
        let settings = &self.0.settings;
        settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TlsBuilder {
    /// Trusts the authorities of this PEM file. Adds to those given before; without any nobody is trusted.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.authorities.push(Pem::File(path.into()));
        self
    }

    /// The same, given as text.
    pub fn ca_pem(mut self, pem: impl Into<String>) -> Self {
        self.authorities.push(Pem::Text(pem.into()));
        self
    }

    /// The client's own certificate, followed by those that lead to its authority, and its private key, as PEM files: for
    /// servers that ask for one. None by default.
    pub fn certificate_files(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.identity = Some((Pem::File(certificate.into()), Pem::File(key.into())));
        self
    }

    /// The same, given as text.
    pub fn certificate_pem(
        mut self,
        certificate: impl Into<String>,
        key: impl Into<String>,
    ) -> Self {
        self.identity = Some((Pem::Text(certificate.into()), Pem::Text(key.into())));
        self
    }

    /// All nodes have certificates for this name, a DNS name or an address. By default each has one for its own address.
    /// The name is also told to the server (SNI), if it is no address.
    pub fn server_name(mut self, name: impl Into<Box<str>>) -> Self {
        self.names = Names::One(name.into());
        self
    }

    /// The name of each node's certificate, by the address that is connected to; `None` is the address itself.
    pub fn server_names(
        mut self,
        name: impl Fn(SocketAddr) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.names = Names::Each(Arc::new(name));
        self
    }

    /// How the connections below are made. [`Tcp`]'s defaults by default.
    pub fn tcp(mut self, tcp: Tcp) -> Self {
        self.tcp = tcp;
        self
    }

    /// A configuration of rustls, for whatever these settings do not have: it decides whom to trust and what to show, and
    /// authorities and certificates given here do not count.
    pub fn rustls(mut self, config: Arc<ClientConfig>) -> Self {
        self.config = Some(config);
        self
    }

    /// Reads the files.
    ///
    /// # Errors
    /// If a file cannot be read, has nothing of what it should have, or no authority is given.
    pub fn build(self) -> Result<Tls, TlsError> {
        let now = ArcSwap::from_pointee(self.read()?);
        let settings = Mutex::new(self);
        Ok(Tls(Arc::new(Shared { settings, now })))
    }

    fn read(&self) -> Result<Now, TlsError> {
        let config = match &self.config {
            Some(config) => Arc::clone(config),
            None => Arc::new(pem::config(&self.authorities, self.identity.as_ref())?),
        };
        if let Names::One(name) = &self.names {
            named(name.to_string()).map_err(|error| TlsError(error.to_string()))?;
        }
        Ok(Now {
            config,
            names: self.names.clone(),
            tcp: self.tcp.clone(),
        })
    }
}

impl Now {
    /// The name that the node at an address has to prove.
    fn name(&self, address: SocketAddr) -> io::Result<ServerName<'static>> {
        match &self.names {
            Names::Address => Ok(ServerName::IpAddress(address.ip().into())),
            Names::One(name) => named(name.to_string()),
            Names::Each(name) => match name(address) {
                Some(name) => named(name),
                None => Ok(ServerName::IpAddress(address.ip().into())),
            },
        }
    }
}

fn named(name: String) -> io::Result<ServerName<'static>> {
    ServerName::try_from(name.clone()).map_err(|_| {
        let text = format!("`{name}` is neither a DNS name nor an address");
        io::Error::new(io::ErrorKind::InvalidInput, text)
    })
}

impl Connector for Tls {
    fn connect(
        &self,
        to: SocketAddr,
        source_port: Option<u16>,
    ) -> BoxFuture<'static, io::Result<Socket>> {
        let now = self.0.now.load_full();
        Box::pin(async move {
            let name = now.name(to)?;
            let socket = now.tcp.connect(to, source_port).await?;
            let Socket::Tcp(tcp) = socket else {
                return Ok(socket);
            };
            handshake::secure(tcp, Arc::clone(&now.config), name).await
        })
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// Keys stay out of logs.
impl fmt::Debug for TlsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsBuilder")
            .field("authorities", &self.authorities.len())
            .field("certificate", &self.identity.is_some())
            .finish_non_exhaustive()
    }
}
