//! What a cluster that speaks TLS tells its tests.

use crate::server::Cluster;
use crate::tls::{Handshake, Identity};

impl Cluster {
    /// The certificate of the authority that signs those of the nodes, as PEM: what clients have to trust. `None` without
    /// [`ClusterBuilder::tls`](crate::ClusterBuilder::tls).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), scylla_orm_embedded::Error> {
    /// use scylla_orm_embedded::{Cluster, Tls};
    ///
    /// let cluster = Cluster::builder().tls(Tls::new()).start().await?;
    /// let pem = cluster.ca_certificate_pem().unwrap_or_default();
    /// assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    /// # cluster.stop().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn ca_certificate_pem(&self) -> Option<String> {
        let authority = self.shared.authority.as_ref()?;
        Some(authority.certificate_pem())
    }

    /// Makes a certificate and its key for a client of that name, for [`Tls::client_certificates`](crate::Tls::client_certificates).
    /// `None` without TLS.
    pub fn client_certificate(&self, name: &str) -> Option<Identity> {
        let authority = self.shared.authority.as_ref()?;
        Some(authority.client(name))
    }

    /// The clients that came in TLS since the start, the first 10,000 of them in the order in which they came. Those that
    /// were refused are not among them.
    pub fn handshakes(&self) -> Vec<Handshake> {
        let authority = self.shared.authority.as_ref();
        authority.map_or_else(Vec::new, |authority| authority.handshakes())
    }
}
