//! TLS, with certificates of the cluster's own making.

mod certificate;
mod handshake;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

pub use certificate::Identity;
use certificate::Issuer;
pub use handshake::Handshake;
pub(crate) use handshake::{Farewell, Greeted};

/// Handshakes that are remembered.
const KEPT: usize = 10_000;

/// What certificates the nodes of a cluster have, and what they ask of clients.
///
/// Each node has a certificate of its own, for its address, for `localhost`, and for the name `nodeN.embedded`, N being
/// its number; all are signed by the cluster's authority, which [`Cluster::ca_certificate_pem`] gives.
///
/// [`Cluster::ca_certificate_pem`]: crate::Cluster::ca_certificate_pem
#[derive(Debug, Clone, Default)]
#[must_use = "it is given to `ClusterBuilder::tls`"]
pub struct Tls {
    expired: bool,
    names: Option<Vec<String>>,
    client_certificates: bool,
    optional: bool,
}

impl Tls {
    /// Good certificates, and none asked of clients.
    pub fn new() -> Tls {
        Tls::default()
    }

    /// The nodes' certificates were good until the end of the year 2000.
    pub fn expired(mut self) -> Tls {
        self.expired = true;
        self
    }

    /// The certificates are for these names alone, addresses or DNS names, and so are wrong for clients that go by
    /// others.
    pub fn names<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Tls {
        self.names = Some(names.into_iter().map(str::to_owned).collect());
        self
    }

    /// Clients have to show a certificate, one that [`Cluster::client_certificate`] makes.
    ///
    /// [`Cluster::client_certificate`]: crate::Cluster::client_certificate
    pub fn client_certificates(mut self) -> Tls {
        self.client_certificates = true;
        self
    }

    /// Clients may also speak without TLS on the same ports, as Cassandra's `optional` lets them. They tell it by their
    /// first byte.
    pub fn optional(mut self) -> Tls {
        self.optional = true;
        self
    }
}

/// Signs the certificates of a cluster, and remembers who came.
pub(crate) struct Authority {
    settings: Tls,
    issuer: Issuer,
    handshakes: Mutex<Vec<Handshake>>,
}

impl Authority {
    pub(crate) fn new(settings: Tls) -> Authority {
        Authority {
            settings,
            issuer: Issuer::new(),
            handshakes: Mutex::default(),
        }
    }

    pub(crate) fn certificate_pem(&self) -> String {
        self.issuer.pem()
    }

    pub(crate) fn is_optional(&self) -> bool {
        self.settings.optional
    }

    pub(crate) fn client(&self, name: &str) -> Identity {
        self.issuer.client(name)
    }

    pub(crate) fn handshakes(&self) -> Vec<Handshake> {
        self.lock().clone()
    }

    /// A node's side of TLS.
    pub(crate) fn node(self: &Arc<Self>, node: usize, address: IpAddr) -> Server {
        let names = self.settings.names.clone().unwrap_or_else(|| {
            vec![
                address.to_string(),
                "localhost".to_owned(),
                format!("node{node}.embedded"),
            ]
        });
        let (chain, key) = self.issuer.server(names, self.settings.expired);
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("ring has what the versions need");
        let builder = match self.settings.client_certificates {
            false => builder.with_no_client_auth(),
            true => {
                let mut roots = RootCertStore::empty();
                roots
                    .add(self.issuer.der())
                    .expect("the authority's certificate is good");
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().expect("it has one root"))
            }
        };
        let config = builder.with_single_cert(chain, key);
        Server {
            node,
            acceptor: TlsAcceptor::from(Arc::new(config.expect("the key is the certificate's"))),
            authority: Arc::clone(self),
        }
    }

    /// Returns its number.
    fn note(&self, handshake: Handshake) -> usize {
        let mut handshakes = self.lock();
        let number = handshakes.len();
        if number < KEPT {
            handshakes.push(handshake);
        }
        number
    }

    fn farewell(&self, number: usize) {
        if let Some(handshake) = self.lock().get_mut(number) {
            handshake.farewell = true;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Handshake>> {
        self.handshakes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// One node's side of TLS.
#[derive(Clone)]
pub(crate) struct Server {
    node: usize,
    acceptor: TlsAcceptor,
    authority: Arc<Authority>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}
